using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;

namespace ActorTrade.Domain.Books;

/// <summary>
/// The price that an order's triggers are compared with in the place of the price of the moment: the pool's
/// time-weighted one, which a trade that is undone at once does not move.
/// </summary>
/// <remarks>Few windows and ages, so that a look at a pool asks for few prices whatever its orders want; the longest
/// window is one that a pool's observations cover however often it trades.</remarks>
/// <param name="WindowSeconds">One of <see cref="Windows"/>.</param>
/// <param name="AgeSecondsMax">One of <see cref="Ages"/>: how long ago the pool's price last changed at most; 0 for
/// any.</param>
public sealed record TriggerMean(int WindowSeconds, int AgeSecondsMax = 0)
{
    public static IReadOnlyList<int> Windows { get; } = [60, 300, 900];

    public static IReadOnlyList<int> Ages { get; } = [0, 3_600, 86_400];

    public bool IsOffered => Windows.Contains(WindowSeconds) && Ages.Contains(AgeSecondsMax);

    /// <summary>What to ask a pool for: a window's geometric mean, whatever the price is now.</summary>
    public static OracleTerms TermsOf(int windowSeconds) => new(
        windowSeconds, AgeSecondsMax: long.MaxValue, ObservationsMin: 0, DeviationBpsMax: int.MaxValue);
}

/// <summary>A pool's price over time as a look saw it.</summary>
/// <param name="Numerator">With the denominator: token 1 for one token 0, in base units.</param>
/// <param name="AgeSeconds">Since the price last changed.</param>
public sealed record SeenMean(int WindowSeconds, UInt256 Numerator, UInt256 Denominator, long AgeSeconds);
