using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Balancer's weighted pools: ∏ balance^weight stays, so <c>out = bO·(1 - (bI/(bI + in))^(wI/wO))</c> and
/// <c>in = bI·((bO/(bO - out))^(wO/wI) - 1)</c>. At most three tenths of a balance may come or go in one trade.
/// </summary>
/// <remarks>
/// The power is rounded up in both, its base up, its exponent down and up, so that the pool never loses. Sources:
/// WeightedMath.sol, FixedPoint.sol, LogExpMath.sol of balancer-v2-monorepo and balancer-v3-monorepo.
/// </remarks>
public sealed class BalancerWeighted : BalancerCurve
{
    private readonly UInt256[] _weights;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">The vault's balances, in base units; 2 to 8 tokens.</param>
    /// <param name="weightsE18">Normalized weights in 1e-18, at least 1 % each, together one (to 1000 units).</param>
    /// <param name="swapFeeE18">The fee in 1e-18 of the input, below one.</param>
    /// <param name="scalingFactorsE18">1e18 · 10^(18 - decimals) · rate, one a token.</param>
    /// <param name="powVersion">1: V2's first pools (April 2021), every power by logarithm, what one token gives for
    /// shares rounded down. 2: V2's later pools, exponents 1, 2 and 4 multiplied out, that amount rounded up. 3: V3's
    /// pools and vault.</param>
    /// <param name="ratesE18">V3 only: the rates in the scaling factors; none where all are one.</param>
    /// <param name="protocolFeeE18">V3 only: the aggregate fee, the part of the fee that leaves the pool.</param>
    public BalancerWeighted(
        ImmutableArray<UInt256> balances,
        ImmutableArray<UInt256> weightsE18,
        UInt256 swapFeeE18,
        ImmutableArray<UInt256> scalingFactorsE18,
        int powVersion = 2,
        ImmutableArray<UInt256> ratesE18 = default,
        UInt256 protocolFeeE18 = default)
        : base(balances, swapFeeE18, scalingFactorsE18, ratesE18, protocolFeeE18, isV3: powVersion == 3)
    {
        if (powVersion is < 1 or > 3)
        {
            throw new InvalidCurveException("powVersion", $"{powVersion}; must be 1, 2 or 3.");
        }

        CurveFields.CheckSameCount("weightsE18", weightsE18, balances);
        UInt256 sum = default;
        for (var k = 0; k < weightsE18.Length; k++)
        {
            CurveFields.CheckRange($"weightsE18[{k}]", weightsE18[k], One / 100, One);
            sum += weightsE18[k];
        }

        CurveFields.CheckRange("weightsE18", sum, One - (UInt256)1000, One + (UInt256)1000);
        _weights = [.. weightsE18];
        PowVersion = powVersion;
    }

    public override string Kind => "balancer-weighted";

    public override string MathVersion => PowVersion switch
    {
        1 => "balancer-v2-weighted-1",
        2 => "balancer-v2-weighted-2",
        _ => "balancer-v3-weighted",
    };

    public int PowVersion { get; }

    public ImmutableArray<UInt256> WeightsE18 => [.. _weights];

    private bool HasShortcuts => PowVersion > 1;

    private static UInt256 RatioMax => 300_000_000_000_000_000;

    public override BalancerWeighted WithBalances(ImmutableArray<UInt256> balances) => new(
        balances, WeightsE18, SwapFeeE18, ScalingFactorsE18, PowVersion, RatesE18, ProtocolFeeE18);

    internal override ReadOnlySpan<UInt256> Traded => Scaled;

    internal override (UInt256 Min, UInt256 Max) InvariantRatios => (One / 10 * 7, One * 3);

