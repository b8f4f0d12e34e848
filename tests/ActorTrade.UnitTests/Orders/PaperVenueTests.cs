using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Orders;

public class PaperVenueTests
{
    private static readonly UInt256 One = OrderWorld.Instrument.Quantity(1m);
    private readonly EntityBench _venue =
        new(PaperVenue.Definition, "paper", OrderWorld.Catalog) { MayAskAgain = true };

    private DateTimeOffset _now = OrderWorld.Start;
    private int _orders;

    [Fact]
    public void Nothing_trades_before_the_latency_has_passed()
    {
        Submit(Side.Buy, limit: 7_010m);
        Assert.Empty(Quote(7_000m, 7_001m));
        _now += PaperTerms.Default.Latency - TimeSpan.FromTicks(1);
        Assert.Empty(Quote(7_000m, 7_001m));
        _now += TimeSpan.FromTicks(1);
        var trade = Assert.IsType<Venue.Event.Traded>(Assert.Single(Quote(7_000m, 7_001m))).Trade;
        Assert.Equal((One, 7_001m), (trade.Quantity, trade.Price));
        Assert.Equal(((UInt256)700_100, (UInt256)701), (trade.QuoteAmount, trade.Fee));
    }

    [Fact]
    public void Bug_a_late_copy_of_a_submission_that_was_denied_traded_for_an_order_that_was_over()
    {
        var submit = NewOrder(Side.Buy, 7_010m);
        var denied = Send(submit, mode: SystemMode.Emergency);
        var reason = Assert.IsType<Venue.Event.SubmitRejected>(denied.Events[^1]).Reason;
        Assert.Equal(PaperVenue.SystemNotActive, reason);
        Assert.Equal(new Denial.SystemNotActive(SystemMode.Emergency).Code, reason);
        var late = Send(submit);
        Assert.True(late.IsEarlier);
        Assert.Equal(denied.Events[^1], late.Events[^1]);
        Later();
        Assert.Empty(Quote(7_000m, 7_001m));
    }

    [Fact]
    public void A_post_only_order_ends_where_it_would_trade_with_its_first_quote_and_rests_otherwise()
    {
        var crossing = NewOrder(Side.Buy, 7_010m) with { PostOnly = true };
        Send(crossing);
        Later();
        var closed = Assert.IsType<Venue.Event.OrderClosed>(Assert.Single(Quote(7_000m, 7_001m)));
        Assert.Equal((crossing.OrderId, Venue.PostOnlyWouldTrade), (closed.OrderId, closed.Reason));

        Send(NewOrder(Side.Buy, 7_000m) with { PostOnly = true });
        Later();
        _venue.CrashWithSnapshot();
        Assert.IsType<Venue.Event.OrderRested>(Assert.Single(Quote(7_001m, 7_002m)));
        _venue.Crash();
        var trade = Assert.IsType<Venue.Event.Traded>(Assert.Single(Quote(6_998m, 6_999m))).Trade;
        Assert.Equal(7_000m, trade.Price);
    }

    [Fact]
    public void A_limit_that_had_to_wait_trades_at_its_own_price()
    {
        Submit(Side.Buy, limit: 7_000m);
        Later();
        Assert.IsType<Venue.Event.OrderRested>(Assert.Single(Quote(7_001m, 7_002m)));
        Assert.Equal(7_000m, Assert.IsType<Venue.Event.Traded>(Assert.Single(Quote(6_900m, 6_901m))).Trade.Price);
    }

    [Fact]
    public void The_size_of_a_quote_is_shared_in_the_order_of_arrival_and_is_there_again_in_the_next()
    {
        Submit(Side.Buy, limit: 7_010m);
        Submit(Side.Buy, limit: 7_010m);
        Later();
        var first = Quote(7_000m, 7_001m, 1.5m).Cast<Venue.Event.Traded>().ToList();
        Assert.Equal([One, One / 2], first.Select(t => t.Trade.Quantity));
        var second = Assert.IsType<Venue.Event.Traded>(Assert.Single(Quote(7_000m, 7_001m, 1.5m)));
        Assert.Equal(One / 2, second.Trade.Quantity);
    }

