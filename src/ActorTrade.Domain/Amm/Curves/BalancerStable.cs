using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Balancer's stable pools: Curve's StableSwap equation with a precision of 1000, other roundings and the fee on the
/// input. In composable pools the pool's own share token is one of the tokens; it is left out of the mathematics, and a
/// trade with it, which is a deposit or a withdrawal, is no pair here.
/// </summary>
/// <remarks>
/// Sources: StableMath.sol of balancer-v2-monorepo and balancer-v3-monorepo. The output is one unit less than computed,
/// the input one unit more.
/// </remarks>
public sealed class BalancerStable : BalancerCurve
{
    private const int TokenCountMax = 5;

    private readonly UInt256[] _scaledTokens;
    private readonly UInt256 _invariant;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">The vault's balances, in base units; 2 to 5 tokens, and the share token.</param>
    /// <param name="amplificationE3">A·n^(n-1) times 1000: 1,000 to 5,000,000.</param>
    /// <param name="swapFeeE18">The fee in 1e-18 of the input, below one.</param>
    /// <param name="scalingFactorsE18">1e18 · 10^(18 - decimals) · rate, one a token, the share token too.</param>
    /// <param name="bptIndex">The share token's number, null where it is not among the tokens.</param>
    /// <param name="invariantVersion">1: V2's first pools (StablePool of 2021, MetaStablePool, StablePhantomPool), D
    /// rounded up at every step. 2: V2's later pools (StablePool of 2022, composable ones), D rounded down at every
    /// step, as Curve. 3: V3's pools and vault, D as in 2, the balance with one rounding less.</param>
    /// <param name="ratesE18">V3 only: the rates in the scaling factors; none where all are one.</param>
    /// <param name="protocolFeeE18">V3 only: the aggregate fee, the part of the fee that leaves the pool.</param>
    public BalancerStable(
        ImmutableArray<UInt256> balances,
        UInt256 amplificationE3,
        UInt256 swapFeeE18,
        ImmutableArray<UInt256> scalingFactorsE18,
        int? bptIndex = null,
        int invariantVersion = 2,
        ImmutableArray<UInt256> ratesE18 = default,
        UInt256 protocolFeeE18 = default)
        : base(balances, swapFeeE18, scalingFactorsE18, ratesE18, protocolFeeE18, isV3: invariantVersion == 3)
    {
        var max = TokenCountMax + (bptIndex is null ? 0 : 1);
        CurveFields.CheckCount("balances", balances, bptIndex is null ? 2 : 3, max);
        CurveFields.CheckRange("amplificationE3", amplificationE3, 1_000, 5_000_000);
        if (invariantVersion is < 1 or > 3)
        {
            throw new InvalidCurveException("invariantVersion", $"{invariantVersion}; must be 1, 2 or 3.");
        }

        if (bptIndex is { } index && (index < 0 || index >= balances.Length))
        {
            throw new InvalidCurveException("bptIndex", $"{index}; must be null or 0 to {balances.Length - 1}.");
        }

        AmplificationE3 = amplificationE3;
        BptIndex = bptIndex;
        InvariantVersion = invariantVersion;
        _scaledTokens = [.. Enumerable.Range(0, balances.Length).Where(IsTradable).Select(k => Scaled[k])];
        if (State == QuoteError.None)
        {
            State = Array.Exists(_scaledTokens, x => x.IsZero)
                ? QuoteError.NoLiquidity
                : BalancerStableMath.Invariant(_scaledTokens, amplificationE3, invariantVersion == 1, out _invariant);
        }
    }

    public override string Kind => "balancer-stable";

    public override string MathVersion => InvariantVersion switch
    {
        1 => "balancer-v2-stable-1",
        2 => "balancer-v2-composable-stable",
        _ => "balancer-v3-stable",
    };

    public UInt256 AmplificationE3 { get; }

    public int? BptIndex { get; }

    public int InvariantVersion { get; }

    /// <summary>D of the scaled balances; zero where the pool is empty.</summary>
    public UInt256 Invariant => _invariant;

