using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Orders.Order;
using Decision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Orders.Order.Event, ActorTrade.Domain.Orders.Order.Rejection>;

namespace ActorTrade.Domain.Orders;

/// <summary>
/// What trades and closings that a venue tells mean for an order: exact amounts, and whether it has ended.
/// </summary>
internal static class OrderFills
{
    public static Decision Fill(OrderLife state, Command.RecordFill c)
    {
        if (state.FillOf(c.VenueTradeId) is { } earlier)
        {
            return IsSame(earlier.Record, c)
                ? Decision.Earlier(earlier.Record)
                : new Rejection.TradeIdReused(Excerpt(c.VenueTradeId));
        }

        if (state.IsFinal)
        {
            return new Rejection.OrderIsFinal(state.State);
        }

        if (state.State == OrderState.Created)
        {
            return new Rejection.NotSubmitted(state.State);
        }

        if (Record(state, c, state.Fills.Count, state.Filled, state.Spent, out var fill) is { } wrong)
        {
            return wrong;
        }

        var filled = state.Filled + fill!.Quantity;
        if (filled == state.Terms!.Quantity)
        {
            return new Event[] { fill, new Event.OrderFilled() };
        }

        return state.Closure is { } closure && filled >= closure.Filled
            ? new[] { fill, Final(closure.State, closure.Reason, state) }
            : fill;
    }

    public static Decision Close(OrderLife state, Command.RecordClosure c, EventSourcing.CommandContext context)
    {
        if (state.IsFinal || state.Closure is not null)
        {
            return Decision.Nothing;
        }

        if (state.State == OrderState.Created)
        {
            return new Rejection.NotSubmitted(state.State);
        }

        return Closing(state.Filled, c.State, c.Filled, c.Reason, state, context.Now);
    }

    /// <summary>The order ends now: nothing of it can be on its way.</summary>
    public static Event End(OrderLife state, OrderState end, string reason) => Final(end, reason, state);

    /// <summary>The end where all that the venue filled is recorded, else the note that it is awaited.</summary>
    public static Event Closing(
        UInt256 recorded, OrderState end, UInt256 filled, string reason, OrderLife state, DateTimeOffset now)
    {
        if (recorded == state.Terms!.Quantity)
        {
            return new Event.OrderFilled();
        }

        return recorded >= filled
            ? Final(end, reason, state)
            : new Event.ClosurePending(end, filled, OrderDecisions.Cut(reason), now + RetryAfter);
    }

    /// <summary>The trades that are not recorded yet, in the venue's order; null where one of them cannot be.</summary>
    public static List<Event.FillRecorded>? Missing(OrderLife state, Venue.Trade[] trades)
    {
        var missing = new List<Event.FillRecorded>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (filled, spent) = (state.Filled, state.Spent);
        foreach (var trade in trades)
        {
            if (state.FillOf(trade.VenueTradeId) is not null || !seen.Add(trade.VenueTradeId))
            {
                continue;
            }

            var told = new Command.RecordFill(
                trade.VenueTradeId, trade.Quantity, trade.Price, trade.QuoteAmount, trade.FeeToken, trade.Fee,
                trade.At);
            if (Record(state, told, state.Fills.Count + missing.Count, filled, spent, out var fill) is not null)
            {
                return null;
            }

            missing.Add(fill!);
            (filled, spent) = (filled + fill!.Quantity, spent + fill.Spent);
        }

        return missing;
    }

    private static Rejection? Record(
        OrderLife state, Command.RecordFill c, int count, UInt256 filled, UInt256 spent, out Event.FillRecorded? fill)
    {
        fill = null;
        var terms = state.Terms!;
        if (c.VenueTradeId.Length is 0 or > Venue.VenueIdLengthMax)
        {
            return new Rejection.InvalidFill($"The trade id has 1 to {Venue.VenueIdLengthMax} characters.");
        }

        if (c.Quantity.IsZero || c.Price < 0)
        {
            return new Rejection.InvalidFill("A fill has a quantity above zero and a price not below.");
        }

        if (count >= FillsMax)
        {
            return new Rejection.TooManyFills(FillsMax);
        }

        if (!UInt256.TryAdd(filled, c.Quantity, out var nowFilled) || nowFilled > terms.Quantity)
        {
            return new Rejection.Overfilled(nowFilled, terms.Quantity);
        }

        if (Amounts(terms, c) is not var (paid, received))
        {
            return new Rejection.InvalidFill("The fee is in a third token, or above what the fill brings.");
        }

        if (!UInt256.TryAdd(spent, paid, out var nowSpent) || nowSpent > terms.HoldAmount)
        {
            return new Rejection.HoldExceeded(nowSpent, terms.HoldAmount);
        }

        fill = new Event.FillRecorded(
            count + 1, c.VenueTradeId, c.Quantity, c.Price, c.QuoteAmount, c.FeeToken, c.Fee, paid, received, c.At);
        return null;
    }

    // A fee in the token paid is paid on top; a fee in the token received is taken from it.
    private static (UInt256 Spent, UInt256 Received)? Amounts(Event.OrderCreated terms, Command.RecordFill c)
    {
        var (paid, got) = terms.Side == Side.Buy ? (c.QuoteAmount, c.Quantity) : (c.Quantity, c.QuoteAmount);
        if (c.Fee.IsZero)
        {
            return (paid, got);
        }

        if (c.FeeToken == terms.Instrument.Spent(terms.Side))
        {
            return UInt256.TryAdd(paid, c.Fee, out var withFee) ? (withFee, got) : null;
        }

        return c.FeeToken == terms.Instrument.Received(terms.Side) && c.Fee <= got ? (paid, got - c.Fee) : null;
    }

    private static Event Final(OrderState end, string reason, OrderLife state)
    {
        reason = OrderDecisions.Cut(reason);
        return end switch
        {
            OrderState.Expired => new Event.OrderExpired(reason),
            OrderState.Rejected when state.Filled.IsZero => new Event.OrderRejected(reason),
            _ when state is { IsExpiryReached: true, CancelWhy: null } => new Event.OrderExpired(reason),
            _ => new Event.OrderCancelled(reason),
        };
    }

    private static bool IsSame(Event.FillRecorded r, Command.RecordFill c) =>
        r.Quantity == c.Quantity && r.Price == c.Price && r.QuoteAmount == c.QuoteAmount && r.FeeToken == c.FeeToken
        && r.Fee == c.Fee;

    private static string Excerpt(string text) =>
        text.Length <= Venue.VenueIdLengthMax ? text : text[..Venue.VenueIdLengthMax];
}
