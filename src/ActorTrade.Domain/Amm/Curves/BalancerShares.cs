using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Shares of a Balancer pool. V2 computes them in the pool's own mathematics; V3 in one for all pools, from the
/// invariant alone (BasePoolMath.sol), with every amount rounded for the pool.
/// </summary>
internal static class BalancerShares
{
    private static UInt256 One => BalancerFixedPoint.One;

    public static QuoteError Deposit(
        BalancerCurve pool, ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = amounts.Length != pool.TokenCount ? QuoteError.NoSuchPair
            : amounts.IndexOfAnyExcept(UInt256.Zero) < 0 ? QuoteError.ZeroAmount
            : Check(pool, UInt256.One, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        Span<UInt256> scaled = stackalloc UInt256[pool.Traded.Length];
        Span<UInt256> fees = stackalloc UInt256[pool.Traded.Length];
        for (var k = 0; k < amounts.Length; k++)
        {
            if (pool.CanTrade(k))
            {
                scaled[pool.Slot(k)] = BalancerFixedPoint.MulDown(ref m, amounts[k], pool.Factors[k]);
            }
            else if (!amounts[k].IsZero)
            {
                return QuoteError.NoSuchPair;
            }
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = pool.IsV3
            ? SharesForV3(pool, scaled, totalShares, fees, out var shares)
            : pool.SharesFor(scaled, totalShares, out shares);
        return error != QuoteError.None ? error
            : shares.IsZero ? QuoteError.OutputTooSmall
            : Change(pool, amounts, shares, fees, isDeposit: true, out change);
    }

    public static QuoteError DepositForShares(
        BalancerCurve pool, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = Check(pool, shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        return Proportional(pool, shares, totalShares, isDeposit: true, out change);
    }

    public static QuoteError DepositOne(
        BalancerCurve pool, int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = pool.CanTrade(token) ? Check(pool, shares, totalShares) : QuoteError.NoSuchPair;
        if (error != QuoteError.None)
        {
            return error;
        }

        Span<UInt256> fees = stackalloc UInt256[pool.Traded.Length];
        var slot = pool.Slot(token);
        error = pool.IsV3
            ? AmountInForV3(pool, slot, shares, totalShares, out var scaled, out fees[slot])
            : pool.AmountInFor(slot, shares, totalShares, out scaled);
        var m = default(ContractArithmetic);
        var amounts = new UInt256[pool.TokenCount];
        amounts[token] = BalancerFixedPoint.DivUp(ref m, scaled, pool.Factors[token]);
        return error != QuoteError.None ? error
            : m.Reverted ? QuoteError.ArithmeticOverflow
            : Change(pool, amounts, shares, fees, isDeposit: true, out change);
    }

    public static QuoteError Withdraw(
        BalancerCurve pool, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = CheckBurn(pool, shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        return Proportional(pool, shares, totalShares, isDeposit: false, out change);
    }

    public static QuoteError WithdrawOne(
        BalancerCurve pool, int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = pool.CanTrade(token) ? CheckBurn(pool, shares, totalShares) : QuoteError.NoSuchPair;
        if (error != QuoteError.None)
        {
            return error;
        }

        Span<UInt256> fees = stackalloc UInt256[pool.Traded.Length];
        var slot = pool.Slot(token);
        error = pool.IsV3
            ? AmountOutForV3(pool, slot, shares, totalShares, out var scaled, out fees[slot])
            : pool.AmountOutFor(slot, shares, totalShares, out scaled);
        var m = default(ContractArithmetic);
        var amounts = new UInt256[pool.TokenCount];
        amounts[token] = BalancerFixedPoint.DivDown(ref m, scaled, pool.Factors[token]);
        return error != QuoteError.None ? error
            : m.Reverted ? QuoteError.ArithmeticOverflow
            : amounts[token].IsZero ? QuoteError.OutputTooSmall
            : Change(pool, amounts, shares, fees, isDeposit: false, out change);
    }

    // The same part of every balance: rounded up for a deposit, down for a withdrawal.
    private static QuoteError Proportional(
        BalancerCurve pool, UInt256 shares, UInt256 totalShares, bool isDeposit, out LiquidityChange change)
    {
        change = default;
        var m = default(ContractArithmetic);
        var ratio = Divide(ref m, shares, totalShares, isDeposit);
        var amounts = new UInt256[pool.TokenCount];
        for (var k = 0; k < amounts.Length; k++)
        {
            if (pool.CanTrade(k))
            {
                var balance = pool.Traded[pool.Slot(k)];
                var scaled = (pool.IsV3, isDeposit) switch
                {
                    (true, true) => m.DivideUp(m.Multiply(balance, shares), totalShares),
                    (true, false) => m.MultiplyDivide(balance, shares, totalShares),
                    (false, true) => BalancerFixedPoint.MulUp(ref m, balance, ratio),
                    (false, false) => BalancerFixedPoint.MulDown(ref m, balance, ratio),
                };
                amounts[k] = Divide(ref m, scaled, pool.Factors[k], isDeposit);
            }
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow
            : Change(pool, amounts, shares, [], isDeposit, out change);
    }

    private static UInt256 Divide(ref ContractArithmetic m, in UInt256 a, in UInt256 b, bool isUp) =>
        isUp ? BalancerFixedPoint.DivUp(ref m, a, b) : BalancerFixedPoint.DivDown(ref m, a, b);

    // computeAddLiquidityUnbalanced: each amount counts a unit less.
    private static QuoteError SharesForV3(
        BalancerCurve pool,
        ReadOnlySpan<UInt256> amounts,
        in UInt256 totalShares,
        Span<UInt256> fees,
        out UInt256 shares)
    {
        shares = default;
        var m = default(ContractArithmetic);
        Span<UInt256> updated = stackalloc UInt256[amounts.Length];
        for (var k = 0; k < amounts.Length; k++)
        {
            updated[k] = m.Subtract(m.Add(pool.Traded[k], amounts[k]), UInt256.One);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = pool.InvariantOf(pool.Traded, Rounding.Up, out var before);
        var second = pool.InvariantOf(updated, Rounding.Down, out var after);
        if (error != QuoteError.None || second != QuoteError.None)
        {
            return error != QuoteError.None ? error : second;
        }

        var ratio = BalancerFixedPoint.DivDown(ref m, after, before);
        if (ratio > pool.InvariantRatios.Max)
        {
            return QuoteError.AmountTooLarge;
        }

        for (var k = 0; k < amounts.Length; k++)
        {
            var proportional = BalancerFixedPoint.MulDown(ref m, ratio, pool.Traded[k]);
            if (updated[k] > proportional)
            {
                fees[k] = BalancerFixedPoint.MulUp(ref m, updated[k] - proportional, pool.SwapFeeE18);
                updated[k] = m.Subtract(updated[k], fees[k]);
            }
        }

        error = m.Reverted
            ? QuoteError.ArithmeticOverflow
            : pool.InvariantOf(updated, Rounding.Down, out after);
        if (error != QuoteError.None)
        {
            return error;
        }

        shares = m.MultiplyDivide(totalShares, m.Subtract(after, before), before);
        return m.Reverted ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    private static QuoteError AmountInForV3(
        BalancerCurve pool,
        int slot,
        in UInt256 shares,
        in UInt256 totalShares,
        out UInt256 amount,
        out UInt256 fee)
    {
        (amount, fee) = (default, default);
        var m = default(ContractArithmetic);
        var supply = m.Add(totalShares, shares);
        var ratio = BalancerFixedPoint.DivUp(ref m, supply, totalShares);
        if (m.Reverted || ratio > pool.InvariantRatios.Max)
        {
            return QuoteError.AmountTooLarge;
        }

        var error = pool.BalanceAtRatio(slot, ratio, out var balance);
        var net = m.Subtract(balance, pool.Traded[slot]);
        var free = BalancerFixedPoint.DivDown(
            ref m, BalancerFixedPoint.MulDown(ref m, supply, pool.Traded[slot]), totalShares);
        var taxed = m.Subtract(m.Add(net, pool.Traded[slot]), free);
        fee = m.Subtract(
            BalancerFixedPoint.DivUp(ref m, taxed, BalancerFixedPoint.Complement(pool.SwapFeeE18)), taxed);
        amount = m.Add(net, fee);
        return error != QuoteError.None ? error : m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private static QuoteError AmountOutForV3(
        BalancerCurve pool,
        int slot,
        in UInt256 shares,
        in UInt256 totalShares,
        out UInt256 amount,
        out UInt256 fee)
    {
        (amount, fee) = (default, default);
        var m = default(ContractArithmetic);
        var supply = m.Subtract(totalShares, shares);
        var ratio = BalancerFixedPoint.DivUp(ref m, supply, totalShares);
        if (ratio < pool.InvariantRatios.Min)
        {
            return QuoteError.AmountTooLarge;
        }

        var error = pool.BalanceAtRatio(slot, ratio, out var balance);
        var gross = m.Subtract(pool.Traded[slot], balance);
        var untaxed = m.DivideUp(m.Multiply(supply, pool.Traded[slot]), totalShares);
        fee = BalancerFixedPoint.MulUp(ref m, m.Subtract(untaxed, balance), pool.SwapFeeE18);
        amount = m.Subtract(gross, fee);
        return error != QuoteError.None ? error : m.Reverted ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    private static QuoteError Change(
        BalancerCurve pool,
        ReadOnlySpan<UInt256> amounts,
        UInt256 shares,
        ReadOnlySpan<UInt256> fees,
        bool isDeposit,
        out LiquidityChange change)
    {
        change = default;
        var m = default(ContractArithmetic);
        var balances = pool.Balances.ToBuilder();
        for (var k = 0; k < amounts.Length; k++)
        {
            balances[k] = isDeposit ? m.Add(balances[k], amounts[k]) : m.Subtract(balances[k], amounts[k]);
            if (pool.IsV3 && fees.Length > 0 && pool.CanTrade(k))
            {
                var fee = BalancerFixedPoint.DivDown(ref m, fees[pool.Slot(k)], pool.Factors[k]);
                balances[k] = m.Subtract(balances[k], BalancerFixedPoint.MulDown(ref m, fee, pool.ProtocolFeeE18));
            }

            if (m.Reverted || balances[k] > pool.Limit)
            {
                return QuoteError.ArithmeticOverflow;
            }
        }

        change = new LiquidityChange([.. amounts], shares, pool.WithBalances(balances.ToImmutable()));
        return QuoteError.None;
    }

    private static QuoteError Check(BalancerCurve pool, UInt256 shares, UInt256 totalShares) =>
        shares.IsZero ? QuoteError.ZeroAmount
        : pool.TradeState != QuoteError.None ? pool.TradeState
        : totalShares.IsZero || pool.Traded.Contains(UInt256.Zero) ? QuoteError.NoLiquidity : QuoteError.None;

    private static QuoteError CheckBurn(BalancerCurve pool, UInt256 shares, UInt256 totalShares) =>
        shares > totalShares ? QuoteError.InsufficientLiquidity : Check(pool, shares, totalShares);
}
