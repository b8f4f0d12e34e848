using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Operation;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Everything the palettes need of the cluster.</summary>
public sealed record LighthouseServices
{
    public required IClusterView View { get; init; }

    public required IEntities Entities { get; init; }

    public required INodeCalls Nodes { get; init; }

    public required IPlacementControl Placement { get; init; }

    public required IServerChecks Servers { get; init; }

    public required IJournalInspection Journal { get; init; }

    /// <summary>Pools that are not the cluster's own, and what tokens are worth.</summary>
    public PoolDirectory Pools { get; init; } = PoolDirectory.Empty;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long a command waits for entities and nodes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of a Lighthouse that has no broker to go by: it answers, and says that it sees nothing.</summary>
    public static LighthouseServices Unconnected(string why, TimeProvider time)
    {
        var nothing = new Unconnected(why, time);
        return new LighthouseServices
        {
            View = nothing,
            Entities = nothing,
            Nodes = nothing,
            Placement = nothing,
            Servers = nothing,
            Journal = nothing,
            Time = time,
        };
    }
}

/// <summary>Stands in where there is no way to the cluster: every question is refused with the reason.</summary>
internal sealed class Unconnected(string why, TimeProvider time)
    : IClusterView, IEntities, INodeCalls, IPlacementControl, IServerChecks, IJournalInspection
{
    public ClusterState Now() => new(time.GetUtcNow(), IsConnected: false, [], []);

    public ShardId? ShardOf(EntityId entity) => null;

    public async IAsyncEnumerable<ClusterEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        yield return new ClusterEvent(time.GetUtcNow(), ClusterEventKind.BrokerLost, "lighthouse", null, why);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancelled);
    }

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo) =>
        answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));

    public void Query(EntityId target, IAnswerSink answerTo) =>
        answerTo.Answered(new Answer.Refused(RefusalReason.Unavailable));

    public Task<JsonElement> AskAsync(
        string node, string question, JsonElement arguments, TimeSpan patience, CancellationToken cancelled) =>
        Task.FromException<JsonElement>(new NodeCallException(NodeCallFailure.Unreachable, node, question, why));

    public Task LeaveAsync(string node, CancellationToken cancelled) => Refused();

    public Task DownAsync(string node, CancellationToken cancelled) => Refused();

    public Task MoveAsync(ShardId shard, string name, CancellationToken cancelled) => Refused();

    public Task<IReadOnlyList<ServerCheck>> RunAsync(CancellationToken cancelled) =>
        Task.FromResult<IReadOnlyList<ServerCheck>>([]);

    public Task<JournalVerification> VerifyAsync(Action<long> progress, CancellationToken cancelled) =>
        Task.FromException<JournalVerification>(new InspectionException(why));

    public Task<JournalSize> SizeAsync(CancellationToken cancelled) =>
        Task.FromException<JournalSize>(new InspectionException(why));

    private Task Refused() => Task.FromException(new ControlException(why));
}
