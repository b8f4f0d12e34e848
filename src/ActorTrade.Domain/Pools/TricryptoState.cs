using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// What a tricrypto house pool remembers beside its balances and shares, by the names of the contract's variables. Each
/// change of the pool decides the next one, with the time of its command, and journals it; so no fold computes it.
/// </summary>
/// <remarks>Stored for ever, within events and snapshots: its fields are fixed.</remarks>
/// <param name="D">In 1e-18 units of token 0.</param>
/// <param name="PriceScale">Of tokens 1 and 2 in token 0, in 1e-18; so are the other prices.</param>
/// <param name="XcpProfit">In 1e-18: the profit of all time.</param>
/// <param name="VirtualPrice">In 1e-18: the value of a share, one at the first deposit.</param>
/// <param name="AtSeconds">Since 1970: of the change that left this.</param>
public sealed record TricryptoState(
    UInt256 D,
    UInt256[] PriceScale,
    UInt256 XcpProfit,
    UInt256 VirtualPrice,
    UInt256[] LastPrices,
    UInt256[] PriceOracle,
    ulong AtSeconds)
{
    internal static TricryptoState Of(Tricrypto curve)
    {
        var state = curve.Rebalancing ?? throw new ArgumentException("It does not know its scale.", nameof(curve));
        return new TricryptoState(
            curve.D,
            [.. curve.PriceScale],
            state.XcpProfit,
            state.VirtualPrice,
            [state.LastPrices.OfToken1, state.LastPrices.OfToken2],
            [state.PriceOracle.OfToken1, state.PriceOracle.OfToken2],
            state.LastPricesTimestamp);
    }
}
