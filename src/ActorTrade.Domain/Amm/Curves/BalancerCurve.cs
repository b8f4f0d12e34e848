using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// What Balancer's pools have in common: amounts scaled to 18 digits (and by a rate), a fee on the input, and how both
/// are rounded, which is the vault's affair and differs between Balancer V2 and V3.
/// </summary>
/// <remarks>
/// V2 (BaseGeneralPool, BasePool): the fee of an exact input is rounded up and taken off before scaling; every amount
/// is scaled up rounding down; outputs are scaled back rounding down, inputs rounding up; the fee of an exact output is
/// added last. Scaling an exact output down favours the trader where it has a rate; that is V2's known flaw (November
/// 2025), reproduced because it is what the pools do. V3 (Vault.sol): the fee is taken in scaled units, exact outputs
/// are scaled rounding up, and the rate of the output is taken one unit higher, so every rounding is the pool's; a
/// trade under 1e6 scaled units is refused.
/// </remarks>
public abstract class BalancerCurve : SearchedCurve
{
    private readonly UInt256[] _balances;
    private readonly UInt256[] _scalingFactors;
    private readonly UInt256[] _scalingFactorsRatedUp;
    private readonly UInt256[] _scaled;

    private protected BalancerCurve(
        ImmutableArray<UInt256> balances,
        UInt256 swapFeeE18,
        ImmutableArray<UInt256> scalingFactorsE18,
        ImmutableArray<UInt256> ratesE18,
        UInt256 protocolFeeE18,
        bool isV3)
    {
        Validate(balances, swapFeeE18, scalingFactorsE18, ratesE18, protocolFeeE18, isV3);
        _balances = [.. balances];
        _scalingFactors = [.. scalingFactorsE18];
        RatesE18 = ratesE18.IsDefault ? [] : ratesE18;
        _scalingFactorsRatedUp = [.. _scalingFactors.Select((factor, k) => RatedUp(factor, k))];
        SwapFeeE18 = swapFeeE18;
        ProtocolFeeE18 = protocolFeeE18;
        IsV3 = isV3;
        _scaled = new UInt256[_balances.Length];
        var m = default(ContractArithmetic);
        for (var k = 0; k < _scaled.Length; k++)
        {
            _scaled[k] = BalancerFixedPoint.MulDown(ref m, _balances[k], _scalingFactors[k]);
        }

        State = m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    public override int TokenCount => _balances.Length;

    /// <summary>The vault's balances in base units.</summary>
    public ImmutableArray<UInt256> Balances => [.. _balances];

    /// <summary>1e18 · 10^(18 - decimals) · rate, one a token.</summary>
    public ImmutableArray<UInt256> ScalingFactorsE18 => [.. _scalingFactors];

    /// <summary>The tokens' rates alone, which V3 rounds; empty where all are one.</summary>
    public ImmutableArray<UInt256> RatesE18 { get; }

    /// <summary>The fee in 1e-18 of the input.</summary>
    public UInt256 SwapFeeE18 { get; }

    /// <summary>V3's aggregate fee: the part of the fee in 1e-18 that leaves the balances. V2 mints shares.</summary>
    public UInt256 ProtocolFeeE18 { get; }

    /// <summary>Traded through Balancer V3's vault.</summary>
    public bool IsV3 { get; }

    private protected static UInt256 One => BalancerFixedPoint.One;

    /// <summary>The largest balance the vault can hold: 112 bits in V2, 128 in V3.</summary>
    private protected UInt256 BalanceMax => (UInt256.One << (IsV3 ? 128 : 112)) - UInt256.One;

    private protected ReadOnlySpan<UInt256> Scaled => _scaled;

    /// <summary>None where the pool can trade; else why not. A kind may know more against it.</summary>
    private protected QuoteError State { get; init; }

    private static UInt256 ScaledTradeMin => 1_000_000;

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (amountIn > BalanceMax - _balances[tokenIn])
        {
            return QuoteError.ArithmeticOverflow;
        }

        var m = default(ContractArithmetic);
        ref readonly var factor = ref _scalingFactors[tokenIn];
        UInt256 fee;
        UInt256 scaled;
        if (IsV3)
        {
            var gross = BalancerFixedPoint.MulDown(ref m, amountIn, factor);
            var scaledFee = BalancerFixedPoint.MulUp(ref m, gross, SwapFeeE18);
            fee = BalancerFixedPoint.DivDown(ref m, scaledFee, factor);
            scaled = m.Subtract(gross, scaledFee);
        }
        else
        {
            fee = BalancerFixedPoint.MulUp(ref m, amountIn, SwapFeeE18);
            scaled = BalancerFixedPoint.MulDown(ref m, m.Subtract(amountIn, fee), factor);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (scaled.IsZero || (IsV3 && scaled < ScaledTradeMin))
        {
            return QuoteError.OutputTooSmall;
        }

        error = ScaledOut(tokenIn, tokenOut, scaled, out var scaledOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        var amountOut = BalancerFixedPoint.DivDown(ref m, scaledOut, _scalingFactorsRatedUp[tokenOut]);
        return m.Reverted ? QuoteError.ArithmeticOverflow
            : amountOut.IsZero || (IsV3 && scaledOut < ScaledTradeMin) ? QuoteError.OutputTooSmall
            : Checked(tokenIn, tokenOut, amountIn, amountOut, fee, isExactOut: false, out quote);
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

        var m = default(ContractArithmetic);
        var scaledOut = IsV3
            ? BalancerFixedPoint.MulUp(ref m, amountOut, _scalingFactorsRatedUp[tokenOut])
            : BalancerFixedPoint.MulDown(ref m, amountOut, _scalingFactors[tokenOut]);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (IsV3 && scaledOut < ScaledTradeMin)
        {
            return QuoteError.OutputTooSmall;
        }

        error = ScaledIn(tokenIn, tokenOut, scaledOut, out var scaled);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (IsV3 && scaled < ScaledTradeMin)
        {
            return QuoteError.OutputTooSmall;
        }

        ref readonly var factor = ref _scalingFactors[tokenIn];
        var rest = One - SwapFeeE18;
        UInt256 fee;
        UInt256 amountIn;
        if (IsV3)
        {
            var scaledFee = m.DivideUp(m.Multiply(scaled, SwapFeeE18), rest);
            fee = BalancerFixedPoint.DivDown(ref m, scaledFee, factor);
            amountIn = BalancerFixedPoint.DivUp(ref m, m.Add(scaled, scaledFee), factor);
        }
        else
        {
            var net = BalancerFixedPoint.DivUp(ref m, scaled, factor);
            amountIn = BalancerFixedPoint.DivUp(ref m, net, rest);
            fee = m.Subtract(amountIn, net);
        }

        return m.Reverted || amountIn > BalanceMax - _balances[tokenIn] ? QuoteError.ArithmeticOverflow
            : amountIn.IsZero ? QuoteError.OutputTooSmall
            : Checked(tokenIn, tokenOut, amountIn, amountOut, fee, isExactOut: true, out quote);
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var balances = (UInt256[])_balances.Clone();
        balances[quote.TokenIn] += quote.AmountIn - quote.ProtocolFee;
        balances[quote.TokenOut] -= quote.AmountOut;
        return WithBalances([.. balances]);
    }

    public override double SpotPrice(int tokenIn, int tokenOut)
    {
        if (CheckTrade(tokenIn, tokenOut, UInt256.One) != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> scaled = stackalloc double[_scaled.Length];
        for (var k = 0; k < scaled.Length; k++)
        {
            scaled[k] = (double)_scaled[k];
        }

        return ScaledPrice(scaled, tokenIn, tokenOut) * RelativeScale(tokenIn, tokenOut);
    }

    public override double MarginalPrice(int tokenIn, int tokenOut) =>
        SpotPrice(tokenIn, tokenOut) * (1 - ((double)SwapFeeE18 / 1e18));

    internal sealed override double MarginalPriceAfter(in CurveQuote quote)
    {
        Span<double> scaled = stackalloc double[_scaled.Length];
        for (var k = 0; k < scaled.Length; k++)
        {
            scaled[k] = (double)_scaled[k];
        }

        var (i, j) = (quote.TokenIn, quote.TokenOut);
        scaled[i] += ((double)quote.AmountIn - (double)quote.ProtocolFee) * (double)_scalingFactors[i] / 1e18;
        scaled[j] -= (double)quote.AmountOut * (double)_scalingFactors[j] / 1e18;
        return ScaledPrice(scaled, i, j) * RelativeScale(i, j) * (1 - ((double)SwapFeeE18 / 1e18));
    }

    /// <summary>The state with other balances, all else the same.</summary>
    public abstract BalancerCurve WithBalances(ImmutableArray<UInt256> balances);

    /// <summary>
    /// A deposit of any amounts into a pool that has shares; what unbalances it pays the swap fee. Amounts of a
    /// composable pool's own share token are zero. <paramref name="totalShares"/> are those in circulation, after the
    /// shares the protocol is due.
    /// </summary>
    public QuoteError QuoteDeposit(ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change) =>
        BalancerShares.Deposit(this, amounts, totalShares, out change);

    /// <summary>The amounts of all tokens, in the pool's ratio and rounded up, that given shares cost.</summary>
    public QuoteError QuoteDepositForShares(UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        BalancerShares.DepositForShares(this, shares, totalShares, out change);

    /// <summary>The amount of one token that given shares cost, with the fee on what it swaps.</summary>
    public QuoteError QuoteDepositOfOne(
        int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        BalancerShares.DepositOne(this, token, shares, totalShares, out change);

    /// <summary>A balanced withdrawal, free of fees, rounded down.</summary>
    public QuoteError QuoteWithdrawal(UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        BalancerShares.Withdraw(this, shares, totalShares, out change);

    /// <summary>All that the shares are worth in one token, less the fee on what that swaps.</summary>
    public QuoteError QuoteWithdrawalOfOne(
        int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        BalancerShares.WithdrawOne(this, token, shares, totalShares, out change);

    /// <summary>The scaled balances of the tokens that trade.</summary>
    internal abstract ReadOnlySpan<UInt256> Traded { get; }

    /// <summary>How far one deposit or withdrawal of V3 may move the invariant, and of V2's weighted pools.</summary>
    internal abstract (UInt256 Min, UInt256 Max) InvariantRatios { get; }

    /// <summary>A token's number among those that trade.</summary>
    internal virtual int Slot(int token) => token;

    internal bool CanTrade(int token) => HasToken(token) && IsTradable(token);

    internal ReadOnlySpan<UInt256> Factors => _scalingFactors;

    internal UInt256 Limit => BalanceMax;

    internal QuoteError TradeState => State;

    /// <summary>V3: the invariant, at least or at most the true one.</summary>
    internal abstract QuoteError InvariantOf(
        ReadOnlySpan<UInt256> traded, Rounding rounding, out UInt256 invariant);

    /// <summary>V3: the balance of one token at which the invariant is so many times the present one.</summary>
    internal abstract QuoteError BalanceAtRatio(int slot, in UInt256 invariantRatio, out UInt256 balance);

    /// <summary>V2: shares for exact scaled amounts.</summary>
    internal abstract QuoteError SharesFor(
        ReadOnlySpan<UInt256> amounts, in UInt256 totalShares, out UInt256 shares);

    /// <summary>V2: the scaled amount of one token for exact shares, fee included.</summary>
    internal abstract QuoteError AmountInFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount);

    /// <summary>V2: the scaled amount of one token that exact shares give, fee taken off.</summary>
    internal abstract QuoteError AmountOutFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount);

    /// <summary>The scaled output for a scaled input without fee.</summary>
    private protected abstract QuoteError ScaledOut(
        int tokenIn, int tokenOut, in UInt256 scaledIn, out UInt256 scaledOut);

    /// <summary>The scaled input without fee for a scaled output.</summary>
    private protected abstract QuoteError ScaledIn(
        int tokenIn, int tokenOut, in UInt256 scaledOut, out UInt256 scaledIn);

    /// <summary>Scaled units of one token for one of another, without fee, at scaled balances.</summary>
    private protected abstract double ScaledPrice(ReadOnlySpan<double> scaled, int tokenIn, int tokenOut);

    private protected virtual bool IsTradable(int token) => true;

    private protected sealed override UInt256 BalanceOf(int token) => _balances[token];

    private protected sealed override QuoteError CheckTrade(int tokenIn, int tokenOut, in UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) || !IsTradable(tokenIn) || !IsTradable(tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : State != QuoteError.None ? State
        : _scaled[tokenIn].IsZero || _scaled[tokenOut].IsZero ? QuoteError.NoLiquidity : QuoteError.None;

    private QuoteError Checked(
        int tokenIn,
        int tokenOut,
        in UInt256 amountIn,
        in UInt256 amountOut,
        in UInt256 fee,
        bool isExactOut,
        out CurveQuote quote)
    {
        quote = default;
        if (amountOut > _balances[tokenOut])
        {
            return QuoteError.InsufficientLiquidity;
        }

        var m = default(ContractArithmetic);
        var protocolFee = IsV3 ? BalancerFixedPoint.MulDown(ref m, fee, ProtocolFeeE18) : UInt256.Zero;
        quote = new CurveQuote(
            tokenIn, tokenOut, amountIn, amountOut, fee, protocolFee, IsExactOut: isExactOut);
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private double RelativeScale(int tokenIn, int tokenOut) =>
        (double)_scalingFactors[tokenIn] / (double)_scalingFactors[tokenOut];

    // decimals factor · (rate + 1), unless the rate is whole: V3's computeRateRoundUp.
    private UInt256 RatedUp(UInt256 factor, int token)
    {
        if (RatesE18.IsEmpty || (RatesE18[token] % One).IsZero)
        {
            return factor;
        }

        return factor + (factor / RatesE18[token]);
    }

    private static void Validate(
        ImmutableArray<UInt256> balances,
        UInt256 swapFeeE18,
        ImmutableArray<UInt256> scalingFactorsE18,
        ImmutableArray<UInt256> ratesE18,
        UInt256 protocolFeeE18,
        bool isV3)
    {
        CurveFields.CheckCount("balances", balances, 2, 8);
        var balanceMax = (UInt256.One << (isV3 ? 128 : 112)) - UInt256.One;
        for (var k = 0; k < balances.Length; k++)
        {
            CurveFields.CheckRange($"balances[{k}]", balances[k], UInt256.Zero, balanceMax);
        }

        CurveFields.CheckRange("swapFeeE18", swapFeeE18, UInt256.Zero, One - UInt256.One);
        CurveFields.CheckRange("protocolFeeE18", protocolFeeE18, UInt256.Zero, One);
        CurveFields.CheckSameCount("scalingFactorsE18", scalingFactorsE18, balances);
        for (var k = 0; k < balances.Length; k++)
        {
            CurveFields.CheckRange(
                $"scalingFactorsE18[{k}]", scalingFactorsE18[k], UInt256.One, UInt256.One << 200);
        }

        if (ratesE18.IsDefaultOrEmpty)
        {
            return;
        }

        CurveFields.CheckSameCount("ratesE18", ratesE18, balances);
        for (var k = 0; k < balances.Length; k++)
        {
            CurveFields.CheckRange($"ratesE18[{k}]", ratesE18[k], UInt256.One, scalingFactorsE18[k]);
        }
    }
}
