using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.UnitTests.Numerics;

/// <summary>Seeded numbers that provoke carries: half of random width, half of limbs at the edges of a limb.</summary>
internal sealed class NumberSource(int seed)
{
    private static readonly ulong[] EdgeLimbs = [0, 1, 2, long.MaxValue, 1UL << 63, ulong.MaxValue - 1, ulong.MaxValue];

    private readonly Random _random = new(seed);

    public static BigInteger Limit { get; } = BigInteger.One << 256;

    public int Below(int limit) => _random.Next(limit);

    public ulong NextLimb() => unchecked((ulong)_random.NextInt64(long.MinValue, long.MaxValue));

    public UInt256 Next() => _random.Next(2) == 0 ? NextOfWidth(_random.Next(257)) : NextOfEdges();

    /// <summary>At most this many bits, mostly near that width.</summary>
    public UInt256 NextOfWidth(int bits)
    {
        var value = new UInt256(NextLimb(), NextLimb(), NextLimb(), NextLimb());
        return value >> (256 - bits);
    }

    public UInt256 NextBelow(int bitsMax) => NextOfWidth(_random.Next(bitsMax + 1));

    private UInt256 NextOfEdges()
    {
        Span<ulong> limbs = stackalloc ulong[4];
        for (var i = _random.Next(5) - 1; i >= 0; i--)
        {
            var kind = _random.Next(EdgeLimbs.Length + 2);
            limbs[i] = kind < EdgeLimbs.Length ? EdgeLimbs[kind] : NextLimb() | 1;
        }

        return UInt256.FromLimbs(limbs);
    }
}
