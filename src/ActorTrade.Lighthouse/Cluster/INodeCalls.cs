using System.Text.Json;
using ActorTrade.Cluster.Operation;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Asks one node by name for what only it knows. For operators: nothing that trades rests on it.</summary>
public interface INodeCalls
{
    /// <summary>Asks and waits.</summary>
    /// <param name="node">The unique name of the process, as in its heartbeat.</param>
    /// <param name="question">One of the names of <see cref="NodeQuestions"/>.</param>
    /// <param name="arguments">The request's record in JSON.</param>
    /// <param name="patience">How long to wait.</param>
    /// <exception cref="NodeCallException">The node is not reachable, did not answer in time or failed.</exception>
    Task<JsonElement> AskAsync(
        string node, string question, JsonElement arguments, TimeSpan patience, CancellationToken cancelled);
}

/// <summary>Questions as records.</summary>
public static class NodeQuestionCalls
{
    /// <exception cref="NodeCallException">As <see cref="INodeCalls.AskAsync"/>.</exception>
    public static async Task<TAnswer> AskAsync<TRequest, TAnswer>(
        this INodeCalls calls,
        NodeQuestion<TRequest, TAnswer> question,
        string node,
        TRequest request,
        TimeSpan patience,
        CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(question);
        var arguments = JsonSerializer.SerializeToElement(request, NodeQuestions.Json);
        var answer = await calls.AskAsync(node, question.Name, arguments, patience, cancelled);
        return answer.Deserialize<TAnswer>(NodeQuestions.Json)
            ?? throw new NodeCallException(NodeCallFailure.Unknown, node, question.Name, "it answered with nothing");
    }
}
