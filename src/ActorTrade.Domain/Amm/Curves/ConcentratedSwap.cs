using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>What a trade with a concentrated pool does, and the state after it.</summary>
/// <param name="ZeroForOne">Token 0 comes in, and the price falls.</param>
/// <param name="AmountIn">What the pool takes, fee included.</param>
/// <param name="Leftover">Of an exact input: not taken. Of an exact output: not given. Above zero only where the price
/// limit was reached.</param>
/// <param name="Fee">Of all steps, protocol's part included; in the input token.</param>
/// <param name="ProtocolFee">floor(fee/feeProtocol) of each step.</param>
/// <param name="FeeGrowthX128">By how much the input token's fee for one unit of liquidity grew, Q128; modulo 2^256 as
/// on chain.</param>
/// <param name="SqrtPriceX96">After the trade, as tick and liquidity are.</param>
/// <param name="Crossings">Initialised ticks passed.</param>
public readonly record struct ConcentratedSwap(
    bool ZeroForOne,
    UInt256 AmountIn,
    UInt256 AmountOut,
    UInt256 Leftover,
    UInt256 Fee,
    UInt256 ProtocolFee,
    UInt256 FeeGrowthX128,
    UInt256 SqrtPriceX96,
    int Tick,
    UInt128 Liquidity,
    int Crossings);
