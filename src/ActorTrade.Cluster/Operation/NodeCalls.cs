using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Operation;

/// <summary>Answers a question of an operator at one node. Runs on the dispatcher; may take a while.</summary>
public delegate Task<JsonElement> NodeCallHandler(JsonElement arguments, CancellationToken cancellation);

/// <summary>
/// Questions of one process to another by name, for operators: small, rare, and lost without harm. Entities are never
/// asked this way.
/// </summary>
public sealed class NodeCalls(IBroker broker, TimeProvider time, IDispatcher dispatcher)
{
    internal const string CallKind = "call.v1";
    internal const string AnswerKind = "call-answer.v1";

    private static readonly TimeSpan HandlerPatience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, NodeCallHandler> _handlers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<NodeAnswer>> _asked = new();
    private long _lastId;

    /// <summary>Answers questions of this name from now on.</summary>
    public void Handle(string name, NodeCallHandler handler) => _handlers[name] = handler;

    /// <summary>Asks a node.</summary>
    /// <exception cref="NodeCallException">It did not answer in time, does not know the question, or
    /// failed.</exception>
    public async Task<JsonElement> AskAsync(
        string node, string name, JsonElement arguments, TimeSpan patience, CancellationToken cancellation = default)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answered = new TaskCompletionSource<NodeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answered;
        try
        {
            var call = new NodeCall(id, broker.Node, name, arguments);
            var message = new BrokerMessage(
                CallKind, JsonSerializer.SerializeToUtf8Bytes(call, NodeCallJson.Default.NodeCall), patience);
            broker.PublishToNode(node, message, outcome =>
            {
                if (outcome == PublishOutcome.Unroutable)
                {
                    answered.TrySetException(
                        new NodeCallException(NodeCallFailure.Unreachable, node, name, "there is no such node"));
                }
            });
            var answer = await answered.Task.WaitAsync(patience, time, cancellation).ConfigureAwait(false);
            return answer.Problem is { } problem
                ? throw new NodeCallException(
                    answer.IsUnknown ? NodeCallFailure.Unknown : NodeCallFailure.Refused, node, name, problem)
                : answer.Result;
        }
        catch (TimeoutException)
        {
            throw new NodeCallException(
                NodeCallFailure.TimedOut, node, name, $"no answer within {patience.TotalSeconds:0.#} s");
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    /// <summary>Takes a message to this node; false where it is of another kind.</summary>
    internal bool Take(in BrokerMessage message)
    {
        switch (message.Kind)
        {
            case CallKind when WireJson.ReadOrNull(message.Body.Span, NodeCallJson.Default.NodeCall) is
            {
                From: not null,
                Name: not null,
            } call:
                dispatcher.Schedule(new Work(this, call));
                return true;
            case AnswerKind when WireJson.ReadOrNull(message.Body.Span, NodeCallJson.Default.NodeAnswer) is { } answer:
                if (_asked.TryGetValue(answer.Id, out var asked))
                {
                    asked.TrySetResult(answer);
                }

                return true;
            default:
                return message.Kind is CallKind or AnswerKind;
        }
    }

    private async Task AnswerAsync(NodeCall call)
    {
        var answer = await ResultAsync(call).ConfigureAwait(false);
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, NodeCallJson.Default.NodeAnswer);
        broker.PublishToNode(call.From, new BrokerMessage(AnswerKind, body, HandlerPatience), static _ => { });
    }

    private async Task<NodeAnswer> ResultAsync(NodeCall call)
    {
        if (!_handlers.TryGetValue(call.Name, out var handler))
        {
            var problem = $"this version does not know the question '{call.Name}'";
            return new NodeAnswer(call.Id, default, problem, IsUnknown: true);
        }

        try
        {
            using var patience = new CancellationTokenSource(HandlerPatience, time);
            return new NodeAnswer(call.Id, await handler(call.Arguments, patience.Token).ConfigureAwait(false), null);
        }
        catch (Exception e)
        {
            // The boundary of a question: whatever went wrong is its answer.
            return new NodeAnswer(call.Id, default, e.Message);
        }
    }

    private sealed class Work(NodeCalls calls, NodeCall call) : IThreadPoolWorkItem
    {
        public void Execute() => _ = calls.AnswerAsync(call);
    }
}

/// <summary>Why a node gave no answer.</summary>
public enum NodeCallFailure
{
    /// <summary>Nobody of that name, or no way to it.</summary>
    Unreachable = 0,

    TimedOut = 1,

    /// <summary>The node is of another version and does not know the question.</summary>
    Unknown = 2,

    /// <summary>The node says why not.</summary>
    Refused = 3,
}

/// <summary>A node could not be asked.</summary>
public sealed class NodeCallException(NodeCallFailure failure, string node, string name, string why)
    : Exception($"{node} was asked for {name}: {why}.")
{
    public NodeCallFailure Failure { get; } = failure;

    public string Node { get; } = node;

    /// <summary>The reason alone.</summary>
    public string Why { get; } = why;
}

internal sealed record NodeCall(long Id, string From, string Name, JsonElement Arguments);

internal sealed record NodeAnswer(long Id, JsonElement Result, string? Problem, bool IsUnknown = false);

[JsonSerializable(typeof(NodeCall))]
[JsonSerializable(typeof(NodeAnswer))]
internal sealed partial class NodeCallJson : JsonSerializerContext;
