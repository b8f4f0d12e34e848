using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Random numbers as pools have them, from a seed: sizes spread over many orders of magnitude.</summary>
internal sealed class CaseSource(int seed)
{
    private readonly Random _random = new(seed);

    public int Int(int min, int max) => _random.Next(min, max + 1);

    public double Unit() => _random.NextDouble();

    /// <summary>A number of at most the given bits, its length evenly spread.</summary>
    public UInt256 Bits(int max)
    {
        var bits = _random.Next(0, max + 1);
        Span<byte> bytes = stackalloc byte[33];
        _random.NextBytes(bytes[..32]);
        var value = new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bits) - 1);
        return (UInt256)value;
    }

    /// <summary>A limb-wise extreme number: limbs all zero, all one, or random.</summary>
    public UInt256 Extreme()
    {
        Span<ulong> limbs = stackalloc ulong[4];
        var used = _random.Next(0, 5);
        for (var i = 0; i < used; i++)
        {
            limbs[i] = _random.Next(0, 4) switch
            {
                0 => 0,
                1 => ulong.MaxValue,
                2 => 1UL << _random.Next(0, 64),
                _ => unchecked((ulong)_random.NextInt64(long.MinValue, long.MaxValue)),
            };
        }

        return UInt256.FromLimbs(limbs);
    }

    /// <summary>Evenly spread over the orders of magnitude from 10^min to 10^max.</summary>
    public UInt256 Magnitude(double min, double max)
    {
        var value = Math.Pow(10, min + ((max - min) * _random.NextDouble()));
        return (UInt256)value;
    }

    /// <summary>About value·(1 ± spread).</summary>
    public UInt256 Near(UInt256 value, double spread) =>
        (UInt256)((double)value * (1 + (spread * ((2 * _random.NextDouble()) - 1))));
}
