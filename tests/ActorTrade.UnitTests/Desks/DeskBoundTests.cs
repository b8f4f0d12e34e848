using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using ActorTrade.UnitTests.Orders;
using static ActorTrade.UnitTests.Desks.GivenVenueOrders;

namespace ActorTrade.UnitTests.Desks;

/// <summary>What bounds a desk: money held, fills, refusals, work for one command, dates; each at its very
/// value.</summary>
public sealed class DeskBoundTests
{
    private readonly EntityHarness _desk =
        new(OrderDesk.Definition, OrderDesk.IdOf("paper", OrderWorld.Instrument.Symbol).Key);

    private int _orders;

    /// <summary>A venue that takes for every child as much as its price and the dearest fee allow, in sixty fills that
    /// are rounded up each, in a market that leaps: what is held pays for every child, also for the last.</summary>
    [Fact]
    public void Every_child_of_a_buy_can_be_paid_from_what_is_held()
    {
        var (children, limited) = (0, 0);
        for (var seed = 1; seed <= 3_000; seed++)
        {
            var random = new Random(seed);
            var order = Any(random, _desk.Now);
            if (order.Side == Side.Sell)
            {
                continue;
            }

            var id = Held(order);
            for (var look = 0; look < 30 && _desk.State<DeskState>().Orders.ContainsKey(id); look++)
            {
                var bid = 7_000m + random.Next(-900, 900);
                foreach (var child in Look(bid, bid + 1).OfType<OrderDesk.Event.ChildStarted>())
                {
                    Assert.True(RiskCheck.TryFullHold(
                        order.Instrument, Side.Buy, child.Quantity, child.LimitPrice ?? child.ReferencePrice,
                        order.Limits, out var cost));
                    cost -= RiskCheck.RoundingReserve - 120u;
                    Assert.True(cost <= child.SpendMax, $"seed {seed}: {child} may cost {cost}");
                    Ends(id, child.Number, OrderState.Filled, child.Quantity, cost);
                    children++;
                    limited += order.Legs[child.Leg].LimitPrice is null && child.LimitPrice is not null ? 1 : 0;
                }

                _desk.Now += TimeSpan.FromSeconds(random.Next(1, 15));
                _desk.When(new OrderDesk.Command.Wake());
            }

            _desk.When(new OrderDesk.Command.Cancel(id, "enough"));
            _desk.When(new OrderDesk.Command.RecordHoldReleased(id, UInt256.Zero));
            Assert.Empty(_desk.State<DeskState>().Orders);
        }

        Assert.True(children > 1_500 && limited > 20, $"{children}, {limited}");
    }

    [Fact]
    public void An_order_of_many_fills_ends_at_the_bound_and_not_before()
    {
        foreach (var (fills, isOver) in new[] { (OrderDesk.FillsMax - 1, false), (OrderDesk.FillsMax, true) })
        {
            var id = Held(Sell(1m, Limit(7_100m)).Iceberg(0.5m));
            Look(7_000m, 7_001m);
            var half = OrderWorld.Instrument.Quantity(0.5m);
            var events = Ends(id, 1, OrderState.Filled, half, half, fills);
            Assert.Equal(isOver, events.OfType<OrderDesk.Event.OrderEnded>().Any(e => e.Reason == "too-many-fills"));
        }
    }

    [Fact]
    public void Each_pause_after_a_refused_child_is_twice_as_long_and_a_fill_makes_them_short_again()
    {
        var id = Held(Sell(1m, Limit(7_100m)));
        var number = 0;
        for (var round = 0; round < 2; round++)
        {
            Assert.Single(Look(7_000m, 7_001m).OfType<OrderDesk.Event.ChildStarted>());
            for (var refusals = 0; refusals < OrderDesk.RefusalsMax - 1; refusals++)
            {
                Ends(id, ++number, OrderState.Rejected, UInt256.Zero, UInt256.Zero, 0);
                _desk.RestartFromSnapshot();
                var pause = OrderDesk.AgainAfter * (1 << Math.Min(refusals, 6));
                _desk.Now += pause - TimeSpan.FromTicks(1);
                Assert.Empty(Look(7_000m, 7_001m));
                _desk.Now += TimeSpan.FromTicks(1);
                Assert.Single(Look(7_000m, 7_001m).OfType<OrderDesk.Event.ChildStarted>());
            }

            // The last that was allowed to be refused is filled in part.
            Assert.Single(Ends(id, ++number, OrderState.Cancelled, UInt256.One, UInt256.One));
        }
    }

