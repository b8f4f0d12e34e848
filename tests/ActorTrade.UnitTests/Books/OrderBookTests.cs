using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Books.OrderBook;
using static ActorTrade.UnitTests.Books.GivenOrders;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>Each kind of order in a book by itself.</summary>
public sealed class OrderBookTests
{
    private readonly EntityHarness _book = Book();

    [Fact]
    public void A_limit_order_waits_until_the_pool_pays_its_price()
    {
        _book.Place(1, Sell(1_000, 2.0m));
        Assert.Empty(_book.Look(PoolAt(1.99m)));
        Assert.Empty(_book.Look(PoolAt(2.0m)));
        var fill = Assert.Single(_book.Fills(PoolAt(2.02m)));
        Assert.Equal((1_000u, 2_000u), ((uint)(ulong)fill.AmountIn, (uint)(ulong)fill.MinAmountOut));
    }

    [Fact]
    public void An_order_gets_the_part_of_which_every_unit_sells_at_its_limit()
    {
        var id = _book.Place(1, Sell(500_000, 2.0m));
        var pool = PoolAt(2.1m);
        var fill = Assert.Single(_book.Fills(pool));
        Assert.InRange(fill.AmountIn, (UInt256)20_000u, (UInt256)25_000u);
        var after = pool.After(fill.AmountIn);
        _book.Settle(fill);
        Assert.Empty(_book.Look(after));
        Assert.Equal(500_000u - fill.AmountIn, _book.Order(id).Left);
        Assert.NotEmpty(_book.Look(pool));
    }

    [Fact]
    public void Orders_are_served_by_price_then_by_time()
    {
        _book.Place(1, Sell(1_000, 2.00m));
        _book.Place(2, Sell(1_000, 1.90m));
        _book.Place(3, Sell(1_000, 2.00m));
        _book.Place(4, Sell(1_000, 1.95m));
        Assert.Equal([Id(2), Id(4), Id(1), Id(3)], _book.Fills(PoolAt(2.2m)).Select(f => f.OrderId));
    }

    [Fact]
    public void Nobody_is_filled_before_an_order_whose_part_is_too_small_to_begin()
    {
        _book.Place(1, Sell(100_000_000, 2.00m));
        _book.Place(2, Sell(1_000, 2.00m));
        Assert.Empty(_book.Look(PoolAt(2.01m)));
    }

    [Fact]
    public void While_fills_are_under_way_no_others_begin_but_not_for_ever()
    {
        _book.Place(1, Sell(1_000, 2.0m));
        Assert.Single(_book.Fills(PoolAt(2.1m)));
        _book.Place(2, Sell(1_000, 2.0m));
        Assert.Empty(_book.Look(PoolAt(2.1m)));
        _book.Now += FillWithin + TimeSpan.FromSeconds(1);
        Assert.Equal(Id(2), Assert.Single(_book.Fills(PoolAt(2.1m))).OrderId);
    }

    [Fact]
    public void A_refused_fill_stands_in_line_where_it_was_and_is_tried_again_later()
    {
        var id = _book.Place(1, Sell(1_000, 2.0m));
        var fill = Assert.Single(_book.Fills(PoolAt(2.1m)));
        _book.Happens<Event.FillRefused>(new Command.RecordFillRefused(id, fill.Number, "below-minimum"));
        Assert.Empty(_book.Look(PoolAt(2.1m)));
        _book.Now += AgainAfter;
        Assert.Equal(2, Assert.Single(_book.Fills(PoolAt(2.1m))).Number);
    }

