using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using Answer = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Bots.Bot.Event, ActorTrade.Domain.Bots.Bot.Rejection>;

namespace ActorTrade.Domain.Bots;

/// <summary>The part of <see cref="Bot"/> that trades: checks an order or swap against the
/// limits, and books what came of it.</summary>
internal static class BotOrders
{
    public static Answer Place(Bot.State state, Bot.Command.PlaceOrder c, CommandContext context)
    {
        if (Halted(state, context) is { } halted)
        {
            return halted;
        }

        if (state.InstrumentOf(c.Symbol) is not { } instrument)
        {
            return new Bot.Rejection.UnknownSymbol(c.Symbol);
        }

        var intended = Intend(state, c, instrument, state.LastNumber + 1, context.Now);
        return (Denied(state, intended, context) ?? Position(state, instrument, c.Side, c.Quantity)
            ?? Counts(state, context)
            ?? DailyLoss(state, instrument.Quote, instrument.QuoteDecimals, default, context.Now)) is { } exceeded
            ? exceeded
            : intended;
    }

    /// <summary>The order that an intention asks for.</summary>
    public static Order.Command.Place OrderOf(Bot.Event.Registered terms, Bot.Event.OrderIntended e)
    {
        var instrument = Array.Find(terms.Instruments, i => i.Symbol == e.Symbol)!;
        return new Order.Command.Place(
            e.OrderId, terms.Bot, terms.Account, e.Venue, instrument, e.Side, e.Type, e.Quantity, e.LimitPrice,
            e.ReferencePrice, e.TimeInForce, e.ExpiresAt, e.HoldToken, e.HoldAmount, terms.Limits.ForOrder(instrument));
    }

    /// <summary>What the risk check has against an intention; null where the order may leave.</summary>
    public static Bot.Rejection? Denied(Bot.State state, Bot.Event.OrderIntended e, CommandContext context) =>
        RiskCheck.Check(OrderOf(state.Terms!, e), context.Mode, context.Now) switch
        {
            null => null,
            Denial.NotionalMaxExceeded notional => new Bot.Rejection.LimitExceeded(
                BotLimit.OrderNotional, notional.Notional, notional.NotionalMax),
            var denial => new Bot.Rejection.OrderDenied(denial),
        };

    /// <summary>The intention to send an order, with what the account is to hold for it.</summary>
    public static Bot.Event.OrderIntended Intend(
        Bot.State state, Bot.Command.PlaceOrder c, Instrument instrument, long number, DateTimeOffset now)
    {
        var worst = RiskCheck.WorstPrice(
            c.Side, c.Type, c.LimitPrice, c.ReferencePrice, state.Terms!.Limits.ForOrder(instrument));
        return new Bot.Event.OrderIntended(
            number, new OrderId(IdOf(state, number)), c.Symbol, c.Venue, c.Side, c.Type, c.Quantity, c.LimitPrice,
            c.ReferencePrice, c.TimeInForce, c.ExpiresAt, instrument.Spent(c.Side),
            HoldOf(state, instrument, c, worst), now);
    }

    public static Answer StartSwap(Bot.State state, Bot.Command.StartPoolSwap c, CommandContext context)
    {
        if (Halted(state, context) is { } halted)
        {
            return halted;
        }

        if (Malformed(c, context.Now) is { } why)
        {
            return new Bot.Rejection.InvalidSwap(why);
        }

        if (TradeOf(state.Terms!, c.Route[0].TokenIn, c.Route[^1].TokenOut) is not { } trade)
        {
            return new Bot.Rejection.InvalidSwap(
                "The route trades no symbol of the bot, nor returns to one of its quote tokens.");
        }

        var (instrument, side) = trade;
        if (side is null && c.MinAmountOut <= c.AmountIn)
        {
            return new Bot.Rejection.InvalidSwap("A cycle must give more than it takes.");
        }

        // A sale counts with what it must bring at least; a purchase or a cycle with what it pays.
        var notional = side == Side.Sell ? c.MinAmountOut : c.AmountIn;
        var notionalMax = state.Terms!.Limits.NotionalMaxOf(instrument);
        if (notional > notionalMax)
        {
            return new Bot.Rejection.LimitExceeded(BotLimit.OrderNotional, notional, notionalMax);
        }

        var quantity = side == Side.Sell ? c.AmountIn : c.MinAmountOut;
        var position = side is { } s ? Position(state, instrument, s, quantity) : null;
        if ((position ?? Counts(state, context)
            ?? DailyLoss(state, instrument.Quote, instrument.QuoteDecimals, default, context.Now)) is { } exceeded)
        {
            return exceeded;
        }

        var number = state.LastNumber + 1;
        return new Bot.Event.SwapIntended(
            number, IdOf(state, number), side is null ? null : instrument.Symbol, c.Route, c.AmountIn, c.MinAmountOut,
            c.Deadline, context.Now);
    }

