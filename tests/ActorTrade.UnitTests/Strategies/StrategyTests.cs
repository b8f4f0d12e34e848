using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;
using ActorTrade.Market.Signals;
using static ActorTrade.UnitTests.Strategies.FakeContext;

namespace ActorTrade.UnitTests.Strategies;

public sealed class StrategyTests
{
    [Fact]
    public void Every_kind_is_made_with_its_defaults_and_every_default_is_valid()
    {
        foreach (var kind in StrategyCatalog.Kinds)
        {
            Assert.All(kind.Parameters, p => Assert.Null(p.Check(p.Default)));
            Instrument[] instruments = kind.SymbolCount == 1 ? [BtcUsd] : [BtcUsd, BtcEur, EurUsd];
            Assert.True(StrategyCatalog.TryCreate(kind.Name, instruments, [], out _, out var error), error);
        }
    }

    [Theory]
    [InlineData("trend", "notional", "0")]
    [InlineData("trend", "notional", "1e3")]
    [InlineData("trend", "average", "wma")]
    [InlineData("trend", "confidence-min", "1.01")]
    [InlineData("grid", "levels", "2.5")]
    [InlineData("grid", "levels", "101")]
    [InlineData("dca", "interval", "hourly")]
    [InlineData("dca", "interval", "00:00:00")]
    [InlineData("dca", "levels", "3")]
    public void A_wrong_parameter_is_named(string strategy, string name, string value)
    {
        Assert.False(
            StrategyCatalog.TryCreate(strategy, [BtcUsd], [new BotParameter(name, value)], out _, out var error));
        Assert.StartsWith(name + ":", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_strategy_or_unfit_symbols_are_named()
    {
        Assert.False(StrategyCatalog.TryCreate("martingale", [BtcUsd], [], out _, out var error));
        Assert.StartsWith("Strategy:", error, StringComparison.Ordinal);
        Assert.False(StrategyCatalog.TryCreate("triangle", [BtcUsd], [], out _, out error));
        Assert.StartsWith("Instruments:", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Suitable_sets_are_every_symbol_those_with_a_pool_and_the_triangles()
    {
        var pools = PoolBook.Empty.With(Pool("BTC-USD", Btc, 100, Usd, 100));
        Instrument[] all = [BtcUsd, BtcEur, EurUsd];
        int Count(string name) => StrategyCatalog.Suitable(StrategyCatalog.Find(name)!, all, pools).Count();
        Assert.Equal([3, 1, 1], [Count("trend"), Count("arbitrage"), Count("triangle")]);
    }

    [Fact]
    public void Default_limits_are_valid_and_let_default_strategies_trade() =>
        Assert.Null(StrategyCatalog.DefaultLimits(100_000m, 6_800m).Check());

    [Fact]
    public void Trend_buys_at_an_upward_cross_and_sells_all_at_the_next_downward_one()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Trend(BtcUsd, Settings("trend", ("notional", "1000")));
        strategy.OnTick(context.At(0, 5_000m), context);
        strategy.OnSignal(Cross(SignalDirection.Buy), context);
        strategy.OnTick(context.At(1, 4_999m, 5_000m), context);
        strategy.OnTick(context.At(2, 5_000m), context);
        strategy.OnSignal(Cross(SignalDirection.Sell), context);
        strategy.OnTick(context.At(3, 5_100m), context);
        strategy.OnTick(context.At(4, 5_100m), context);
        Assert.Equal(
            [(Side.Buy, 20_000_000UL), (Side.Sell, 20_000_000UL)],
            context.Intents.Cast<Intent.Order>().Select(o => (o.Side, (ulong)o.Quantity)));
    }

    [Fact]
    public void A_guarded_position_has_a_trailing_stop_that_goes_before_the_position_does()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Trend(BtcUsd, Settings("trend", ("trail-bps", "150")));
        strategy.OnSignal(Cross(SignalDirection.Buy), context);
        for (var second = 1; second < 5; second++)
        {
            strategy.OnTick(context.At(second, 4_999m, 5_000m), context);
        }

        var bought = Assert.IsType<Intent.Order>(context.Intents[0]);
        var guard = Assert.IsType<Intent.DeskOrder>(context.Intents[1]);
        Assert.Equal(2, context.Intents.Count);
        Assert.Equal((Side.Sell, bought.Quantity, 4_999m), (guard.Side, guard.Quantity, guard.ReferencePrice));
        Assert.Equal(
            (new VenueLeg(TriggerKind.TrailingStop, null, 150, null), TriggerSource.Bid),
            (Assert.Single(guard.Terms.Legs), guard.Terms.Source));

        strategy.OnSignal(Cross(SignalDirection.Sell), context);
        strategy.OnTick(context.At(5, 5_100m), context);
        strategy.OnTick(context.At(6, 5_100m), context);
        strategy.OnTick(context.At(7, 5_100m), context);
        Assert.IsType<Intent.Cancel>(context.Intents[2]);
        Assert.Equal(
            (Side.Sell, bought.Quantity),
            Assert.IsType<Intent.Order>(context.Intents[3]) is var sold ? (sold.Side, sold.Quantity) : default);
        Assert.Equal(4, context.Intents.Count);
        Assert.True(context.PositionOf(BtcUsd.Symbol).IsZero);
    }

    [Fact]
    public void A_position_that_its_stop_has_sold_is_not_bought_back_before_the_next_signal()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Trend(BtcUsd, Settings("trend", ("trail-bps", "150")));
        strategy.OnSignal(Cross(SignalDirection.Buy), context);
        strategy.OnTick(context.At(1, 5_000m), context);
        strategy.OnTick(context.At(2, 5_000m), context);
        strategy.OnTick(context.At(3, 5_000m), context);
        context.AtDesk.Clear();
        context.Hold(BtcUsd.Symbol, default);
        strategy.OnTick(context.At(400, 4_900m), context);
        strategy.OnTick(context.At(800, 4_900m), context);
        Assert.Equal(2, context.Intents.Count);
        strategy.OnSignal(Cross(SignalDirection.Buy), context);
        strategy.OnTick(context.At(900, 4_900m), context);
        Assert.IsType<Intent.Order>(context.Intents[2]);
    }

    [Fact]
    public void A_stop_that_sold_a_part_is_followed_by_one_for_the_rest()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new MeanReversion(BtcUsd, Settings("mean-reversion", ("trail-bps", "150")));
        context.Hold(BtcUsd.Symbol, (UInt256)300u);
        strategy.OnTick(context.At(1, 5_000m), context);
        Assert.Equal(300u, (uint)Assert.IsType<Intent.DeskOrder>(Assert.Single(context.Intents)).Quantity);
        strategy.OnTick(context.At(2, 5_000m), context);
        context.AtDesk.Clear();
        context.Hold(BtcUsd.Symbol, (UInt256)100u);
        strategy.OnTick(context.At(3, 5_000m), context);
        Assert.Single(context.Intents);
        strategy.OnTick(context.At(70, 5_000m), context);
        Assert.Equal(100u, (uint)Assert.IsType<Intent.DeskOrder>(context.Intents[1]).Quantity);
    }

