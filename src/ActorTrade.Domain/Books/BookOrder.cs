using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using static ActorTrade.Domain.Books.OrderBook;

namespace ActorTrade.Domain.Books;

/// <summary>One order of a book and how far it has come. Its owner changes it in place.</summary>
public sealed class BookOrder
{
    internal BookOrder(Event.OrderReceived received, long number)
    {
        Received = received;
        Number = number;
        AwaitsLook = received.Order.PostOnly;
        SlicesShown = 1;
        VisibleLeft = received.Order.Visible;
        LookedAtBy = received.Order.PostOnly || (received.Order.IsImmediate && RestingLimit is not null)
            ? received.At + LookedAtWithin
            : null;
    }

    /// <summary>The event that brought it, with all its terms.</summary>
    public Event.OrderReceived Received { get; }

    public Guid Id => Received.OrderId;

    public PoolOrder Terms => Received.Order;

    public SandwichProtection Protection => Received.Protection;

    /// <summary>What its triggers are compared with; null for the price of the moment.</summary>
    public TriggerMean? TriggerBy => Received.TriggerBy;

    /// <summary>Its place among those of the same price; anew when it is triggered, and when an iceberg shows its next
    /// part.</summary>
    public long Number { get; private set; }

    /// <summary>The leg that was triggered; null while none was.</summary>
    public int? TriggeredLeg { get; private set; }

    /// <summary>The limit of the leg that was triggered.</summary>
    public Price? TriggeredLimit { get; private set; }

    /// <summary>Of the token it sells, sold so far.</summary>
    public UInt256 Sold { get; private set; }

    /// <summary>Of the token it buys, bought so far.</summary>
    public UInt256 Bought { get; private set; }

    /// <summary>Fills begun so far; the number of the last.</summary>
    public int Fills { get; private set; }

    /// <summary>The fill under way; null where none is.</summary>
    public Event.FillStarted? Fill { get; private set; }

    /// <summary>Fills refused one after the other, the last included.</summary>
    public int Refusals { get; private set; }

    /// <summary>After a refused fill, or a part of a split order: no other before this.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    /// <summary>A post-only order that no look has come to yet.</summary>
    public bool AwaitsLook { get; private set; }

    /// <summary>Until then a look at the pool must have come to it; null where none has to.</summary>
    public DateTimeOffset? LookedAtBy { get; private set; }

    public int SlicesShown { get; private set; }

    /// <summary>Of an iceberg: what is left of the part it shows.</summary>
    public UInt256 VisibleLeft { get; private set; }

    /// <summary>It ends when its fill has; null where it goes on.</summary>
    public Event.EndRequested? EndRequested { get; private set; }

    /// <summary>It has ended, and its account does not know yet.</summary>
    public Event.OrderEnded? Ended { get; private set; }

    /// <summary>Neither sold nor being sold.</summary>
    public UInt256 Left => Terms.AmountIn - Sold - (Fill?.AmountIn ?? UInt256.Zero);

    /// <summary>What may be sold now.</summary>
    public UInt256 Shown => Terms.Style switch
    {
        ExecutionStyle.Twap => Due() - UInt256.Min(Due(), Sold + (Fill?.AmountIn ?? UInt256.Zero)),
        ExecutionStyle.Iceberg => UInt256.Min(VisibleLeft, Left),
        _ => Left,
    };

    public bool IsOver => Ended is not null || EndRequested is not null;

    /// <summary>The limit it trades at; null while it waits for a trigger.</summary>
    public Price? RestingLimit =>
        TriggeredLimit ?? (Terms.Legs[0].Trigger == TriggerKind.None ? Terms.Legs[0].Limit : null);

    /// <summary>Where it stands among those that trade at their limit; null where it does not.</summary>
    internal InLine? Resting =>
        !IsOver && !AwaitsLook && Fill is null && RestingLimit is { } limit && !Shown.IsZero
            ? new InLine(limit, Number, Id)
            : null;

