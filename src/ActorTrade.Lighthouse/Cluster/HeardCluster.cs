using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorTrade.Cluster;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Transport;
using ActorTrade.Domain;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>The cluster from its heartbeats, its events and the placement; epochs from the database, now and
/// then.</summary>
internal sealed class HeardCluster : IClusterView, IAsyncDisposable
{
    private const int EventsKept = 1_000;
    private static readonly TimeSpan EpochsEvery = TimeSpan.FromSeconds(2);

    private readonly ClusterProcess _member;
    private readonly PlacementKeeper _keeper;
    private readonly IBroker _broker;
    private readonly PostgresDatabase _database;
    private readonly NodeShards _shards;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IDisposable _subscription;
    private readonly Task _reading;
    private volatile IReadOnlyDictionary<ShardId, long> _epochs = new Dictionary<ShardId, long>();

    public HeardCluster(
        ClusterProcess member,
        PlacementKeeper keeper,
        IBroker broker,
        PostgresDatabase database,
        NodeShards shards,
        TimeProvider time)
    {
        _member = member;
        _keeper = keeper;
        _broker = broker;
        _database = database;
        _shards = shards;
        _time = time;
        _subscription = member.Events.HearOthers(EventsKept, Tell);
        member.Events.Happened += Tell;
        _reading = ReadEpochsAsync();
    }

    /// <summary>Each event of the cluster, once.</summary>
    private event Action<ClusterEvent>? Happened;

    public ClusterState Now()
    {
        var members = _member.Members.Members;
        var epochs = _epochs;
        var owners = members
            .Where(m => m.Liveness is Liveness.Live or Liveness.Suspected)
            .OrderBy(m => m.HeardAt)
            .SelectMany(m => m.Last.Shards, (m, shard) => (m.Name, shard))
            .GroupBy(o => o.shard)
            .ToDictionary(g => g.Key, g => g.Last().Name);
        var placement = _keeper.Current;
        var shards = _shards.All.Select(shard => new ShardPlacement(
            shard,
            placement.RankOf(shard).FirstOrDefault(),
            owners.GetValueOrDefault(shard),
            epochs.GetValueOrDefault(shard),
            placement.Wishes.ContainsKey(shard.ToString())));
        return new ClusterState(_time.GetUtcNow(), _broker.IsConnected, members, [.. shards]);
    }

    public ShardId? ShardOf(EntityId entity) =>
        EntityKinds.All.Any(k => k.Category == entity.Category) ? _shards.ShardOf(entity) : null;

    public async IAsyncEnumerable<ClusterEvent> FollowAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        var events = Channel.CreateBounded<ClusterEvent>(
            new BoundedChannelOptions(EventsKept) { FullMode = BoundedChannelFullMode.DropOldest });
        void Take(ClusterEvent happened) => events.Writer.TryWrite(happened);
        Happened += Take;
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(cancelled))
            {
                yield return happened;
            }
        }
        finally
        {
            Happened -= Take;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        _member.Events.Happened -= Tell;
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    private void Tell(ClusterEvent happened) => Happened?.Invoke(happened);

    private async Task ReadEpochsAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var owners = await _database.ReadOwnersAsync(_stopping.Token);
                _epochs = owners.ToDictionary(o => o.Shard, o => o.Epoch);
            }
            catch (Exception e) when (e is JournalUnavailableException or OperationCanceledException)
            {
                // Shown as they were last; 'doctor' says that the database is away.
            }

            await Task.WhenAny(Task.Delay(EpochsEvery, _time, _stopping.Token));
        }
    }
}
