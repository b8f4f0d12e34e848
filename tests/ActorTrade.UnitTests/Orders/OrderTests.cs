using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Orders;

public class OrderTests
{
    private static readonly OrderId Id = OrderWorld.NewId(1);
    private static readonly UInt256 One = OrderWorld.Instrument.Quantity(1m);
    private readonly EntityBench _order = new(Order.Definition, Id.Value.ToString("N"), OrderWorld.Catalog);
    private DateTimeOffset _now = OrderWorld.Start;
    private SystemMode _mode = SystemMode.Active;

    [Fact]
    public void The_funds_are_held_before_the_submission_is_written_down_and_only_then_sent()
    {
        Send(OrderWorld.Place(Id));
        var hold = Assert.IsType<Account.Command.HoldFunds>(Waiting().Command);
        Answer(new Account.Event.FundsHeld(hold.HoldId, hold.Token, hold.Amount, hold.Deadline, _now));
        Assert.IsType<Order.Event.OrderSubmitted>(_order.Journal[^1]);
        var submit = Assert.IsType<Venue.Command.Submit>(Waiting().Command);
        Assert.Equal(hold.Amount, submit.SpendMax);
        Answer(new Venue.Event.SubmitAccepted(Id, "o1"));
        Assert.Equal(OrderState.Working, View.State);
        Assert.Empty(_order.Waiting);
    }

    [Fact]
    public void A_child_spends_from_its_parents_hold_and_tells_the_bot_of_fills_and_the_desk_of_its_end()
    {
        var parent = new OrderParent(OrderWorld.NewId(9), 3, Guid.NewGuid());
        Send(OrderWorld.Place(Id) with { Parent = parent, PostOnly = true });
        var submit = Assert.IsType<Venue.Command.Submit>(Waiting().Command);
        Assert.True(submit.PostOnly);
        Answer(new Venue.Event.SubmitAccepted(Id, "o1"));
        _order.CrashWithSnapshot();
        Send(new Order.Command.RecordFill("t1", One, 7_000m, 700_000, OrderWorld.Usd, 700, _now));
        Assert.Equal(parent.HoldId, Assert.IsType<Account.Command.SettleFill>(Waiting().Command).HoldId);
        Answer();
        Assert.Equal(parent.OrderId, Assert.IsType<Bot.Command.RecordFill>(Waiting().Command).OrderId);
        Answer();
        var end = Assert.IsType<OrderDesk.Command.RecordChildEnded>(Waiting().Command);
        Assert.Equal(
            (parent.OrderId, 3, OrderState.Filled, One, (UInt256)700_700, 1),
            (end.OrderId, end.Number, end.State, end.Filled, end.Spent, end.Fills));
        Answer();
        Assert.Empty(_order.Waiting);
    }

    [Fact]
    public void A_submission_that_timed_out_is_asked_about_and_never_sent_again()
    {
        Submit();
        Answer(new Venue.Event.SubmitTimedOut(Id));
        Assert.Equal(OrderState.InDoubt, View.State);
        Assert.Empty(_order.Waiting);
        Wake(Order.AskAfter);
        Assert.IsType<Venue.Command.Query>(Waiting().Command);
        Answer(Unknown());
        Assert.Equal(OrderState.InDoubt, View.State);
        Wake(Order.SettleTime);
        Answer(Unknown());
        Assert.Equal((OrderState.Rejected, "never-arrived"), (View.State, View.Reason));
        Assert.Single(_order.Journal.OfType<Order.Event.OrderSubmitted>());
        Assert.IsType<Account.Command.ReleaseHold>(Waiting().Command);
    }

    [Fact]
    public void A_question_answered_early_does_not_count_as_the_second_unknown()
    {
        Submit();
        Answer(new Venue.Event.SubmitTimedOut(Id));
        Wake(Order.AskAfter);
        var query = Waiting();
        Answer(Unknown());
        _order.Send(query.Continue(Accepted(Unknown()))!, Context());
        Assert.Equal(OrderState.InDoubt, View.State);
    }

    [Fact]
    public void A_cancel_is_final_when_the_venue_has_confirmed_it_and_every_fill_before_it_is_recorded()
    {
        Work();
        Send(new Order.Command.Cancel("enough"), "alice");
        Answer(new Venue.Event.CancelAccepted(Id, OrderState.Cancelled, One / 2));
        Assert.Equal(OrderState.Working, View.State);
        Send(Fill("t1", One / 2));
        Assert.Equal((OrderState.Cancelled, "enough"), (View.State, View.Reason));
        Assert.IsType<Order.Rejection.OrderIsFinal>(Send(Fill("t2", One / 4)).Rejection);
    }

