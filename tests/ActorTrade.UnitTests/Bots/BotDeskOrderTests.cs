using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Bots;

/// <summary>Orders that a bot has a desk work.</summary>
public sealed class BotDeskOrderTests
{
    private static readonly VenueLeg Stop = new(TriggerKind.Stop, 5_500m, 0, null);
    private static readonly VenueLeg Profit = new(TriggerKind.TakeProfit, 6_500m, 0, null);

    [Fact]
    public void The_desk_is_asked_for_the_order_with_the_bots_account_and_limits()
    {
        var bench = BotBench.Running();
        var events = bench.Accept(
            BotBench.AtDesk(Side.Sell, 0.5m, Profit, Stop), Bot.PrincipalOf(BotBench.Id));

        var terms = Assert.IsType<Bot.Event.DeskTermsIntended>(events[0]);
        var intended = Assert.IsType<Bot.Event.OrderIntended>(events[1]);
        var effect = Assert.Single(bench.Waiting.Values);
        Assert.Equal(OrderDesk.IdOf("paper", BotBench.BtcUsd), effect.Target);
        var place = Assert.IsType<OrderDesk.Command.Place>(effect.Command);
        Assert.Equal((intended.OrderId, BotBench.Id, terms.Deadline), (place.OrderId, place.Bot, place.Deadline));
        Assert.Equal(
            ("alice", Side.Sell, BotBench.Sats(0.5m), BotBench.Micros(10_000m)),
            (place.Order.Account.Value, place.Order.Side, place.Order.Quantity, place.Order.Limits.NotionalMax));
        Assert.Equal([Profit, Stop], place.Order.Legs);
        Assert.Equal((BotBench.Btc, BotBench.Sats(0.5m)), (intended.HoldToken, intended.HoldAmount));
        Assert.Null(place.Order.Problem(bench.Now));
    }

