using System.Globalization;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>
/// A market of constant-product pairs from a seed, shaped like a chain's: a few tokens that stand in most pairs, many
/// that stand in one or two, depths over three magnitudes, prices off by up to one percent.
/// </summary>
internal static class PairMarket
{
    private const int Hubs = 10;
    private const double Noise = 0.01;

    /// <param name="pools">One token comes with about four pools.</param>
    public static PoolMarket Create(int pools, int seed)
    {
        var random = new SplitMix((ulong)seed);
        var tokens = Hubs + (pools / 4);
        var values = new double[tokens];
        for (var t = 0; t < tokens; t++)
        {
            values[t] = Math.Exp(8 * random.Next());
        }

        return new PoolMarket(Enumerable.Range(0, pools).Select(p => Pair(p, tokens, values, random)));
    }

    public static ListedToken Token(int number) =>
        new(1, $"0x{number:x40}", string.Create(CultureInfo.InvariantCulture, $"T{number}"), new TokenDecimals(18));

    private static ListedPool Pair(int number, int tokens, double[] values, SplitMix random)
    {
        // Three in four pools have a hub, and the first hubs are in more of them.
        var a = random.Next() < 0.75 ? (int)(Hubs * random.Next() * random.Next()) : (int)(tokens * random.Next());
        var b = (a + 1 + (int)((tokens - 1) * random.Next())) % tokens;
        var size = 1e21 * Math.Exp(7 * random.Next());
        var off = Math.Exp(Noise * ((2 * random.Next()) - 1));
        var curve = new ConstantProductCurve(
            (UInt256)(size / values[a]), (UInt256)(size * off / values[b]), feeNumerator: 3, feeDenominator: 1_000);
        return new ListedPool(
            number.ToString(CultureInfo.InvariantCulture), 1, [Token(a), Token(b)], curve);
    }
}

/// <summary>Chance of a benchmark: the same numbers in every run.</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 to 1, without 1.</summary>
    public double Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