    [Fact]
    public void A_fill_may_come_before_the_answer_to_the_submission_and_after_the_wish_to_cancel()
    {
        Submit();
        Send(new Order.Command.Cancel("enough"), "alice");
        Send(Fill("t1", One / 2));
        Assert.Equal(OrderState.PartiallyFilled, View.State);
        Send(Fill("t2", One - (One / 2)));
        Assert.Equal(OrderState.Filled, View.State);
    }

    [Fact]
    public void A_cancel_before_the_submission_sends_nothing_and_releases_the_hold()
    {
        Send(OrderWorld.Place(Id));
        _mode = SystemMode.Emergency;
        Send(new Order.Command.Cancel("stop"), "alice");
        Answer();
        Assert.Equal(OrderState.Cancelled, View.State);
        Assert.IsType<Account.Command.ReleaseHold>(Waiting().Command);
        Assert.Empty(_order.Journal.OfType<Order.Event.OrderSubmitted>());
    }

    [Fact]
    public void A_system_that_stopped_while_the_funds_were_held_lets_nothing_out()
    {
        Send(OrderWorld.Place(Id));
        _mode = SystemMode.Paused;
        Answer();
        Assert.Equal((OrderState.Denied, "SYSTEM_NOT_ACTIVE"), (View.State, View.Reason));
        Assert.IsType<Account.Command.ReleaseHold>(Waiting().Command);
    }

    [Fact]
    public void A_hold_that_the_account_refused_denies_the_order()
    {
        Send(OrderWorld.Place(Id));
        Answer(new Account.Event.HoldRefused(default, OrderWorld.Usd, 1, "insufficient-funds", _now, _now));
        Assert.Equal((OrderState.Denied, "insufficient-funds"), (View.State, View.Reason));
        Assert.IsType<Bot.Command.RecordOrderClosed>(Waiting().Command);
    }

    [Fact]
    public void The_account_books_what_is_paid_with_the_fee_and_the_bot_hears_the_end_last()
    {
        Work();
        Send(Fill("t1", One, fee: 700));
        var settle = Assert.IsType<Account.Command.SettleFill>(Waiting().Command);
        Assert.Equal((UInt256)700_700, settle.Spent);
        Assert.Equal(One, settle.ReceivedAmount);
        Answer();
        var effects = _order.Waiting.Values.ToList();
        Assert.Contains(effects, e => e.Command is Bot.Command.RecordFill);
        Assert.DoesNotContain(effects, e => e.Command is Bot.Command.RecordOrderClosed);
        foreach (var effect in effects)
        {
            _order.Answer(effect, Accepted(), Context());
        }

        Assert.IsType<Bot.Command.RecordOrderClosed>(Waiting().Command);
        Answer();
        Assert.Empty(_order.Waiting);
        Assert.Null(_order.Fold.WakeAt());
    }

    [Fact]
    public void A_repeated_fill_hears_the_first_answer_and_another_fill_of_its_id_is_rejected()
    {
        Work();
        var first = Send(Fill("t1", One / 2));
        var again = Send(Fill("t1", One / 2));
        Assert.True(again.IsEarlier);
        Assert.Equal(first.Events[0], again.Events[0]);
        Assert.IsType<Order.Rejection.TradeIdReused>(Send(Fill("t1", One / 4)).Rejection);
    }

    [Fact]
    public void Fills_beyond_quantity_hold_or_understanding_are_rejected_with_numbers()
    {
        Work();
        Assert.IsType<Order.Rejection.Overfilled>(Send(Fill("t1", One + 1)).Rejection);
        Assert.IsType<Order.Rejection.HoldExceeded>(Send(Fill("t1", One, price: 9_000m)).Rejection);
        Assert.IsType<Order.Rejection.InvalidFill>(Send(Fill("t1", 0)).Rejection);
        var third = Fill("t1", One) with { FeeToken = TokenId.Parse("BNB"), Fee = 1 };
        Assert.IsType<Order.Rejection.InvalidFill>(Send(third).Rejection);
        Assert.IsType<Order.Rejection.NotPermitted>(Send(Fill("t1", One), "mallory").Rejection);
        Assert.Empty(View.Fills);
    }

    [Fact]
    public void A_repeated_place_hears_the_first_answer_and_other_terms_are_rejected()
    {
        var first = Send(OrderWorld.Place(Id));
        _now += TimeSpan.FromSeconds(3);
        var again = Send(OrderWorld.Place(Id));
        Assert.True(again.IsEarlier);
        Assert.Equal(first.Events[0], again.Events[0]);
        Assert.IsType<Order.Rejection.IdReused>(Send(OrderWorld.Place(Id, quantity: 2m)).Rejection);
    }

