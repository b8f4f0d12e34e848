using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>What a concentrated house pool would do, as its contract, and what that would leave.</summary>
/// <remarks>
/// A range is one position, its shares are its units of liquidity. Who comes in pays for the units at the price of the
/// moment, rounded up, and as much into the range's fees as its shares will be worth of them, rounded up; who leaves
/// gets both parts rounded down. No share is ever made or burned by a quotient, so raising what a share is worth takes
/// nothing from whoever comes next.
/// </remarks>
internal static class ConcentratedTrades
{
    /// <summary>Liquidity of all ranges of a pool together, so that no sum of it passes 127 bits.</summary>
    private static readonly UInt256 LiquidityMax = (UInt256.One << 127) - UInt256.One;

    public static QuoteError Swap(
        ConcentratedState state,
        ConcentratedCurve curve,
        FeePips treasury,
        bool zeroForOne,
        UInt256 reserveOut,
        UInt256 amountIn,
        out PoolTrade trade,
        out Event.PriceMoved? moved)
    {
        (trade, moved) = (default, null);
        var protocolFee = treasury.Of(amountIn, Rounding.Down);
        var crossed = new List<CrossedTick>();
        var error = curve.SwapThrough(zeroForOne, amountIn - protocolFee, false, null, crossed, out var swap);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (!swap.Leftover.IsZero || swap.AmountOut > reserveOut)
        {
            return QuoteError.InsufficientLiquidity;
        }

        if (swap.AmountOut.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        var (one, other) = zeroForOne ? (0, 1) : (1, 0);
        var quote = new CurveQuote(one, other, swap.AmountIn, swap.AmountOut, swap.Fee);
        trade = PoolQuotes.TradeOf(quote, protocolFee, curve.SpotPrice(one, other));
        moved = new Event.PriceMoved(
            null,
            swap.SqrtPriceX96,
            swap.Tick,
            zeroForOne ? WrappingArithmetic.Add(state.Growth0X128, swap.FeeGrowthX128) : state.Growth0X128,
            zeroForOne ? state.Growth1X128 : WrappingArithmetic.Add(state.Growth1X128, swap.FeeGrowthX128),
            [.. crossed.Select(c => Crossed(state, c, zeroForOne))]);
        return QuoteError.None;
    }

    /// <summary>The most liquidity that two maxima pay for.</summary>
    /// <param name="after">The range with it.</param>
    public static QuoteError Join(
        ConcentratedState state,
        ConcentratedCurve curve,
        TickRange range,
        UInt256 most0,
        UInt256 most1,
        out UInt256[] amounts,
        out RangePosition after)
    {
        var counted = state.Counted(range);
        UInt256 low = UInt256.Zero, high = LiquidityMax - state.LiquiditySum;
        while (low < high)
        {
            var middle = low + ((high - low + UInt256.One) >> 1);
            var (cost0, cost1) = CostOf(curve, counted, middle, out _);
            (low, high) = cost0 <= most0 && cost1 <= most1 ? (middle, high) : (low, middle - UInt256.One);
        }

        var (paid0, paid1) = CostOf(curve, counted, low, out var fees);
        amounts = [paid0, paid1];
        after = counted with
        {
            Liquidity = counted.Liquidity + low,
            Fees0 = counted.Fees0 + fees.Fees0,
            Fees1 = counted.Fees1 + fees.Fees1,
        };
        return low.IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    /// <summary>What units of a range's liquidity give back.</summary>
    public static QuoteError Exit(
        ConcentratedState state,
        ConcentratedCurve curve,
        TickRange range,
        UInt256 shares,
        out UInt256[] amounts,
        out RangePosition after)
    {
        (amounts, after) = ([], state.Counted(range));
        if (shares.IsZero || shares > after.Liquidity)
        {
            return shares.IsZero ? QuoteError.ZeroAmount : QuoteError.InsufficientLiquidity;
        }

        var (amount0, amount1) = curve.AmountsOf(range.Lower, range.Upper, (UInt128)shares, Rounding.Down);
        var fees0 = UInt256.MulDivDown(shares, after.Fees0, after.Liquidity);
        var fees1 = UInt256.MulDivDown(shares, after.Fees1, after.Liquidity);
        amounts = [amount0 + fees0, amount1 + fees1];
        after = after with
        {
            Liquidity = after.Liquidity - shares,
            Fees0 = after.Fees0 - fees0,
            Fees1 = after.Fees1 - fees1,
        };
        return amounts[0].IsZero && amounts[1].IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    private static (UInt256 Cost0, UInt256 Cost1) CostOf(
        ConcentratedCurve curve, in RangePosition counted, UInt256 liquidity, out (UInt256 Fees0, UInt256 Fees1) fees)
    {
        fees = default;
        if (liquidity.IsZero)
        {
            return default;
        }

        var (lower, upper) = (counted.Range.Lower, counted.Range.Upper);
        var (amount0, amount1) = curve.AmountsOf(lower, upper, (UInt128)liquidity, Rounding.Up);
        if (!counted.Liquidity.IsZero)
        {
            fees = (
                UInt256.MulDivUp(liquidity, counted.Fees0, counted.Liquidity),
                UInt256.MulDivUp(liquidity, counted.Fees1, counted.Liquidity));
        }

        return (amount0 + fees.Fees0, amount1 + fees.Fees1);
    }

    private static TickGrowth Crossed(ConcentratedState state, in CrossedTick crossed, bool zeroForOne)
    {
        var index = crossed.Index;
        var before = state.GrowthAt(index);
        var growth0 = zeroForOne
            ? WrappingArithmetic.Add(state.Growth0X128, crossed.FeeGrowthX128)
            : state.Growth0X128;
        var growth1 = zeroForOne
            ? state.Growth1X128
            : WrappingArithmetic.Add(state.Growth1X128, crossed.FeeGrowthX128);
        return new TickGrowth(
            index,
            WrappingArithmetic.Subtract(growth0, before.Outside0X128),
            WrappingArithmetic.Subtract(growth1, before.Outside1X128));
    }
}
