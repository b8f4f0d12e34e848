using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// The curve of a house pool and its parameters, which never change: with balances it is a <see cref="Curve"/>. Only
/// curves whose state is their balances, so that what legs set aside and bring can be counted in balances.
/// </summary>
/// <remarks>
/// Stored for ever, by the pool's event: add cases, and fields with defaults at the end. All fees stay in the balances,
/// for the providers; the treasury's is the pool's own and taken off an input before the curve sees it.
/// </remarks>
public abstract record CurveTerms(string Kind)
{
    private static readonly UInt256 OneE18 = 1_000_000_000_000_000_000;

    /// <summary>All that decides prices, as one text; two terms are the same iff it is.</summary>
    public abstract string Description { get; }

    /// <summary>The least fee of a trade, rounded down; for display.</summary>
    public abstract FeePips Fee { get; }

    /// <exception cref="InvalidCurveException">A parameter or balance no such pool can have; names it.</exception>
    public abstract Curve At(UInt256 balance0, UInt256 balance1);

    /// <summary>What is wrong with the parameters; null for nothing.</summary>
    public InvalidCurveException? Problem()
    {
        try
        {
            At(OneE18, OneE18);
            return null;
        }
        catch (InvalidCurveException e)
        {
            return e;
        }
    }

    /// <summary>False where no such pool can have these balances.</summary>
    public bool TryAt(UInt256 balance0, UInt256 balance1, [NotNullWhen(true)] out Curve? curve)
    {
        try
        {
            curve = At(balance0, balance1);
            return true;
        }
        catch (InvalidCurveException)
        {
            curve = null;
            return false;
        }
    }

    /// <summary>
    /// Whether the curve's invariant, without its contract's rounding, is at least as much after as before. Contracts
    /// round the invariant itself, so on pools of dust an output can be some units too much, which many small legs
    /// could add up.
    /// </summary>
    internal virtual bool Keeps(UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1) => true;

    public virtual bool Equals(CurveTerms? other) => other is not null && other.Description == Description;

    public override int GetHashCode() => Description.GetHashCode(StringComparison.Ordinal);

    // D of balances shifted up as far as the contract's arithmetic takes them, where its rounding (two units a
    // computation) is far below one unit of a balance.
    private bool KeepsShifted(
        Func<Curve, UInt256> invariantOf, UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1)
    {
        var shift = Math.Clamp(110 - invariantOf(At(before0, before1)).BitLength, 0, 40);
        return TryAt(before0 << shift, before1 << shift, out var before)
            && TryAt(after0 << shift, after1 << shift, out var after)
            && invariantOf(before) is { IsZero: false } least
            && invariantOf(after) >= least + 4u;
    }

    private static FeePips Pips(UInt256 fee, UInt256 one) =>
        new((int)(ulong)UInt256.Min(UInt256.MulDivDown(fee, FeePips.One, one), FeePips.One - 1));

    private static ImmutableArray<UInt256> Scales(int[] decimals)
    {
        if (decimals.Length != 2)
        {
            throw new InvalidCurveException("decimals", $"there are {decimals.Length}; a house pool has two tokens.");
        }

        return
        [
            .. decimals.Select((d, k) => d is >= 0 and <= 18
                ? OneE18 * Units.PowerOfTen(18 - d)
                : throw new InvalidCurveException($"decimals[{k}]", $"{d}; this curve takes 0 to 18.")),
        ];
    }

    /// <summary>x·y = k with the fee of a Solidly pair.</summary>
    [StoredName("curve.solidly-volatile.v1")]
    public sealed record SolidlyVolatile(FeePips SwapFee) : CurveTerms("solidly-volatile")
    {
        public override string Description => $"{Kind} fee={SwapFee.Value}";

        public override FeePips Fee => SwapFee;

        public override Curve At(UInt256 balance0, UInt256 balance1) =>
            new SolidlyVolatileCurve(balance0, balance1, (uint)SwapFee.Value, FeePips.One);

