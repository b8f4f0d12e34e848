using ActorTrade.Journal.Sharding;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// Who of some nodes should own a shard: each node gets a score for the shard, the highest owns it, the next stands by.
/// A node that comes or goes moves only its own share. (D. Thaler, C. Ravishankar, 1998: highest random weight.)
/// </summary>
public static class RendezvousHash
{
    /// <summary>The names, best first. Equal on every machine and in every version.</summary>
    public static IReadOnlyList<string> Rank(ShardId shard, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return
        [
            .. names.Distinct(StringComparer.Ordinal)
                .OrderByDescending(name => Score(shard, name))
                .ThenBy(name => name, StringComparer.Ordinal),
        ];
    }

    // FNV-1a over the UTF-16 units, then the finalizer of MurmurHash3: FNV alone hardly mixes the last units upwards.
    private static ulong Score(ShardId shard, string name)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            foreach (var unit in $"{shard}@{name}")
            {
                hash = (hash ^ unit) * 1099511628211UL;
            }

            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
            return hash ^ (hash >> 33);
        }
    }
}
