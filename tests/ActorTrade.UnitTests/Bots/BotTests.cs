using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Bots;

public sealed class BotTests
{
    [Fact]
    public void Only_the_owner_leads_a_bot()
    {
        var bench = new BotBench();
        bench.Refuse<Bot.Rejection.UnknownBot>(new Bot.Command.Start(), BotBench.Owner);
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.Registration(), "mallory");
        bench.Accept(BotBench.Registration(), BotBench.Owner);
        bench.Refuse<Bot.Rejection.NotPermitted>(new Bot.Command.Start(), "mallory");
        bench.Refuse<Bot.Rejection.NotPermitted>(new Bot.Command.Start(), Bot.PrincipalOf(BotBench.Id));
        bench.Accept(new Bot.Command.Start(), BotBench.Owner);
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.Buy(0.1m), "mallory");
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.Buy(0.1m), "bot:other");
        var order = Assert.IsType<Bot.Event.OrderIntended>(
            Assert.Single(bench.Accept(BotBench.Buy(0.1m), Bot.PrincipalOf(BotBench.Id))));
        bench.Refuse<Bot.Rejection.NotPermitted>(
            BotBench.Filled(order.OrderId, "t1", Side.Buy, 0.1m, 6_000m), BotBench.Owner);
    }

    [Fact]
    public void An_operator_starts_stops_and_cancels_but_does_not_trade()
    {
        const string Operator = "operator:alice";
        var bench = new BotBench();
        bench.Accept(BotBench.Registration(), BotBench.Owner);
        bench.Accept(new Bot.Command.Start(), Operator);
        bench.Refuse<Bot.Rejection.NotPermitted>(BotBench.Buy(0.1m), Operator);
        var order = Assert.IsType<Bot.Event.OrderIntended>(
            Assert.Single(bench.Accept(BotBench.Buy(0.1m), Bot.PrincipalOf(BotBench.Id))));
        bench.Accept(new Bot.Command.CancelOrder(order.OrderId, "by hand"), Operator);
        bench.Accept(new Bot.Command.Stop("by hand"), Operator);
        bench.Refuse<Bot.Rejection.NotPermitted>(new Bot.Command.Start(), "operator");
    }

    [Fact]
    public void A_repeated_registration_hears_the_first_answer_and_another_one_is_rejected()
    {
        var bench = new BotBench();
        var first = bench.Accept(BotBench.Registration(), BotBench.Owner);
        var again = bench.Decide(BotBench.Registration(), BotBench.Owner);
        Assert.True(again.IsEarlier);
        Assert.Equal(first, again.Events);
        bench.Refuse<Bot.Rejection.IdReused>(
            BotBench.Registration() with { Strategy = "grid" }, BotBench.Owner);
    }

    [Theory]
    [InlineData("Parameters")]
    [InlineData("Instruments")]
    [InlineData("OpenOrdersMax")]
    [InlineData("DailyLossMax")]
    public void A_registration_names_the_field_that_is_wrong(string field)
    {
        var good = BotBench.Registration();
        Bot.Command.Register bad = field switch
        {
            "Parameters" => good with { Parameters = [new BotParameter("b", "1"), new BotParameter("a", "1")] },
            "Instruments" => good with { Instruments = [] },
            "OpenOrdersMax" =>
                good with { Limits = good.Limits with { OpenOrdersMax = BotLimits.OpenOrdersCeiling + 1 } },
            _ => good with { Limits = good.Limits with { DailyLossMax = 0 } },
        };
        var rejection = new BotBench().Refuse<Bot.Rejection.InvalidRegistration>(bad, BotBench.Owner);
        Assert.StartsWith(field, rejection.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bot_trades_only_while_it_runs_and_the_system_is_active()
    {
        var bench = new BotBench();
        bench.Accept(BotBench.Registration(), BotBench.Owner);
        Assert.Equal(BotState.Registered, bench.Refuse<Bot.Rejection.NotRunning>(BotBench.Buy(0.1m)).State);
        bench.Accept(new Bot.Command.Start(), BotBench.Owner);
        bench.Place(BotBench.Buy(0.1m));
        bench.Mode = SystemMode.Paused;
        bench.Refuse<Bot.Rejection.TradingHalted>(BotBench.Buy(0.1m));
        bench.Refuse<Bot.Rejection.TradingHalted>(BotBench.Swap(BotBench.Usd, BotBench.Btc, 1000, 1));
        bench.Accept(new Bot.Command.Pause("lunch"), BotBench.Owner);
        bench.Mode = SystemMode.Active;
        bench.Refuse<Bot.Rejection.NotRunning>(BotBench.Buy(0.1m));
    }

    [Fact]
    public void An_order_intended_is_placed_with_exact_terms_and_the_hold_the_risk_check_asks_for()
    {
        var bench = BotBench.Running();
        var id = bench.Place(BotBench.Buy(0.5m, 6_000m));
        var effect = Assert.Single(bench.Waiting.Values);
        var place = Assert.IsType<Order.Command.Place>(effect.Command);
        Assert.Equal(Order.IdOf(id), effect.Target);
        Assert.Equal(BotBench.Id, place.Bot);
        Assert.Equal(BotBench.Usd, place.HoldToken);
        Assert.Equal(BotBench.Micros(3_030m) + RiskCheck.RoundingReserve, place.HoldAmount);
        Assert.Null(RiskCheck.Check(place, SystemMode.Active, bench.Now));
        bench.Answer(effect, BotBench.Accepted());
        Assert.Empty(bench.Fold.Outstanding());
    }

    [Fact]
    public void Order_ids_follow_from_the_bot_and_its_counter()
    {
        static OrderId[] Ids()
        {
            var bench = BotBench.Running();
            return [bench.Place(BotBench.Buy(0.1m)), bench.Place(BotBench.Sell(0.1m))];
        }

        Assert.Equal(Ids(), Ids());
        Assert.Equal(2, Ids().Distinct().Count());
    }

    [Fact]
    public void A_refused_order_is_closed_and_frees_its_place()
    {
        var bench = BotBench.Running(BotBench.Limits with { OpenOrdersMax = 1 });
        bench.Place(BotBench.Buy(0.1m));
        Assert.Equal(BotLimit.OpenOrders, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Buy(0.1m)).Limit);
        bench.Answer(Assert.Single(bench.Waiting.Values), new Answer.Rejected(new Bot.Rejection.UnknownBot()));
        Assert.Equal("bot-unknown", Assert.IsType<Bot.Event.OrderRefused>(bench.Journal[^1]).Code);
        bench.Place(BotBench.Buy(0.1m));
    }

    [Fact]
    public void Every_limit_is_checked_before_an_order_leaves()
    {
        var bench = BotBench.Running(BotBench.Limits with { OrdersPerDayMax = 3 });
        Assert.Equal(BotLimit.OrderNotional, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Buy(1.7m)).Limit);
        Assert.Equal(BotLimit.OrderNotional, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Sell(1.7m)).Limit);
        bench.Place(BotBench.Buy(1.5m));
        Assert.Equal(BotLimit.Position, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Buy(0.6m)).Limit);
        bench.Place(BotBench.Buy(0.5m));
        bench.Place(BotBench.Sell(0.5m));
        Assert.Equal(BotLimit.OrdersPerDay, bench.Refuse<Bot.Rejection.LimitExceeded>(BotBench.Sell(0.1m)).Limit);
        bench.Now = BotBench.Start.AddHours(14);
        bench.Place(BotBench.Sell(0.1m));
        bench.Refuse<Bot.Rejection.OrderDenied>(BotBench.Buy(0m));
    }

    [Fact]
    public void A_limit_order_far_from_its_reference_is_denied()
    {
        var bench = BotBench.Running();
        var order = BotBench.Buy(0.1m, 6_000m) with { LimitPrice = 6_600m };
        Assert.IsType<Denial.PriceCollarExceeded>(bench.Refuse<Bot.Rejection.OrderDenied>(order).Denial);
    }

    [Fact]
    public void Average_cost_and_result_of_a_round_trip()
    {
        var bench = BotBench.Running();
        var buy = bench.Place(BotBench.Buy(1m));
        bench.Accept(BotBench.Filled(buy, "t1", Side.Buy, 0.5m, 6_000m, feeUsd: 3m));
        bench.Accept(BotBench.Filled(buy, "t2", Side.Buy, 0.5m, 5_800m, feeUsd: 2.9m));
        bench.Accept(new Bot.Command.RecordOrderClosed(buy, OrderState.Filled, null));
        var position = bench.View.PositionOf(BotBench.BtcUsd);
        Assert.Equal((SignedAmount)BotBench.Sats(1m), position.Quantity);
        Assert.Equal((SignedAmount)BotBench.Micros(5_900m), position.BookCost);
        var sell = bench.Place(BotBench.Sell(0.4m, 6_100m));
        bench.Accept(BotBench.Filled(sell, "t3", Side.Sell, 0.4m, 6_100m, feeUsd: 2.44m));
        Assert.Equal("71.66", bench.View.PositionOf(BotBench.BtcUsd).Realised.Format(6));
        Assert.Equal("71.66", Assert.Single(bench.View.Results).RealisedToday.Format(6));
    }

    [Fact]
    public void A_repeated_fill_counts_once_also_after_its_order_closed_and_one_of_a_stranger_is_rejected()
    {
        var bench = BotBench.Running();
        var id = bench.Place(BotBench.Buy(1m));
        bench.Accept(BotBench.Filled(id, "t1", Side.Buy, 0.5m, 6_000m));
        Assert.Empty(bench.Accept(BotBench.Filled(id, "t1", Side.Buy, 0.5m, 6_000m)));
        bench.Accept(new Bot.Command.RecordOrderClosed(id, OrderState.Cancelled, "user"));
        Assert.Empty(bench.Accept(BotBench.Filled(id, "t1", Side.Buy, 0.5m, 6_000m)));
        Assert.Single(bench.Accept(BotBench.Filled(id, "late", Side.Buy, 0.1m, 6_000m)));
        Assert.Equal((SignedAmount)BotBench.Sats(0.6m), bench.View.PositionOf(BotBench.BtcUsd).Quantity);
        bench.Refuse<Bot.Rejection.UnknownOrder>(
            BotBench.Filled(new OrderId(Guid.NewGuid()), "t1", Side.Buy, 0.1m, 6_000m));
    }

    [Fact]
    public void A_loss_beyond_the_days_limit_pauses_the_bot_takes_its_orders_back_and_holds_until_midnight()
    {
        var bench = BotBench.Running();
        var buy = bench.Place(BotBench.Buy(1m));
        bench.Accept(BotBench.Filled(buy, "t1", Side.Buy, 1m, 6_000m));
        bench.Accept(new Bot.Command.RecordOrderClosed(buy, OrderState.Filled, null));
        var resting = bench.Place(BotBench.Buy(0.1m, 5_000m));
        bench.Answer(Assert.Single(bench.Waiting.Values, e => e.Target == Order.IdOf(resting)), BotBench.Accepted());
        var sell = bench.Place(BotBench.Sell(1m, 5_800m));
        Assert.Single(bench.Accept(BotBench.Filled(sell, "t2", Side.Sell, 0.5m, 5_800m)));
        var events = bench.Accept(BotBench.Filled(sell, "t3", Side.Sell, 0.5m, 5_799m));
        Assert.Equal(
            [typeof(Bot.Event.FillRecorded), typeof(Bot.Event.LimitBreached), typeof(Bot.Event.Paused),
                typeof(Bot.Event.CancelIntended), typeof(Bot.Event.CancelIntended)],
            events.Select(e => e.GetType()));
        Assert.Equal(BotBench.Micros(200.5m), ((Bot.Event.LimitBreached)events[1]).Value);
        Assert.Contains(bench.Waiting.Values, e => e.Command is Order.Command.Cancel
            && e.Target == Order.IdOf(resting));
        bench.Refuse<Bot.Rejection.LimitExceeded>(new Bot.Command.Start(), BotBench.Owner);
        bench.Now = BotBench.Start.AddHours(13).AddMinutes(59);
        bench.Refuse<Bot.Rejection.LimitExceeded>(new Bot.Command.Start(), BotBench.Owner);
        bench.Now = BotBench.Start.AddHours(14);
        bench.Accept(new Bot.Command.Start(), BotBench.Owner);
        Assert.Equal(BotState.Running, bench.View.State);
    }

    [Fact]
    public void A_stop_cancels_an_order_only_once_it_is_placed()
    {
        var bench = BotBench.Running();
        bench.Place(BotBench.Buy(0.1m));
        bench.Accept(new Bot.Command.Stop("end of day"), BotBench.Owner);
        var place = Assert.Single(bench.Waiting.Values);
        Assert.IsType<Order.Command.Place>(place.Command);
        bench.Answer(place, BotBench.Accepted());
        var cancel = Assert.Single(bench.Waiting.Values);
        Assert.Equal("end of day", Assert.IsType<Order.Command.Cancel>(cancel.Command).Why);
        bench.Answer(cancel, BotBench.Accepted());
        Assert.Empty(bench.Fold.Outstanding());
        Assert.Null(bench.Fold.WakeAt());
    }

    [Fact]
    public void A_swap_books_what_it_paid_and_got()
    {
        var bench = BotBench.Running();
        bench.Accept(BotBench.Swap(BotBench.Usd, BotBench.Btc, BotBench.Micros(600m), BotBench.Sats(0.099m)));
        bench.Accept(new Bot.Command.RecordSwapSettled(
            ((Bot.Event.SwapIntended)bench.Journal[^1]).TradeId, BotBench.Sats(0.1m)));
        bench.Accept(BotBench.Swap(BotBench.Btc, BotBench.Usd, BotBench.Sats(0.1m), BotBench.Micros(601m)));
        bench.Accept(new Bot.Command.RecordSwapSettled(
            ((Bot.Event.SwapIntended)bench.Journal[^1]).TradeId, BotBench.Micros(602m)));
        var position = bench.View.PositionOf(BotBench.BtcUsd);
        Assert.True(position.Quantity.IsZero && position.BookCost.IsZero);
        Assert.Equal("2", position.Realised.Format(6));
    }

    [Fact]
    public void A_swap_must_trade_a_symbol_of_the_bot_or_gain_in_a_quote_token()
    {
        var bench = BotBench.Running();
        bench.Refuse<Bot.Rejection.InvalidSwap>(BotBench.Swap(BotBench.Eur, BotBench.Btc, 10, 10));
        bench.Refuse<Bot.Rejection.InvalidSwap>(BotBench.Swap(BotBench.Usd, BotBench.Usd, 10, 10));
        bench.Refuse<Bot.Rejection.InvalidSwap>(BotBench.Swap(BotBench.Usd, BotBench.Btc, 10, 0));
        bench.Refuse<Bot.Rejection.LimitExceeded>(
            BotBench.Swap(BotBench.Usd, BotBench.Btc, BotBench.Micros(10_001m), 10));
        bench.Accept(BotBench.Swap(BotBench.Usd, BotBench.Usd, 10, 11));
        var trade = (Bot.Event.SwapIntended)bench.Journal[^1];
        Assert.Null(trade.Symbol);
        bench.Accept(new Bot.Command.RecordSwapSettled(trade.TradeId, 15));
        Assert.Equal((SignedAmount)(UInt256)5u, Assert.Single(bench.View.Results).Realised);
    }

    [Fact]
    public void A_swap_without_an_answer_is_asked_about_again_ever_more_rarely()
    {
        var bench = BotBench.Running();
        bench.Accept(BotBench.Swap(BotBench.Usd, BotBench.Btc, 10, 10));
        var at = bench.Fold.WakeAt();
        Assert.Equal(BotBench.Start + TimeSpan.FromHours(1) + Bot.CheckAfter, at);
        var gaps = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            bench.Now = at!.Value;
            bench.Accept(bench.Fold.OnWake(bench.Now)!);
            gaps.Add(bench.Fold.WakeAt()!.Value - at.Value);
            at = bench.Fold.WakeAt();
            Assert.Single(bench.Fold.Outstanding());
        }

        Assert.Equal(TimeSpan.FromMinutes(1), gaps[0]);
        Assert.Equal(TimeSpan.FromHours(1), gaps[^1]);
        Assert.Equal(gaps.Order(), gaps);
    }

    [Fact]
    public void Fills_of_an_order_closed_long_ago_are_rejected()
    {
        var bench = BotBench.Running(BotBench.Limits with { OrdersPerDayMax = 1000 });
        var ids = new List<OrderId>();
        for (var i = 0; i <= Bot.ClosedOrdersRemembered; i++)
        {
            ids.Add(bench.Place(BotBench.Buy(0.01m)));
            bench.Accept(new Bot.Command.RecordOrderClosed(ids[^1], OrderState.Cancelled, null));
        }

        bench.Refuse<Bot.Rejection.UnknownOrder>(BotBench.Filled(ids[0], "t", Side.Buy, 0.01m, 6_000m));
        bench.Accept(BotBench.Filled(ids[1], "t", Side.Buy, 0.01m, 6_000m));
    }
}