    internal override QuoteError InvariantOf(
        ReadOnlySpan<UInt256> traded, Rounding rounding, out UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        invariant = One;
        for (var k = 0; k < traded.Length; k++)
        {
            invariant = rounding == Rounding.Up
                ? BalancerFixedPoint.MulUp(
                    ref m, invariant, BalancerFixedPoint.PowUp(ref m, traded[k], _weights[k], HasShortcuts))
                : BalancerFixedPoint.MulDown(
                    ref m, invariant, BalancerFixedPoint.PowDown(ref m, traded[k], _weights[k], HasShortcuts));
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow
            : invariant.IsZero ? QuoteError.InvariantBroken : QuoteError.None;
    }

    internal override QuoteError BalanceAtRatio(int slot, in UInt256 invariantRatio, out UInt256 balance)
    {
        var m = default(ContractArithmetic);
        var exponent = BalancerFixedPoint.DivUp(ref m, One, _weights[slot]);
        balance = BalancerFixedPoint.MulUp(
            ref m, Scaled[slot], BalancerFixedPoint.PowUp(ref m, invariantRatio, exponent, HasShortcuts));
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    // _calcBptOutGivenExactTokensIn: the fee is on what a token comes in beyond the mean of all ratios.
    internal override QuoteError SharesFor(
        ReadOnlySpan<UInt256> amounts, in UInt256 totalShares, out UInt256 shares)
    {
        var m = default(ContractArithmetic);
        Span<UInt256> ratios = stackalloc UInt256[amounts.Length];
        UInt256 mean = default;
        for (var k = 0; k < amounts.Length; k++)
        {
            ratios[k] = BalancerFixedPoint.DivDown(ref m, m.Add(Scaled[k], amounts[k]), Scaled[k]);
            mean = m.Add(mean, BalancerFixedPoint.MulDown(ref m, ratios[k], _weights[k]));
        }

        var ratio = One;
        for (var k = 0; k < amounts.Length; k++)
        {
            var net = amounts[k];
            if (ratios[k] > mean)
            {
                var free = BalancerFixedPoint.MulDown(ref m, Scaled[k], m.Subtract(mean, One));
                var taxed = m.Subtract(amounts[k], free);
                net = m.Add(free, m.Subtract(taxed, BalancerFixedPoint.MulUp(ref m, taxed, SwapFeeE18)));
            }

            var grown = BalancerFixedPoint.DivDown(ref m, m.Add(Scaled[k], net), Scaled[k]);
            ratio = BalancerFixedPoint.MulDown(
                ref m, ratio, BalancerFixedPoint.PowDown(ref m, grown, _weights[k], HasShortcuts));
        }

        shares = ratio > One ? BalancerFixedPoint.MulDown(ref m, totalShares, ratio - One) : UInt256.Zero;
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    internal override QuoteError AmountInFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount)
    {
        amount = default;
        var m = default(ContractArithmetic);
        var ratio = BalancerFixedPoint.DivUp(ref m, m.Add(totalShares, shares), totalShares);
        if (ratio > InvariantRatios.Max)
        {
            return QuoteError.AmountTooLarge;
        }

        var exponent = BalancerFixedPoint.DivUp(ref m, One, _weights[slot]);
        var grown = BalancerFixedPoint.PowUp(ref m, ratio, exponent, HasShortcuts);
        var net = BalancerFixedPoint.MulUp(ref m, Scaled[slot], m.Subtract(grown, One));
        var taxed = BalancerFixedPoint.MulUp(ref m, net, BalancerFixedPoint.Complement(_weights[slot]));
        amount = m.Add(
            m.Subtract(net, taxed),
            BalancerFixedPoint.DivUp(ref m, taxed, BalancerFixedPoint.Complement(SwapFeeE18)));
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    internal override QuoteError AmountOutFor(
        int slot, in UInt256 shares, in UInt256 totalShares, out UInt256 amount)
    {
        amount = default;
        var m = default(ContractArithmetic);
        var ratio = BalancerFixedPoint.DivUp(ref m, m.Subtract(totalShares, shares), totalShares);
        if (ratio < InvariantRatios.Min)
        {
            return QuoteError.AmountTooLarge;
        }

        var exponent = BalancerFixedPoint.DivDown(ref m, One, _weights[slot]);
        var shrunk = BalancerFixedPoint.PowUp(ref m, ratio, exponent, HasShortcuts);
        var gross = BalancerFixedPoint.MulDown(ref m, Scaled[slot], BalancerFixedPoint.Complement(shrunk));
        var taxed = BalancerFixedPoint.MulUp(ref m, gross, BalancerFixedPoint.Complement(_weights[slot]));
        var rest = BalancerFixedPoint.Complement(SwapFeeE18);
        var net = PowVersion == 1
            ? BalancerFixedPoint.MulDown(ref m, taxed, rest)
            : BalancerFixedPoint.MulUp(ref m, taxed, rest);
        amount = m.Add(m.Subtract(gross, taxed), net);
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private protected override QuoteError ScaledOut(
        int tokenIn, int tokenOut, in UInt256 scaledIn, out UInt256 scaledOut)
    {
        scaledOut = default;
        var m = default(ContractArithmetic);
        var balance = Scaled[tokenIn];
        if (scaledIn > BalancerFixedPoint.MulDown(ref m, balance, RatioMax))
        {
            return QuoteError.AmountTooLarge;
        }

        var ratio = BalancerFixedPoint.DivUp(ref m, balance, m.Add(balance, scaledIn));
        var exponent = BalancerFixedPoint.DivDown(ref m, _weights[tokenIn], _weights[tokenOut]);
        var power = BalancerFixedPoint.PowUp(ref m, ratio, exponent, HasShortcuts);
        scaledOut = BalancerFixedPoint.MulDown(ref m, Scaled[tokenOut], BalancerFixedPoint.Complement(power));
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private protected override QuoteError ScaledIn(
        int tokenIn, int tokenOut, in UInt256 scaledOut, out UInt256 scaledIn)
    {
        scaledIn = default;
        var m = default(ContractArithmetic);
        var balance = Scaled[tokenOut];
        if (scaledOut > BalancerFixedPoint.MulDown(ref m, balance, RatioMax))
        {
            return QuoteError.AmountTooLarge;
        }

        var ratio = BalancerFixedPoint.DivUp(ref m, balance, m.Subtract(balance, scaledOut));
        var exponent = BalancerFixedPoint.DivUp(ref m, _weights[tokenOut], _weights[tokenIn]);
        var power = BalancerFixedPoint.PowUp(ref m, ratio, exponent, HasShortcuts);
        scaledIn = BalancerFixedPoint.MulUp(ref m, Scaled[tokenIn], m.Subtract(power, One));
        return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
    }

    private protected override double ScaledPrice(ReadOnlySpan<double> scaled, int tokenIn, int tokenOut) =>
        scaled[tokenOut] / scaled[tokenIn] * ((double)_weights[tokenIn] / (double)_weights[tokenOut]);
}
