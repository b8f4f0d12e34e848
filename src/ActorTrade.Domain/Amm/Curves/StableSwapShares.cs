using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Shares of a StableSwap pool, in the integers of add_liquidity, remove_liquidity, remove_liquidity_one_coin and
/// remove_liquidity_imbalance. What unbalances the pool pays the fee of the swap it amounts to, fee·n/(4(n-1)), on its
/// distance from the balanced amounts; in NG pools raised by their off-peg rule.
/// </summary>
internal static class StableSwapShares
{
    private static readonly UInt256 FeeDenominator = 10_000_000_000;

    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    public static QuoteError Deposit(
        StableSwapCurve pool, ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var n = pool.TokenCount;
        if (amounts.Length != n)
        {
            return QuoteError.NoSuchPair;
        }

        if (amounts.IndexOfAnyExcept(UInt256.Zero) < 0 || (totalShares.IsZero && amounts.Contains(UInt256.Zero)))
        {
            return QuoteError.ZeroAmount;
        }

        if (!totalShares.IsZero && pool.State != QuoteError.None)
        {
            return pool.State;
        }

        var m = default(ContractArithmetic);
        var updated = new UInt256[n];
        for (var k = 0; k < n; k++)
        {
            updated[k] = m.Add(pool.BalanceSpan[k], amounts[k]);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = InvariantAt(pool, updated, out var invariant);
        if (error != QuoteError.None)
        {
            return error;
        }

        var before = totalShares.IsZero ? UInt256.Zero : pool.Invariant;
        if (invariant <= before)
        {
            return QuoteError.InvariantBroken;
        }

        var shares = invariant;
        if (!totalShares.IsZero)
        {
            var effective = (UInt256[])updated.Clone();
            error = ChargeImbalance(pool, invariant, effective, updated, out var charged);
            if (error != QuoteError.None)
            {
                return error;
            }

            shares = m.MultiplyDivide(totalShares, m.Subtract(charged, before), before);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        change = new LiquidityChange([.. amounts], shares, pool.WithBalances([.. updated]));
        return shares.IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    public static QuoteError Withdraw(
        StableSwapCurve pool, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = CheckShares(shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        var amounts = new UInt256[pool.TokenCount];
        var rest = new UInt256[pool.TokenCount];
        for (var k = 0; k < amounts.Length; k++)
        {
            amounts[k] = m.MultiplyDivide(pool.BalanceSpan[k], shares, totalShares);
            rest[k] = m.Subtract(pool.BalanceSpan[k], amounts[k]);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        change = new LiquidityChange([.. amounts], shares, pool.WithBalances([.. rest]));
        return QuoteError.None;
    }

    public static QuoteError WithdrawOne(
        StableSwapCurve pool, int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = token < 0 || token >= pool.TokenCount ? QuoteError.NoSuchPair
            : pool.IsFirst ? QuoteError.NotOfThisKind
            : pool.State != QuoteError.None ? pool.State
            : CheckShares(shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        var invariant = m.Subtract(pool.Invariant, m.MultiplyDivide(shares, pool.Invariant, totalShares));
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (invariant.IsZero)
        {
            return QuoteError.InsufficientLiquidity;
        }

        error = pool.BalanceFor(pool.NormalizedSpan, token, -1, default, invariant, out var withoutFee);
        if (error != QuoteError.None)
        {
            return error;
        }

        var reduced = ReduceByFees(ref m, pool, token, invariant, withoutFee);
        if (m.Reverted || reduced.AsSpan().Contains(UInt256.Zero))
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = pool.BalanceFor(reduced, token, -1, default, invariant, out var withFee);
        return error != QuoteError.None ? error
            : PayOne(ref m, pool, token, shares, reduced[token], withFee, withoutFee, out change);
    }

    public static QuoteError WithdrawAmounts(
        StableSwapCurve pool, ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var n = pool.TokenCount;
        var error = amounts.Length != n ? QuoteError.NoSuchPair
            : amounts.IndexOfAnyExcept(UInt256.Zero) < 0 ? QuoteError.ZeroAmount
            : pool.State != QuoteError.None ? pool.State
            : totalShares.IsZero ? QuoteError.NoLiquidity : QuoteError.None;
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        var rest = new UInt256[n];
        for (var k = 0; k < n; k++)
        {
            rest[k] = m.Subtract(pool.BalanceSpan[k], amounts[k]);
        }

        if (m.Reverted || rest.AsSpan().Contains(UInt256.Zero))
        {
            return QuoteError.InsufficientLiquidity;
        }

        error = InvariantAt(pool, rest, out var invariant);
        if (error != QuoteError.None)
        {
            return error;
        }

        var effective = (UInt256[])rest.Clone();
        error = ChargeImbalance(pool, invariant, effective, rest, out var charged);
        if (error != QuoteError.None)
        {
            return error;
        }

        var computed = m.MultiplyDivide(m.Subtract(pool.Invariant, charged), totalShares, pool.Invariant);
        var shares = pool.IsFirst ? computed : m.Add(computed, UInt256.One);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (computed.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        if (shares > totalShares)
        {
            return QuoteError.InsufficientLiquidity;
        }

        change = new LiquidityChange([.. amounts], shares, pool.WithBalances([.. rest]));
        return QuoteError.None;
    }

    // Takes the fee of each token's distance from balance off `effective`, whose invariant is `charged`, and the
    // administrator's part of it off `kept`.
    private static QuoteError ChargeImbalance(
        StableSwapCurve pool, in UInt256 invariant, UInt256[] effective, UInt256[] kept, out UInt256 charged)
    {
        var m = default(ContractArithmetic);
        var n = pool.TokenCount;
        var fee = ImbalanceFee(ref m, pool);
        var target = m.Divide(m.Add(pool.Invariant, invariant), (uint)n);
        for (var k = 0; k < n; k++)
        {
            var old = pool.BalanceSpan[k];
            var ideal = m.MultiplyDivide(invariant, old, pool.Invariant);
            var current = effective[k];
            var difference = ideal > current ? ideal - current : current - ideal;
            var level = m.MultiplyDivide(pool.RateSpan[k], m.Add(old, current), One);
            var feeE10 = pool.FeeE10Between(ref m, level, target, fee);
            var charge = m.MultiplyDivide(feeE10, difference, FeeDenominator);
            kept[k] = m.Subtract(current, m.MultiplyDivide(charge, pool.AdminFeeE10, FeeDenominator));
            effective[k] = m.Subtract(current, charge);
        }

        charged = default;
        return m.Reverted ? QuoteError.ArithmeticOverflow : InvariantAt(pool, effective, out charged);
    }

    private static UInt256[] ReduceByFees(
        ref ContractArithmetic m, StableSwapCurve pool, int token, in UInt256 invariant, in UInt256 withoutFee)
    {
        var n = pool.TokenCount;
        var fee = ImbalanceFee(ref m, pool);
        var target = m.Divide(m.Add(pool.Invariant, invariant), (uint)(2 * n));
        var reduced = new UInt256[n];
        for (var k = 0; k < n; k++)
        {
            var x = pool.NormalizedSpan[k];
            var share = m.MultiplyDivide(x, invariant, pool.Invariant);
            var expected = k == token ? m.Subtract(share, withoutFee) : m.Subtract(x, share);
            var level = k == token ? m.Divide(m.Add(x, withoutFee), 2) : x;
            var feeE10 = pool.FeeE10Between(ref m, level, target, fee);
            reduced[k] = m.Subtract(x, m.MultiplyDivide(feeE10, expected, FeeDenominator));
        }

        return reduced;
    }

    private static QuoteError PayOne(
        ref ContractArithmetic m,
        StableSwapCurve pool,
        int token,
        in UInt256 shares,
        in UInt256 reduced,
        in UInt256 withFee,
        in UInt256 withoutFee,
        out LiquidityChange change)
    {
        change = default;
        var rate = pool.RateSpan[token];
        var normalized = m.Subtract(m.Subtract(reduced, withFee), UInt256.One);
        var amount = m.MultiplyDivide(normalized, One, rate);
        var gross = m.MultiplyDivide(m.Subtract(pool.NormalizedSpan[token], withoutFee), One, rate);
        var adminFee = m.MultiplyDivide(m.Subtract(gross, amount), pool.AdminFeeE10, FeeDenominator);
        var balances = pool.Balances.ToBuilder();
        balances[token] = m.Subtract(m.Subtract(balances[token], amount), adminFee);
        if (m.Reverted || amount.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        var amounts = new UInt256[pool.TokenCount];
        amounts[token] = amount;
        change = new LiquidityChange([.. amounts], shares, pool.WithBalances(balances.ToImmutable()));
        return QuoteError.None;
    }

    private static UInt256 ImbalanceFee(ref ContractArithmetic m, StableSwapCurve pool) =>
        m.Divide(m.Multiply(pool.FeeE10, (uint)pool.TokenCount), (uint)(4 * (pool.TokenCount - 1)));

    private static QuoteError InvariantAt(StableSwapCurve pool, ReadOnlySpan<UInt256> balances, out UInt256 invariant)
    {
        Span<UInt256> normalized = stackalloc UInt256[balances.Length];
        var error = pool.Normalize(balances, normalized);
        invariant = default;
        return error != QuoteError.None ? error : pool.InvariantOf(normalized, out invariant);
    }

    private static QuoteError CheckShares(UInt256 shares, UInt256 totalShares) =>
        shares.IsZero ? QuoteError.ZeroAmount
        : totalShares.IsZero ? QuoteError.NoLiquidity
        : shares > totalShares ? QuoteError.InsufficientLiquidity : QuoteError.None;
}
