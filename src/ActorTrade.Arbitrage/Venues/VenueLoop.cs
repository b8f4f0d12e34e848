using System.Collections.Immutable;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Venues;

public enum LegSide
{
    /// <summary>Base given at the bid.</summary>
    Sell,

    /// <summary>Base taken at the ask.</summary>
    Buy,
}

/// <summary>Quotes that lead from a currency back to it with a gain: two venues of one pair, or three pairs.</summary>
public sealed record VenueLoop
{
    /// <summary>Where it starts and ends; its amounts are whole units of it.</summary>
    public required string Currency { get; init; }

    public required ImmutableArray<VenueLeg> Legs { get; init; }

    /// <summary>What one unit gains, fees taken off; 0.001 is ten basis points.</summary>
    public required decimal Gain { get; init; }

    /// <summary>What the quotes have room for; null where a leg's size is not known.</summary>
    public required decimal? AmountMax { get; init; }

    /// <summary>What that amount gains.</summary>
    public decimal? GainAtMax => AmountMax * Gain;

    /// <summary>All legs at one venue.</summary>
    public bool IsWithinVenue => Legs.All(l => l.Venue == Legs[0].Venue);

    public TimeSpan AgeMax => Legs.Max(l => l.Age);

    /// <summary>How far apart the quotes were made: a gain may be nothing but this.</summary>
    public TimeSpan AgeSpread => Legs.Max(l => l.Age) - Legs.Min(l => l.Age);
}

/// <param name="Price">Quote tokens for one base token.</param>
/// <param name="Size">Base tokens there are at the price; null where not known.</param>
/// <param name="Age">How long ago the venue made the quote.</param>
public sealed record VenueLeg(
    string Venue, Symbol Symbol, LegSide Side, decimal Price, decimal? Size, Bps Fee, TimeSpan Age)
{
    /// <summary>The currency it gives away.</summary>
    public string CurrencyIn => Side == LegSide.Sell ? Symbol.Base : Symbol.Quote;

    public string CurrencyOut => Side == LegSide.Sell ? Symbol.Quote : Symbol.Base;

    /// <summary>What comes out for one unit, fee taken off.</summary>
    public decimal Rate => (Side == LegSide.Sell ? Price : 1 / Price) * (Bps.One - Fee.Value) / Bps.One;

    /// <summary>The most it takes, in what it gives away.</summary>
    public decimal? AmountMax => Side == LegSide.Sell ? Size : Size * Price;
}
