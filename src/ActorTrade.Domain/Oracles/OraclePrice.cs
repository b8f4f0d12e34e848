using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>How a window's prices become one.</summary>
public enum OracleMean
{
    /// <summary>The mean of the logarithms (ticks): one short leap counts only by its logarithm. The default.</summary>
    Geometric = 0,

    /// <summary>The mean of the prices, each weighted by how long it held.</summary>
    Arithmetic = 1,
}

/// <summary>A price and what speaks for it.</summary>
/// <param name="Price">Base units of the quote token for one base unit of the base token.</param>
/// <param name="Source">Who says it, as in <c>pool:BTC-USD</c>, or <c>median</c>.</param>
/// <param name="Window">The time it is a mean of; zero for a price of one moment.</param>
/// <param name="Age">Since when nothing new was heard of it.</param>
/// <param name="Confidence">0 to 1, to rank prices by: falls with few observations and with disagreement. No
/// probability.</param>
/// <param name="Observations">Changes of price within the window; sources for a median.</param>
public sealed record OraclePrice(
    Price Price, string Source, TimeSpan Window, TimeSpan Age, double Confidence, int Observations);

/// <summary>What a consumer accepts of a time-weighted price.</summary>
/// <param name="WindowSeconds">The time to take the mean of, at least <see cref="WindowSecondsMin"/>.</param>
/// <param name="AgeSecondsMax">How long ago the price last changed at most.</param>
/// <param name="ObservationsMin">Changes of price the window has at least.</param>
/// <param name="DeviationBpsMax">How far the mean may be from the price of this moment, in 1e-4.</param>
public sealed record OracleTerms(
    long WindowSeconds,
    long AgeSecondsMax = 3_600,
    int ObservationsMin = 1,
    int DeviationBpsMax = 1_000,
    OracleMean Mean = OracleMean.Geometric)
{
    /// <summary>A shorter window is cheap to move.</summary>
    public const long WindowSecondsMin = 10;
}

/// <summary>Why there is no price that the consumer accepts.</summary>
public abstract record OracleRefusal(string Code)
{
    /// <summary>There never was a price.</summary>
    public sealed record NoPrice() : OracleRefusal("no-price");

    public sealed record TooOld(long AgeSeconds, long AgeSecondsMax) : OracleRefusal("price-too-old");

    /// <summary>The window is shorter or longer than allowed, or begins before what is remembered.</summary>
    public sealed record WindowNotCovered(long WindowSeconds, long CoveredSeconds)
        : OracleRefusal("window-not-covered");

    public sealed record TooFewObservations(int Observations, int ObservationsMin)
        : OracleRefusal("too-few-observations");

    /// <summary>The mean is too far from another price.</summary>
    /// <param name="Against">Which: <c>spot</c>, or a source's name.</param>
    public sealed record Deviates(int DeviationBps, int DeviationBpsMax, string Against)
        : OracleRefusal("price-deviates");

    /// <summary>Too few sources agree.</summary>
    public sealed record NoQuorum(int Sources, int Quorum) : OracleRefusal("no-quorum");
}