        public bool Equals(SolidlyVolatile? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>x³y + y³x = k on amounts of 18 digits.</summary>
    [StoredName("curve.solidly-stable.v1")]
    public sealed record SolidlyStable(FeePips SwapFee, int[] Decimals) : CurveTerms("solidly-stable")
    {
        public override string Description => $"{Kind} fee={SwapFee.Value} decimals={string.Join(',', Decimals)}";

        public override FeePips Fee => SwapFee;

        public override Curve At(UInt256 balance0, UInt256 balance1)
        {
            _ = Scales(Decimals);
            return new SolidlyStableCurve(
                balance0, balance1, Decimals[0], Decimals[1], (uint)SwapFee.Value, FeePips.One);
        }

        // x³y + y³x, on amounts of 18 digits, in whole numbers.
        internal override bool Keeps(UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1) =>
            Product(after0, after1) >= Product(before0, before1);

        private BigInteger Product(UInt256 balance0, UInt256 balance1)
        {
            var x = (BigInteger)balance0 * BigInteger.Pow(10, 18 - Decimals[0]);
            var y = (BigInteger)balance1 * BigInteger.Pow(10, 18 - Decimals[1]);
            return x * y * ((x * x) + (y * y));
        }

        public bool Equals(SolidlyStable? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Curve's StableSwap of the first generation.</summary>
    /// <param name="Amplification">A·n^(n-1), as A() answers.</param>
    /// <param name="FeeE10">In 1e-10 of the output.</param>
    [StoredName("curve.stableswap-classic.v1")]
    public sealed record Classic(UInt256 Amplification, UInt256 FeeE10, int[] Decimals)
        : CurveTerms("stableswap-classic")
    {
        public override string Description =>
            $"{Kind} A={Amplification} fee={FeeE10} decimals={string.Join(',', Decimals)}";

        public override FeePips Fee => Pips(FeeE10, 10_000_000_000);

        public override Curve At(UInt256 balance0, UInt256 balance1) =>
            new StableSwapClassic([balance0, balance1], Amplification, FeeE10, Scales(Decimals));

        internal override bool Keeps(UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1) =>
            KeepsShifted(static c => ((StableSwapCurve)c).Invariant, before0, before1, after0, after1);

        public bool Equals(Classic? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Curve's StableSwap-NG, whose fee rises off the peg.</summary>
    [StoredName("curve.stableswap-ng.v1")]
    public sealed record NextGeneration(
        UInt256 Amplification, UInt256 FeeE10, UInt256 OffpegFeeMultiplierE10, int[] Decimals)
        : CurveTerms("stableswap-ng")
    {
        public override string Description => $"{Kind} A={Amplification} fee={FeeE10} "
            + $"offpeg={OffpegFeeMultiplierE10} decimals={string.Join(',', Decimals)}";

        public override FeePips Fee => Pips(FeeE10, 10_000_000_000);

        public override Curve At(UInt256 balance0, UInt256 balance1) => new StableSwapNg(
            [balance0, balance1], Amplification, FeeE10, Scales(Decimals), OffpegFeeMultiplierE10);

        internal override bool Keeps(UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1) =>
            KeepsShifted(static c => ((StableSwapCurve)c).Invariant, before0, before1, after0, after1);

        public bool Equals(NextGeneration? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Balancer's weighted pool, as its V2 vault trades it.</summary>
    /// <param name="WeightsE18">One a token, together 1e18.</param>
    [StoredName("curve.balancer-weighted.v1")]
    public sealed record Weighted(UInt256[] WeightsE18, UInt256 SwapFeeE18, int[] Decimals)
        : CurveTerms("balancer-weighted")
    {
        public override string Description => $"{Kind} weights={string.Join(',', WeightsE18)} fee={SwapFeeE18} "
            + $"decimals={string.Join(',', Decimals)}";

        public override FeePips Fee => Pips(SwapFeeE18, OneE18);

        public override Curve At(UInt256 balance0, UInt256 balance1) =>
            new BalancerWeighted([balance0, balance1], [.. WeightsE18], SwapFeeE18, Scales(Decimals));

        public bool Equals(Weighted? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Balancer's stable pool, as its V2 vault trades it, D rounded down.</summary>
    /// <param name="AmplificationE3">A·n^(n-1) times 1000.</param>
    [StoredName("curve.balancer-stable.v1")]
    public sealed record Stable(UInt256 AmplificationE3, UInt256 SwapFeeE18, int[] Decimals)
        : CurveTerms("balancer-stable")
    {
        public override string Description =>
            $"{Kind} A={AmplificationE3} fee={SwapFeeE18} decimals={string.Join(',', Decimals)}";

        public override FeePips Fee => Pips(SwapFeeE18, OneE18);

        public override Curve At(UInt256 balance0, UInt256 balance1) =>
            new BalancerStable([balance0, balance1], AmplificationE3, SwapFeeE18, Scales(Decimals));

        internal override bool Keeps(UInt256 before0, UInt256 before1, UInt256 after0, UInt256 after1) =>
            KeepsShifted(static c => ((BalancerStable)c).Invariant, before0, before1, after0, after1);

        public bool Equals(Stable? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }
}