    [Fact]
    public void Trend_ignores_other_averages_other_symbols_and_weak_signals()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Trend(BtcUsd, Settings("trend", ("confidence-min", "0.6")));
        strategy.OnSignal(Cross(SignalDirection.Buy) with { Kind = SignalKind.SmaCross }, context);
        strategy.OnSignal(Cross(SignalDirection.Buy) with { Symbol = BtcEur.Symbol }, context);
        strategy.OnSignal(Cross(SignalDirection.Buy) with { Confidence = 0.5 }, context);
        strategy.OnTick(context.At(1, 5_000m), context);
        Assert.Empty(context.Intents);
    }

    [Fact]
    public void An_order_that_comes_to_nothing_is_tried_again_only_after_the_pause()
    {
        var context = new FakeContext(BtcUsd) { Fills = false };
        var strategy = new Trend(BtcUsd, Settings("trend", ("retry-after", "00:01:00")));
        strategy.OnSignal(Cross(SignalDirection.Buy), context);
        for (var second = 0; second < 150; second++)
        {
            strategy.OnTick(context.At(second, 5_000m), context);
        }

        Assert.Equal(3, context.Intents.Count);
        context.Open = 1;
        strategy.OnTick(context.At(600, 5_000m), context);
        Assert.Equal(3, context.Intents.Count);
    }

    [Fact]
    public void Mean_reversion_sells_when_the_horizon_has_passed()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new MeanReversion(BtcUsd, Settings("mean-reversion"));
        strategy.OnTick(context.At(0, 5_000m), context);
        strategy.OnSignal(
            Cross(SignalDirection.Buy) with { Kind = SignalKind.ZScore, Horizon = TimeSpan.FromMinutes(10) }, context);
        strategy.OnTick(context.At(1, 5_000m), context);
        strategy.OnTick(context.At(599, 5_000m), context);
        Assert.Single(context.Intents);
        strategy.OnTick(context.At(601, 5_000m), context);
        Assert.Equal(Side.Sell, Assert.IsType<Intent.Order>(context.Intents[^1]).Side);
        Assert.True(context.PositionOf(BtcUsd.Symbol).IsZero);
    }

    [Fact]
    public void Dca_buys_once_an_interval_that_begins_while_it_runs()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Dca(BtcUsd, Settings("dca", ("interval", "01:00:00"), ("notional", "100")));
        for (var minute = 30; minute < 300; minute += 7)
        {
            strategy.OnTick(context.At(minute * 60, 5_000m), context);
        }

        Assert.Equal(4, context.Intents.Count);
        Assert.All(context.Intents, i => Assert.Equal(2_000_000UL, (ulong)((Intent.Order)i).Quantity));
    }

    [Fact]
    public void Grid_buys_each_level_down_and_sells_each_one_level_higher()
    {
        var context = new FakeContext(BtcUsd);
        var strategy = new Grid(
            BtcUsd, Settings("grid", ("spacing-bps", "100"), ("levels", "3"), ("notional", "1000")));
        var trace = new List<string>();
        var seconds = 0;
        foreach (var price in new[] { 10_000m, 9_950m, 9_900m, 9_800m, 9_702m, 9_600m, 9_500m, 9_802m, 9_900m, 10_000m, 10_100m, 9_999m })
        {
            var before = context.Intents.Count;
            strategy.OnTick(context.At(seconds++, price), context);
            trace.AddRange(context.Intents.Skip(before).Select(i => $"{((Intent.Order)i).Side} {price}"));
        }

        Assert.Equal(
            ["Buy 9900", "Buy 9800", "Buy 9702", "Sell 9802", "Sell 9900", "Sell 10000", "Buy 9999"], trace);
    }

    [Fact]
    public void Pool_arbitrage_buys_from_a_cheap_pool_and_sells_where_it_brings_most()
    {
        var context = new FakeContext(BtcUsd);
        context.SetPool(Pool("BTC-USD", Btc, 10_00000000, Usd, 49_000_000000));
        var strategy = new PoolArbitrage(BtcUsd, Settings("arbitrage"));
        strategy.OnTick(context.At(0, 5_000m, 5_001m), context);
        var swap = Assert.IsType<Intent.PoolSwap>(Assert.Single(context.Intents));
        Assert.Equal((Usd, Btc), (swap.Route[0].TokenIn, swap.Route[0].TokenOut));
        Assert.True(Assert.Single(context.Opportunities).Profit > 0);
        context.Hold(BtcUsd.Symbol, (SignedAmount)swap.MinAmountOut);
        strategy.OnTick(context.At(6, 5_000m, 5_001m), context);
        Assert.Equal(Side.Sell, Assert.IsType<Intent.Order>(context.Intents[^1]).Side);
    }

    [Fact]
    public void Pool_arbitrage_buys_at_the_venue_for_a_dear_pool()
    {
        var context = new FakeContext(BtcUsd);
        context.SetPool(Pool("BTC-USD", Btc, 10_00000000, Usd, 51_000_000000));
        var strategy = new PoolArbitrage(BtcUsd, Settings("arbitrage"));
        strategy.OnTick(context.At(0, 4_999m, 5_000m), context);
        Assert.Equal(Side.Buy, Assert.IsType<Intent.Order>(Assert.Single(context.Intents)).Side);
        strategy.OnTick(context.At(6, 4_999m, 5_000m), context);
        Assert.Equal((Btc, Usd), (
            Assert.IsType<Intent.PoolSwap>(context.Intents[^1]).Route[0].TokenIn,
            ((Intent.PoolSwap)context.Intents[^1]).Route[0].TokenOut));
    }

    [Fact]
    public void No_intent_while_the_gap_is_within_fees_and_threshold()
    {
        for (var price = 4_925m; price <= 5_080m; price += 1m)
        {
            var context = new FakeContext(BtcUsd);
            context.SetPool(Pool("BTC-USD", Btc, 10_00000000, Usd, 50_000_000000));
            var strategy = new PoolArbitrage(
                BtcUsd, Settings("arbitrage", ("venue-fee-bps", "10"), ("threshold-bps", "5")));
            strategy.OnTick(context.At(0, price), context);

            // Pool fee 30 bp + venue fee 10 bp = 40 bp, so within 0.3 % there is
            // surely nothing, beyond 1.2 % surely something.
            var gap = Math.Abs((price / 5_000m) - 1);
            Assert.True(gap > 0.0040m || context.Intents.Count == 0, $"{price}");
            Assert.True(gap < 0.0120m || context.Intents.Count == 1, $"{price}");
        }
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("30", 0)]
    public void A_gain_below_the_threshold_is_left_alone(string thresholdBps, int intents)
    {
        // 60 bp apart and 40 bp of fees leave at most 20 bp.
        var context = new FakeContext(BtcUsd);
        context.SetPool(Pool("BTC-USD", Btc, 10_00000000, Usd, 50_000_000000));
        var strategy = new PoolArbitrage(
            BtcUsd, Settings("arbitrage", ("venue-fee-bps", "10"), ("threshold-bps", thresholdBps)));
        strategy.OnTick(context.At(0, 5_030m), context);
        Assert.Equal(intents, context.Intents.Count);
    }

    [Fact]
    public void The_triangle_bot_sends_the_cycle_that_gains_and_must_gain()
    {
        var context = new FakeContext(BtcUsd, BtcEur, EurUsd);
        context.SetPool(Pool("BTC-USD", Btc, 100_00000000, Usd, 500_000_000000));
        context.SetPool(Pool("BTC-EUR", Btc, 100_00000000, Eur, 410_000_000000));
        context.SetPool(Pool("EUR-USD", Eur, 400_000_000000, Usd, 492_000_000000));
        var strategy = new TriangularArbitrage([BtcUsd, BtcEur, EurUsd], Settings("triangle"));
        strategy.OnTick(context.At(0, 5_000m), context);
        Assert.Empty(context.Intents);
        context.SetPool(Pool("BTC-EUR", Btc, 100_00000000, Eur, 430_000_000000, seq: 2));
        strategy.OnTick(context.At(1, 5_000m), context);
        var swap = Assert.IsType<Intent.PoolSwap>(Assert.Single(context.Intents));
        Assert.Equal(3, swap.Route.Length);
        Assert.Equal(swap.Route[0].TokenIn, swap.Route[2].TokenOut);
        Assert.True(swap.MinAmountOut > swap.AmountIn);
        strategy.OnTick(context.At(2, 5_000m), context);
        Assert.Single(context.Intents);
    }

    [Fact]
    public void Quote_triangles_are_counted_once_a_change_after_both_fees_and_never_on_stale_quotes()
    {
        var context = new FakeContext(BtcUsd, BtcEur, EurUsd);
        var strategy = new TriangularArbitrage(
            [BtcUsd, BtcEur, EurUsd], Settings("triangle", ("venue-fee-bps", "10"), ("threshold-bps", "0")));
        strategy.OnTick(context.At(0, 4_995m, 5_000m, BtcUsd.Symbol), context);
        strategy.OnTick(context.At(0, 1.2000m, 1.2001m, EurUsd.Symbol), context);
        strategy.OnTick(context.At(0, 4_176m, 4_180m, BtcEur.Symbol), context);
        var one = Assert.Single(context.Opportunities);
        Assert.Equal("BTC→EUR→USD→BTC", one.Route);
        Assert.Equal((((4_176 * 1.2) / 5_000) - 1 - 0.002) * 10_000, one.GainBps, 9);
        strategy.OnTick(context.At(1, 4_176m, 4_181m, BtcEur.Symbol), context);
        Assert.Single(context.Opportunities);
        strategy.OnTick(context.At(200, 4_190m, 4_191m, BtcEur.Symbol), context);
        Assert.Single(context.Opportunities);
    }

    private static Signal Cross(SignalDirection direction) => new(
        BtcUsd.Symbol, SignalKind.EmaCross, direction, 0.7, TimeSpan.FromHours(1), "test", Start);
}
