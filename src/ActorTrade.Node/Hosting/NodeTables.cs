using ActorTrade.Gateway;
using Tables = ActorTrade.Journal.Projections.ReadModel;

namespace ActorTrade.Node.Hosting;

/// <summary>The read model as the gateway asks for it.</summary>
internal sealed class NodeTables(NodeHost host) : IReadTables
{
    private Tables Model => host.Tables ?? throw new InvalidOperationException("This node keeps no tables.");

    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Query(string sql, params object?[] parameters) =>
        Model.Query(sql, parameters);

    public Task CaughtUpAsync() => Model.WaitForAsync(host.Journal.LastOrdering);
}