    public static Answer Fill(Bot.State state, Bot.Command.RecordFill c, CommandContext context)
    {
        if (FillsOf(state, c.OrderId) is not { } known)
        {
            return new Bot.Rejection.UnknownOrder(c.OrderId);
        }

        if (known.Fills.Knows(c.Child, c.VenueTradeId))
        {
            return Answer.Nothing;
        }

        if (known.Fills.IsFullFor(c.Child))
        {
            return new Bot.Rejection.TooManyFills(c.OrderId);
        }

        var fill = new Bot.Event.FillRecorded(
            c.OrderId, c.VenueTradeId, known.Symbol, c.Side, c.Quantity, c.Price, c.QuoteAmount, c.Fee, c.FeeToken,
            context.Now, c.Child);
        var instrument = state.InstrumentOf(known.Symbol)!;
        var before = state.PositionOf(known.Symbol);
        var change = After(before, instrument, fill).Realised - before.Realised;
        return WithBreach(state, fill, instrument, change, context.Now);
    }

    public static Answer Settle(Bot.State state, Bot.Command.RecordSwapSettled c, CommandContext context)
    {
        if (!state.Swaps.TryGetValue(c.TradeId, out var swap))
        {
            return Answer.Nothing;
        }

        var finished = new Bot.Event.SwapFinished(c.TradeId, Settled: true, c.AmountOut, Reason: null, context.Now);
        var (instrument, side) = TradeOf(state.Terms!, swap.TokenIn, swap.TokenOut)!.Value;
        return WithBreach(
            state, finished, instrument, ResultOf(state, swap, instrument, side, c.AmountOut), context.Now);
    }

    /// <summary>Null while the day's loss, with a change of the result, is within its limit.</summary>
    public static Bot.Rejection.LimitExceeded? DailyLoss(
        Bot.State state, TokenId quote, int quoteDecimals, SignedAmount change, DateTimeOffset now)
    {
        var today = state.ResultOf(quote, quoteDecimals, Bot.DayOf(now)).RealisedToday + change;
        var max = state.Terms!.Limits.DailyLossMaxOf(quoteDecimals);
        return today.IsNegative && today.Magnitude > max
            ? new Bot.Rejection.LimitExceeded(BotLimit.DailyLoss, today.Magnitude, max)
            : null;
    }

    /// <summary>Begins a new day when there is one.</summary>
    public static void Reach(Bot.State state, DateTimeOffset at)
    {
        var day = Bot.DayOf(at);
        if (day <= state.Day)
        {
            return;
        }

        state.Day = day;
        state.SentToday = 0;
        foreach (var (quote, result) in state.Results.ToList())
        {
            state.Results[quote] = result with { RealisedToday = default };
        }
    }

    public static void Book(Bot.State state, Bot.Event.FillRecorded e)
    {
        Reach(state, e.At);
        FillsOf(state, e.OrderId)!.Value.Fills.Add(e.Child, e.VenueTradeId);
        if (state.Orders.TryGetValue(e.OrderId, out var order))
        {
            order.Filled += e.Quantity;
        }

        var instrument = state.InstrumentOf(e.Symbol)!;
        Enter(state, instrument, After(state.PositionOf(e.Symbol), instrument, e));
    }