    [Fact]
    public void Immediate_orders_end_with_their_first_quote()
    {
        Submit(Side.Sell, limit: 7_000m, timeInForce: TimeInForce.Fok);
        Submit(Side.Sell, limit: 7_000m, timeInForce: TimeInForce.Ioc);
        Submit(Side.Sell, limit: 7_100m, timeInForce: TimeInForce.Ioc);
        Later();
        var events = Quote(7_000m, 7_001m, 0.5m);
        Assert.Equal(
            ["not-fillable", "ioc-remainder", "not-marketable"],
            events.OfType<Venue.Event.OrderClosed>().Select(e => e.Reason));
        Assert.Equal(One / 2, Assert.Single(events.OfType<Venue.Event.Traded>()).Trade.Quantity);
    }

    [Fact]
    public void An_order_that_has_spent_its_hold_ends()
    {
        Submit(Side.Buy, limit: 7_010m, spendMax: 350_000);
        Later();
        var events = Quote(7_000m, 7_001m);
        var trade = Assert.Single(events.OfType<Venue.Event.Traded>()).Trade;
        Assert.True(trade.QuoteAmount + trade.Fee <= 350_000);
        Assert.True(trade.QuoteAmount + trade.Fee >= 349_990);
        Assert.Equal("spend-max-reached", Assert.Single(events.OfType<Venue.Event.OrderClosed>()).Reason);
    }

    [Fact]
    public void A_repeated_submission_hears_its_first_answer_and_makes_no_second_order()
    {
        var submit = Submit(Side.Buy, limit: 7_000m);
        var again = Send(submit);
        Assert.True(again.IsEarlier);
        Assert.IsType<Venue.Event.SubmitAccepted>(Assert.Single(again.Events));
        Assert.Equal(1, View.OrdersReceived);
    }

    [Theory]
    [InlineData(PaperFault.TimeOutBeforeAcceptance, false)]
    [InlineData(PaperFault.TimeOutAfterAcceptance, true)]
    public void A_time_out_tells_nothing_about_what_the_venue_has(PaperFault fault, bool isKnown)
    {
        Send(new PaperVenue.Command.SetFault(fault, 1), "op");
        var submit = NewOrder(Side.Buy, 7_000m);
        Assert.Contains(Send(submit).Events, e => e is Venue.Event.SubmitTimedOut);
        Assert.IsType<Venue.Event.SubmitTimedOut>(Assert.Single(Send(submit).Events));
        var status = Assert.Single(Send(new Venue.Command.Query(submit.OrderId)).Events);
        Assert.Equal(isKnown, Assert.IsType<Venue.Event.OrderStatus>(status).IsKnown);
        Assert.Contains(Send(NewOrder(Side.Buy, 7_000m)).Events, e => e is Venue.Event.SubmitAccepted);
    }

    [Fact]
    public void A_dropped_connection_keeps_what_is_to_be_told_until_it_is_restored()
    {
        Submit(Side.Buy, limit: 7_010m);
        Send(new PaperVenue.Command.DropConnection(), "op");
        Later();
        Assert.NotEmpty(Quote(7_000m, 7_001m));
        Assert.Empty(_venue.Waiting);
        Assert.Empty(_venue.Fold.Outstanding());
        Assert.IsType<Venue.Rejection.Unreachable>(Send(new Venue.Command.Query(OrderWorld.NewId(1))).Rejection);
        Send(new PaperVenue.Command.RestoreConnection(), "op");
        Assert.IsType<Order.Command.RecordFill>(Assert.Single(_venue.Waiting.Values).Command);
    }

    [Fact]
    public void A_submission_older_than_what_is_remembered_is_not_taken()
    {
        var old = NewOrder(Side.Buy, 7_000m);
        Send(new PaperVenue.Command.SetFault(PaperFault.RejectSubmit, PaperVenue.EndedRemembered + 1), "op");
        Send(old);
        for (var i = 0; i < PaperVenue.EndedRemembered; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            Send(NewOrder(Side.Buy, 7_000m));
        }

        Assert.Equal(0, View.OrdersReceived);
        Assert.Contains(Send(old).Events, e => e is Venue.Event.SubmitTimedOut);
        Assert.Empty(View.Open);
        Assert.Contains(Send(NewOrder(Side.Buy, 7_000m)).Events, e => e is Venue.Event.SubmitAccepted);
    }

