using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

/// <summary>Markets for tests: by hand, and from a seed.</summary>
internal static class MarketMaker
{
    public static ListedToken Token(int number, int feePips = 0) =>
        new(1, $"0x{number:x40}", $"T{number}", new TokenDecimals(18), new FeePips(feePips));

    public static ListedPool Pair(
        string id, ListedToken token0, ListedToken token1, UInt256 reserve0, UInt256 reserve1, uint fee = 3) =>
        new(id, 1, [token0, token1], new ConstantProductCurve(reserve0, reserve1, fee, 1000));

    public static UInt256 Units(double amount) => (UInt256)amount;

    /// <summary>
    /// Pairs of a few tokens with hidden values, each off the true price by up to <paramref name="spread"/>; depths of
    /// 1e15 to 1e24 base units, so that some markets have coarse integers and others fine ones.
    /// </summary>
    public static List<ListedPool> RandomPairs(Random random, int tokens, int pools, double spread)
    {
        var values = Enumerable.Range(0, tokens).Select(_ => Math.Exp(random.NextDouble() * 6)).ToArray();
        var depth = Math.Pow(10, 15 + (random.NextDouble() * 9));
        var made = new List<ListedPool>();
        for (var p = 0; p < pools; p++)
        {
            var a = random.Next(tokens);
            var b = (a + 1 + random.Next(tokens - 1)) % tokens;
            var size = depth * Math.Exp(random.NextDouble() * 3);
            var off = 1 + (spread * ((2 * random.NextDouble()) - 1));
            made.Add(Pair(
                p.ToString(CultureInfo.InvariantCulture), Token(a), Token(b), Units(size / values[a]),
                Units(size * off / values[b]), (uint)random.Next(1, 11)));
        }

        return made;
    }

    /// <summary>How many markets a proof runs: so many every day, and one for every thousand cases that the proof of
    /// everything asks for, each market being many cases.</summary>
    public static int Cases(int everyDay) => Math.Max(everyDay, ProofCases.Count(0) / 1_000);

}
