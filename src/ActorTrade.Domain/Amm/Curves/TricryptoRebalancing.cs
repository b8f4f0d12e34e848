using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>Prices of tokens 1 and 2 in token 0, in 1e-18.</summary>
public readonly record struct TricryptoPrices(UInt256 OfToken1, UInt256 OfToken2);

/// <summary>
/// What a tricrypto pool needs, beside its curve, to move its price scale by itself: its shares, its profit, its moving
/// averages and their settings. By the names of the contract's variables.
/// </summary>
/// <param name="TotalSupply">totalSupply(): all shares, above zero.</param>
/// <param name="XcpProfit">xcp_profit(), in 1e-18: the profit of all time, losses by moving the scale left out.</param>
/// <param name="XcpProfitA">xcp_profit_a(): the profit at the protocol's last claim.</param>
/// <param name="VirtualPrice">virtual_price(), in 1e-18: as the pool last stored it, above zero.</param>
/// <param name="LastPrices">last_prices(0..1): marginal prices after the last change.</param>
/// <param name="PriceOracle">The averages as stored at the last change, price_oracle_packed. What price_oracle(k)
/// answers is brought up to the block's time, and is right only in the block of the last change.</param>
/// <param name="LastPricesTimestamp">last_prices_timestamp(), in seconds since 1970.</param>
/// <param name="AllowedExtraProfit">allowed_extra_profit(), in 1e-18, at most 1e18.</param>
/// <param name="AdjustmentStep">adjustment_step(), in 1e-18, at most 1e18.</param>
/// <param name="MaTime">The averages' time constant in seconds, 87 to 872,541: the last 64 bits of
/// packed_rebalancing_params(). ma_time() answers a half-life, 0.693 of it and rounded.</param>
/// <param name="FutureAGammaTime">future_A_gamma_time(): when the last ramp of A and gamma ends, in seconds; zero for
/// none.</param>
public sealed record TricryptoRebalancing(
    UInt256 TotalSupply,
    UInt256 XcpProfit,
    UInt256 XcpProfitA,
    UInt256 VirtualPrice,
    TricryptoPrices LastPrices,
    TricryptoPrices PriceOracle,
    ulong LastPricesTimestamp,
    UInt256 AllowedExtraProfit,
    UInt256 AdjustmentStep,
    UInt256 MaTime,
    ulong FutureAGammaTime)
{
    private static readonly UInt256 Limit = (UInt256.One << 128) - UInt256.One;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    internal void Check()
    {
        CurveFields.CheckRange("totalSupply", TotalSupply, UInt256.One, Limit);
        CurveFields.CheckRange("xcpProfit", XcpProfit, UInt256.Zero, Limit);
        CurveFields.CheckRange("xcpProfitA", XcpProfitA, UInt256.Zero, Limit);
        CurveFields.CheckRange("virtualPrice", VirtualPrice, UInt256.One, Limit);
        CheckPrices("lastPrices", LastPrices);
        CheckPrices("priceOracle", PriceOracle);
        CurveFields.CheckRange("allowedExtraProfit", AllowedExtraProfit, UInt256.Zero, TricryptoMath.One);
        CurveFields.CheckRange("adjustmentStep", AdjustmentStep, UInt256.Zero, TricryptoMath.One);
        CurveFields.CheckRange("maTime", MaTime, 87, 872_541);
    }

    private static void CheckPrices(string field, in TricryptoPrices prices)
    {
        CurveFields.CheckRange($"{field}[0]", prices.OfToken1, UInt256.Zero, Limit - UInt256.One);
        CurveFields.CheckRange($"{field}[1]", prices.OfToken2, UInt256.Zero, Limit - UInt256.One);
    }
}