    [Fact]
    public void A_quote_that_fills_nothing_writes_nothing()
    {
        Submit(Side.Buy, limit: 6_000m);
        Later();
        Quote(7_000m, 7_001m);
        var written = _venue.Journal.Count;
        Assert.Empty(Quote(7_000m, 7_001m));
        Assert.Empty(Quote(7_000m, 7_001m));
        Assert.Equal(written, _venue.Journal.Count);
    }

    [Fact]
    public void Whatever_quotes_and_orders_come_no_trade_breaks_size_limit_latency_or_hold()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            _now += TimeSpan.FromMilliseconds(random.Next(40));
            if (random.Next(4) == 0)
            {
                var side = (Side)random.Next(2);
                var order = NewOrder(
                    side, 7_000m + (random.Next(-400, 400) / 100m), (TimeInForce)(2 * random.Next(2)),
                    (OrderType)random.Next(2), (1 + random.Next(1_000_000)) / 1_000_000m);
                UInt256 budget = (uint)(1 + random.Next(900_000));
                Send(order with { SpendMax = side == Side.Sell ? order.Quantity : budget });
            }

            var bid = 7_000m + (random.Next(-300, 300) / 100m);
            var size = random.Next(1_000) / 1_000m;
            Check(bid, bid + 0.01m, size, Quote(bid, bid + 0.01m, size));
        }

        Assert.True(View.Trades > 1_000);
    }

    private void Check(decimal bid, decimal ask, decimal size, IReadOnlyList<IEvent> events)
    {
        var book = (PaperBook)_venue.Fold.State;
        var sums = new UInt256[2];
        foreach (var traded in events.OfType<Venue.Event.Traded>())
        {
            var order = book.Find(traded.OrderId)!;
            var (terms, trade) = (order.Terms, traded.Trade);
            sums[(int)terms.Side] += trade.Quantity;
            Assert.True(_now >= terms.EffectiveAt);
            Assert.True(terms.Side == Side.Buy ? trade.Price <= terms.LimitPrice : trade.Price >= terms.LimitPrice);
            Assert.True(terms.Side == Side.Buy ? trade.Price >= ask : trade.Price <= bid);
            Assert.True(order.Spent <= terms.SpendMax && order.Filled <= terms.Quantity);
        }

        var available = size == 0 ? UInt256.MaxValue : OrderWorld.Instrument.Quantity(size);
        Assert.True(sums[0] <= available && sums[1] <= available);
    }

    private PaperVenueView View => (PaperVenueView)_venue.Fold.View();

    private DecisionResult Send(
        ICommand command, string principal = CommandContext.Self, SystemMode mode = SystemMode.Active) =>
        _venue.Send(command, new CommandContext(Guid.Empty, principal, _now, _now + TimeSpan.FromMinutes(1), mode));

    private IReadOnlyList<IEvent> Quote(decimal bid, decimal ask, decimal? size = null) =>
        Send(new PaperVenue.Command.Quote(OrderWorld.Instrument.Symbol, _now, bid, ask, size, size)).Events;

    private void Later() => _now += TimeSpan.FromSeconds(1);

    private Venue.Command.Submit Submit(
        Side side, decimal limit, TimeInForce timeInForce = TimeInForce.Gtc, uint spendMax = 1_000_000)
    {
        var order = NewOrder(side, limit, timeInForce);
        order = order with { SpendMax = side == Side.Sell ? order.Quantity : spendMax };
        Assert.Contains(Send(order).Events, e => e is Venue.Event.SubmitAccepted);
        return order;
    }

    private Venue.Command.Submit NewOrder(
        Side side, decimal limit, TimeInForce timeInForce = TimeInForce.Gtc, OrderType type = OrderType.Limit,
        decimal quantity = 1m) => new(
        OrderWorld.NewId(++_orders), OrderWorld.Instrument, side, type, OrderWorld.Instrument.Quantity(quantity), limit,
        timeInForce, null, 1_000_000, _now);
}
