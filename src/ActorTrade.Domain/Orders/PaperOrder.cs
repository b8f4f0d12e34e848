using System.Globalization;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders;

/// <summary>An order as the paper venue knows it; part of <see cref="PaperBook"/>.</summary>
public sealed class PaperOrder(Venue.Event.OrderReceived terms)
{
    private readonly List<PaperTrade> _trades = [];

    public Venue.Event.OrderReceived Terms { get; } = terms;

    public OrderState State { get; private set; } = OrderState.Working;

    public string? Reason { get; private set; }

    public UInt256 Filled { get; private set; }

    /// <summary>Of the token the order pays with, fees included.</summary>
    public UInt256 Spent { get; private set; }

    public IReadOnlyList<PaperTrade> Trades => _trades;

    /// <summary>It ends instead of trading with the first quote it meets.</summary>
    public bool IsPostOnly { get; internal set; }

    /// <summary>It has met a quote it could not trade with.</summary>
    public bool IsResting { get; internal set; }

    /// <summary>The submitter heard of a time-out instead of the acceptance.</summary>
    public bool IsAnswerLost { get; internal set; }

    /// <summary>How many of its trades, and then its end, the order has heard of.</summary>
    public int Told { get; internal set; }

    public bool IsOpen => !State.IsFinal();

    /// <summary>How much there is to tell: every trade, and an end that the trades do not show.</summary>
    public int ToTell => _trades.Count + (State.IsFinal() && State != OrderState.Filled ? 1 : 0);

    public string VenueOrderId => VenueIdOf(Terms.Number);

    public Venue.Event FirstAnswer => IsAnswerLost
        ? new Venue.Event.SubmitTimedOut(Terms.OrderId)
        : new Venue.Event.SubmitAccepted(Terms.OrderId, VenueOrderId);

    public static string VenueIdOf(long number) => "o" + number.ToString(CultureInfo.InvariantCulture);

    public static string TradeIdOf(long number) => "t" + number.ToString(CultureInfo.InvariantCulture);

    internal (UInt256 Paid, UInt256 Received) Add(Venue.Event.Traded traded)
    {
        var trade = traded.Trade;
        _trades.Add(new PaperTrade(trade, traded.IsToldTwice));
        Filled += trade.Quantity;
        State = Filled == Terms.Quantity ? OrderState.Filled : OrderState.PartiallyFilled;
        var (paid, received) = Terms.Side == Side.Buy
            ? (trade.QuoteAmount + trade.Fee, trade.Quantity)
            : (trade.Quantity, trade.QuoteAmount - trade.Fee);
        Spent += paid;
        return (paid, received);
    }

    internal void Close(OrderState state, string? reason) => (State, Reason) = (state, reason);

    internal CapturedPaperOrder Capture() =>
        new(Terms, State, Reason, [.. _trades], IsResting, IsAnswerLost, Told);

    internal static PaperOrder Restore(CapturedPaperOrder captured)
    {
        var order = new PaperOrder(captured.Terms);
        foreach (var trade in captured.Trades)
        {
            order.Add(new Venue.Event.Traded(captured.Terms.OrderId, trade.Trade, trade.IsToldTwice));
        }

        order.Close(captured.State, captured.Reason);
        (order.IsResting, order.IsAnswerLost, order.Told) = (captured.IsResting, captured.IsAnswerLost, captured.Told);
        return order;
    }
}

/// <summary>A trade, and whether the fault of telling it twice is on it.</summary>
public sealed record PaperTrade(Venue.Trade Trade, bool IsToldTwice);
