using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Verification;
using ActorTrade.Lighthouse.Cluster;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>A cluster of three nodes that exist on paper: members, shards, and answers a test sets.</summary>
internal sealed class FakeCluster : IClusterView, INodeCalls, IPlacementControl, IServerChecks, IJournalInspection
{
    private readonly Channel<ClusterEvent> _events = Channel.CreateUnbounded<ClusterEvent>();

    public FakeCluster()
    {
        Entities = new FoldedEntities(TimeProvider.System);
        Members =
        [
            Member("node-1", Liveness.Live, ["trade", "gateway"], shards: 3),
            Member("node-2", Liveness.Live, ["trade"], shards: 2),
            Member("node-3", Liveness.Suspected, ["market"], shards: 0),
        ];
    }

    public FoldedEntities Entities { get; }

    public List<Member> Members { get; set; }

    /// <summary>What nodes answer, by request and the node's name.</summary>
    public Dictionary<string, Func<string, JsonElement, object>> Answers { get; } = [];

    public List<string> Orders { get; } = [];

    public bool IsClean { get; set; } = true;

    public int Followers { get; private set; }

    public LighthouseServices Services => new()
    {
        View = this,
        Entities = Entities,
        Nodes = this,
        Placement = this,
        Servers = this,
        Journal = this,
        Patience = TimeSpan.FromSeconds(5),
    };

    public void Happens(string kind, string node, string text) =>
        _events.Writer.TryWrite(new ClusterEvent(TimeProvider.System.GetUtcNow(), kind, node, null, text));

    public void Answer<TRequest, TAnswer>(
        NodeQuestion<TRequest, TAnswer> call, Func<string, TRequest, TAnswer> answer) =>
        Answers[call.Name] = (node, json) => answer(node, json.Deserialize<TRequest>(NodeQuestions.Json)!)!;

    public ClusterState Now() => new(TimeProvider.System.GetUtcNow(), IsConnected: true, Members, Shards());

    public ShardId? ShardOf(EntityId entity) =>
        entity.Category == "nothing" ? null : new ShardId("trade", new ShardMap(5).ShardOf(entity));

    public async IAsyncEnumerable<ClusterEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        Followers++;
        try
        {
            await foreach (var e in _events.Reader.ReadAllAsync(cancelled))
            {
                yield return e;
            }
        }
        finally
        {
            Followers--;
        }
    }

    public Task<JsonElement> AskAsync(
        string node, string question, JsonElement arguments, TimeSpan patience, CancellationToken cancelled) =>
        Answers.TryGetValue(question, out var answer)
            ? Task.FromResult(JsonSerializer.SerializeToElement(answer(node, arguments), NodeQuestions.Json))
            : Task.FromException<JsonElement>(
                new NodeCallException(NodeCallFailure.Unknown, node, question, "this version does not know it"));

    public Task LeaveAsync(string node, CancellationToken cancelled) => Ordered($"leave {node}");

    public Task DownAsync(string node, CancellationToken cancelled) => Ordered($"down {node}");

    public Task MoveAsync(ShardId shard, string name, CancellationToken cancelled) => Ordered($"move {shard} {name}");

    public Task<IReadOnlyList<ServerCheck>> RunAsync(CancellationToken cancelled) =>
        Task.FromResult<IReadOnlyList<ServerCheck>>([new ServerCheck("PostgreSQL version", CheckVerdict.Ok, "17.2")]);

    public Task<JournalVerification> VerifyAsync(Action<long> progress, CancellationToken cancelled)
    {
        progress(10);
        VerificationProblem[] problems = IsClean ? [] : [new VerificationProblem(7, "The checksum does not fit.")];
        var report = new VerificationReport(
            10, 2, 1, 1, 0, "abc", problems, problems.Length, TimeSpan.FromSeconds(0.5));
        UInt256 five = 5;
        var dollars = new TokenConservation(
            TokenId.Parse("USD"), five, UInt256.Zero, UInt256.Zero, UInt256.Zero, five, SignedAmount.Zero, Ok: true);
        return Task.FromResult(new JournalVerification(report, [dollars]));
    }

    public Task<JournalSize> SizeAsync(CancellationToken cancelled) => Task.FromResult(new JournalSize(10, 2048, 2, 1));

    private static Member Member(string name, Liveness liveness, string[] roles, int shards)
    {
        var now = TimeProvider.System.GetUtcNow();
        var heartbeat = new Heartbeat(
            name + "-1", name, "127.0.0.1:5080", "0.2.0", roles, MemberState.Up, 7, now, now, SystemMode.Active, 3,
            [.. Enumerable.Range(0, shards).Select(i => new ShardId(roles[0], i))], shards * 100, 0.25);
        return new Member(heartbeat, now, liveness, TimeSpan.Zero, Missed: 0);
    }

    private static List<ShardPlacement> Shards() =>
    [
        .. Enumerable.Range(0, 5)
            .Select(i => (Number: i, Node: i < 3 ? "node-1" : "node-2"))
            .Select(s => new ShardPlacement(new ShardId("trade", s.Number), s.Node, s.Node, 4)),
    ];

    private Task Ordered(string order)
    {
        Orders.Add(order);
        return Task.CompletedTask;
    }
}