    public static void Book(Bot.State state, Bot.Event.SwapFinished e)
    {
        if (!e.Settled)
        {
            return;
        }

        Reach(state, e.At);
        var swap = state.Swaps[e.TradeId];
        var (instrument, side) = TradeOf(state.Terms!, swap.TokenIn, swap.TokenOut)!.Value;
        if (side is { } s)
        {
            Enter(state, instrument, After(state.PositionOf(instrument.Symbol), swap, s, e.AmountOut));
        }
        else
        {
            Earn(state, instrument, (SignedAmount)e.AmountOut - swap.Terms.AmountIn);
        }
    }

    /// <summary>Null while the bot may send.</summary>
    public static Bot.Rejection? Halted(Bot.State state, CommandContext context)
    {
        if (context.Mode != SystemMode.Active)
        {
            return new Bot.Rejection.TradingHalted(context.Mode);
        }

        return state.Life == BotState.Running ? null : new Bot.Rejection.NotRunning(state.Life);
    }

    // Of an order that the risk check will refuse anyway the hold does not matter, so it may be zero.
    private static UInt256 HoldOf(Bot.State state, Instrument instrument, Bot.Command.PlaceOrder c, decimal worst) =>
        worst is > 0 and <= RiskCheck.PriceMax && RiskCheck.TryFullHold(
            instrument, c.Side, c.Quantity, worst, state.Terms!.Limits.ForOrder(instrument), out var required)
            ? required
            : default;

    private static string? Malformed(Bot.Command.StartPoolSwap c, DateTimeOffset now)
    {
        if (c.Route.Length is 0 or > Bot.HopsMax)
        {
            return $"Route: needs 1 to {Bot.HopsMax} hops.";
        }

        for (var i = 1; i < c.Route.Length; i++)
        {
            if (c.Route[i].TokenIn != c.Route[i - 1].TokenOut)
            {
                return $"Route: hop {i + 1} does not take what the hop before it gives.";
            }
        }

        if (c.AmountIn.IsZero || c.MinAmountOut.IsZero)
        {
            return "AmountIn, MinAmountOut: must be above zero.";
        }

        return c.Deadline <= now ? "Deadline: has passed." : null;
    }

    // A symbol bought or sold, or (side null) a cycle of a quote token.
    private static (
        Instrument Instrument, Side? Side)? TradeOf(Bot.Event.Registered terms, TokenId tokenIn, TokenId tokenOut)
    {
        foreach (var i in terms.Instruments)
        {
            if (tokenIn == tokenOut ? tokenIn == i.Quote : tokenIn == i.Quote && tokenOut == i.Base)
            {
                return (i, tokenIn == tokenOut ? null : Side.Buy);
            }

            if (tokenIn == i.Base && tokenOut == i.Quote)
            {
                return (i, Side.Sell);
            }
        }

        return null;
    }

    /// <summary>Null while the position stays within its limit, as if all that is open on that side were filled.
    /// </summary>
    public static Bot.Rejection? Position(Bot.State state, Instrument instrument, Side side, UInt256 quantity)
    {
        var max = state.Terms!.Limits.PositionMaxOf(instrument);
        var most = max + max;
        if (quantity > most)
        {
            return new Bot.Rejection.LimitExceeded(BotLimit.Position, quantity, max);
        }

        var open = quantity;
        foreach (var order in state.Orders.Values)
        {
            open += order.Terms.Symbol == instrument.Symbol && order.Terms.Side == side ? order.Remaining : default;
        }

        foreach (var swap in state.Swaps.Values)
        {
            if (swap.Terms.Symbol == instrument.Symbol
                && side == (swap.TokenIn == instrument.Quote ? Side.Buy : Side.Sell))
            {
                open += side == Side.Buy ? swap.Terms.MinAmountOut : swap.Terms.AmountIn;
            }
        }

        var held = state.PositionOf(instrument.Symbol).Quantity;
        var reached = side == Side.Buy ? held + open : -(held - open);
        return !reached.IsNegative && reached.Magnitude > max
            ? new Bot.Rejection.LimitExceeded(BotLimit.Position, reached.Magnitude, max)
            : null;
    }

