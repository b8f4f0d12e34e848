using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using ActorTrade.UnitTests.Orders;
using static ActorTrade.UnitTests.Desks.GivenVenueOrders;

namespace ActorTrade.UnitTests.Desks;

/// <summary>One desk alone, its children's ends told by hand.</summary>
public sealed class DeskTests
{
    private const string Alice = "alice";
    private readonly EntityHarness _desk =
        new(OrderDesk.Definition, OrderDesk.IdOf("paper", OrderWorld.Instrument.Symbol).Key);

    private int _orders;

    [Fact]
    public void A_stop_waits_for_its_price_and_sends_one_child_at_the_market()
    {
        var id = Held(Sell(1m, Stop(6_900m)));
        Assert.Empty(Look(6_900.01m, 6_901m));
        var events = Look(6_900m, 6_901m);
        var child = Assert.IsType<OrderDesk.Event.ChildStarted>(events[^1]);
        var triggered = Assert.IsType<OrderDesk.Event.OrderTriggered>(events[0]);
        Assert.Equal((id, 0, 6_900m), (triggered.OrderId, triggered.Leg, triggered.Price));
        Assert.Equal(((decimal?)null, 6_900m), (child.LimitPrice, child.ReferencePrice));
        Assert.Equal(OrderWorld.Instrument.Quantity(1m), child.Quantity);
        Assert.Empty(Look(6_800m, 6_801m));
        _desk.RestartFromSnapshot();
        _desk.RestartFromJournal();
        Assert.Empty(Look(6_800m, 6_801m));
    }

    [Fact]
    public void A_stop_of_a_buy_waits_for_a_rise_and_with_a_limit_sends_that()
    {
        Held(Buy(1m, Stop(7_100m, 7_120m)));
        Assert.Empty(Look(7_098m, 7_099.99m));
        var child = Assert.IsType<OrderDesk.Event.ChildStarted>(Look(7_099m, 7_100m)[^1]);
        Assert.Equal(7_120m, child.LimitPrice);
    }

    [Fact]
    public void A_trailing_stop_of_a_buy_lies_its_share_above_the_lowest_price()
    {
        Held(Buy(1m, Trailing(100)));
        Assert.IsType<OrderDesk.Event.HighSeen>(Assert.Single(Look(6_999m, 7_000m)));
        Assert.IsType<OrderDesk.Event.HighSeen>(Assert.Single(Look(6_899m, 6_900m)));
        Assert.Empty(Look(6_960m, 6_968.99m));
        Assert.Contains(Look(6_968m, 6_969m), e => e is OrderDesk.Event.ChildStarted);
    }

    [Fact]
    public void A_price_that_is_old_or_of_another_kind_triggers_nothing()
    {
        Held(Sell(1m, Stop(6_900m)) with { Source = TriggerSource.Last });
        Assert.Empty(Look(6_800m, 6_801m));
        var old = new OrderDesk.Command.Look(
            _desk.Now - OrderDesk.LookAgeMax - TimeSpan.FromTicks(1), 6_800m, 6_801m, 6_800m, PaperVenue.Capabilities);
        Assert.Empty(_desk.When(old).Events);
        Assert.NotEmpty(_desk.When(old with { At = _desk.Now - OrderDesk.LookAgeMax }).Events);
    }

    [Theory]
    [InlineData(SystemMode.Paused)]
    [InlineData(SystemMode.Maintenance)]
    [InlineData(SystemMode.Emergency)]
    public void A_stop_of_the_system_triggers_nothing_and_lets_cancels_pass(SystemMode mode)
    {
        var id = Held(Sell(1m, Stop(6_900m)));
        _desk.Mode = mode;
        Assert.Empty(Look(6_000m, 6_001m));
        var ended = _desk.Happens<OrderDesk.Event.OrderEnded>(new OrderDesk.Command.Cancel(id, "enough"), Alice);
        Assert.Equal((OrderState.Cancelled, "enough"), (ended.State, ended.Reason));
    }

