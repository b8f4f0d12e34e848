using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Ledger;

/// <summary>Where money can be.</summary>
public enum BucketKind : byte
{
    /// <summary>The other side of what exists: falls by a mint, rises by a burn. Never held by anyone.</summary>
    Supply,

    /// <summary>Free in an account.</summary>
    Available,

    /// <summary>Set aside in an account for a trade or an order.</summary>
    Held,

    /// <summary>In a pool, its providers'.</summary>
    Reserve,

    /// <summary>In a pool, collected for the treasury.</summary>
    Treasury,

    /// <summary>The minimum shares of a pool that belong to nobody.</summary>
    Locked,

    /// <summary>One entity of an affair has recorded it and the other has not: positive for what left, negative for
    /// what arrived first.</summary>
    Transit,

    /// <summary>What a venue took less what it gave: the cluster's border, like <see cref="Supply"/>.</summary>
    Venue,
}

/// <summary>A place of money: its kind, whose it is (an account, a pool, a venue), or which affair it belongs
/// to.</summary>
/// <param name="Owner">
/// Account id, pool id or venue name; empty for <see cref="BucketKind.Supply"/>; who began the affair for
/// <see cref="BucketKind.Transit"/>: an account by its id, another entity by '#' and its entity id.
/// </param>
/// <param name="Affair">Trade, mint or credit id of <see cref="BucketKind.Transit"/>, unique for its owner; else
/// empty.</param>
public readonly record struct Bucket(BucketKind Kind, string Owner, Guid Affair)
{
    public static Bucket Supply => new(BucketKind.Supply, "", default);

    public static Bucket Available(string account) => new(BucketKind.Available, account, default);

    public static Bucket Held(string account) => new(BucketKind.Held, account, default);

    public static Bucket Reserve(string pool) => new(BucketKind.Reserve, pool, default);

    public static Bucket Treasury(string pool) => new(BucketKind.Treasury, pool, default);

    public static Bucket Locked(string pool) => new(BucketKind.Locked, pool, default);

    public static Bucket Transit(string owner, Guid affair) => new(BucketKind.Transit, owner, affair);

    public static Bucket Venue(string name) => new(BucketKind.Venue, name, default);

    /// <summary>It holds money that exists, so it can never be below zero.</summary>
    public bool IsHolding => Kind is not (BucketKind.Supply or BucketKind.Transit or BucketKind.Venue);

    public override string ToString() => Kind switch
    {
        BucketKind.Supply => "supply",
        BucketKind.Transit => $"transit {Owner} {Affair}",
        _ => $"{Kind.ToString().ToLowerInvariant()} {Owner}",
    };
}

/// <summary>One line of a booking: so much more (or less) of a token in a bucket.</summary>
public readonly record struct Posting(Bucket Bucket, TokenId Token, SignedAmount Amount);
