using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.IntegrationTests.RecordedData;

namespace ActorTrade.DefiTests.Curves;

public class RealDayTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_swap_within_one_liquidity_is_reproduced_to_the_unit()
    {
        var day = RealDay.Read(RealData.Folder("uniswap-v3"));
        var (tried, exact) = (0, 0);
        for (var i = 1; i < day.Rows.Count; i++)
        {
            var (before, row) = (day.Rows[i - 1], day.Rows[i]);
            if (row.Kind != RealDay.Kind.Swap || row.Liquidity != before.Liquidity)
            {
                continue;
            }

            tried++;
            var state = new ConcentratedCurve(
                RealDay.FeePips, before.SqrtPriceX96, before.Tick, before.Liquidity, OneLiquidity(before.Liquidity));
            exact += row.IsReproducedBy(state, out _) ? 1 : 0;
        }

        output.WriteLine($"{exact} of {tried} swaps exact.");
        Assert.Equal((5469, 5469), (exact, tried));
    }

    [Fact]
    public void Mints_take_and_burns_give_what_the_chain_says()
    {
        var day = RealDay.Read(RealData.Folder("uniswap-v3"));
        var checkedRows = 0;
        foreach (var row in day.Rows.Where(static r => r.Kind != RealDay.Kind.Swap))
        {
            var ticks = new TickTable(RealDay.TickSpacing, [], row.Tick - 10, row.Tick + 10);
            var state = new ConcentratedCurve(RealDay.FeePips, row.SqrtPriceX96, row.Tick, row.Liquidity, ticks);
            var rounding = row.Kind == RealDay.Kind.Mint ? Rounding.Up : Rounding.Down;
            var amounts = state.AmountsOf(row.TickLower, row.TickUpper, (UInt128)row.Size, rounding);
            Assert.Equal((UInt256)(UInt128)row.Amount0, amounts.Amount0);
            Assert.Equal((UInt256)(UInt128)row.Amount1, amounts.Amount1);
            checkedRows++;
        }

        Assert.Equal(54 + 69, checkedRows);
    }

    [Fact]
    public void The_whole_day_follows_from_its_first_state_and_the_ticks_it_tells()
    {
        var day = RealDay.Read(RealData.Folder("uniswap-v3"));
        var (first, before) = (day.Rows[0], day.LiquidityBefore());
        var state = new ConcentratedCurve(
            RealDay.FeePips, first.SqrtPriceX96, first.Tick, first.Liquidity, TicksOf(before));
        var (swaps, exact, knowable) = (0, 0, 0);
        foreach (var row in day.Rows.Skip(1))
        {
            if (row.Kind != RealDay.Kind.Swap)
            {
                state = WithPosition(state, row);
                continue;
            }

            var isKnowable = AreKnown(before, state.Tick, row.Tick);
            var isExact = row.IsReproducedBy(state, out var swap);
            Assert.True(isExact || !isKnowable, $"{row} does not follow from {state.SqrtPriceX96}.");
            (swaps, exact) = (swaps + 1, exact + (isExact ? 1 : 0));
            knowable += isKnowable ? 1 : 0;

            // A swap that cannot be known does not spoil those after it.
            state = isExact ? state.After(swap) : state.At(row.SqrtPriceX96, row.Tick, row.Liquidity);
        }

        output.WriteLine($"{exact} of {swaps} swaps exact ({100.0 * exact / swaps:F2} %); ticks known for {knowable}.");
        Assert.Equal((6035, 6035, 6045), (exact, knowable, swaps));
    }

    private static bool AreKnown(SortedDictionary<int, Int128> before, int from, int to)
    {
        var (low, high) = ((int)Math.Floor(Math.Min(from, to) / 10.0), (int)Math.Floor(Math.Max(from, to) / 10.0));
        return Enumerable.Range(low, high - low + 1).All(before.ContainsKey);
    }

    private static TickTable OneLiquidity(UInt128 liquidity) => new(
        RealDay.TickSpacing,
        [
            new(-887270, liquidity, (Int128)liquidity),
            new(887270, liquidity, -(Int128)liquidity),
        ]);

    // Between tens that no event rested in, the liquidity is taken to be that of the lower neighbour.
    private static TickTable TicksOf(SortedDictionary<int, Int128> before)
    {
        var ticks = new List<TickLiquidity>();
        Int128 below = -1;
        foreach (var (bucket, liquidity) in before)
        {
            var net = liquidity - below;
            if (below >= 0 && net != 0)
            {
                ticks.Add(new TickLiquidity(bucket * RealDay.TickSpacing, (UInt128)Int128.Abs(net), net));
            }

            below = liquidity;
        }

        return new TickTable(
            RealDay.TickSpacing,
            ticks,
            before.Keys.First() * RealDay.TickSpacing,
            (before.Keys.Last() + 1) * RealDay.TickSpacing);
    }

    // Only the net of a tick is known before the day, so a position that ends is one of the other direction.
    private static ConcentratedCurve WithPosition(ConcentratedCurve state, RealDay.Row row)
    {
        var nets = new SortedDictionary<int, Int128>();
        for (var i = 0; i < state.Ticks.Count; i++)
        {
            nets[state.Ticks[i].Index] = state.Ticks[i].Net;
        }

        foreach (var (tick, net) in new[] { (row.TickLower, row.Delta), (row.TickUpper, -row.Delta) })
        {
            if (tick > state.Ticks.KnownFrom && tick < state.Ticks.KnownTo)
            {
                nets[tick] = nets.GetValueOrDefault(tick) + net;
            }
        }

        var ticks = nets.Where(static n => n.Value != 0)
            .Select(static n => new TickLiquidity(n.Key, (UInt128)Int128.Abs(n.Value), n.Value))
            .ToList();
        var isActive = row.TickLower <= state.Tick && state.Tick < row.TickUpper;
        return new ConcentratedCurve(
            RealDay.FeePips,
            row.SqrtPriceX96,
            state.Tick,
            isActive ? (UInt128)((Int128)state.Liquidity + row.Delta) : state.Liquidity,
            new TickTable(RealDay.TickSpacing, ticks, state.Ticks.KnownFrom, state.Ticks.KnownTo));
    }
}
