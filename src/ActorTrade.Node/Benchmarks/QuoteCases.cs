using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>The pools and trades of <c>actortrade bench quotes</c>, from a seed.</summary>
internal static class QuoteCases
{
    private const int TradeCount = 1024;
    private const int TickSpacing = 10;
    private const int RangeTicks = 10;

    // A pool of a dollar token of 6 decimals and one of 18, at 2,200 dollars.
    private const int MiddleTick = 199_200;

    private static readonly UInt128 Liquidity = 12_000_000_000_000_000_000;

    public static IReadOnlyList<QuoteCase> All() =>
    [
        ConstantProduct(),
        Concentrated("concentratedWithoutCrossing", crossings: 0),
        Concentrated("concentratedWithThreeCrossings", crossings: 3),
        .. PooledQuoteCases.All(),
    ];

    private static QuoteCase ConstantProduct()
    {
        var random = new SplitMix(1);
        var trades = new QuoteTrade[TradeCount];
        for (var i = 0; i < trades.Length; i++)
        {
            var (reserve0, reserve1) = (random.Amount(60, 100), random.Amount(60, 100));
            var tokenIn = i & 1;
            var amount = ((tokenIn == 0 ? reserve0 : reserve1) / (10u + (uint)(random.Next() % 990))) + UInt256.One;
            var curve = new ConstantProductCurve(reserve0, reserve1, 3, 1000);
            if (curve.QuoteExactIn(tokenIn, 1 - tokenIn, amount, out _) != Domain.Amm.QuoteError.None)
            {
                (curve, amount) = (new ConstantProductCurve(reserve0, reserve0, 3, 1000), reserve0 / 100u);
            }

            trades[i] = new QuoteTrade(curve, tokenIn, 1 - tokenIn, amount);
        }

        return new QuoteCase("constantProduct", trades, new
        {
            oracle = "uniswap-v2",
            op = "quote",
            reserves = new[] { "5000000000000000000000", "10000000000000000000000000" },
            tokenIn = 0,
            amountIn = "1000000000000000000",
        });
    }

    // Every ten ticks a position begins and ends, so a trade through three borders crosses three ticks.
    private static QuoteCase Concentrated(string name, int crossings)
    {
        var table = Table();
        var random = new SplitMix(2);
        var trades = new QuoteTrade[TradeCount];
        for (var i = 0; i < trades.Length; i++)
        {
            var tokenIn = i & 1;
            var tick = MiddleTick + (((int)(random.Next() % 20) - 10) * RangeTicks) + 3 + (int)(random.Next() % 4);
            var price = TickMath.SqrtPriceAt(tick) + (UInt256)(random.Next() % 1_000_000);
            var curve = new ConcentratedCurve(500, price, tick, (UInt128)table.LiquidityAt(tick), table);
            trades[i] = new QuoteTrade(curve, tokenIn, 1 - tokenIn, AmountCrossing(curve, tokenIn, crossings));
        }

        var first = trades[0];
        var state = (ConcentratedCurve)first.Curve;
        return new QuoteCase(name, trades, new
        {
            oracle = "uniswap-v3",
            op = "quote",
            feePips = 500,
            sqrtPriceX96 = state.SqrtPriceX96.ToString(),
            tick = state.Tick,
            liquidity = state.Liquidity.ToString(CultureInfo.InvariantCulture),
            ticks = Enumerable.Range(0, table.Count).Select(i => new object[]
            {
                table[i].Index,
                table[i].Gross.ToString(CultureInfo.InvariantCulture),
                table[i].Net.ToString(CultureInfo.InvariantCulture),
            }),
            tokenIn = first.TokenIn,
            amountIn = first.AmountIn.ToString(),
        });
    }

    private static TickTable Table()
    {
        var random = new SplitMix(3);
        var ticks = new TickLiquidity[401];
        Int128 before = 0;
        for (var i = 0; i < ticks.Length; i++)
        {
            var size = (Int128)Liquidity + (Int128)(random.Next() % 1_000_000_000_000_000_000);
            var after = i == ticks.Length - 1 ? 0 : size;
            var net = after - before;
            ticks[i] = new TickLiquidity(MiddleTick + ((i - 200) * RangeTicks), (UInt128)Int128.Abs(net), net);
            before = after;
        }

        return new TickTable(TickSpacing, ticks);
    }

    // The input to the middle of the range so many borders ahead.
    private static UInt256 AmountCrossing(ConcentratedCurve curve, int tokenIn, int crossings)
    {
        var zeroForOne = tokenIn == 0;
        var lower = (int)Math.Floor((double)curve.Tick / RangeTicks) * RangeTicks;
        var target = crossings == 0
            ? curve.Tick + (zeroForOne ? -1 : 2)
            : lower + (RangeTicks / 2) + ((zeroForOne ? -1 : 1) * crossings * RangeTicks);
        curve.Swap(zeroForOne, UInt256.MaxValue >> 1, false, TickMath.SqrtPriceAt(target), out var swap);
        return swap.Crossings == crossings
            ? swap.AmountIn
            : throw new InvalidOperationException($"{swap.Crossings} ticks crossed instead of {crossings}.");
    }

    // Chance from a seed alone: the same pools in every run.
    private sealed class SplitMix(ulong state)
    {
        private ulong _state = state;

        public ulong Next()
        {
            unchecked
            {
                var z = _state += 0x9E3779B97F4A7C15;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return z ^ (z >> 31);
            }
        }

        /// <summary>Of so many bits.</summary>
        public UInt256 Amount(int bitsMin, int bitsMax)
        {
            var bits = bitsMin + (int)(Next() % (ulong)(bitsMax - bitsMin));
            return (new UInt256(Next(), Next() | (1UL << 63), 0, 0) >> (128 - bits)) + UInt256.One;
        }
    }
}
