using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm;

/// <summary>What to do with an order that others might see before it trades.</summary>
/// <param name="SafeAmountIn">The largest input at which no sandwich is profitable, in base units.</param>
/// <param name="Children">Inputs that are each safe and add up to the order, in the order to send them; empty where
/// that would take too many.</param>
/// <param name="SendsPrivately">The order is larger than safe and was not split: nobody may see it before it
/// trades.</param>
public sealed record GuardedOrder(UInt256 SafeAmountIn, UInt256[] Children, bool SendsPrivately);

/// <summary>
/// The bound below which nobody can profit by trading in front of and behind an order (a sandwich), whatever slippage
/// the order allows.
/// </summary>
/// <remarks>
/// The attacker buys before the victim and sells after; the fee γ = 1 - f stays in the pool both times. With
/// u = victim's input / input reserve, an infinitely small attack earns iff γ²·(1+u)·(1+γu) &gt; 1, and where that does
/// not, no attack of any size does; at 0.30 % fee u is 0.30135 %. For any curve the same condition reads: the marginal
/// price before the victim times the marginal price back after it is above 1. Trades with other pools are not
/// considered. Children count as safe each for itself: between two of them the price must have had time to return.
/// </remarks>
public static class SandwichGuard
{
    private static readonly UInt256 One = FeePips.One;

    /// <summary>
    /// The largest input of a constant product pool for which no sandwich is profitable: exact, the largest integer x
    /// with k²·(R+x)·(F·R+k·x) at most F³·R², k = F - f.
    /// </summary>
    public static UInt256 SafeAmountIn(UInt256 reserveIn, FeePips totalFee)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reserveIn, ConstantProduct.ReserveMax);
        UInt256 low = UInt256.Zero, high = ConstantProduct.ReserveMax - reserveIn;
        while (low < high)
        {
            var middle = low + ((high - low + UInt256.One) >> 1);
            if (IsProfitable(reserveIn, middle, totalFee))
            {
                high = middle - UInt256.One;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    /// <summary>Whether some sandwich around this input earns; the pool is constant product.</summary>
    public static bool IsProfitable(UInt256 reserveIn, UInt256 victimIn, FeePips totalFee)
    {
        // k² (R+x) is below 2^168, F·R + k·x and F³·R below 2^188: only the two products need 512 bits.
        UInt256 kept = (uint)(FeePips.One - totalFee.Value);
        return UInt256.CompareProducts(
            kept * kept * (reserveIn + victimIn),
            (One * reserveIn) + (kept * victimIn),
            One * One * One * reserveIn,
            reserveIn) > 0;
    }

    /// <summary>
    /// The same bound for any curve, by its marginal prices: correct to their precision, about 1e-12. Zero where the
    /// curve cannot quote.
    /// </summary>
    /// <param name="amountMax">No larger answer is looked for.</param>
    public static UInt256 SafeAmountIn(Curve curve, int tokenIn, int tokenOut, UInt256 amountMax)
    {
        UInt256 low = UInt256.Zero, high = amountMax;
        while (low < high)
        {
            var middle = low + ((high - low + UInt256.One) >> 1);
            (low, high) = IsSafe(curve, tokenIn, tokenOut, middle) ? (middle, high) : (low, middle - UInt256.One);
        }

        return low;
    }

    /// <summary>Whether no sandwich around this input earns; false where the curve cannot quote it.</summary>
    public static bool IsSafe(Curve curve, int tokenIn, int tokenOut, UInt256 victimIn)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return curve.QuoteExactIn(tokenIn, tokenOut, victimIn, out var quote) is QuoteError.None
                or QuoteError.OutputTooSmall
            && (quote.AmountOut.IsZero
                || curve.MarginalPrice(tokenIn, tokenOut) * curve.Apply(quote).MarginalPrice(tokenOut, tokenIn) <= 1);
    }

    /// <summary>
    /// The largest trade in front that still lets the victim's order through: after it the victim gets at least its
    /// minimum. Zero where the victim would not get it even alone. Constant product, exact.
    /// </summary>
    /// <remarks>The integer form of γa² + (R(1+γ) + γ²x)a + R² + γxR - γxR·R_out/m = 0.</remarks>
    public static UInt256 LargestFrontRun(
        UInt256 reserveIn, UInt256 reserveOut, FeePips totalFee, UInt256 victimIn, UInt256 victimMinOut)
    {
        UInt256 low = UInt256.Zero, high = ConstantProduct.ReserveMax - reserveIn;
        while (low < high)
        {
            var middle = low + ((high - low + UInt256.One) >> 1);
            if (VictimGets(reserveIn, reserveOut, totalFee, middle, victimIn) >= victimMinOut)
            {
                low = middle;
            }
            else
            {
                high = middle - UInt256.One;
            }
        }

        return low;
    }

    /// <summary>Whether to split an order, and how: children of nearly equal size, none above the safe one.</summary>
    /// <param name="childrenMax">At most so many; an order that needs more is to be sent privately instead.</param>
    public static GuardedOrder Plan(UInt256 amountIn, UInt256 safeAmountIn, int childrenMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(childrenMax, 1);
        if (ChildrenOf(amountIn, safeAmountIn, childrenMax) is not { } needed)
        {
            return new GuardedOrder(safeAmountIn, [], SendsPrivately: true);
        }

        var (share, rest) = UInt256.DivRem(amountIn, (uint)needed);
        var children = new UInt256[needed];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = share + ((uint)i < rest ? UInt256.One : UInt256.Zero);
        }

        return new GuardedOrder(safeAmountIn, children, SendsPrivately: false);
    }

    /// <summary>How many safe children an order needs, 1 where it is safe itself; null where more than
    /// <paramref name="childrenMax"/>.</summary>
    public static int? ChildrenOf(UInt256 amountIn, UInt256 safeAmountIn, int childrenMax)
    {
        if (amountIn <= safeAmountIn)
        {
            return 1;
        }

        if (safeAmountIn.IsZero)
        {
            return null;
        }

        var needed = UInt256.MulDivUp(amountIn, UInt256.One, safeAmountIn);
        return needed <= (uint)childrenMax ? (int)(ulong)needed : null;
    }

    private static UInt256 VictimGets(
        UInt256 reserveIn, UInt256 reserveOut, FeePips fee, UInt256 front, UInt256 victimIn)
    {
        var attacked = UInt256.Zero;
        if (ConstantProduct.QuoteExactIn(reserveIn, reserveOut, front, fee, out var first) == QuoteError.None)
        {
            attacked = first.AmountOut;
        }

        return ConstantProduct.QuoteExactIn(
            reserveIn + front, reserveOut - attacked, victimIn, fee, out var victim) == QuoteError.None
            ? victim.AmountOut
            : UInt256.Zero;
    }
}
