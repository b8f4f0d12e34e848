using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using static ActorTrade.Domain.Desks.OrderDesk;

namespace ActorTrade.Domain.Desks;

/// <summary>One order of a desk and how far it has come. Its owner changes it in place.</summary>
public sealed class DeskOrder
{
    internal DeskOrder(Event.OrderReceived received, long number)
    {
        Received = received;
        Number = number;
        SlicesDue = 1;
    }

    /// <summary>The event that brought it, with all its terms.</summary>
    public Event.OrderReceived Received { get; }

    public OrderId Id => Received.OrderId;

    public VenueOrder Terms => Received.Order;

    /// <summary>Its place among those of the same price; anew when its funds are held, and when it is triggered.
    /// </summary>
    public long Number { get; private set; }

    /// <summary>Since when its funds are held; null before.</summary>
    public DateTimeOffset? HeldAt { get; private set; }

    /// <summary>The leg that was triggered; null while none was.</summary>
    public int? TriggeredLeg { get; private set; }

    /// <summary>Base units that children have filled and told in their ends.</summary>
    public UInt256 Filled { get; private set; }

    /// <summary>Of the hold, by these fills.</summary>
    public UInt256 Spent { get; private set; }

    public int Fills { get; private set; }

    /// <summary>Children sent so far; the number of the last.</summary>
    public int Children { get; private set; }

    /// <summary>The child under way; null where none is.</summary>
    public DeskChild? Child { get; private set; }

    /// <summary>Children one after the other that filled nothing and ended against the desk's will.</summary>
    public int Refusals { get; private set; }

    /// <summary>After such a child: no other before this.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    public int SlicesDue { get; private set; }

    /// <summary>A fill could not be booked: the hold stays for an operator.</summary>
    public bool NeedsOperator { get; private set; }

    /// <summary>It ends when its child has, or its funds are held; null where it goes on.</summary>
    public Event.EndRequested? EndRequested { get; private set; }

    public Event.OrderEnded? Ended { get; private set; }

    public bool IsReleased { get; private set; }

    public bool IsEndReported { get; private set; }

    /// <summary>Neither filled nor, by a child's end that is still to come, about to be.</summary>
    public UInt256 Left => Terms.Quantity - Filled;

    public bool IsOver => Ended is not null || EndRequested is not null;

    public bool IsHoldPending => HeldAt is null && Ended is null;

    /// <summary>The leg that is worked; null while the order waits for a trigger.</summary>
    public int? ActiveLeg => TriggeredLeg ?? (Terms.Legs[0].Trigger == TriggerKind.None ? 0 : null);

    /// <summary>It waits for triggers.</summary>
    internal bool IsArmed => HeldAt is not null && TriggeredLeg is null && !IsOver;

    /// <summary>What the next child may be of.</summary>
    internal UInt256 Shown => Terms.Style switch
    {
        ExecutionStyle.Twap => Due - UInt256.Min(Due, Filled),
        ExecutionStyle.Iceberg => UInt256.Min(Terms.Visible, Left),
        _ => Left,
    };

    /// <summary>The next look may send a child.</summary>
    internal bool IsReady =>
        HeldAt is not null && !IsOver && Child is null && ActiveLeg is not null && !Shown.IsZero;

    internal bool AwaitsRelease => Ended is not null && HeldAt is not null && !IsReleased && !NeedsOperator;

    /// <summary>The bot hears the end last, when what is left of the hold is free for another order.</summary>
    internal bool AwaitsEndReport =>
        Ended is not null && Received.Bot is not null && !IsEndReported && !AwaitsRelease;

    internal bool IsAllKnown => Ended is not null && !AwaitsRelease && !AwaitsEndReport;

    /// <summary>Since when somebody owes an answer; null where nobody does.</summary>
    internal DateTimeOffset? UntoldSince =>
        Ended is not null ? Ended.At
        : IsHoldPending ? Received.At
        : Child is { IsPlaced: false } unplaced ? unplaced.Started.At
        : Child is { WantsCancel: true } unheard ? unheard.CancelRequested!.At
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

