namespace ActorTrade.Domain.Markets;

/// <summary>Which way an order trades the base token. Stored by number.</summary>
public enum Side
{
    /// <summary>Pays quote, receives base.</summary>
    Buy = 0,

    /// <summary>Pays base, receives quote.</summary>
    Sell = 1,
}

/// <summary>How an order names its price. Stored by number.</summary>
public enum OrderType
{
    /// <summary>
    /// At what the market offers, up to a protection price derived from the risk check's price collar.
    /// </summary>
    Market = 0,

    /// <summary>At the limit price or better.</summary>
    Limit = 1,
}

/// <summary>How long an order works. Stored by number.</summary>
public enum TimeInForce
{
    /// <summary>Until cancelled.</summary>
    Gtc = 0,

    /// <summary>Until a given instant.</summary>
    Gtd = 1,

    /// <summary>What trades at once trades; the rest is cancelled.</summary>
    Ioc = 2,

    /// <summary>All at once or nothing.</summary>
    Fok = 3,
}

/// <summary>Where an order stands. Stored by number.</summary>
public enum OrderState
{
    /// <summary>Known; its funds are being held.</summary>
    Created = 0,

    /// <summary>Our risk check or account refused it; nothing left the system. Final.</summary>
    Denied = 1,

    /// <summary>The intention to submit is in the journal; the venue has not answered.</summary>
    Submitted = 2,

    /// <summary>
    /// The submission timed out: the venue may or may not have it. Asked about until known, never sent again.
    /// </summary>
    InDoubt = 3,

    /// <summary>The venue has it; nothing is filled.</summary>
    Working = 4,

    /// <summary>A part is filled; the rest works.</summary>
    PartiallyFilled = 5,

    /// <summary>All is filled. Final.</summary>
    Filled = 6,

    /// <summary>Ended by a cancel that the venue confirmed, or by the venue. Final.</summary>
    Cancelled = 7,

    /// <summary>Its time ended, confirmed by the venue. Final.</summary>
    Expired = 8,

    /// <summary>The venue refused it, or it never arrived there. Final.</summary>
    Rejected = 9,
}

/// <summary>Questions about the enums of an order.</summary>
public static class OrderTerms
{
    /// <summary>Whether the state is final: no fill and no change follows.</summary>
    public static bool IsFinal(this OrderState state) =>
        state is OrderState.Denied or OrderState.Filled or OrderState.Cancelled or OrderState.Expired
            or OrderState.Rejected;

    public static Side Opposite(this Side side) => side == Side.Buy ? Side.Sell : Side.Buy;
}