    [Fact]
    public void The_stop_of_an_oco_gets_what_the_limit_leaves_when_that_has_ended()
    {
        var id = Held(Sell(1m, Limit(7_100m), Stop(6_900m)));
        var limit = Child(Look(7_000m, 7_001m));
        Assert.Equal((0, 7_100m), (limit.Leg, limit.LimitPrice));
        _desk.Given(new OrderDesk.Command.RecordChildPlaced(id, 1));
        var events = Look(6_890m, 6_891m);
        Assert.Equal(
            [typeof(OrderDesk.Event.OrderTriggered), typeof(OrderDesk.Event.ChildCancelRequested)],
            events.Select(e => e.GetType()));
        Assert.IsType<Order.Command.Cancel>(Assert.Single(_desk.Effects).Command);
        Assert.Empty(Look(6_880m, 6_881m));
        Ends(id, 1, OrderState.Cancelled, 0.4m);
        var stop = Child(Look(6_880m, 6_881m));
        Assert.Equal((1, OrderWorld.Instrument.Quantity(0.6m)), (stop.Leg, stop.Quantity));
        var ended = Ends(id, 2, OrderState.Filled, 0.6m);
        Assert.Equal(OrderState.Filled, Assert.IsType<OrderDesk.Event.OrderEnded>(ended[1]).State);
    }

    [Fact]
    public void A_twap_adds_to_a_slice_what_the_last_one_left()
    {
        var id = Held(Sell(1m, Limit(7_000m)).Twap(4, TimeSpan.FromSeconds(10)));
        Assert.Equal(OrderWorld.Instrument.Quantity(0.25m), Child(Look(7_000m, 7_001m)).Quantity);
        _desk.Given(new OrderDesk.Command.RecordChildPlaced(id, 1));
        _desk.Now += TimeSpan.FromSeconds(10);
        Assert.Equal(2, _desk.When(new OrderDesk.Command.Wake()).Events.Count);
        Ends(id, 1, OrderState.Cancelled, 0.1m);
        Assert.Equal(OrderWorld.Instrument.Quantity(0.4m), Child(Look(7_000m, 7_001m)).Quantity);
        Ends(id, 2, OrderState.Filled, 0.4m);
        Assert.Empty(Look(7_000m, 7_001m));

        // No node ran for so long that all is due.
        _desk.Now += TimeSpan.FromHours(1);
        _desk.Given(new OrderDesk.Command.Wake());
        Assert.Equal(OrderWorld.Instrument.Quantity(0.5m), Child(Look(7_000m, 7_001m)).Quantity);
        Assert.Contains(Ends(id, 3, OrderState.Filled, 0.5m), e => e is OrderDesk.Event.OrderEnded);
    }

    [Fact]
    public void An_iceberg_shows_a_tip_at_a_time()
    {
        var id = Held(Buy(1m, Limit(7_000m)).Iceberg(0.3m));
        foreach (var (number, tip) in new[] { (1, 0.3m), (2, 0.3m), (3, 0.3m), (4, 0.1m) })
        {
            Assert.Equal(OrderWorld.Instrument.Quantity(tip), Child(Look(7_000m, 7_001m)).Quantity);
            Ends(id, number, OrderState.Filled, tip);
        }

        Assert.Equal(OrderState.Filled, _desk.Journal.OfType<OrderDesk.Event.OrderEnded>().Single().State);
    }

    [Fact]
    public void An_order_good_till_a_date_expires_after_a_restart_and_its_funds_come_back()
    {
        var id = Held(Sell(1m, Stop(6_900m)).In(TimeInForce.Gtd, _desk.Now + TimeSpan.FromHours(1)));
        _desk.RestartFromSnapshot();
        Assert.Equal(EntityHarness.Start + TimeSpan.FromHours(1), _desk.Fold.WakeAt());
        _desk.Now += TimeSpan.FromHours(2);
        var ended = _desk.Happens<OrderDesk.Event.OrderEnded>(new OrderDesk.Command.Wake());
        Assert.Equal(OrderState.Expired, ended.State);
        Assert.IsType<Account.Command.ReleaseHold>(Assert.Single(_desk.Effects).Command);
        var released = _desk.When(new OrderDesk.Command.RecordHoldReleased(id, UInt256.One)).Events;
        Assert.IsType<OrderDesk.Event.OrderForgotten>(released[1]);
    }

