using System.Collections.Frozen;
using System.Collections.Immutable;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>A pool of a file and when its state was taken.</summary>
/// <param name="UpdatedAt">Null where the file does not say.</param>
public sealed record FiledPool(ListedPool Pool, DateTimeOffset? UpdatedAt = null);

/// <summary>
/// The pools of a file, and what is wrong with those that are not usable: one bad pool keeps nobody from the others.
/// Immutable. The form is docs/schema/pools.schema.json.
/// </summary>
public sealed class PoolFile
{
    private readonly FrozenDictionary<string, FiledPool> _pools;
    private readonly Dictionary<string, PoolFault> _faults = new(StringComparer.Ordinal);

    internal PoolFile(ImmutableArray<FiledPool> pools, ImmutableArray<PoolFault> faults)
    {
        (Pools, Faults) = (pools, faults);
        _pools = pools.ToFrozenDictionary(p => p.Pool.Id, StringComparer.Ordinal);
        foreach (var fault in faults)
        {
            if (fault.PoolId is { } id)
            {
                _faults.TryAdd(id, fault);
            }
        }
    }

    /// <summary>The usable pools, in the file's order.</summary>
    public ImmutableArray<FiledPool> Pools { get; }

    /// <summary>One for each pool that is not used, in the file's order.</summary>
    public ImmutableArray<PoolFault> Faults { get; }

    /// <summary>Reads a file's text, UTF-8 with or without a byte order mark.</summary>
    /// <exception cref="PoolFileException">It is no pool file at all.</exception>
    public static PoolFile Read(ReadOnlyMemory<byte> utf8) => PoolFileReader.Read(utf8);

    /// <summary>The usable pool of an id (case matters); null where there is none.</summary>
    public FiledPool? Find(string id) => _pools.GetValueOrDefault(id);

    /// <summary>As <see cref="Find(string)"/>, without making a string.</summary>
    public FiledPool? Find(ReadOnlySpan<char> id) =>
        _pools.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var pool) ? pool : null;

    /// <summary>Why the pool of an id is not usable; null where no unusable pool has it. Of a second pool of an id this
    /// says so, although the first one is used.</summary>
    public PoolFault? FaultOf(string id) => _faults.GetValueOrDefault(id);
}
