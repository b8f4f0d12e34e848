using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Curve's StableSwap-NG pools: another order of divisions in the invariant, and a fee that rises off the peg.
/// Source: curvefi/stableswap-ng, main/CurveStableSwapNG.vy. Rates are those of the moment: rate oracles and vaults are
/// read before the pool is described here.
/// </summary>
public sealed class StableSwapNg : StableSwapCurve
{
    private const uint AmplificationPrecision = 100;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">What balances(i) answers, in base units, without the administrator's; 2 to 8.</param>
    /// <param name="amplification">What A() answers: A·n^(n-1), without precision. 1 to 1,000,000.</param>
    /// <param name="feeE10">The fee on the peg in 1e-10, at most one half.</param>
    /// <param name="rates">1e18 · 10^(18 - decimals) · rate, one a token: stored_rates().</param>
    /// <param name="offpegFeeMultiplierE10">How many times the fee is charged far off the peg, in 1e-10; at most 1e10
    /// means never more. Times the fee at most one half.</param>
    /// <param name="adminFeeE10">The administrator's part of the fee in 1e-10; 5,000,000,000 in all deployed
    /// pools.</param>
    public StableSwapNg(
        ImmutableArray<UInt256> balances,
        UInt256 amplification,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 offpegFeeMultiplierE10,
        UInt256 adminFeeE10 = default)
        : this(
            Checked(balances, amplification, feeE10, rates, offpegFeeMultiplierE10, adminFeeE10),
            feeE10,
            rates,
            offpegFeeMultiplierE10,
            adminFeeE10,
            amplification * AmplificationPrecision)
    {
    }

    private StableSwapNg(
        ImmutableArray<UInt256> balances,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 offpegFeeMultiplierE10,
        UInt256 adminFeeE10,
        UInt256 preciseAmplification)
        : base(balances, preciseAmplification, AmplificationPrecision, feeE10, rates, adminFeeE10) =>
        OffpegFeeMultiplierE10 = offpegFeeMultiplierE10;

    public override string Kind => "stableswap-ng";

    public override string MathVersion => "curve-stableswap-ng-7.0.0";

    public UInt256 OffpegFeeMultiplierE10 { get; }

    public override StableSwapNg WithBalances(ImmutableArray<UInt256> balances)
    {
        CurveFields.CheckCount("balances", balances, TokenCount, TokenCount);
        return new StableSwapNg(balances, FeeE10, Rates, OffpegFeeMultiplierE10, AdminFeeE10, PreciseAmplification);
    }

    /// <summary>The state at another amplification, A_PRECISION in it: see <see cref="AmplificationRamp"/>.</summary>
    public StableSwapNg WithAmplification(UInt256 preciseAmplification)
    {
        CurveFields.CheckRange(
            "amplification", preciseAmplification, AmplificationPrecision, 1_000_000 * (UInt256)AmplificationPrecision);
        return new StableSwapNg(Balances, FeeE10, Rates, OffpegFeeMultiplierE10, AdminFeeE10, preciseAmplification);
    }

    internal override QuoteError InvariantOf(ReadOnlySpan<UInt256> normalized, out UInt256 invariant) =>
        StableSwapMath.NgInvariant(normalized, PreciseAmplification, Precision, out invariant);

    // _dynamic_fee: multiplier·fee / ((multiplier - 1)·4·a·b/(a + b)² + 1); the fee itself where a and b are equal.
    internal override UInt256 FeeE10Between(
        ref ContractArithmetic m, in UInt256 first, in UInt256 second, in UInt256 feeE10)
    {
        if (OffpegFeeMultiplierE10 <= FeeDenominator)
        {
            return feeE10;
        }

        var sum = m.Add(first, second);
        var excess = m.Multiply(m.Subtract(OffpegFeeMultiplierE10, FeeDenominator), 4);
        var balance = m.Divide(m.Multiply(m.Multiply(excess, first), second), m.Multiply(sum, sum));
        return m.Divide(m.Multiply(OffpegFeeMultiplierE10, feeE10), m.Add(balance, FeeDenominator));
    }

    private protected override double FeeRate(double first, double second)
    {
        var fee = (double)FeeE10 / 1e10;
        var multiplier = (double)OffpegFeeMultiplierE10 / 1e10;
        if (multiplier <= 1)
        {
            return fee;
        }

        var sum = first + second;
        return multiplier * fee / (((multiplier - 1) * 4 * (first / sum) * (second / sum)) + 1);
    }

    private static ImmutableArray<UInt256> Checked(
        ImmutableArray<UInt256> balances,
        UInt256 amplification,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 offpegFeeMultiplierE10,
        UInt256 adminFeeE10)
    {
        Validate(balances, amplification, feeE10, rates, adminFeeE10);
        CurveFields.CheckRange("offpegFeeMultiplierE10", offpegFeeMultiplierE10, UInt256.Zero, UInt256.One << 64);
        if (offpegFeeMultiplierE10 * feeE10 > 5_000_000_000 * FeeDenominator)
        {
            throw new InvalidCurveException(
                "offpegFeeMultiplierE10", $"{offpegFeeMultiplierE10}; times the fee it must not exceed one half.");
        }

        return balances;
    }
}
