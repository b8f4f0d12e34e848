using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sharding;

/// <summary>Which shard an entity belongs to: a stable hash of its id, the same on
/// every machine and in every version.</summary>
public sealed class ShardMap
{
    /// <summary>The number of shards unless a cluster was created with another; it
    /// never changes in a cluster's life.</summary>
    public const int ShardCountDefault = 128;

    public ShardMap(int shardCount = ShardCountDefault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shardCount, 65_536);
        ShardCount = shardCount;
    }

    public int ShardCount { get; }

    /// <summary>0 to <see cref="ShardCount"/> - 1. FNV-1a over the UTF-16 units of the
    /// id's text form, then a final mix.</summary>
    public int ShardOf(EntityId entity)
    {
        unchecked
        {
            var hash = Add(14695981039346656037UL, entity.Category);
            hash = Add((hash ^ '-') * 1099511628211UL, entity.Key);
            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
            return (int)((hash ^ (hash >> 33)) % (ulong)ShardCount);
        }
    }

    private static ulong Add(ulong hash, string text)
    {
        unchecked
        {
            foreach (var unit in text)
            {
                hash = (hash ^ unit) * 1099511628211UL;
            }

            return hash;
        }
    }
}
