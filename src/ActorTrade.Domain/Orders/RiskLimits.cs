using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders;

/// <summary>What the risk check allows one order; given with the order by whoever is responsible for it.</summary>
/// <param name="NotionalMax">Most the order may be worth at its worst price, in base units of the quote token.</param>
/// <param name="PriceCollar">
/// How far a limit price may lie beyond the reference price against the order (a buy above, a sell below), and how far
/// from it a market order may trade.
/// </param>
/// <param name="FeeMax">
/// The most a venue is expected to charge, as a part of the quote amount; a buy's hold includes it.
/// </param>
public sealed record RiskLimits(UInt256 NotionalMax, Bps PriceCollar, Bps FeeMax)
{
    /// <summary>No limit on the notional, a collar of 5 %, fees up to 1 %.</summary>
    public static RiskLimits Default { get; } = new(UInt256.MaxValue, new Bps(500), new Bps(100));
}
