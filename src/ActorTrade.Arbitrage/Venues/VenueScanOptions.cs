using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Venues;

/// <summary>What a scanner of quotes looks for, and what it counts as cost.</summary>
public sealed record VenueScanOptions
{
    /// <summary>The currencies in which a gain is wanted, the preferred first; others only where a loop passes none of
    /// these. Empty: every loop starts at its first code in order of the alphabet.</summary>
    public IReadOnlyList<string> StartCurrencies { get; init; } = [];

    /// <summary>2 finds a pair bought at one venue and sold at another; 3 finds triangles too.</summary>
    public int LegsMax { get; init; } = 3;

    /// <summary>A taker's fee by venue, taken from what the leg gives.</summary>
    public IReadOnlyDictionary<string, Bps> FeeOfVenue { get; init; } = new Dictionary<string, Bps>();

    /// <summary>The fee by venue and pair, before that of the venue.</summary>
    public IReadOnlyDictionary<(string Venue, Symbol Symbol), Bps> FeeOfPair { get; init; } =
        new Dictionary<(string, Symbol), Bps>();

    /// <summary>The fee where neither says.</summary>
    public Bps FeeOtherwise { get; init; }

    /// <summary>Quotes older than this are not traded on.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Only what gains more than this, fees taken off; 0.001 is ten basis points.</summary>
    public decimal GainMin { get; init; }

    public Bps FeeOf(string venue, Symbol symbol) =>
        FeeOfPair.TryGetValue((venue, symbol), out var ofPair) ? ofPair
        : FeeOfVenue.TryGetValue(venue, out var ofVenue) ? ofVenue
        : FeeOtherwise;
}
