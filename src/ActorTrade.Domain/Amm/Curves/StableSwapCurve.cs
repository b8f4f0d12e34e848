using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// What Curve's two families of StableSwap pools have in common: normalized balances, a fee on the output, shares. They
/// differ in how they compute the invariant and the fee.
/// </summary>
/// <remarks>
/// Rounding, all against the trader: the contract takes one more unit off the normalized output (the first pools do
/// not), divides the fee off it and rounds the rest down to the token's units. Source: exchange() of the contracts, not
/// get_dy(), which in the oldest pools takes the fee after the conversion. The contracts have no exact-out trade (NG's
/// get_dx is an approximation that may fall short), so <see cref="Curve.QuoteExactOut"/> finds the least input that
/// suffices.
/// </remarks>
public abstract class StableSwapCurve : SearchedCurve
{
    private readonly UInt256[] _balances;
    private readonly UInt256[] _rates;
    private readonly UInt256[] _normalized;
    private readonly UInt256 _invariant;
    private readonly QuoteError _state;

    private protected StableSwapCurve(
        ImmutableArray<UInt256> balances,
        UInt256 preciseAmplification,
        uint precision,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 adminFeeE10,
        bool isFirst = false)
    {
        IsFirst = isFirst;
        _balances = [.. balances];
        _rates = [.. rates];
        PreciseAmplification = preciseAmplification;
        Precision = precision;
        FeeE10 = feeE10;
        AdminFeeE10 = adminFeeE10;
        _normalized = new UInt256[_balances.Length];
        _state = Normalize(_balances, _normalized);
        if (_state == QuoteError.None)
        {
            _state = InvariantOf(_normalized, out _invariant);
        }
    }

    public override int TokenCount => _balances.Length;

    /// <summary>What providers own, without the administrator's part, in base units.</summary>
    public ImmutableArray<UInt256> Balances => [.. _balances];

    /// <summary>A token's value in the pool: 1e18 · 10^(18 - decimals) · rate.</summary>
    public ImmutableArray<UInt256> Rates => [.. _rates];

    /// <summary>A·n^(n-1)·A_PRECISION, as the contract stores it.</summary>
    public UInt256 PreciseAmplification { get; }

    /// <summary>The fee, in 1e-10 of the output.</summary>
    public UInt256 FeeE10 { get; }

    /// <summary>The administrator's part of the fee, in 1e-10.</summary>
    public UInt256 AdminFeeE10 { get; }

    /// <summary>D of the balances, in 1e-18 units; zero where the pool is empty.</summary>
    public UInt256 Invariant => _invariant;

    /// <summary>The contract's A_PRECISION.</summary>
    internal uint Precision { get; }

    /// <summary>The oldest pools go on with the last round's value where an iteration does not settle.</summary>
    private protected virtual bool IsLenient => false;

    /// <summary>
    /// Curve's first pools: nothing more is taken off an output, balances after a trade are the rounded normalized ones
    /// (what rounding leaves over is the administrator's), and shares are burned as computed.
    /// </summary>
    internal bool IsFirst { get; }

    private protected static UInt256 FeeDenominator => 10_000_000_000;

    private protected static UInt256 One => 1_000_000_000_000_000_000;

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        m.Add(_balances[tokenIn], amountIn);
        var x = m.Add(_normalized[tokenIn], m.MultiplyDivide(amountIn, _rates[tokenIn], One));
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        error = BalanceFor(_normalized, tokenOut, tokenIn, x, _invariant, out var y);
        if (error != QuoteError.None)
        {
            return error;
        }

        // The one unit less is the contract's, against rounding errors; where there is none left, it reverts.
        ref readonly var before = ref _normalized[tokenOut];
        if (before <= y)
        {
            return QuoteError.OutputTooSmall;
        }

        var taken = m.Subtract(before, y);
        var gross = IsFirst ? taken : m.Subtract(taken, UInt256.One);
        var feeE10 = FeeE10Between(
            ref m, Half(ref m, _normalized[tokenIn], x), Half(ref m, before, y), FeeE10);
        var fee = m.MultiplyDivide(gross, feeE10, FeeDenominator);
        ref readonly var rate = ref _rates[tokenOut];
        var amountOut = m.MultiplyDivide(m.Subtract(gross, fee), One, rate);
        var adminPart = m.MultiplyDivide(fee, AdminFeeE10, FeeDenominator);
        var adminFee = IsFirst
            ? m.Subtract(
                m.Subtract(_balances[tokenOut], amountOut),
                m.MultiplyDivide(m.Subtract(m.Add(y, fee), adminPart), One, rate))
            : m.MultiplyDivide(adminPart, One, rate);
        var grossOut = m.MultiplyDivide(gross, One, rate);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (amountOut.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        quote = new CurveQuote(
            tokenIn, tokenOut, amountIn, amountOut, grossOut - amountOut, adminFee, IsFeeOnOutput: true);
        return QuoteError.None;
    }

    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (amountOut >= _balances[tokenOut])
        {
            return QuoteError.InsufficientLiquidity;
        }