    [Fact]
    public void What_a_venue_cannot_do_ends_the_order_and_a_date_is_the_desks_own_matter()
    {
        var id = Held(Sell(1m, Limit(7_100m)) with { PostOnly = true });
        var ended = Assert.IsType<OrderDesk.Event.OrderEnded>(Look(7_000m, 7_001m, VenueCapabilities.None)[0]);
        Assert.Equal((id, OrderState.Rejected, "venue-lacks-post-only"), (ended.OrderId, ended.State, ended.Reason));
        Held(Sell(1m, Limit(7_100m)).In(TimeInForce.Gtd, _desk.Now + TimeSpan.FromHours(1)));
        Assert.Equal(TimeInForce.Gtc, Child(Look(7_000m, 7_001m, VenueCapabilities.None)).TimeInForce);
    }

    [Fact]
    public void Children_that_are_rejected_are_sent_again_later_and_not_for_ever()
    {
        var id = Held(Sell(1m, Limit(7_100m)));
        for (var number = 1; number < OrderDesk.RefusalsMax; number++)
        {
            Child(Look(7_000m, 7_001m));
            Ends(id, number, OrderState.Rejected, 0m);
            Assert.Empty(Look(7_000m, 7_001m));
            _desk.Now += TimeSpan.FromSeconds(64);
        }

        Child(Look(7_000m, 7_001m));
        var last = Ends(id, OrderDesk.RefusalsMax, OrderState.Rejected, 0m)[1];
        var ended = Assert.IsType<OrderDesk.Event.OrderEnded>(last);
        Assert.Equal(OrderState.Rejected, ended.State);
    }

    [Fact]
    public void A_child_that_an_emergency_cancelled_ends_its_order()
    {
        var id = Held(Sell(1m, Limit(7_100m)));
        Child(Look(7_000m, 7_001m));
        var ended = Ends(id, 1, OrderState.Cancelled, 0.1m, Order.EmergencyReason);
        Assert.Equal(Order.EmergencyReason, Assert.IsType<OrderDesk.Event.OrderEnded>(ended[1]).Reason);
    }

    [Fact]
    public void The_hold_of_a_fill_that_could_not_be_booked_stays()
    {
        var id = Held(Sell(1m, Limit(7_100m)));
        Child(Look(7_000m, 7_001m));
        _desk.Given(new OrderDesk.Command.RecordChildEnded(
            id, 1, OrderState.Cancelled, UInt256.One, UInt256.One, 1, NeedsOperator: true, "cancelled"));
        Assert.Empty(_desk.Effects);
        Assert.Equal("settlement-refused", _desk.Journal.OfType<OrderDesk.Event.OrderEnded>().Single().Reason);
    }

    [Fact]
    public void A_repeat_is_the_same_order_and_other_terms_are_not()
    {
        var order = Sell(1m, Stop(6_900m));
        var id = Held(order);
        _desk.IsRepeat<OrderDesk.Event.OrderReceived>(PlaceOf(id, order with { Legs = [Stop(6_900m)] }));
        _desk.IsRejected<OrderDesk.Rejection.IdReused>(PlaceOf(id, order with { Legs = [Stop(6_901m)] }));
        var stranger = new OrderDesk.Command.Cancel(id, "mine");
        _desk.IsRejected<OrderDesk.Rejection.NotPermitted>(stranger, "mallory");
    }

    [Fact]
    public void A_refusal_that_could_turn_into_an_acceptance_is_kept()
    {
        var (id, order) = (OrderWorld.NewId(1), Sell(1m, Stop(6_900m)));
        _desk.Mode = SystemMode.Paused;
        Assert.Equal("trading-halted", _desk.Happens<OrderDesk.Event.OrderRefused>(PlaceOf(id, order), Alice).Reason);
        _desk.Mode = SystemMode.Active;
        _desk.IsRepeat<OrderDesk.Event.OrderRefused>(PlaceOf(id, order), Alice);
    }