    /// <summary>Null while so many more orders may be sent, of which one is open at a time.</summary>
    public static Bot.Rejection? Counts(Bot.State state, CommandContext context, int more = 1)
    {
        var limits = state.Terms!.Limits;
        if (state.OpenCount >= limits.OpenOrdersMax)
        {
            return new Bot.Rejection.LimitExceeded(
                BotLimit.OpenOrders, (UInt256)(state.OpenCount + 1), (UInt256)limits.OpenOrdersMax);
        }

        var sentToday = Bot.DayOf(context.Now) > state.Day ? 0 : state.SentToday;
        return sentToday + (long)more > limits.OrdersPerDayMax
            ? new Bot.Rejection.LimitExceeded(
                BotLimit.OrdersPerDay, (UInt256)(sentToday + (long)more), (UInt256)limits.OrdersPerDayMax)
            : null;
    }

    /// <summary>Of the order or swap with this number.</summary>
    public static Guid IdOf(Bot.State state, long number) =>
        DeterministicGuid.Derive(state.Seed, checked((uint)number));

    private static (Symbol Symbol, Bot.FillMemory Fills)? FillsOf(Bot.State state, OrderId id)
    {
        if (state.Orders.TryGetValue(id, out var open))
        {
            return (open.Terms.Symbol, open.Fills);
        }

        return state.Closed.TryGetValue(id, out var closed) ? (closed.Symbol, closed.Fills) : null;
    }

    // A loss beyond the day's limit pauses a running bot and takes its orders back.
    private static Answer WithBreach(
        Bot.State state, Bot.Event happened, Instrument instrument, SignedAmount change, DateTimeOffset now)
    {
        if (state.Life != BotState.Running
            || DailyLoss(state, instrument.Quote, instrument.QuoteDecimals, change, now) is not { } loss)
        {
            return happened;
        }

        const string why = "daily loss limit";
        return (Bot.Event[])
        [
            happened,
            new Bot.Event.LimitBreached(BotLimit.DailyLoss, instrument.Quote, loss.Value, loss.Max, now),
            new Bot.Event.Paused(CommandContext.Self, why, now),
            .. BotDecisions.CancelAll(state, why, now),
        ];
    }

    private static SignedAmount ResultOf(
        Bot.State state, Bot.OpenSwap swap, Instrument instrument, Side? side, UInt256 amountOut)
    {
        if (side is not { } s)
        {
            return (SignedAmount)amountOut - swap.Terms.AmountIn;
        }

        var before = state.PositionOf(instrument.Symbol);
        return After(before, swap, s, amountOut).Realised - before.Realised;
    }

    private static BotPosition After(BotPosition position, Instrument instrument, Bot.Event.FillRecorded e) =>
        position.After(
        e.Side,
        e.Quantity,
        e.QuoteAmount,
        baseFee: e.FeeToken == instrument.Base ? e.Fee : default,
        quoteFee: e.FeeToken == instrument.Quote ? e.Fee : default);

    // A pool's fee is inside its amounts.
    private static BotPosition After(BotPosition position, Bot.OpenSwap swap, Side side, UInt256 amountOut) =>
        side == Side.Buy
        ? position.After(side, amountOut, swap.Terms.AmountIn, default, default)
        : position.After(side, swap.Terms.AmountIn, amountOut, default, default);

    private static void Enter(Bot.State state, Instrument instrument, BotPosition after)
    {
        var change = after.Realised - state.PositionOf(after.Symbol).Realised;
        state.Positions[after.Symbol] = after;
        Earn(state, instrument, change);
    }

    private static void Earn(Bot.State state, Instrument instrument, SignedAmount change)
    {
        var result = state.ResultOf(instrument.Quote, instrument.QuoteDecimals, state.Day);
        state.Results[instrument.Quote] = result with
        {
            Realised = result.Realised + change,
            RealisedToday = result.RealisedToday + change,
        };
    }
}