    [Fact]
    public void The_stop_of_a_post_only_pair_may_trade_at_once()
    {
        var id = Held(Sell(1m, Limit(7_100m), Stop(6_900m, 6_890m)) with { PostOnly = true });
        Assert.True(Assert.Single(Look(7_000m, 7_001m).OfType<OrderDesk.Event.ChildStarted>()).PostOnly);
        Look(6_900m, 6_901m);
        Ends(id, 1, OrderState.Cancelled, UInt256.Zero, UInt256.Zero, 0);
        Assert.False(Assert.Single(Look(6_900m, 6_901m).OfType<OrderDesk.Event.ChildStarted>()).PostOnly);
    }

    [Fact]
    public void One_look_or_wake_up_does_so_much_and_the_next_goes_on()
    {
        const int count = (2 * OrderDesk.StepMax) + 50;
        var until = _desk.Now + TimeSpan.FromHours(1);
        for (var i = 0; i < count; i++)
        {
            Held(Sell(0.01m, i % 2 == 0 ? Stop(6_900m) : Trailing(50)).In(TimeInForce.Gtd, until));
        }

        Look(6_990m, 6_991m);
        var started = 0;
        for (var look = 0; look < 8; look++)
        {
            var events = Look(6_800m, 6_801m);
            Assert.True(events.Count <= OrderDesk.StepMax + 1, $"{events.Count} events of one look");
            started += events.OfType<OrderDesk.Event.ChildStarted>().Count();
        }

        Assert.Equal(count, started);
        _desk.Now = until;
        var asked = 0;
        for (var wake = 0; wake < 8 && _desk.Fold.WakeAt() <= until; wake++)
        {
            var events = _desk.When(new OrderDesk.Command.Wake()).Events;
            Assert.True(events.Count <= OrderDesk.StepMax + 1, $"{events.Count} events of one wake-up");
            asked += events.OfType<OrderDesk.Event.EndRequested>().Count(e => e.State == OrderState.Expired);
        }

        Assert.Equal(count, asked);
    }

    /// <summary>Woken when it asks to be, and at no other time, a desk works every slice of a TWAP, whatever it has a
    /// restart between.</summary>
    [Fact]
    public void A_desk_asks_to_be_woken_for_every_slice()
    {
        for (var slices = 2; slices <= 12; slices++)
        {
            var (begun, every) = (_desk.Now, TimeSpan.FromSeconds(7));
            var id = Held(Sell(1m, Limit(7_000m)).Twap(slices, every));
            for (var slice = 1; slice <= slices; slice++)
            {
                var child = Assert.Single(Look(7_000m, 7_001m).OfType<OrderDesk.Event.ChildStarted>());
                Ends(id, slice, OrderState.Filled, child.Quantity, child.Quantity);
                Assert.Empty(Look(7_000m, 7_001m));
                _desk.RestartFromSnapshot();
                if (slice < slices)
                {
                    Assert.Equal(begun + (slice * every), _desk.Fold.WakeAt());
                    _desk.Now = _desk.Fold.WakeAt()!.Value;
                    _desk.Given(new OrderDesk.Command.Wake());
                }
            }

            _desk.Given(new OrderDesk.Command.RecordHoldReleased(id, UInt256.Zero));
            Assert.Empty(_desk.State<DeskState>().Orders);
        }
    }

    [Fact]
    public void At_its_date_an_order_is_no_longer_worked_and_ends()
    {
        var until = _desk.Now + TimeSpan.FromMinutes(1);
        var id = Held(Sell(1m, Stop(6_900m)).In(TimeInForce.Gtd, until));
        _desk.Now = until;
        Assert.DoesNotContain(Look(6_800m, 6_801m), e => e is OrderDesk.Event.ChildStarted);
        var ended = Assert.Single(
            _desk.When(new OrderDesk.Command.Wake()).Events.OfType<OrderDesk.Event.OrderEnded>());
        Assert.Equal((id, OrderState.Expired), (ended.OrderId, ended.State));
    }

