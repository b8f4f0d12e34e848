using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Curve's StableSwap pools before NG: 3pool, the pool templates and the factories made of them, with a fixed fee.
/// Source: curvefi/curve-contract, pool-templates/base/SwapTemplateBase.vy, pools/3pool/StableSwap3Pool.vy and, of the
/// first pools, pools/susd/StableSwapSUSD.vy.
/// </summary>
public sealed class StableSwapClassic : StableSwapCurve
{
    private readonly uint _precision;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">What balances(i) answers, in base units; 2 to 8 tokens.</param>
    /// <param name="amplification">What A() answers: A·n^(n-1), without precision. 1 to 1,000,000.</param>
    /// <param name="feeE10">The fee in 1e-10, at most one half.</param>
    /// <param name="rates">1e18 · 10^(18 - decimals) · rate, one a token, above zero.</param>
    /// <param name="adminFeeE10">The administrator's part of the fee in 1e-10; it leaves the balances.</param>
    /// <param name="amplificationPrecision">A_PRECISION: 100 in the templates; 1 in the oldest pools (3pool, ren, sBTC
    /// and the first ones), which also return the last round's value where an iteration does not settle.</param>
    /// <param name="generation">1: the first pools (Compound, USDT, PAX, y, BUSD, sUSD), of precision 1, whose exchange
    /// keeps no unit back. 2: all others.</param>
    public StableSwapClassic(
        ImmutableArray<UInt256> balances,
        UInt256 amplification,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 adminFeeE10 = default,
        uint amplificationPrecision = 100,
        int generation = 2)
        : this(
            Checked(balances, amplification, feeE10, rates, adminFeeE10, amplificationPrecision, generation),
            amplification * amplificationPrecision,
            amplificationPrecision,
            feeE10,
            rates,
            adminFeeE10,
            generation)
    {
    }

    private StableSwapClassic(
        ImmutableArray<UInt256> balances,
        UInt256 preciseAmplification,
        uint precision,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 adminFeeE10,
        int generation)
        : base(balances, preciseAmplification, precision, feeE10, rates, adminFeeE10, isFirst: generation == 1) =>
        _precision = precision;

    public override string Kind => "stableswap-classic";

    public override string MathVersion =>
        IsFirst ? "curve-classic-first" : _precision == 1 ? "curve-classic-a1" : "curve-classic-a100";

    /// <summary>1 or 2: see the constructor.</summary>
    public int Generation => IsFirst ? 1 : 2;

    private protected override bool IsLenient => Precision == 1;

    public override StableSwapClassic WithBalances(ImmutableArray<UInt256> balances)
    {
        CurveFields.CheckCount("balances", balances, TokenCount, TokenCount);
        return new StableSwapClassic(
            balances, PreciseAmplification, _precision, FeeE10, Rates, AdminFeeE10, Generation);
    }

    /// <summary>The state at another amplification, A_PRECISION in it: see <see cref="AmplificationRamp"/>.</summary>
    public StableSwapClassic WithAmplification(UInt256 preciseAmplification)
    {
        CurveFields.CheckRange("amplification", preciseAmplification, _precision, 1_000_000 * (UInt256)_precision);
        return new StableSwapClassic(
            Balances, preciseAmplification, _precision, FeeE10, Rates, AdminFeeE10, Generation);
    }

    internal override QuoteError InvariantOf(ReadOnlySpan<UInt256> normalized, out UInt256 invariant) =>
        StableSwapMath.ClassicInvariant(
            normalized, PreciseAmplification, Precision, IsLenient, IsFirst, out invariant);

    internal override UInt256 FeeE10Between(
        ref ContractArithmetic m, in UInt256 first, in UInt256 second, in UInt256 feeE10) => feeE10;

    private protected override double FeeRate(double first, double second) => (double)FeeE10 / 1e10;

    private static ImmutableArray<UInt256> Checked(
        ImmutableArray<UInt256> balances,
        UInt256 amplification,
        UInt256 feeE10,
        ImmutableArray<UInt256> rates,
        UInt256 adminFeeE10,
        uint amplificationPrecision,
        int generation)
    {
        Validate(balances, amplification, feeE10, rates, adminFeeE10);
        if (amplificationPrecision is not (1 or 100))
        {
            throw new InvalidCurveException("amplificationPrecision", $"{amplificationPrecision}; must be 1 or 100.");
        }

        if (generation is not (1 or 2) || (generation == 1 && amplificationPrecision != 1))
        {
            throw new InvalidCurveException(
                "generation", $"{generation}; must be 1 or 2, and 1 only with an amplificationPrecision of 1.");
        }

        return balances;
    }
}
