using System.Collections.Immutable;
using System.Globalization;
using ActorTrade.DefiTests.Curves;
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

    /// <summary>
    /// Pools of every kind between a few tokens that are worth about the same, so that stable curves make sense; each a
    /// little off.
    /// </summary>
    public static List<ListedPool> RandomMixed(Random random, int tokens, int pools, double spread)
    {
        var depth = Math.Pow(10, 20 + (random.NextDouble() * 5));
        var made = new List<ListedPool>();
        for (var p = 0; p < pools; p++)
        {
            var a = random.Next(tokens);
            var b = (a + 1 + random.Next(tokens - 1)) % tokens;
            var size = depth * Math.Exp(random.NextDouble() * 2);
            var off = 1 + (spread * ((2 * random.NextDouble()) - 1));
            if (tokens > 2 && random.Next(4) == 0)
            {
                var c = Enumerable.Range(0, tokens).First(t => t != a && t != b);
                var id = p.ToString(CultureInfo.InvariantCulture);
                made.Add(new ListedPool(id, 1, [Token(a), Token(b), Token(c)], OfThree(random, size)));
                continue;
            }

            Curve curve = random.Next(7) switch
            {
                0 => new StableSwapClassic(
                    [Units(size), Units(size * (1 + (random.NextDouble() * 2)))], (uint)random.Next(50, 2_000),
                    4_000_000, [One, One]),
                1 => new StableSwapNg(
                    [Units(size), Units(size * (1 + random.NextDouble()))], (uint)random.Next(50, 2_000), 4_000_000,
                    [One, One], 20_000_000_000),
                2 => Weighted(size, off, random.Next(2) == 0 ? 80 : 30),
                3 => new SolidlyStableCurve(Units(size), Units(size * 1.3), 18, 18, 1, 2_000),
                4 => Ranges(random, size, off),
                5 => new SolidlyVolatileCurve(Units(size), Units(size * off), 3, 1_000),
                _ => new ConstantProductCurve(Units(size), Units(size * off), 3, 1_000),
            };
            made.Add(new ListedPool(p.ToString(CultureInfo.InvariantCulture), 1, [Token(a), Token(b)], curve));
        }

        return made;
    }

    /// <summary>A concentrated pool near price one, with liquidity in overlapping ranges.</summary>
    public static ConcentratedCurve Ranges(Random random, double size, double price)
    {
        var tick = (int)Math.Floor(Math.Log(price) / Math.Log(1.0001));
        var net = new SortedDictionary<int, (UInt128 Gross, Int128 Net)>();
        UInt128 active = 0;
        for (var i = 0; i < 6; i++)
        {
            var centre = tick / 60;
            var (lower, upper) = (60 * (centre - random.Next(1, 30)), 60 * (centre + random.Next(1, 30)));
            var liquidity = (UInt128)(size * (1 + random.NextDouble()));
            active += lower <= tick && tick < upper ? liquidity : 0;
            Add(lower, (Int128)liquidity);
            Add(upper, -(Int128)liquidity);
        }

        return new ConcentratedCurve(
            3_000, TickMath.SqrtPriceAt(tick), tick, active,
            new TickTable(60, [.. net.Select(t => new TickLiquidity(t.Key, t.Value.Gross, t.Value.Net))]));

        void Add(int index, Int128 liquidity)
        {
            var before = net.GetValueOrDefault(index);
            net[index] = (before.Gross + (UInt128)Int128.Abs(liquidity), before.Net + liquidity);
        }
    }

    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    private static Curve OfThree(Random random, double size)
    {
        ImmutableArray<UInt256> balances =
            [Units(size), Units(size * (1 + random.NextDouble())), Units(size * (1 + random.NextDouble()))];
        return random.Next(3) switch
        {
            0 => new StableSwapClassic(balances, (uint)random.Next(50, 2_000), 4_000_000, [One, One, One]),
            1 => new BalancerStable(balances, (uint)random.Next(50, 2_000) * 1_000, One / 2_500, [One, One, One]),
            _ => TricryptoTests.WithD(
                [.. balances],
                [UInt256.One, UInt256.One, UInt256.One],
                a: 1_707_629u,
                gamma: 11_809_167_828_997u,
                [One, One],
                midFee: 3_000_000u,
                outFee: 30_000_000u,
                feeGamma: One / 2_000),
        };
    }

    private static BalancerWeighted Weighted(double size, double off, int percent) =>
        new(
            [Units(size * percent / 50), Units(size * off * (100 - percent) / 50)],
            [(One / 100) * (uint)percent, (One / 100) * (uint)(100 - percent)], One / 500, [One, One]);

    /// <summary>How many markets a proof runs: so many every day, and one for every thousand cases that the proof of
    /// everything asks for, each market being many cases.</summary>
    public static int Cases(int everyDay) => Math.Max(everyDay, ProofCases.Count(0) / 1_000);

}
