using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Ledger;

/// <summary>A place in the journal where money was made or lost.</summary>
/// <param name="Ordering">The event's position in the journal; of the whole journal, not of one entity.</param>
/// <param name="Entity">Whose event; null where no single event is to blame.</param>
public abstract record LedgerViolation(long Ordering, EntityId? Entity, TokenId Token)
{
    /// <summary>An event took more from a bucket than was in it.</summary>
    public sealed record Overdrawn(long Ordering, EntityId? Entity, Bucket Bucket, TokenId Token, SignedAmount Balance)
        : LedgerViolation(Ordering, Entity, Token);

    /// <summary>
    /// The two sides of an affair recorded different amounts, or one side recorded twice: <paramref name="Left"/>
    /// should be zero.
    /// </summary>
    public sealed record AffairMismatch(
        long Ordering, EntityId? Entity, Bucket Affair, TokenId Token, SignedAmount Left, long OpenedAt)
        : LedgerViolation(Ordering, Entity, Token);

    /// <summary>Nothing is under way any more, yet one side of an affair never recorded it, or one recorded it
    /// twice.</summary>
    public sealed record AffairOpen(long Ordering, Bucket Affair, TokenId Token, SignedAmount Left)
        : LedgerViolation(Ordering, null, Token);

    /// <summary>What is held and in transit is not what was brought in less what was taken out.</summary>
    public sealed record NotConserved(long Ordering, TokenId Token, SignedAmount Exists, SignedAmount Found)
        : LedgerViolation(Ordering, null, Token);
}

/// <summary>One token's sums over a whole journal, in base units.</summary>
/// <param name="Minted">Brought in through the token (for shares: by pools), without undone mints.</param>
/// <param name="Burned">Taken out through the token (for shares: by pools).</param>
/// <param name="VenueIn">Brought in by fills at venues.</param>
/// <param name="VenueOut">Spent on fills at venues.</param>
/// <param name="Held">In accounts, pools and treasuries.</param>
/// <param name="InTransit">Recorded by one side of an affair only; zero when nothing is under way.</param>
/// <param name="Ok">Minted + VenueIn - Burned - VenueOut = Held + InTransit, and no violation concerns the
/// token.</param>
public sealed record TokenConservation(
    TokenId Token,
    UInt256 Minted,
    UInt256 Burned,
    UInt256 VenueIn,
    UInt256 VenueOut,
    SignedAmount Held,
    SignedAmount InTransit,
    bool Ok);