    public override BalancerStable WithBalances(ImmutableArray<UInt256> balances) => new(
        balances,
        AmplificationE3,
        SwapFeeE18,
        ScalingFactorsE18,
        BptIndex,
        InvariantVersion,
        RatesE18,
        ProtocolFeeE18);

    /// <summary>The state at another amplification, as ramps change it; in 1e-3.</summary>
    public BalancerStable WithAmplification(UInt256 amplificationE3) => new(
        Balances,
        amplificationE3,
        SwapFeeE18,
        ScalingFactorsE18,
        BptIndex,
        InvariantVersion,
        RatesE18,
        ProtocolFeeE18);

    internal override ReadOnlySpan<UInt256> Traded => _scaledTokens;

    internal override (UInt256 Min, UInt256 Max) InvariantRatios => (One / 10 * 6, One * 5);

    // A token's number among those that trade.
    internal override int Slot(int token) => token > BptIndex ? token - 1 : token;

    internal override QuoteError InvariantOf(
        ReadOnlySpan<UInt256> traded, Rounding rounding, out UInt256 invariant)
    {
        var error = InvariantVersion == 1
            ? BalancerStableMath.InvariantRounded(traded, AmplificationE3, rounding == Rounding.Up, out invariant)
            : BalancerStableMath.Invariant(traded, AmplificationE3, isRoundedUp: false, out invariant);
        invariant = IsV3 && rounding == Rounding.Up && error == QuoteError.None ? invariant + UInt256.One : invariant;
        return error;
    }

    internal override QuoteError BalanceAtRatio(int slot, in UInt256 invariantRatio, out UInt256 balance)
    {
        balance = default;
        var m = default(ContractArithmetic);
        var invariant = BalancerFixedPoint.MulUp(ref m, m.Add(_invariant, UInt256.One), invariantRatio);
        return m.Reverted ? QuoteError.ArithmeticOverflow : BalanceAt(invariant, slot, out balance);
    }

