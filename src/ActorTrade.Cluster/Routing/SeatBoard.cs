using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Routing;

/// <summary>The phase of every shard at this node, for whoever looks. Written by the seats.</summary>
public sealed class SeatBoard
{
    private readonly Dictionary<ShardId, int> _places;
    private readonly int[] _phases;

    /// <param name="shards">The shards of this node's roles.</param>
    public SeatBoard(IEnumerable<ShardId> shards)
    {
        Shards = [.. shards];
        _places = Shards.Select((s, i) => (s, i)).ToDictionary(x => x.s, x => x.i);
        _phases = new int[Shards.Count];
    }

    public IReadOnlyList<ShardId> Shards { get; }

    /// <summary>Those served at the moment.</summary>
    public IReadOnlyList<ShardId> Serving => [.. Shards.Where(s => PhaseOf(s) == SeatPhase.Serving)];

    /// <summary>Out where this node's roles do not include the shard's.</summary>
    public SeatPhase PhaseOf(ShardId shard) => _places.TryGetValue(shard, out var place)
        ? (SeatPhase)Volatile.Read(ref _phases[place])
        : SeatPhase.Out;

    internal void Set(ShardId shard, SeatPhase phase) => Volatile.Write(ref _phases[_places[shard]], (int)phase);
}