        var guess = GuessInput(tokenIn, tokenOut, amountOut);
        return CurveSearch.LeastInput(this, tokenIn, tokenOut, amountOut, guess, out quote);
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var balances = (UInt256[])_balances.Clone();
        balances[quote.TokenIn] = BalanceWith(quote.TokenIn, quote.AmountIn);
        balances[quote.TokenOut] -= quote.AmountOut + quote.ProtocolFee;
        return WithBalances([.. balances]);
    }

    public override double SpotPrice(int tokenIn, int tokenOut)
    {
        if (!IsPair(tokenIn, tokenOut) || _state != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> normalized = stackalloc double[_normalized.Length];
        for (var k = 0; k < normalized.Length; k++)
        {
            normalized[k] = (double)_normalized[k];
        }

        return PriceOf(normalized, tokenIn, tokenOut, (double)_invariant);
    }

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        !IsPair(tokenIn, tokenOut) || _state != QuoteError.None
            ? double.NaN
            : SpotPrice(tokenIn, tokenOut)
                * (1 - FeeRate((double)_normalized[tokenIn], (double)_normalized[tokenOut]));

    internal sealed override double MarginalPriceAfter(in CurveQuote quote)
    {
        Span<double> normalized = stackalloc double[_normalized.Length];
        for (var k = 0; k < normalized.Length; k++)
        {
            normalized[k] = (double)_normalized[k];
        }

        var (i, j) = (quote.TokenIn, quote.TokenOut);
        normalized[i] += (double)quote.AmountIn * (double)_rates[i] / 1e18;
        normalized[j] = ((double)_balances[j] - (double)quote.AmountOut - (double)quote.ProtocolFee)
            * (double)_rates[j] / 1e18;
        return PriceOf(normalized, i, j, StableSwapMath.InvariantOf(normalized, AnnAsDouble))
            * (1 - FeeRate(normalized[i], normalized[j]));
    }

    /// <summary>The state with other balances, all else the same.</summary>
    public abstract StableSwapCurve WithBalances(ImmutableArray<UInt256> balances);

    /// <summary>
    /// A deposit of any amounts, as add_liquidity: what makes the pool less balanced pays a part of the swap fee. The
    /// first deposit, of all tokens, mints D shares.
    /// </summary>
    public QuoteError QuoteDeposit(ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change) =>
        StableSwapShares.Deposit(this, amounts, totalShares, out change);

    /// <summary>A balanced withdrawal, free of fees: of each balance the shares' part, rounded down.</summary>
    public QuoteError QuoteWithdrawal(UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        StableSwapShares.Withdraw(this, shares, totalShares, out change);

    /// <summary>All that the shares are worth in one token, as remove_liquidity_one_coin; the first pools have no such
    /// thing.</summary>
    public QuoteError QuoteWithdrawalOfOne(
        int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        StableSwapShares.WithdrawOne(this, token, shares, totalShares, out change);

    /// <summary>The shares that given amounts cost, as remove_liquidity_imbalance; one more than computed, but in the
    /// first pools.</summary>
    public QuoteError QuoteWithdrawalOfAmounts(
        ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change) =>
        StableSwapShares.WithdrawAmounts(this, amounts, totalShares, out change);

    /// <summary>D of normalized balances, none of them zero.</summary>
    internal abstract QuoteError InvariantOf(ReadOnlySpan<UInt256> normalized, out UInt256 invariant);

    /// <summary>The fee, in 1e-10, between two normalized balances.</summary>
    internal abstract UInt256 FeeE10Between(
        ref ContractArithmetic m, in UInt256 first, in UInt256 second, in UInt256 feeE10);

    /// <summary>The balance of one token that keeps <paramref name="invariant"/>.</summary>
    internal QuoteError BalanceFor(
        ReadOnlySpan<UInt256> normalized,
        int token,
        int changed,
        in UInt256 changedBalance,
        in UInt256 invariant,
        out UInt256 balance) =>
        StableSwapMath.Balance(
            normalized,
            token,
            changed,
            changedBalance,
            PreciseAmplification,
            Precision,
            invariant,
            IsLenient,
            out balance);

    /// <summary>Balances times rates; NoLiquidity where one is zero, for then D does not exist. Curve's first pools
    /// trade even then, by a D of their making; here they do not.</summary>
    internal QuoteError Normalize(ReadOnlySpan<UInt256> balances, Span<UInt256> normalized)
    {
        var m = default(ContractArithmetic);
        var isEmpty = false;
        for (var k = 0; k < balances.Length; k++)
        {
            normalized[k] = m.MultiplyDivide(balances[k], _rates[k], One);
            isEmpty |= normalized[k].IsZero;
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow : isEmpty ? QuoteError.NoLiquidity : QuoteError.None;
    }

    internal ReadOnlySpan<UInt256> BalanceSpan => _balances;

    internal ReadOnlySpan<UInt256> NormalizedSpan => _normalized;

    internal ReadOnlySpan<UInt256> RateSpan => _rates;

    /// <summary>None where the pool can trade; else why not.</summary>
    internal QuoteError State => _state;

    // What a quote has checked does not overflow here.
    private UInt256 BalanceWith(int token, in UInt256 amountIn)
    {
        if (!IsFirst)
        {
            return _balances[token] + amountIn;
        }

        var m = default(ContractArithmetic);
        var x = m.Add(_normalized[token], m.MultiplyDivide(amountIn, _rates[token], One));
        return m.MultiplyDivide(x, One, _rates[token]);
    }

    /// <summary>The fee of an infinitely small trade between two normalized balances, 0 to 1.</summary>
    private protected abstract double FeeRate(double first, double second);

    private protected static void Validate(
        ImmutableArray<UInt256> balances,
        UInt256 amplification,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 adminFeeE10)
    {
        CurveFields.CheckCount("balances", balances, 2, StableSwapMath.TokenCountMax);
        CurveFields.CheckSameCount("rates", rates, balances);
        for (var k = 0; k < rates.Length; k++)
        {
            CurveFields.CheckRange($"rates[{k}]", rates[k], UInt256.One, UInt256.MaxValue);
        }

        CurveFields.CheckRange("amplification", amplification, UInt256.One, 1_000_000);
        CurveFields.CheckRange("feeE10", feeE10, UInt256.Zero, 5_000_000_000);
        CurveFields.CheckRange("adminFeeE10", adminFeeE10, UInt256.Zero, FeeDenominator);
    }

    private double AnnAsDouble => (double)PreciseAmplification * TokenCount / Precision;

    private protected sealed override UInt256 BalanceOf(int token) => _balances[token];

    private protected sealed override QuoteError CheckTrade(int tokenIn, int tokenOut, in UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : _state;

    private double PriceOf(ReadOnlySpan<double> normalized, int tokenIn, int tokenOut, double invariant) =>
        StableSwapMath.NormalizedPrice(normalized, tokenIn, tokenOut, AnnAsDouble, invariant)
            * ((double)_rates[tokenIn] / (double)_rates[tokenOut]);

    // As get_dx of NG's views: the fee at the present balances. Near enough for the search to start at.
    private UInt256 GuessInput(int tokenIn, int tokenOut, UInt256 amountOut)
    {
        var m = default(ContractArithmetic);
        var feeE10 = FeeE10Between(ref m, _normalized[tokenIn], _normalized[tokenOut], FeeE10);
        var net = m.Add(m.MultiplyDivide(amountOut, _rates[tokenOut], One), UInt256.One);
        var gross = m.MultiplyDivide(net, FeeDenominator, m.Subtract(FeeDenominator, feeE10));
        var y = m.Subtract(_normalized[tokenOut], gross);
        if (m.Reverted || y.IsZero
            || BalanceFor(_normalized, tokenIn, tokenOut, y, _invariant, out var x) != QuoteError.None)
        {
            return _balances[tokenIn];
        }

        var guess = m.MultiplyDivide(m.Subtract(x, _normalized[tokenIn]), One, _rates[tokenIn]);
        return m.Reverted ? UInt256.One : guess;
    }

    private static UInt256 Half(ref ContractArithmetic m, in UInt256 a, in UInt256 b)
    {
        var sum = m.Add(a, b);
        return new UInt256(
            (sum.Limb0 >> 1) | (sum.Limb1 << 63),
            (sum.Limb1 >> 1) | (sum.Limb2 << 63),
            (sum.Limb2 >> 1) | (sum.Limb3 << 63),
            sum.Limb3 >> 1);
    }
}