    // _calcBptOutGivenExactTokensIn: the fee is on what a token comes in beyond the mean of all ratios.
    internal override QuoteError SharesFor(
        ReadOnlySpan<UInt256> amounts, in UInt256 totalShares, out UInt256 shares)
    {
        shares = default;
        var m = default(ContractArithmetic);
        Span<UInt256> ratios = stackalloc UInt256[amounts.Length];
        Span<UInt256> updated = stackalloc UInt256[amounts.Length];
        var sum = Sum(ref m);
        UInt256 mean = default;
        for (var k = 0; k < amounts.Length; k++)
        {
            var weight = BalancerFixedPoint.DivDown(ref m, _scaledTokens[k], sum);
            ratios[k] = BalancerFixedPoint.DivDown(ref m, m.Add(_scaledTokens[k], amounts[k]), _scaledTokens[k]);
            mean = m.Add(mean, BalancerFixedPoint.MulDown(ref m, ratios[k], weight));
        }

        for (var k = 0; k < amounts.Length; k++)
        {
            var net = amounts[k];
            if (ratios[k] > mean)
            {
                var free = BalancerFixedPoint.MulDown(ref m, _scaledTokens[k], m.Subtract(mean, One));
                var taxed = m.Subtract(amounts[k], free);
                net = m.Add(free, BalancerFixedPoint.MulDown(ref m, taxed, One - SwapFeeE18));
            }

            updated[k] = m.Add(_scaledTokens[k], net);
        }

        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = InvariantOf(updated, Rounding.Down, out var invariant);
        var ratio = BalancerFixedPoint.DivDown(ref m, invariant, _invariant);
        shares = ratio > One ? BalancerFixedPoint.MulDown(ref m, totalShares, ratio - One) : UInt256.Zero;
        return error != QuoteError.None ? error : m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    internal override QuoteError AmountInFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount)
    {
        amount = default;
        var m = default(ContractArithmetic);
        var ratio = BalancerFixedPoint.DivUp(ref m, m.Add(totalShares, shares), totalShares);
        var invariant = BalancerFixedPoint.MulUp(ref m, ratio, _invariant);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = BalanceAt(invariant, slot, out var balance);
        var net = m.Subtract(balance, _scaledTokens[slot]);
        var taxed = BalancerFixedPoint.MulUp(ref m, net, TaxedPart(ref m, slot));
        amount = m.Add(m.Subtract(net, taxed), BalancerFixedPoint.DivUp(ref m, taxed, One - SwapFeeE18));
        return error != QuoteError.None ? error : m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    internal override QuoteError AmountOutFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount)
    {
        amount = default;
        var m = default(ContractArithmetic);
        var ratio = BalancerFixedPoint.DivUp(ref m, m.Subtract(totalShares, shares), totalShares);
        var invariant = BalancerFixedPoint.MulUp(ref m, ratio, _invariant);
        if (m.Reverted || invariant.IsZero)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = BalanceAt(invariant, slot, out var balance);
        var gross = m.Subtract(_scaledTokens[slot], balance);
        var taxed = BalancerFixedPoint.MulUp(ref m, gross, TaxedPart(ref m, slot));
        amount = m.Add(m.Subtract(gross, taxed), BalancerFixedPoint.MulDown(ref m, taxed, One - SwapFeeE18));
        return error != QuoteError.None ? error : m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private protected override bool IsTradable(int token) => token != BptIndex;

    private protected override QuoteError ScaledOut(
        int tokenIn, int tokenOut, in UInt256 scaledIn, out UInt256 scaledOut)
    {
        scaledOut = default;
        var m = default(ContractArithmetic);
        var (i, j) = (Slot(tokenIn), Slot(tokenOut));
        var changed = m.Add(_scaledTokens[i], scaledIn);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = BalancerStableMath.Balance(
            _scaledTokens, i, changed, j, AmplificationE3, _invariant, IsV3, out var balance);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (_scaledTokens[j] <= balance)
        {
            return QuoteError.OutputTooSmall;
        }

        scaledOut = _scaledTokens[j] - balance - UInt256.One;
        return QuoteError.None;
    }

    private protected override QuoteError ScaledIn(
        int tokenIn, int tokenOut, in UInt256 scaledOut, out UInt256 scaledIn)
    {
        scaledIn = default;
        var (i, j) = (Slot(tokenIn), Slot(tokenOut));
        if (scaledOut >= _scaledTokens[j])
        {
            return QuoteError.InsufficientLiquidity;
        }

        var error = BalancerStableMath.Balance(
            _scaledTokens, j, _scaledTokens[j] - scaledOut, i, AmplificationE3, _invariant, IsV3, out var balance);
        if (error != QuoteError.None)
        {
            return error;
        }

        var m = default(ContractArithmetic);
        scaledIn = m.Add(m.Subtract(balance, _scaledTokens[i]), UInt256.One);
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private protected override double ScaledPrice(ReadOnlySpan<double> scaled, int tokenIn, int tokenOut)
    {
        Span<double> tokens = stackalloc double[_scaledTokens.Length];
        for (var k = 0; k < scaled.Length; k++)
        {
            if (IsTradable(k))
            {
                tokens[Slot(k)] = scaled[k];
            }
        }

        var ann = (double)AmplificationE3 * tokens.Length / 1000;
        var invariant = StableSwapMath.InvariantOf(tokens, ann);
        return StableSwapMath.NormalizedPrice(tokens, Slot(tokenIn), Slot(tokenOut), ann, invariant);
    }

    private QuoteError BalanceAt(in UInt256 invariant, int slot, out UInt256 balance) =>
        BalancerStableMath.Balance(
            _scaledTokens, -1, default, slot, AmplificationE3, invariant, IsV3, out balance);

    // What is not the token's own part of the pool counts as swapped.
    private UInt256 TaxedPart(ref ContractArithmetic m, int slot)
    {
        var sum = Sum(ref m);
        return BalancerFixedPoint.Complement(BalancerFixedPoint.DivDown(ref m, _scaledTokens[slot], sum));
    }

    private UInt256 Sum(ref ContractArithmetic m)
    {
        UInt256 sum = default;
        foreach (ref readonly var balance in _scaledTokens.AsSpan())
        {
            sum = m.Add(sum, balance);
        }

        return sum;
    }
}
