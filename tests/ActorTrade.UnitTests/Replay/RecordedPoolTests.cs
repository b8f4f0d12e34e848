using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.UnitTests.Replay;

public sealed class RecordedPoolTests
{
    private static readonly UInt128 Whole = (UInt128)ArbitrageDay.Liquidity;

    [Fact]
    public void State_is_that_of_the_swap_the_tick_tells()
    {
        var (first, second) = (ArbitrageDay.Swap(1, ArbitrageDay.Tick), ArbitrageDay.Swap(1, ArbitrageDay.Tick + 3, 7));
        using var pool = ArbitrageDay.Recorded(first, second with { LogIndex = 2 });
        Assert.Null(pool.Curve);
        Assert.True(pool.Advance(ArbitrageDay.TickOf(first)));
        Assert.Equal((ArbitrageDay.Tick, Whole), (pool.Curve!.Tick, pool.Curve.Liquidity));
        Assert.True(pool.Advance(ArbitrageDay.TickOf(second)));
        Assert.Equal((UInt256)second.SqrtPriceX96, pool.Curve.SqrtPriceX96);
        Assert.False(pool.Advance(ArbitrageDay.TickOf(second)));
    }

    [Fact]
    public void Positions_count_where_the_price_is_in_them_its_lower_tick_included()
    {
        var swap = ArbitrageDay.Swap(1, ArbitrageDay.Tick);
        var last = ArbitrageDay.Swap(9, ArbitrageDay.Tick);

        // The files say nothing of the first: the price stands on its lower tick.
        var events = new[]
        {
            ArbitrageDay.Position(UniswapV3EventType.Mint, 2, ArbitrageDay.Tick, ArbitrageDay.Tick + 10, 500, 0),
            ArbitrageDay.Position(UniswapV3EventType.Mint, 3, ArbitrageDay.Tick - 10, ArbitrageDay.Tick, 70, 0),
            ArbitrageDay.Position(UniswapV3EventType.Burn, 4, ArbitrageDay.Tick - 10, ArbitrageDay.Tick + 10, 20, 0),
        };
        using var pool = ArbitrageDay.Recorded([swap, .. events, last]);
        pool.Advance(ArbitrageDay.TickOf(swap));
        var elsewhere = ArbitrageDay.TickOf(swap) with { Venue = "paper", At = ArbitrageDay.Start.AddSeconds(8) };
        Assert.True(pool.Advance(elsewhere));
        Assert.Equal(Whole + 480, pool.Curve!.Liquidity);
        Assert.Equal(ArbitrageDay.Start.AddSeconds(4), pool.At);
    }

    [Fact]
    public void Nothing_beyond_the_tick_range_of_the_price_is_quoted()
    {
        var swap = ArbitrageDay.Swap(1, ArbitrageDay.Tick + 3);
        using var pool = ArbitrageDay.Recorded(swap);
        pool.Advance(ArbitrageDay.TickOf(swap));
        Assert.Equal((199130, 199140), (pool.Curve!.Ticks.KnownFrom, pool.Curve.Ticks.KnownTo));
        Assert.Equal(QuoteError.None, pool.Curve.QuoteExactIn(0, 1, 1_000_000u, out _));
        Assert.Equal(QuoteError.TicksUnknown, pool.Curve.QuoteExactIn(0, 1, UInt256.MaxValue >> 8, out _));
    }

    [Fact]
    public void An_event_that_contradicts_itself_leaves_no_state()
    {
        var (good, bad) = (ArbitrageDay.Swap(1, ArbitrageDay.Tick), ArbitrageDay.Swap(2, ArbitrageDay.Tick));
        bad = bad with { CurrentTick = ArbitrageDay.Tick + 40 };
        using var pool = ArbitrageDay.Recorded(good, bad);
        pool.Advance(ArbitrageDay.TickOf(good));
        pool.Advance(ArbitrageDay.TickOf(bad));
        Assert.Null(pool.Curve);
        Assert.Equal((2, 1), (pool.Events, pool.Unusable));
    }
}
