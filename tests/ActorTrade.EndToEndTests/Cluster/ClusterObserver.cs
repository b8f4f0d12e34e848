using System.Collections.Concurrent;
using System.Security.Cryptography;
using ActorTrade.Cluster;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>The test's own process as a member that only asks.</summary>
internal sealed class ClusterObserver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<ClusterEvent> _events = new();
    private readonly ActorSystem _system = new(
        "observer", new ActorSystemOptions { GuardianStrategy = ClusterProcess.GuardianStrategy });
    private readonly NodeShards _shards;
    private readonly RabbitMqBroker _broker;
    private readonly ClusterProcess _process;
    private IDisposable? _listening;

    public ClusterObserver(Uri broker, int shardCount)
    {
        _shards = new NodeShards(shardCount, EntityKinds.RoleOf);
        _broker = new RabbitMqBroker(
            new RabbitMqOptions
            {
                Uri = broker,
                Cluster = "actortrade",
                Node = $"observer-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
            },
            TimeProvider.System,
            SynchronizedRandom.FromEntropy());
        _process = ClusterProcess.Asking(
            new ClusterMemberOptions { Name = "observer", Roles = [ClusterRoles.Lighthouse], Version = "0" },
            new ClusterParts
            {
                System = _system,
                Broker = _broker,
                Wire = new WireCatalog(EntityKinds.All, EntityKinds.Catalog()),
                ShardOf = _shards.ShardOf,
                Mode = new ModeBoard(),
            });
    }

    /// <summary>The way to every entity of the cluster.</summary>
    public IEntities Entities => _process.Entities;

    /// <summary>What the members told of themselves, oldest first.</summary>
    public IReadOnlyCollection<ClusterEvent> Events => _events;

    /// <summary>The shards of the role that serves entities.</summary>
    public IEnumerable<ShardId> Shards => _shards.Of([EntityKinds.TradeRole]);

    public ShardId ShardOf(EntityId entity) => _shards.ShardOf(entity);

    public Task StartAsync()
    {
        _listening = _broker.Subscribe(EventFeed.Topic, 10_000, m =>
        {
            if (ClusterEvent.FromJson(m.Message.Body.Span) is { } happened)
            {
                _events.Enqueue(happened);
            }
        });
        _broker.Start();
        return Eventually.HoldsAsync(() => Task.FromResult(_broker.IsConnected), Patience);
    }

    /// <summary>The newest process under a configured name, by its last heartbeat; null where none was heard.</summary>
    public Member? Find(string name) => _process.Members.Members
        .Where(m => m.Name == name)
        .MaxBy(m => m.Last.StartedAt);

    /// <summary>The shards that a node said last that it serves.</summary>
    public IReadOnlyList<ShardId> ServedBy(string name) =>
        [.. Find(name)?.Last.Shards.Where(s => s.Role == EntityKinds.TradeRole) ?? []];

    /// <summary>Waits until the named nodes, and nobody else, serve all shards.</summary>
    public async Task AllServedAsync(IReadOnlyList<string> names, TimeSpan? within = null)
    {
        var wanted = Shards.ToHashSet();
        await Eventually.HoldsAsync(
            () => Task.FromResult(
                names.All(n => Find(n) is { Liveness: Liveness.Live, Last.State: MemberState.Up })
                && names.Sum(n => ServedBy(n).Count) == wanted.Count
                && wanted.SetEquals(names.SelectMany(ServedBy))),
            within ?? Patience);
    }

    /// <summary>Asks until it is accepted.</summary>
    public async Task DoAsync(
        EntityId target, ICommand command, string principal = CommandContext.Self, Guid id = default)
    {
        var expiresAt = DateTimeOffset.UtcNow + Patience;
        var header = new CommandHeader(id == default ? Guid.NewGuid() : id, principal, expiresAt);
        for (Answer? answer = null; answer is not Answer.Accepted;)
        {
            Assert.False(answer is Answer.Rejected, $"{command} to {target}: {answer}");
            Assert.True(DateTimeOffset.UtcNow < expiresAt, $"{command} to {target}: {answer}");
            answer = await Entities.AskAsync(target, command, header, Patience, TimeProvider.System);
            if (answer is not Answer.Accepted)
            {
                await Task.Delay(20);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listening?.Dispose();
        _process.Leave();
        await _system.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