    /// <summary>Only the same order under the same id is a repeat: any other term, bot or deadline is not.</summary>
    [Fact]
    public void Every_term_tells_an_order_from_another()
    {
        var order = Sell(1m, Limit(7_100m)).In(TimeInForce.Gtd, _desk.Now + TimeSpan.FromHours(1)).Iceberg(0.5m);
        var id = Held(order);
        VenueOrder[] others =
        [
            order with { Account = AccountId.Parse("bob") },
            order with { Side = Side.Buy },
            order with { Quantity = order.Quantity + 1u },
            order with { Legs = [Limit(7_100.01m)] },
            order with { TimeInForce = TimeInForce.Gtc, ExpiresAt = null },
            order with { ExpiresAt = order.ExpiresAt + TimeSpan.FromTicks(1) },
            order with { PostOnly = true },
            order with { Visible = order.Visible - 1u },
            order with { Source = TriggerSource.Mid },
            order with { ReferencePrice = 7_000.01m },
            order with { Limits = order.Limits with { NotionalMax = order.Limits.NotionalMax - 1u } },
        ];
        foreach (var other in others)
        {
            _desk.IsRejected<OrderDesk.Rejection.IdReused>(PlaceOf(id, other));
        }

        _desk.IsRejected<OrderDesk.Rejection.IdReused>(PlaceOf(id, order) with { Bot = OrderWorld.Trader });
        _desk.IsRepeat<OrderDesk.Event.OrderReceived>(PlaceOf(id, order));

        // Gone, but remembered with its deadline.
        _desk.When(new OrderDesk.Command.Cancel(id, "enough"));
        _desk.Given(new OrderDesk.Command.RecordHoldReleased(id, UInt256.Zero));
        Assert.Empty(_desk.State<DeskState>().Orders);
        var place = PlaceOf(id, order);
        var earlier = place with { Deadline = place.Deadline - TimeSpan.FromTicks(1) };
        _desk.IsRejected<OrderDesk.Rejection.IdReused>(earlier);
        _desk.IsRepeat<OrderDesk.Event.OrderReceived>(place);
    }

    [Fact]
    public void A_desk_that_is_empty_again_takes_the_instrument_with_other_decimals()
    {
        var id = Held(Sell(1m, Stop(6_900m)));
        var other = Sell(1m, Stop(6_900m)) with { Instrument = OrderWorld.Instrument with { QuoteDecimals = 4 } };
        var rejection = _desk.IsRejected<OrderDesk.Rejection.InvalidTerms>(PlaceOf(OrderWorld.NewId(99), other));
        Assert.Equal(nameof(VenueOrder.Instrument), rejection.Field);
        _desk.When(new OrderDesk.Command.Cancel(id, "enough"));
        _desk.Given(new OrderDesk.Command.RecordHoldReleased(id, UInt256.Zero));
        _desk.Happens<OrderDesk.Event.OrderReceived>(PlaceOf(OrderWorld.NewId(99), other));
    }

    private OrderDesk.Command.Place PlaceOf(OrderId id, VenueOrder order) =>
        new(id, Bot: null, order, _desk.Now + TimeSpan.FromMinutes(1));

    private OrderId Held(VenueOrder order)
    {
        var id = OrderWorld.NewId(++_orders);
        _desk.Happens<OrderDesk.Event.OrderReceived>(PlaceOf(id, order), "alice");
        _desk.Given(new OrderDesk.Command.RecordFundsHeld(id));
        return id;
    }

    private IReadOnlyList<IEvent> Look(decimal bid, decimal ask) => _desk.When(
        new OrderDesk.Command.Look(_desk.Now, bid, ask, bid, PaperVenue.Capabilities)).Events;

    private IReadOnlyList<IEvent> Ends(
        OrderId id, int number, OrderState state, UInt256 filled, UInt256 spent, int fills = 1) =>
        _desk.When(new OrderDesk.Command.RecordChildEnded(
            id, number, state, filled, spent, fills, NeedsOperator: false, "a reason")).Events;
}
