using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Bots.Bot;
using Answer = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Bots.Bot.Event, ActorTrade.Domain.Bots.Bot.Rejection>;

namespace ActorTrade.Domain.Bots;

/// <summary>What a bot says to each command: who may ask, its life, and what it hears of its orders. What trades is in
/// <see cref="BotOrders"/>.</summary>
internal static class BotDecisions
{
    private static readonly TimeSpan CheckAfterMax = TimeSpan.FromHours(1);

    public static Answer Decide(State state, Command command, CommandContext context)
    {
        if (command is Command.Register register)
        {
            return Register(state, register, context);
        }

        if (state.Terms is not { } terms)
        {
            return new Rejection.UnknownBot();
        }

        if (!IsPermitted(terms, command, context.Principal))
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Start => Start(state, terms, context),
            Command.Pause c => Pause(state, c, context),
            Command.Stop c => Stop(state, c, context),
            Command.PlaceOrder c => BotOrders.Place(state, c, context),
            Command.PlaceDeskOrder c => BotDeskOrders.Place(state, c, context),
            Command.StartPoolSwap c => BotOrders.StartSwap(state, c, context),
            Command.CancelOrder c => Cancel(state, c, context),
            Command.ClosePosition c => BotFlattening.Close(state, c, context),
            Command.RecordOrderPlaced c => Placed(state, c),
            Command.RecordOrderRefused c => Refused(state, c, context),
            Command.RecordFill c => BotOrders.Fill(state, c, context),
            Command.RecordOrderClosed c => Closed(state, c, context),
            Command.RecordCancelAnswered c => CancelAnswered(state, c),
            Command.RecordSwapSettled c => BotOrders.Settle(state, c, context),
            Command.RecordSwapFailed c => SwapFailed(state, c, context),
            Command.CheckUnanswered => CheckUnanswered(state, context),
            _ => throw new InvalidOperationException($"A bot has no command {command.GetType().Name}."),
        };
    }

    // The owner leads the bot, its strategy also trades, an operator may start and stop it, cancel and close, and what
    // happened is told by the system alone.
    private static bool IsPermitted(Event.Registered terms, Command command, string principal) =>
        principal == CommandContext.Self || command switch
        {
            Command.Start or Command.Pause or Command.Stop or Command.ClosePosition =>
                principal == terms.Owner || System.Operators.IsOne(principal),
            Command.CancelOrder =>
                principal == terms.Owner || principal == PrincipalOf(terms.Bot) || System.Operators.IsOne(principal),
            Command.PlaceOrder or Command.PlaceDeskOrder or Command.StartPoolSwap =>
                principal == terms.Owner || principal == PrincipalOf(terms.Bot),
            _ => false,
        };

    private static Answer Register(State state, Command.Register c, CommandContext context)
    {
        if (context.Principal != c.Owner && context.Principal != CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        if (state.Terms is { } known)
        {
            return IsSame(known, c) ? Answer.Earlier(known) : new Rejection.IdReused(c.Bot);
        }

        return BotRegistration.Check(state.Key, c) is { } why
            ? new Rejection.InvalidRegistration(why)
            : new Event.Registered(
                c.Bot, c.Owner, c.Account, c.Strategy, c.Parameters, c.Instruments, c.Limits, context.Now);
    }

    private static bool IsSame(Event.Registered known, Command.Register c) =>
        known.Bot == c.Bot && known.Owner == c.Owner && known.Account == c.Account && known.Strategy == c.Strategy
        && known.Parameters.SequenceEqual(c.Parameters) && known.Instruments.SequenceEqual(c.Instruments)
        && known.Limits == c.Limits;

    private static Answer Start(State state, Event.Registered terms, CommandContext context)
    {
        if (context.Mode != SystemMode.Active)
        {
            return new Rejection.TradingHalted(context.Mode);
        }

        if (state.Life == BotState.Running)
        {
            return Answer.Nothing;
        }

        foreach (var instrument in terms.Instruments)
        {
            if (BotOrders.DailyLoss(
                state, instrument.Quote, instrument.QuoteDecimals, default, context.Now) is { } breach)
            {
                return breach;
            }
        }

        return new Event.Started(context.Principal, context.Now);
    }

    private static Answer Pause(State state, Command.Pause c, CommandContext context) =>
        state.Life == BotState.Running
            ? new Event.Paused(context.Principal, Cut(c.Why), context.Now)
            : Answer.Nothing;

    private static Answer Stop(State state, Command.Stop c, CommandContext context) =>
        state.Life == BotState.Stopped
            ? Answer.Nothing
            : (Event[])[new Event.Stopped(context.Principal, Cut(c.Why), context.Now),
                .. CancelAll(state, Cut(c.Why), context.Now)];

    /// <summary>Asks to cancel every order of which that is not asked yet, in the order of their numbers.</summary>
    public static IEnumerable<Event> CancelAll(State state, string why, DateTimeOffset now) =>
        state.Orders.Values
            .Where(o => o.CancelWhy is null)
            .OrderBy(o => o.Terms.Number)
            .Select(o => new Event.CancelIntended(o.Terms.OrderId, why, now));

    // Cancels pass in every state of the bot and of the system.
    private static Answer Cancel(State state, Command.CancelOrder c, CommandContext context)
    {
        if (!state.Orders.TryGetValue(c.OrderId, out var order))
        {
            return state.Closed.ContainsKey(c.OrderId)
                ? Answer.Nothing
                : new Rejection.UnknownOrder(c.OrderId);
        }

        return order.CancelWhy is null
            ? new Event.CancelIntended(c.OrderId, Cut(c.Why), context.Now)
            : Answer.Nothing;
    }

    private static Answer Placed(State state, Command.RecordOrderPlaced c) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && !order.Placed
            ? new Event.OrderPlaced(c.OrderId)
            : Answer.Nothing;

    private static Answer Refused(
        State state, Command.RecordOrderRefused c, CommandContext context) =>
        state.Orders.ContainsKey(c.OrderId)
            ? new Event.OrderRefused(c.OrderId, Cut(c.Code), context.Now)
            : Answer.Nothing;

    private static Answer Closed(
        State state, Command.RecordOrderClosed c, CommandContext context) =>
        state.Orders.ContainsKey(c.OrderId)
            ? new Event.OrderClosed(c.OrderId, c.State, c.Reason is null ? null : Cut(c.Reason), context.Now)
            : Answer.Nothing;

    private static Answer CancelAnswered(State state, Command.RecordCancelAnswered c) =>
        state.Orders.TryGetValue(c.OrderId, out var order) && order.CancelWhy is not null && !order.CancelAnswered
            ? new Event.CancelAnswered(c.OrderId)
            : Answer.Nothing;

    private static Answer SwapFailed(
        State state, Command.RecordSwapFailed c, CommandContext context) =>
        state.Swaps.ContainsKey(c.TradeId)
            ? new Event.SwapFinished(c.TradeId, Settled: false, default, Cut(c.Reason), context.Now)
            : Answer.Nothing;

    private static Answer CheckUnanswered(State state, CommandContext context)
    {
        var orders = state.Orders.Values
            .Where(o => o.Waits && o.CheckAt <= context.Now)
            .Select(o => (o.Terms.Number, Id: o.Terms.OrderId.Value, o.Attempt));
        var swaps = state.Swaps.Values
            .Where(s => s.CheckAt <= context.Now)
            .Select(s => (s.Terms.Number, Id: s.Terms.TradeId, s.Attempt));
        return orders.Concat(swaps)
            .OrderBy(due => due.Number)
            .Select(
                due => (Event)new Event.CheckScheduled(due.Id, due.Attempt + 1, context.Now + BackOff(due.Attempt + 1)))
            .ToArray();
    }

    private static TimeSpan BackOff(int attempt)
    {
        var delay = CheckAfter * (1 << Math.Min(attempt, 7));
        return delay < CheckAfterMax ? delay : CheckAfterMax;
    }
}