    /// <summary>When the next thing is due without anybody asking; null for never.</summary>
    internal DateTimeOffset? DueAt
    {
        get
        {
            if (IsOver)
            {
                return null;
            }

            DateTimeOffset? slice = Terms.Style == ExecutionStyle.Twap && SlicesShown < Terms.Slices
                ? Received.At + (SlicesShown * Terms.SliceEvery)
                : null;
            var due = Earliest(Terms.ExpiresAt, slice);
            return Fill is null ? Earliest(due, LookedAtBy) : due;
        }
    }

    /// <summary>Slices that may be shown at a time.</summary>
    internal int SlicesAt(DateTimeOffset now) =>
        TwapSchedule.DueAt(now, Received.At, Terms.SliceEvery, Terms.Slices);

    internal CapturedOrder Capture(Price? high) => new(
        Received, Number, TriggeredLeg, TriggeredLimit, Sold, Bought, Fills, Fill, Refusals, NotBefore, AwaitsLook,
        LookedAtBy, SlicesShown, VisibleLeft, EndRequested, Ended, high);

    internal static BookOrder Restore(CapturedOrder c) => new((Event.OrderReceived)c.Received, c.Number)
    {
        TriggeredLeg = c.TriggeredLeg,
        TriggeredLimit = c.TriggeredLimit,
        Sold = c.Sold,
        Bought = c.Bought,
        Fills = c.Fills,
        Fill = (Event.FillStarted?)c.Fill,
        Refusals = c.Refusals,
        NotBefore = c.NotBefore,
        AwaitsLook = c.AwaitsLook,
        LookedAtBy = c.LookedAtBy,
        SlicesShown = c.SlicesShown,
        VisibleLeft = c.VisibleLeft,
        EndRequested = c.EndRequested,
        Ended = c.Ended,
    };

    internal void OnRested()
    {
        AwaitsLook = false;
        LookedAtBy = null;
    }

    internal void OnTriggered(Event.OrderTriggered e, long number)
    {
        TriggeredLeg = e.Leg;
        TriggeredLimit = e.Limit;
        Number = number;
        LookedAtBy = Terms.IsImmediate ? e.At + LookedAtWithin : null;
    }

    internal void OnSlices(int slices) => SlicesShown = slices;

    internal void OnFillStarted(Event.FillStarted e)
    {
        Fill = e;
        Fills = e.Number;
    }

    /// <summary>True where an iceberg has sold the part it showed, and shows the next.</summary>
    internal bool OnFillSettled(UInt256 amountOut, DateTimeOffset at)
    {
        var amountIn = Fill!.AmountIn;
        Sold += amountIn;
        Bought += amountOut;
        Fill = null;
        Refusals = 0;
        NotBefore = Protection == SandwichProtection.Split ? at + SliceApart : NotBefore;
        if (Terms.Style != ExecutionStyle.Iceberg)
        {
            return false;
        }

        VisibleLeft -= amountIn;
        if (!VisibleLeft.IsZero)
        {
            return false;
        }

        VisibleLeft = Terms.Visible;
        return true;
    }

    internal void OnFillRefused(DateTimeOffset at)
    {
        Fill = null;
        NotBefore = at + (AgainAfter * (1 << Math.Min(Refusals, 6)));
        Refusals++;
    }

    internal void MoveToEnd(long number) => Number = number;

    internal void OnEndRequested(Event.EndRequested e) => EndRequested = e;

    internal void OnEnded(Event.OrderEnded e) => Ended = e;

    private UInt256 Due() => TwapSchedule.Sum(Terms.AmountIn, SlicesShown, Terms.Slices);

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}

/// <summary>One order in a book's snapshot.</summary>
/// <remarks>Events that may gain fields stand as cases of <see cref="Event"/>, which have a length.</remarks>
/// <param name="High">Of a waiting trailing stop: the highest price since it came.</param>
public sealed record CapturedOrder(
    Event Received,
    long Number,
    int? TriggeredLeg,
    Price? TriggeredLimit,
    UInt256 Sold,
    UInt256 Bought,
    int Fills,
    Event? Fill,
    int Refusals,
    DateTimeOffset NotBefore,
    bool AwaitsLook,
    DateTimeOffset? LookedAtBy,
    int SlicesShown,
    UInt256 VisibleLeft,
    Event.EndRequested? EndRequested,
    Event.OrderEnded? Ended,
    Price? High);
