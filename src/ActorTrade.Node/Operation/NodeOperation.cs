using ActorTrade.Cluster;
using ActorTrade.Cluster.Events;
using ActorTrade.Gateway;
using ActorTrade.Node.Hosting;

namespace ActorTrade.Node.Operation;

/// <summary>What makes a node of a cluster visible to operators: its log, its failures, the answers to their
/// questions.</summary>
internal static class NodeOperation
{
    private const int ActsWaitingMax = 1_000;

    /// <summary>Answers questions from now on, and keeps a log of what happens to the node and of what operators
    /// do.</summary>
    public static void Attach(NodeHost host, ClusterProcess cluster, LogRing log, GatewayServices gateway)
    {
        var failures = new FailureLedger(host.System, log);
        cluster.Events.Happened += e => log.Write(LevelOf(e.Kind), e.Shard ?? e.Node, $"{e.Kind}: {e.Text}");
        cluster.Events.HearOthers(ActsWaitingMax, e =>
        {
            if (e.Kind == ClusterEventKind.OperatorActed)
            {
                log.Write("info", e.Node, $"{e.Kind}: {e.Text}");
            }
        });
        host.Shards.Poisoned += (entity, poisoned) => cluster.Events.Tell(
            ClusterEventKind.CommandPoisoned,
            shard: null,
            $"{poisoned.Command} of {entity} was set aside after {poisoned.Attempts} attempts: {poisoned.Error}");
        new NodeCallHandlers(host, log, failures, gateway).Register(cluster.Calls);
        log.Write("info", host.Options.Name, $"ActorTrade {NodeHost.Version} serves.");
    }

    private static string LevelOf(string kind) => kind switch
    {
        ClusterEventKind.ShardFenced or ClusterEventKind.ShardDropped or ClusterEventKind.NodeCutOff
            or ClusterEventKind.BrokerLost or ClusterEventKind.TakeOverFailed or ClusterEventKind.MemberDown
            or ClusterEventKind.MemberSuspected or ClusterEventKind.CommandPoisoned => "warn",
        _ => "info",
    };
}
