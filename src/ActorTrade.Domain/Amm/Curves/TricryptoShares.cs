using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Shares of a tricrypto pool, in the integers of add_liquidity, remove_liquidity, remove_liquidity_one_coin and
/// claim_admin_fees of CurveTricryptoOptimizedWETH.vy 2.0.0.
/// </summary>
/// <remarks>
/// A pool that knows its <see cref="Tricrypto.Rebalancing"/> settles each change as a swap, and claims the protocol's
/// part where the contract does: after a deposit, before a withdrawal. The claim supposes that a fee receiver is set
/// and that nobody sent tokens to the pool beside it; the contract would count such tokens to the balances.
/// </remarks>
internal static class TricryptoShares
{
    private static readonly UInt256 FeeDenominator = 10_000_000_000;
    private static readonly UInt256 AdminFee = 5_000_000_000;
    private static readonly UInt256 NoiseFee = 100_000;

    private static UInt256 One => TricryptoMath.One;

    public static QuoteError Deposit(
        Tricrypto pool, ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = amounts.Length != 3 ? QuoteError.NoSuchPair
            : amounts.IndexOfAnyExcept(UInt256.Zero) < 0 ? QuoteError.ZeroAmount
            : CheckSupply(pool, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        var balances = new UInt256[3];
        var x = new UInt256[3];
        for (var k = 0; k < 3; k++)
        {
            balances[k] = m.Add(pool.BalanceSpan[k], amounts[k]);
            x[k] = pool.ScaledBalance(ref m, balances[k], k);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = TricryptoMath.NewtonD(pool.A, pool.Gamma, x, UInt256.Zero, out var d);
        if (error != QuoteError.None)
        {
            return error;
        }

        error = pool.D.IsZero
            ? First(pool, balances, d, out var shares, out var after)
            : Further(pool, balances, x, d, totalShares, out shares, out after);
        if (error == QuoteError.None)
        {
            change = new LiquidityChange([.. amounts], shares, after);
        }

        return error;
    }

    public static QuoteError Withdraw(
        Tricrypto pool, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = CheckSupply(pool, totalShares);
        error = error != QuoteError.None ? error : Claimed(ref pool, ref totalShares);
        error = error != QuoteError.None ? error : CheckShares(shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        // One share less, so that rounding favours those who stay; the last one takes all.
        var m = default(ContractArithmetic);
        var counted = shares == totalShares ? shares : shares - UInt256.One;
        var amounts = new UInt256[3];
        var rest = new UInt256[3];
        for (var k = 0; k < 3; k++)
        {
            amounts[k] = m.MultiplyDivide(pool.BalanceSpan[k], counted, totalShares);
            rest[k] = m.Subtract(pool.BalanceSpan[k], amounts[k]);
        }

        var d = m.Subtract(pool.D, m.MultiplyDivide(pool.D, counted, totalShares));
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var state = pool.Rebalancing is { } old ? old with { TotalSupply = totalShares - shares } : null;
        change = new LiquidityChange([.. amounts], shares, pool.With(rest, d, pool.Scale, state));
        return QuoteError.None;
    }

    public static QuoteError WithdrawOne(
        Tricrypto pool, int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change)
    {
        change = default;
        var error = token is < 0 or > 2 ? QuoteError.NoSuchPair : CheckSupply(pool, totalShares);
        error = error != QuoteError.None ? error : Claimed(ref pool, ref totalShares);
        error = error != QuoteError.None ? error
            : pool.State != QuoteError.None ? pool.State : CheckShares(shares, totalShares);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        var d = InvariantAfter(ref m, pool, token, shares, totalShares);
        if (m.Reverted)
        {
            // Dust, whose fee would exceed it.
            return QuoteError.OutputTooSmall;
        }

        UInt256[] x = [.. pool.ScaledSpan];
        error = TricryptoClosedForm.Balance(pool.A, pool.Gamma, x, d, token, out var y, out _);
        if (error != QuoteError.None)
        {
            return error;
        }

        var unit = m.Multiply(pool.PrecisionSpan[token], token == 0 ? One : pool.PriceSpan[token - 1]);
        var amounts = new UInt256[3];
        amounts[token] = m.MultiplyDivide(m.Subtract(x[token], y), One, unit);
        x[token] = y;
        UInt256[] balances = [.. pool.BalanceSpan];
        balances[token] = m.Subtract(balances[token], amounts[token]);
        if (m.Reverted || amounts[token].IsZero)
        {
            return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.OutputTooSmall;
        }

        error = pool.Settle(balances, x, d, totalShares - shares, out var after);
        change = error == QuoteError.None ? new LiquidityChange([.. amounts], shares, after) : default;
        return error;
    }

    /// <summary>claim_admin_fees: shares minted for the protocol, half of the profit that is not kept for moving the
    /// scale. Zero where none is due yet, or below one whole share in all.</summary>
    public static QuoteError Claim(
        Tricrypto pool, TricryptoRebalancing state, out UInt256 minted, out Tricrypto after)
    {
        (minted, after) = (UInt256.Zero, pool);
        if (state.XcpProfit <= state.XcpProfitA || state.TotalSupply < One)
        {
            return QuoteError.None;
        }

        var m = default(ContractArithmetic);
        var fees = m.MultiplyDivide(state.XcpProfit - state.XcpProfitA, AdminFee, FeeDenominator * 2);
        var (supply, profit) = (state.TotalSupply, state.XcpProfit);
        if (!fees.IsZero)
        {
            var fraction = m.Subtract(
                m.MultiplyDivide(state.VirtualPrice, One, m.Subtract(state.VirtualPrice, fees)), One);
            minted = m.MultiplyDivide(supply, fraction, One);
            supply = m.Add(supply, minted);
            profit = m.Subtract(profit, fees * 2);
        }

        var error = TricryptoMath.NewtonD(pool.A, pool.Gamma, pool.ScaledSpan, UInt256.Zero, out var d);
        if (error != QuoteError.None)
        {
            return error;
        }

        var virtualPrice = TricryptoSettlement.VirtualPriceOf(ref m, d, pool.Scale, supply);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        after = pool.With(
            pool.BalanceSpan.ToArray(),
            d,
            pool.Scale,
            state with
            {
                TotalSupply = supply,
                XcpProfit = profit,
                XcpProfitA = profit,
                VirtualPrice = virtualPrice,
            });
        return QuoteError.None;
    }

    private static QuoteError First(
        Tricrypto pool, UInt256[] balances, in UInt256 d, out UInt256 shares, out Tricrypto after)
    {
        var m = default(ContractArithmetic);
        after = pool;
        shares = TricryptoSettlement.ValueOf(ref m, d, pool.Scale);
        if (m.Reverted || shares.IsZero)
        {
            return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.OutputTooSmall;
        }

        var state = pool.Rebalancing is { } old
            ? old with { TotalSupply = shares, VirtualPrice = One, XcpProfit = One, XcpProfitA = One }
            : null;
        after = pool.With(balances, d, pool.Scale, state);
        return QuoteError.None;
    }

    private static QuoteError Further(
        Tricrypto pool,
        UInt256[] balances,
        UInt256[] x,
        in UInt256 d,
        in UInt256 totalShares,
        out UInt256 shares,
        out Tricrypto after)
    {
        (shares, after) = (UInt256.Zero, pool);
        if (pool.State != QuoteError.None || totalShares.IsZero)
        {
            return pool.State != QuoteError.None ? pool.State : QuoteError.NoLiquidity;
        }

        var m = default(ContractArithmetic);
        var minted = m.Subtract(m.MultiplyDivide(totalShares, d, pool.Invariant), totalShares);
        if (m.Reverted || minted.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        var feeE10 = FeeE10(ref m, pool, x);
        var fee = m.Add(m.MultiplyDivide(feeE10, minted, FeeDenominator), UInt256.One);
        shares = m.Subtract(minted, fee);
        var supply = m.Add(totalShares, shares);
        if (m.Reverted || shares.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        var error = pool.Settle(balances, x, d, supply, out after);
        return error != QuoteError.None || after.Rebalancing is not { } state ? error
            : Claim(after, state, out _, out after);
    }

    // _calc_token_fee: the swap fee by how uneven the amounts are, 3/8 of it a unit of distance, and the noise fee.
    private static UInt256 FeeE10(ref ContractArithmetic m, Tricrypto pool, ReadOnlySpan<UInt256> x)
    {
        var fee = TricryptoMath.FeeE10(ref m, x, pool.MidFee, pool.OutFee, pool.FeeGamma) * 3 / 8;
        Span<UInt256> added = [default, default, default];
        var sum = UInt256.Zero;
        for (var k = 0; k < 3; k++)
        {
            added[k] = m.Subtract(x[k], pool.ScaledSpan[k]);
            sum = m.Add(sum, added[k]);
        }

        var average = m.Divide(sum, 3);
        var distance = UInt256.Zero;
        foreach (ref readonly var amount in added)
        {
            distance = m.Add(distance, amount > average ? amount - average : average - amount);
        }

        return m.Add(m.MultiplyDivide(fee, distance, sum), NoiseFee);
    }

    // The fee, half a swap's, is taken off D. It is that of the pool after a withdrawal from even balances; where no
    // such pool is left, out_fee.
    private static UInt256 InvariantAfter(
        ref ContractArithmetic m, Tricrypto pool, int token, in UInt256 shares, in UInt256 totalShares)
    {
        Span<UInt256> x = [.. pool.ScaledSpan];
        var correction = m.Divide(m.Multiply(m.Multiply(x[token], 3), shares), totalShares);
        var fee = pool.OutFee;
        if (correction < x[token])
        {
            x[token] -= correction;
            fee = TricryptoMath.FeeE10(ref m, x, pool.MidFee, pool.OutFee, pool.FeeGamma);
        }

        var d = pool.Invariant;
        var removed = m.MultiplyDivide(shares, d, totalShares);
        var charged = m.Add(m.MultiplyDivide(fee, removed, FeeDenominator * 2), UInt256.One);

        // approx_fee of the event: nobody needs it here, but where it overflows the contract reverts.
        m.Multiply(m.Multiply(charged, 3), pool.BalanceSpan[token]);
        return m.Subtract(d, m.Subtract(removed, charged));
    }

    private static QuoteError Claimed(ref Tricrypto pool, ref UInt256 totalShares)
    {
        if (pool.Rebalancing is not { } state)
        {
            return QuoteError.None;
        }

        var error = Claim(pool, state, out var minted, out pool);
        totalShares = error == QuoteError.None ? totalShares + minted : totalShares;
        return error;
    }

    private static QuoteError CheckSupply(Tricrypto pool, in UInt256 totalShares) =>
        pool.Rebalancing is { } state && state.TotalSupply != totalShares
            ? QuoteError.InvariantBroken : QuoteError.None;

    private static QuoteError CheckShares(in UInt256 shares, in UInt256 totalShares) =>
        shares.IsZero ? QuoteError.ZeroAmount
        : totalShares.IsZero ? QuoteError.NoLiquidity
        : shares > totalShares ? QuoteError.InsufficientLiquidity : QuoteError.None;
}