    public static TheoryData<string, VenueOrder> Wrong => new()
    {
        { "Quantity", Sell(0m, Stop(6_900m)) },
        { "Legs", Sell(1m) },
        { "Legs", Sell(1m, Stop(6_900m), Limit(7_100m)) },
        { "Legs", Sell(1m, AtMarket, Stop(6_900m)) },
        { "TriggerPrice", Sell(1m, Stop(0m)) },
        { "TriggerPrice", Sell(1m, new VenueLeg(default, 6_900m, 0, 7_000m)) },
        { "TrailBps", Sell(1m, Trailing(10_000)) },
        { "LimitPrice", Sell(1m, Limit(-1m)) },
        { "LimitPrice", Sell(1m, AtMarket).Iceberg(0.1m) },
        { "ExpiresAt", Sell(1m, Stop(6_900m)).In(TimeInForce.Gtd) },
        { "ExpiresAt", Sell(1m, Stop(6_900m)).In(TimeInForce.Gtd, EntityHarness.Start) },
        { "PostOnly", Sell(1m, Stop(6_900m)) with { PostOnly = true } },
        { "Slices", Sell(1m, Limit(7_000m)).Twap(1, TimeSpan.FromSeconds(1)) },
        { "Slices", Sell(1m, Stop(7_000m)).Twap(2, TimeSpan.FromSeconds(1)) },
        { "Visible", Sell(1m, Limit(7_000m)).Iceberg(1.1m) },
        { "Style", Sell(1m, Limit(7_000m), Stop(6_900m)).Iceberg(0.1m) },
        { "ReferencePrice", Sell(1m, Stop(6_900m)) with { ReferencePrice = 0 } },
        { "Venue", Sell(1m, Stop(6_900m)) with { Venue = "" } },
        { "Instrument", Sell(1m, Stop(6_900m)) with { Venue = "elsewhere" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_terms_are_told_by_their_field(string field, VenueOrder order)
    {
        var rejection = _desk.IsRejected<OrderDesk.Rejection.InvalidTerms>(PlaceOf(OrderWorld.NewId(1), order));
        Assert.Equal(field, rejection.Field);
    }

    [Fact]
    public void A_limit_far_beyond_its_trigger_is_denied_at_once()
    {
        var order = Sell(1m, TakeProfit(7_100m), Stop(6_900m, 6_000m));
        var denied = _desk.IsRejected<OrderDesk.Rejection.LegDenied>(PlaceOf(OrderWorld.NewId(1), order));
        Assert.Equal((1, "PRICE_COLLAR_EXCEEDED"), (denied.Leg, denied.Denial.Code));
    }

    private OrderDesk.Command.Place PlaceOf(OrderId id, VenueOrder order) =>
        new(id, Bot: null, order, EntityHarness.Start + TimeSpan.FromMinutes(1));

    private OrderId Held(VenueOrder order)
    {
        var id = OrderWorld.NewId(++_orders);
        _desk.Happens<OrderDesk.Event.OrderReceived>(PlaceOf(id, order), Alice);
        Assert.IsType<Account.Command.HoldFunds>(Assert.Single(_desk.Effects).Command);
        _desk.Given(new OrderDesk.Command.RecordFundsHeld(id));
        return id;
    }

    private IReadOnlyList<IEvent> Look(
        decimal bid, decimal ask, VenueCapabilities capabilities = PaperVenue.Capabilities) =>
        _desk.When(new OrderDesk.Command.Look(_desk.Now, bid, ask, Last: null, capabilities)).Events;

    private static OrderDesk.Event.ChildStarted Child(IReadOnlyList<IEvent> events) =>
        Assert.Single(events.OfType<OrderDesk.Event.ChildStarted>());

    private IReadOnlyList<IEvent> Ends(
        OrderId id, int number, OrderState state, decimal filled, string reason = "a reason")
    {
        var units = OrderWorld.Instrument.Quantity(filled);
        return _desk.When(new OrderDesk.Command.RecordChildEnded(
            id, number, state, units, UInt256.Zero, filled == 0 ? 0 : 1, NeedsOperator: false, reason)).Events;
    }
}