            DateTimeOffset? slice = HeldAt is { } held && Terms.Style == ExecutionStyle.Twap && SlicesDue < Terms.Slices
                ? held + (SlicesDue * Terms.SliceEvery)
                : null;
            return Earliest(Earliest(Terms.ExpiresAt, slice), LookedAtBy);
        }
    }

    /// <summary>Until then a look must have sent a child; null where none has to.</summary>
    internal DateTimeOffset? LookedAtBy =>
        (Terms.IsImmediate || Terms.PostOnly) && IsReady && Children == 0 ? LookedAtFrom + LookedAtWithin : null;

    private DateTimeOffset LookedAtFrom { get; set; }

    private UInt256 Due => TwapSchedule.Sum(Terms.Quantity, SlicesDue, Terms.Slices);

    internal int SlicesAt(DateTimeOffset now) =>
        TwapSchedule.DueAt(now, HeldAt!.Value, Terms.SliceEvery, Terms.Slices);

    internal CapturedDeskOrder Capture(Price? high) => new(
        Received, Number, HeldAt, TriggeredLeg, Filled, Spent, Fills, Children, Child?.Capture(), Refusals, NotBefore,
        SlicesDue, NeedsOperator, EndRequested, Ended, IsReleased, IsEndReported, LookedAtFrom, high);

    internal static DeskOrder Restore(CapturedDeskOrder c) => new(c.Received, c.Number)
    {
        HeldAt = c.HeldAt,
        TriggeredLeg = c.TriggeredLeg,
        Filled = c.Filled,
        Spent = c.Spent,
        Fills = c.Fills,
        Children = c.Children,
        Child = c.Child is null ? null : DeskChild.Restore(c.Child),
        Refusals = c.Refusals,
        NotBefore = c.NotBefore,
        SlicesDue = c.SlicesDue,
        NeedsOperator = c.NeedsOperator,
        EndRequested = c.EndRequested,
        Ended = c.Ended,
        IsReleased = c.IsReleased,
        IsEndReported = c.IsEndReported,
        LookedAtFrom = c.LookedAtFrom,
    };

    internal void OnHeld(DateTimeOffset at, long number) => (HeldAt, LookedAtFrom, Number) = (at, at, number);

    internal void OnTriggered(Event.OrderTriggered e, long number) =>
        (TriggeredLeg, Number, LookedAtFrom) = (e.Leg, number, e.At);

    internal void OnSlicesDue(int slices) => SlicesDue = slices;

    internal void OnChildStarted(Event.ChildStarted e) => (Children, Child) = (e.Number, new DeskChild(e));

    internal void OnChildEnded(Event.ChildEnded e)
    {
        var isWanted = e.State == OrderState.Filled || Child!.CancelRequested is not null;
        Child = null;
        Filled += e.Filled;
        Spent += e.Spent;
        Fills += e.Fills;
        NeedsOperator |= e.NeedsOperator;
        if (!e.Filled.IsZero || isWanted)
        {
            Refusals = 0;
            return;
        }

        NotBefore = e.At + (AgainAfter * (1 << Math.Min(Refusals, 6)));
        Refusals++;
    }

    internal void OnEndRequested(Event.EndRequested e) => EndRequested = e;

    internal void OnEnded(Event.OrderEnded e) => Ended = e;

    internal void OnReleased() => IsReleased = true;

    internal void OnEndReported() => IsEndReported = true;

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}

/// <summary>The child of an order that is under way. Its owner changes it in place.</summary>
public sealed class DeskChild
{
    internal DeskChild(Event.ChildStarted started) => Started = started;

    public Event.ChildStarted Started { get; }

    /// <summary>The child's entity has taken it.</summary>
    public bool IsPlaced { get; internal set; }

    public Event.ChildCancelRequested? CancelRequested { get; internal set; }

    public bool IsCancelHeard { get; internal set; }

    /// <summary>The cancel can be sent, and was not heard.</summary>
    internal bool WantsCancel => IsPlaced && CancelRequested is not null && !IsCancelHeard;

    internal CapturedDeskChild Capture() => new(Started, IsPlaced, CancelRequested, IsCancelHeard);

    internal static DeskChild Restore(CapturedDeskChild c) => new(c.Started)
    {
        IsPlaced = c.IsPlaced,
        CancelRequested = c.CancelRequested,
        IsCancelHeard = c.IsCancelHeard,
    };
}

/// <summary>One order in a desk's snapshot.</summary>
/// <param name="High">Of a waiting trailing stop: the highest price since it came, as its triggers see it.</param>
public sealed record CapturedDeskOrder(
    Event.OrderReceived Received,
    long Number,
    DateTimeOffset? HeldAt,
    int? TriggeredLeg,
    UInt256 Filled,
    UInt256 Spent,
    int Fills,
    int Children,
    CapturedDeskChild? Child,
    int Refusals,
    DateTimeOffset NotBefore,
    int SlicesDue,
    bool NeedsOperator,
    Event.EndRequested? EndRequested,
    Event.OrderEnded? Ended,
    bool IsReleased,
    bool IsEndReported,
    DateTimeOffset LookedAtFrom,
    Price? High);

public sealed record CapturedDeskChild(
    Event.ChildStarted Started,
    bool IsPlaced,
    Event.ChildCancelRequested? CancelRequested,
    bool IsCancelHeard);