    [Fact]
    public void A_stop_sells_when_the_price_has_fallen_and_not_far_below()
    {
        var id = _book.Place(1, Sell(1_000, 1m).With(Stop(1.8m, slippageBps: 200)));
        Assert.Empty(_book.Look(PoolAt(1.81m)));
        var triggered = Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(1.79m))));
        Assert.Equal(PriceOf(1.764m), triggered.Limit);
        Assert.Empty(_book.Look(PoolAt(1.7m)));
        Assert.Equal(id, Assert.Single(_book.Fills(PoolAt(1.79m))).OrderId);
    }

    [Fact]
    public void A_stop_limit_keeps_its_own_limit()
    {
        var leg = new OrderLeg(TriggerKind.Stop, PriceOf(1.8m), 0, PriceOf(1.75m), 0);
        _book.Place(1, Sell(1_000, 1m).With(leg));
        var triggered = Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(1.74m))));
        Assert.Equal(PriceOf(1.75m), triggered.Limit);
        Assert.Empty(_book.Look(PoolAt(1.74m)));
        Assert.Single(_book.Fills(PoolAt(1.77m)));
    }

    [Fact]
    public void A_take_profit_sells_when_the_price_has_risen()
    {
        _book.Place(1, Sell(1_000, 1m).With(TakeProfit(2.5m)));
        Assert.Empty(_book.Look(PoolAt(2.49m)));
        Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(2.51m))));
        Assert.Single(_book.Fills(PoolAt(2.51m)));
    }

    [Fact]
    public void A_trailing_stop_follows_new_highs_only()
    {
        _book.Place(1, Sell(1_000, 1m).With(Trailing(1_000)));
        Assert.IsType<Event.HighSeen>(Assert.Single(_book.Look(PoolAt(2.0m))));
        Assert.Empty(_book.Look(PoolAt(1.9m)));
        Assert.IsType<Event.HighSeen>(Assert.Single(_book.Look(PoolAt(2.2m))));
        Assert.Empty(_book.Look(PoolAt(1.99m)));
        var triggered = Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(1.98m))));
        Assert.Equal(PriceOf(1.9602m), triggered.Limit);
    }

    [Fact]
    public void Of_two_legs_a_fill_of_one_leaves_the_other_only_the_rest()
    {
        var id = _book.Place(1, Sell(500_000, 2.0m).With(OrderLeg.At(PriceOf(2.0m)), Stop(1.5m, 9_000)));
        var fill = Assert.Single(_book.Fills(PoolAt(2.1m)));
        _book.Settle(fill);
        Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(1.5m))));
        var rest = Assert.Single(_book.Fills(PoolAt(1.5m)));
        Assert.Equal(500_000u, fill.AmountIn + rest.AmountIn);
        var ended = _book.When(new Command.RecordFill(id, rest.Number, rest.MinAmountOut)).Events;
        Assert.Equal(PoolOrderEnd.Filled, Assert.IsType<Event.OrderEnded>(ended[1]).End);
    }

    [Fact]
    public void Of_a_bracket_the_leg_that_is_triggered_ends_the_other()
    {
        _book.Place(1, Sell(1_000, 1m).With(TakeProfit(2.5m), Stop(1.5m)));
        Assert.Equal(1, Assert.IsType<Event.OrderTriggered>(Assert.Single(_book.Look(PoolAt(1.5m)))).Leg);
        Assert.Equal(0, _book.State<BookState>().ToView().Sides[0].Waiting);

        // The stop's limit is met here, and the take-profit is not triggered besides.
        var fill = Assert.IsType<Event.FillStarted>(Assert.Single(_book.Look(PoolAt(2.6m))));
        Assert.Equal(1_000u, fill.AmountIn);
    }

    [Fact]
    public void Fill_or_kill_is_filled_whole_or_not_at_all()
    {
        _book.Place(1, Sell(500_000, 2.0m).In(TimeInForce.Fok));
        _book.Place(2, Sell(1_000, 2.0m).In(TimeInForce.Fok));
        var events = _book.Look(PoolAt(2.1m));
        Assert.Equal(Id(2), Assert.IsType<Event.FillStarted>(events[0]).OrderId);
        Assert.Equal((Id(1), PoolOrderEnd.Ended), events[1] is Event.OrderEnded e ? (e.OrderId, e.End) : default);
        Assert.Equal(1_000u, ((Event.FillStarted)events[0]).AmountIn);
    }

    [Fact]
    public void Immediate_or_cancel_sells_what_it_can_and_ends()
    {
        var id = _book.Place(1, Sell(500_000, 2.0m).In(TimeInForce.Ioc));
        var fill = Assert.Single(_book.Fills(PoolAt(2.1m)));
        Assert.True(fill.AmountIn < 500_000u);
        var events = _book.When(new Command.RecordFill(id, fill.Number, fill.MinAmountOut)).Events;
        Assert.Equal("rest-cancelled", Assert.IsType<Event.OrderEnded>(events[1]).Reason);
    }

    [Fact]
    public void What_must_trade_at_once_ends_when_the_pool_does_not_pay_it_or_is_not_seen()
    {
        _book.Place(1, Sell(1_000, 2.0m).In(TimeInForce.Ioc));
        Assert.IsType<Event.OrderEnded>(Assert.Single(_book.Look(PoolAt(1.9m))));
        _book.Place(2, Sell(1_000, 2.0m).In(TimeInForce.Ioc));
        _book.Now += LookedAtWithin;
        Assert.Equal("pool-not-seen", _book.Happens<Event.OrderEnded>(new Command.Wake()).Reason);
    }

    [Fact]
    public void Post_only_is_ended_where_it_would_trade_and_rests_where_not()
    {
        _book.Place(1, Sell(1_000, 2.0m) with { PostOnly = true });
        Assert.Equal(
            "post-only-would-trade", Assert.IsType<Event.OrderEnded>(Assert.Single(_book.Look(PoolAt(2.1m)))).Reason);
        _book.Place(2, Sell(1_000, 2.0m) with { PostOnly = true });
        Assert.IsType<Event.OrderRested>(Assert.Single(_book.Look(PoolAt(1.9m))));
        Assert.Single(_book.Fills(PoolAt(2.1m)));
    }

    [Fact]
    public void An_order_expires_at_its_time_after_the_fill_under_way()
    {
        var id = _book.Place(1, Sell(1_000, 2.0m).In(TimeInForce.Gtd, _book.Now + TimeSpan.FromMinutes(5)));
        _book.Place(2, Sell(1_000, 9.0m).In(TimeInForce.Gtd, _book.Now + TimeSpan.FromMinutes(7)));
        Assert.Equal(_book.Now + TimeSpan.FromMinutes(5), _book.Fold.WakeAt());
        _book.RestartFromJournal();
        Assert.Equal(_book.Now + TimeSpan.FromMinutes(5), _book.Fold.WakeAt());
        var fill = Assert.Single(_book.Fills(PoolAt(2.1m)));
        _book.Now += TimeSpan.FromMinutes(6);
        _book.Happens<Event.EndRequested>(new Command.Wake());
        var events = _book.When(new Command.RecordFillRefused(id, fill.Number, "deadline-passed")).Events;
        Assert.Equal(PoolOrderEnd.Expired, Assert.IsType<Event.OrderEnded>(events[1]).End);
        Assert.True(_book.Order(Id(2)).DueAt > _book.Now);
    }

    [Fact]
    public void A_twap_shows_a_slice_every_interval_and_at_the_end_all()
    {
        var every = TimeSpan.FromSeconds(30);
        var id = _book.Place(1, Sell(1_000, 1.0m).Twap(3, every));
        var sold = UInt256.Zero;
        UInt256[] expected = [333u, 333u, 334u];
        for (var slice = 0; slice < 3; slice++)
        {
            var fill = Assert.Single(_book.Fills(PoolAt(2m)));
            Assert.Equal(expected[slice], fill.AmountIn);
            sold += fill.AmountIn;
            _book.Settle(fill);
            Assert.Empty(_book.Look(PoolAt(2m)));
            _book.Now += every;
            if (slice < 2)
            {
                Assert.Equal(_book.Fold.WakeAt(), EntityHarness.Start + ((slice + 1) * every));
                _book.Happens<Event.SlicesDue>(new Command.Wake());
            }
        }

        Assert.Equal((1_000u, PoolOrderEnd.Filled), (sold, _book.Order(id).Ended!.End));
    }

    [Fact]
    public void An_iceberg_shows_its_part_and_goes_to_the_end_of_its_line_with_the_next()
    {
        _book.Place(1, Sell(1_000, 2.0m).Iceberg(400));
        _book.Place(2, Sell(1_100, 2.0m));
        var pool = PoolAt(2.1m);
        var first = _book.Fills(pool);
        Assert.Equal([(Id(1), 400), (Id(2), 1_100)], first.Select(f => (f.OrderId, (int)(ulong)f.AmountIn)));
        _book.Settle(first[0]);
        _book.When(new Command.RecordFillRefused(Id(2), 1, "below-minimum"));
        _book.Now += AgainAfter;
        var second = _book.Fills(pool).Select(f => (f.OrderId, (int)(ulong)f.AmountIn));
        Assert.Equal([(Id(2), 1_100), (Id(1), 400)], second);
    }

    [Theory]
    [InlineData(SystemMode.Paused)]
    [InlineData(SystemMode.Emergency)]
    public void While_the_system_is_stopped_nothing_is_filled_and_everything_can_be_cancelled(SystemMode mode)
    {
        var id = _book.Place(1, Sell(1_000, 2.0m));
        _book.Place(2, Sell(1_000, 2.0m).In(TimeInForce.Gtd, _book.Now + TimeSpan.FromMinutes(1)));
        _book.Mode = mode;
        Assert.Empty(_book.Look(PoolAt(3m)));
        _book.Happens<Event.OrderEnded>(new Command.Cancel(id, Alice, "enough", Deadline));
        _book.Now += TimeSpan.FromMinutes(1);
        _book.Happens<Event.OrderEnded>(new Command.Wake());
    }

    [Fact]
    public void A_cancel_that_overtakes_the_order_keeps_it_out()
    {
        _book.Happens<Event.OrderRefused>(new Command.Cancel(Id(1), Alice, "enough", Deadline));
        var place = new Command.Place(Id(1), Alice, Sell(1_000, 2m), Deadline);
        Assert.Equal("cancelled", _book.IsRepeat<Event.OrderRefused>(place).Reason);
        _book.Now = LongAfter(Deadline);
        Assert.Equal("deadline-passed", _book.Happens<Event.OrderRefused>(place).Reason);
    }

    [Fact]
    public void A_repeat_of_an_order_that_has_ended_and_is_forgotten_does_not_bring_it_back()
    {
        var place = new Command.Place(Id(1), Alice, Sell(1_000, 2m), Deadline);
        _book.Given(place, new Command.Cancel(Id(1), Alice, "enough", Deadline), new Command.RecordEndKnown(Id(1)));
        Assert.Empty(_book.State<BookState>().Orders);
        _book.IsRepeat<Event.OrderReceived>(place);
        _book.Now = LongAfter(Deadline);
        _book.Happens<Event.OrderRefused>(place);
    }

    [Fact]
    public void An_old_look_and_one_at_another_pool_decide_nothing()
    {
        _book.Place(1, Sell(1_000, 2.0m));
        var seenAt = _book.Now;
        _book.Now += LookAgeMax + TimeSpan.FromTicks(1);
        Assert.Empty(_book.When(new Command.Look(seenAt, PoolAt(3m))).Events);
        Assert.Empty(_book.Look(PoolAt(3m) with { Id = Domain.Numerics.PoolId.Parse("other") }));
    }

    [Fact]
    public void A_pool_of_another_curve_fills_up_to_the_limit_and_triggers_by_its_own_price()
    {
        // A little more B than A, far less apart in price than in amounts.
        var curve = new CurveTerms.Classic(200, 4_000_000, [6, 6]);
        var pool = PoolAt(1.5m, depth: 1_000_000_000) with { Curve = curve, LiquidityFeePips = 400 };
        var id = _book.Place(1, Sell(900_000_000, 1.0005m));
        _book.Place(2, Sell(1_000_000, 1m).With(Stop(0.9m)));
        var fill = Assert.Single(_book.Fills(pool));
        Assert.InRange(fill.AmountIn, (UInt256)50_000_000u, (UInt256)600_000_000u);
        Assert.Equal(QuoteError.None, pool.QuoteExactIn(A, B, fill.AmountIn, out var trade));
        Assert.True(trade.AmountOut >= fill.MinAmountOut);
        _book.Settle(fill);
        var after = pool with
        {
            Reserve0 = pool.Reserve0 + fill.AmountIn - trade.ProtocolFee,
            Reserve1 = pool.Reserve1 - trade.AmountOut,
        };
        Assert.Empty(_book.Look(after));
        Assert.Equal(900_000_000u - fill.AmountIn, _book.Order(id).Left);
        Assert.Empty(_book.Look(after with { Reserve1 = after.Reserve0 / 3u }));
        Assert.IsType<Event.OrderTriggered>(
            Assert.Single(_book.Look(after with { Reserve1 = after.Reserve0 / 300u })));
    }

    [Fact]
    public void Orders_in_tokens_that_the_pool_does_not_trade_end()
    {
        _book.Place(1, PoolOrder.Limit(A, C, 1_000, PriceOf(1m)));
        Assert.Equal("wrong-tokens", Assert.IsType<Event.OrderEnded>(Assert.Single(_book.Look(PoolAt(3m)))).Reason);
    }
}