    [Fact]
    public void A_strategy_may_send_one_and_a_stranger_may_not()
    {
        var bench = BotBench.Running();
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.AtDesk(Side.Sell, 1m, Stop), "mallory");
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.AtDesk(Side.Sell, 1m, Stop), "operator:alice");
        bench.Mode = SystemMode.Paused;
        bench.Refuse<Bot.Rejection.TradingHalted>(BotBench.AtDesk(Side.Sell, 1m, Stop));
        bench.Mode = SystemMode.Active;
        bench.Accept(new Bot.Command.Pause("by hand"), BotBench.Owner);
        bench.Refuse<Bot.Rejection.NotRunning>(BotBench.AtDesk(Side.Sell, 1m, Stop));
    }

    [Fact]
    public void Terms_that_no_desk_would_take_do_not_leave()
    {
        var bench = BotBench.Running();
        Assert.Equal("Legs", bench.Refuse<Bot.Rejection.InvalidDeskOrder>(BotBench.AtDesk(Side.Sell, 1m)).Field);
        var pair = BotBench.AtDesk(Side.Sell, 1m, Stop, Profit);
        Assert.Equal("Legs", bench.Refuse<Bot.Rejection.InvalidDeskOrder>(pair).Field);
        bench.Refuse<Bot.Rejection.UnknownSymbol>(
            BotBench.AtDesk(Side.Sell, 1m, Stop) with { Symbol = new Symbol("ETH", "USD") });
        Assert.Empty(bench.Waiting);
    }

    [Fact]
    public void What_waits_for_a_trigger_counts_against_every_limit()
    {
        var bench = BotBench.Running(BotBench.Limits with { OpenOrdersMax = 2, OrdersPerDayMax = 8 });
        var dear = bench.Refuse<Bot.Rejection.LimitExceeded>(
            BotBench.AtDesk(Side.Buy, 1m, new VenueLeg(TriggerKind.Stop, 10_001m, 0, null)));
        Assert.Equal(BotLimit.OrderNotional, dear.Limit);

        // A trailing buy may be as dear as its distance from the reference: 1.2 at 6,000 and half as much again.
        var trailing = bench.Refuse<Bot.Rejection.LimitExceeded>(
            BotBench.AtDesk(Side.Buy, 1.2m, new VenueLeg(TriggerKind.TrailingStop, null, 5_000, null)));
        Assert.Equal((BotLimit.OrderNotional, BotBench.Micros(10_800m)), (trailing.Limit, trailing.Value));

        bench.Place(BotBench.AtDesk(Side.Sell, 1.5m, Stop));
        var position = bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.AtDesk(Side.Sell, 0.6m, Stop));
        Assert.Equal((BotLimit.Position, BotBench.Sats(2.1m)), (position.Limit, position.Value));
        Assert.Equal(
            BotLimit.Position, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Sell(0.6m)).Limit);

        var slices = bench.Refuse<Bot.Rejection.LimitExceeded>(Sliced(8));
        Assert.Equal(
            (BotLimit.OrdersPerDay, (UInt256)9UL, (UInt256)8UL), (slices.Limit, slices.Value, slices.Max));
        bench.Place(Sliced(7));
        Assert.Equal(8, bench.View.SentToday);
        Assert.Equal(BotLimit.OpenOrders, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Buy(0.1m)).Limit);
    }

    [Fact]
    public void What_the_desk_says_to_it_decides_how_it_goes_on()
    {
        var bench = BotBench.Running();
        var (taken, late, full) = (Placed(bench), Placed(bench), Placed(bench));
        bench.Answer(EffectOf(bench, taken), BotBench.Accepted(Received(bench, taken)));
        Assert.Equal(3, bench.View.OpenOrders.Length);
        bench.Answer(EffectOf(bench, late), BotBench.Accepted(new OrderDesk.Event.OrderRefused(
            late, bench.View.Account!.Value, "deadline-passed", bench.Now, bench.Now)));
        Assert.Equal([taken, full], bench.View.OpenOrders.Select(o => o.OrderId));
        Assert.Equal("deadline-passed", Assert.IsType<Bot.Event.OrderRefused>(bench.Journal[^1]).Code);

        // No outcome: it stays outstanding, and is asked for again.
        bench.Answer(EffectOf(bench, full), new Answer.Rejected(new OrderDesk.Rejection.TooManyOutcomes(1)));
        Assert.Equal(full, Assert.IsType<OrderDesk.Command.Place>(bench.Fold.Outstanding().Single().Command).OrderId);
        Assert.NotNull(bench.Fold.WakeAt());
    }

    [Fact]
    public void A_cancel_goes_to_the_desk_when_the_desk_has_the_order()
    {
        var bench = BotBench.Running();
        var id = Placed(bench);
        bench.Accept(new Bot.Command.CancelOrder(id, "not any more"), Bot.PrincipalOf(BotBench.Id));
        var place = EffectOf(bench, id);
        Assert.IsType<OrderDesk.Command.Place>(place.Command);
        bench.Answer(place, BotBench.Accepted(Received(bench, id)));
        var cancel = EffectOf(bench, id);
        Assert.Equal(OrderDesk.IdOf("paper", BotBench.BtcUsd), cancel.Target);
        Assert.Equal(
            (id, "not any more"),
            Assert.IsType<OrderDesk.Command.Cancel>(cancel.Command) is var c ? (c.OrderId, c.Why) : default);
        bench.GoThroughSnapshot();
        Assert.Equal(cancel.CommandId, bench.Fold.Outstanding().Single().CommandId);
        bench.Answer(cancel, BotBench.Accepted());
        Assert.Empty(bench.Fold.Outstanding());
        Assert.Single(bench.View.OpenOrders);
        bench.Accept(new Bot.Command.RecordOrderClosed(id, OrderState.Cancelled, "not any more"));
        Assert.Empty(bench.View.OpenOrders);
    }

    [Fact]
    public void A_stop_of_the_bot_cancels_what_waits_at_desks()
    {
        var bench = BotBench.Running();
        var waiting = Placed(bench);
        var plain = bench.Place(BotBench.Buy(0.1m));
        var events = bench.Accept(new Bot.Command.Stop("by hand"), BotBench.Owner);
        Assert.Equal([waiting, plain], events.OfType<Bot.Event.CancelIntended>().Select(e => e.OrderId));
    }

    [Fact]
    public void Fills_of_each_child_count_once_whatever_their_trades_are_called()
    {
        var bench = BotBench.Running();
        var id = bench.Place(Sliced(3));
        Fill(1, "t1");
        Fill(1, "t2");
        Again(1, "t1");
        Fill(2, "t1");
        Again(1, "t2");
        bench.GoThroughSnapshot();
        Again(1, "t9");
        Again(2, "t1");
        bench.Accept(new Bot.Command.RecordOrderClosed(id, OrderState.Expired, "expired"));
        bench.GoThroughSnapshot();
        Again(1, "t1");
        Again(2, "t1");
        Assert.Equal(BotBench.Sats(0.3m), bench.View.PositionOf(BotBench.BtcUsd).Quantity.Magnitude);

        void Fill(int child, string trade) => Assert.Single(bench.Accept(Filled(child, trade)));
        void Again(int child, string trade) => Assert.Empty(bench.Accept(Filled(child, trade)));
        Bot.Command.RecordFill Filled(int child, string trade) =>
            BotBench.Filled(id, trade, Side.Buy, 0.1m, 6_000m) with { Child = child };
    }

    private static Bot.Command.PlaceDeskOrder Sliced(int slices) => BotBench.AtDesk(Side.Buy, 0.5m) with
    {
        Terms = new DeskTerms(
            [VenueLeg.At(null)], Style: ExecutionStyle.Twap, Slices: slices, SliceEvery: TimeSpan.FromSeconds(5)),
    };

    private static OrderId Placed(BotBench bench) => bench.Place(BotBench.AtDesk(Side.Sell, 0.1m, Stop));

    private static Effect EffectOf(BotBench bench, OrderId id) => bench.Waiting.Values.Single(e => e.Command switch
    {
        OrderDesk.Command.Place c => c.OrderId == id,
        OrderDesk.Command.Cancel c => c.OrderId == id,
        _ => false,
    });

    private static OrderDesk.Event.OrderReceived Received(BotBench bench, OrderId id)
    {
        var place = (OrderDesk.Command.Place)EffectOf(bench, id).Command;
        return new OrderDesk.Event.OrderReceived(
            id, place.Bot, place.Order, CommandContext.Self, UInt256.One, place.Deadline, bench.Now);
    }
}