    [Fact]
    public void A_date_that_passes_has_the_venue_cancel_and_the_order_expire()
    {
        Work(OrderWorld.Place(Id, timeInForce: TimeInForce.Gtd, expiresAt: OrderWorld.Start + TimeSpan.FromMinutes(5)));
        Wake(TimeSpan.FromMinutes(5));
        Assert.IsType<Venue.Command.Cancel>(Waiting().Command);
        Answer(new Venue.Event.CancelAccepted(Id, OrderState.Cancelled, 0));
        Assert.Equal(OrderState.Expired, View.State);
    }

    [Fact]
    public void A_refused_settlement_keeps_the_hold_and_calls_for_an_operator()
    {
        Work();
        Send(Fill("t1", One));
        _order.Answer(Waiting(), new Answer.Rejected(new Account.Rejection.UnknownHold(Guid.Empty)), Context());
        Assert.True(View.NeedsOperator);
        Assert.DoesNotContain(_order.Waiting.Values, e => e.Command is Account.Command.ReleaseHold);
    }

    [Theory]
    [InlineData("SYSTEM_NOT_ACTIVE")]
    [InlineData("QUANTITY_OUT_OF_RANGE")]
    [InlineData("PRICE_DOES_NOT_FIT_TYPE")]
    [InlineData("PRICE_OUT_OF_RANGE")]
    [InlineData("PRICE_COLLAR_EXCEEDED")]
    [InlineData("EXPIRY_DOES_NOT_FIT")]
    [InlineData("EXPIRY_PASSED")]
    [InlineData("NOTIONAL_MAX_EXCEEDED")]
    [InlineData("HOLD_TOKEN_MISMATCH")]
    [InlineData("HOLD_INSUFFICIENT")]
    public void The_risk_check_denies_with_its_code_and_the_bot_hears_it(string code)
    {
        var good = OrderWorld.Place(Id);
        _mode = code == "SYSTEM_NOT_ACTIVE" ? SystemMode.Paused : SystemMode.Active;
        Send(code switch
        {
            "QUANTITY_OUT_OF_RANGE" => good with { Quantity = 0 },
            "PRICE_DOES_NOT_FIT_TYPE" => good with { LimitPrice = null },
            "PRICE_OUT_OF_RANGE" => good with { LimitPrice = -1 },
            "PRICE_COLLAR_EXCEEDED" => good with { LimitPrice = 7_351m },
            "EXPIRY_DOES_NOT_FIT" => good with { ExpiresAt = _now + TimeSpan.FromDays(1) },
            "EXPIRY_PASSED" => good with { TimeInForce = TimeInForce.Gtd, ExpiresAt = _now },
            "NOTIONAL_MAX_EXCEEDED" => good with { Limits = RiskLimits.Default with { NotionalMax = 699_999 } },
            "HOLD_TOKEN_MISMATCH" => good with { HoldToken = OrderWorld.Btc },
            "HOLD_INSUFFICIENT" => good with { HoldAmount = 699_999 },
            _ => good,
        });
        Assert.Equal((OrderState.Denied, code), (View.State, View.Reason));
        var closed = Assert.IsType<Bot.Command.RecordOrderClosed>(Waiting().Command);
        Assert.Equal((OrderState.Denied, code), (closed.State, closed.Reason));
    }

    private OrderView View => (OrderView)_order.Fold.View();

    private CommandContext Context(string principal = CommandContext.Self) =>
        new(Guid.Empty, principal, _now, _now + TimeSpan.FromMinutes(1), _mode);

    private Effect Waiting() => Assert.Single(_order.Waiting.Values);

    private DecisionResult Send(ICommand command, string principal = CommandContext.Self) =>
        _order.Send(command, Context(principal));

    private void Answer(params IEvent[] events) => _order.Answer(Waiting(), Accepted(events), Context());

    private Answer Accepted(params IEvent[] events) => new Answer.Accepted(events, 1, _now);

    private void Submit(Order.Command.Place? place = null)
    {
        Send(place ?? OrderWorld.Place(Id));
        Answer();
    }

    private void Work(Order.Command.Place? place = null)
    {
        Submit(place);
        Answer(new Venue.Event.SubmitAccepted(Id, "o1"));
    }

    private void Wake(TimeSpan later)
    {
        _now += later;
        Assert.True(_order.Fold.WakeAt() <= _now);
        Send(_order.Fold.OnWake(_now)!);
    }

    private static Venue.Event.OrderStatus Unknown() => new(Id, false, null, OrderState.Created, 0, [], null);

    private Order.Command.RecordFill Fill(string trade, UInt256 quantity, decimal price = 7_000m, uint fee = 0) => new(
        trade, quantity, price, OrderWorld.Instrument.QuoteAmount(quantity, price, Rounding.Up), OrderWorld.Usd, fee,
        _now);
}
