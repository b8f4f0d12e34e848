using System.Text.Json;
using ActorTrade.Cluster.Operation;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Asks nodes over the broker.</summary>
public sealed class BrokerNodeCalls(NodeCalls calls) : INodeCalls
{
    public Task<JsonElement> AskAsync(
        string node, string question, JsonElement arguments, TimeSpan patience, CancellationToken cancelled) =>
        calls.AskAsync(node, question, arguments, patience, cancelled);
}
