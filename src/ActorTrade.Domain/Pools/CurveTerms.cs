using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// The curve of a house pool and its parameters, which never change: with balances it is a <see cref="Curve"/>. Where
/// the state is the balances, what legs set aside and bring is counted in balances; else (<see cref="HasPath"/>) one
/// leg at a time is open.
/// </summary>
/// <remarks>
/// Stored for ever, by the pool's event: add cases, and fields with defaults at the end. All fees stay in the balances,
/// for the providers; the treasury's is the pool's own and taken off an input before the curve sees it.
/// </remarks>
public abstract record CurveTerms(string Kind)
{
    /// <summary>Tokens of one pool, as many as the contracts have at most.</summary>
    public const int TokensMax = 8;

    private static readonly UInt256 OneE18 = 1_000_000_000_000_000_000;

    /// <summary>All that decides prices, as one text; two terms are the same iff it is.</summary>
    public abstract string Description { get; }

    /// <summary>The least fee of a trade, rounded down; for display.</summary>
    public abstract FeePips Fee { get; }

    /// <summary>How many tokens such a pool has.</summary>
    public abstract int TokenCount { get; }

    /// <summary>The state is not only balances: it depends on how the pool came there.</summary>
    public virtual bool HasPath => false;

    /// <summary>Of a curve with a path: the state that a first deposit of the balances leaves.</summary>
    /// <exception cref="InvalidCurveException">A parameter or balance no such pool can have; names it.</exception>
    public abstract Curve At(params ReadOnlySpan<UInt256> balances);

    /// <summary>What is wrong with the parameters; null for nothing.</summary>
    public InvalidCurveException? Problem()
    {
        try
        {
            if (TokenCount is < 2 or > TokensMax)
            {
                return new InvalidCurveException(
                    "decimals", $"there are {TokenCount}; a house pool has 2 to {TokensMax} tokens.");
            }

            Check();
            return null;
        }
        catch (InvalidCurveException e)
        {
            return e;
        }
    }

    /// <summary>False where no such pool can have these balances.</summary>
    public bool TryAt(UInt256 balance0, UInt256 balance1, [NotNullWhen(true)] out Curve? curve) =>
        TryAt([balance0, balance1], out curve);

    /// <summary>False where no such pool can have these balances.</summary>
    public bool TryAt(ReadOnlySpan<UInt256> balances, [NotNullWhen(true)] out Curve? curve)
    {
        try
        {
            curve = At(balances);
            return true;
        }
        catch (InvalidCurveException)
        {
            curve = null;
            return false;
        }
    }

    /// <summary>
    /// Whether the curve's invariant for one share, without its contract's rounding, is at least as much after as
    /// before. Contracts round the invariant itself, so on pools of dust an output can be some units too much, which
    /// many small legs could add up.
    /// </summary>
    internal virtual bool Keeps(
        ReadOnlySpan<UInt256> before, UInt256 sharesBefore, ReadOnlySpan<UInt256> after, UInt256 sharesAfter) => true;

    public virtual bool Equals(CurveTerms? other) => other is not null && other.Description == Description;

    public override int GetHashCode() => Description.GetHashCode(StringComparison.Ordinal);

    // D of balances shifted up as far as the contract's arithmetic takes them, where its rounding (two units a
    // computation) is far below one unit of a balance.
    private bool KeepsShifted(
        Func<Curve, UInt256> invariantOf,
        ReadOnlySpan<UInt256> before,
        UInt256 sharesBefore,
        ReadOnlySpan<UInt256> after,
        UInt256 sharesAfter)
    {
        var shift = Math.Clamp(110 - invariantOf(At(before)).BitLength, 0, 40);
        return TryAt(Shifted(before, shift), out var first)
            && TryAt(Shifted(after, shift), out var last)
            && invariantOf(first) is { IsZero: false } least
            && UInt256.CompareProducts(invariantOf(last), sharesBefore, least + 4u, sharesAfter) >= 0;
    }

    private static UInt256[] Shifted(ReadOnlySpan<UInt256> balances, int shift)
    {
        var shifted = new UInt256[balances.Length];
        for (var k = 0; k < shifted.Length; k++)
        {
            shifted[k] = balances[k] << shift;
        }

        return shifted;
    }

    /// <summary>Throws where a parameter is one that no such pool has.</summary>
    private protected virtual void Check() => At([.. Enumerable.Repeat(OneE18, TokenCount)]);

    private static FeePips Pips(UInt256 fee, UInt256 one) =>
        new((int)(ulong)UInt256.Min(UInt256.MulDivDown(fee, FeePips.One, one), FeePips.One - 1));

    private static ImmutableArray<UInt256> Scales(int[] decimals)
    {
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

        public override int TokenCount => 2;

        public override FeePips Fee => SwapFee;

        public override Curve At(params ReadOnlySpan<UInt256> balances) =>
            new SolidlyVolatileCurve(balances[0], balances[1], (uint)SwapFee.Value, FeePips.One);

        public bool Equals(SolidlyVolatile? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>x³y + y³x = k on amounts of 18 digits.</summary>
    [StoredName("curve.solidly-stable.v1")]
    public sealed record SolidlyStable(FeePips SwapFee, int[] Decimals) : CurveTerms("solidly-stable")
    {
        public override string Description => $"{Kind} fee={SwapFee.Value} decimals={string.Join(',', Decimals)}";

        public override int TokenCount => 2;

        public override FeePips Fee => SwapFee;

        public override Curve At(params ReadOnlySpan<UInt256> balances)
        {
            if (Decimals.Length != 2)
            {
                throw new InvalidCurveException(
                    "decimals", $"there are {Decimals.Length}; such a pool has two tokens.");
            }

            _ = Scales(Decimals);
            return new SolidlyStableCurve(
                balances[0], balances[1], Decimals[0], Decimals[1], (uint)SwapFee.Value, FeePips.One);
        }

        // x³y + y³x, on amounts of 18 digits, in whole numbers: of degree four.
        internal override bool Keeps(
            ReadOnlySpan<UInt256> before, UInt256 sharesBefore, ReadOnlySpan<UInt256> after, UInt256 sharesAfter) =>
            Product(after[0], after[1]) * BigInteger.Pow((BigInteger)sharesBefore, 4)
                >= Product(before[0], before[1]) * BigInteger.Pow((BigInteger)sharesAfter, 4);

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

        public override int TokenCount => Decimals.Length;

        public override FeePips Fee => Pips(FeeE10, 10_000_000_000);

        public override Curve At(params ReadOnlySpan<UInt256> balances) =>
            new StableSwapClassic([.. balances], Amplification, FeeE10, Scales(Decimals));

        internal override bool Keeps(
            ReadOnlySpan<UInt256> before, UInt256 sharesBefore, ReadOnlySpan<UInt256> after, UInt256 sharesAfter) =>
            KeepsShifted(
                static c => ((StableSwapCurve)c).Invariant, before, sharesBefore, after, sharesAfter);

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

        public override int TokenCount => Decimals.Length;

        public override FeePips Fee => Pips(FeeE10, 10_000_000_000);

        public override Curve At(params ReadOnlySpan<UInt256> balances) => new StableSwapNg(
            [.. balances], Amplification, FeeE10, Scales(Decimals), OffpegFeeMultiplierE10);

        internal override bool Keeps(
            ReadOnlySpan<UInt256> before, UInt256 sharesBefore, ReadOnlySpan<UInt256> after, UInt256 sharesAfter) =>
            KeepsShifted(
                static c => ((StableSwapCurve)c).Invariant, before, sharesBefore, after, sharesAfter);

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

        public override int TokenCount => Decimals.Length;

        public override FeePips Fee => Pips(SwapFeeE18, OneE18);

        public override Curve At(params ReadOnlySpan<UInt256> balances) =>
            new BalancerWeighted([.. balances], [.. WeightsE18], SwapFeeE18, Scales(Decimals));

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

        public override int TokenCount => Decimals.Length;

        public override FeePips Fee => Pips(SwapFeeE18, OneE18);

        public override Curve At(params ReadOnlySpan<UInt256> balances) =>
            new BalancerStable([.. balances], AmplificationE3, SwapFeeE18, Scales(Decimals));

        internal override bool Keeps(
            ReadOnlySpan<UInt256> before, UInt256 sharesBefore, ReadOnlySpan<UInt256> after, UInt256 sharesAfter) =>
            KeepsShifted(static c => ((BalancerStable)c).Invariant, before, sharesBefore, after, sharesAfter);

        public bool Equals(Stable? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Uniswap V3's liquidity in ranges of ticks.</summary>
    /// <param name="TickSpacing">Ends of ranges are multiples of it.</param>
    /// <param name="SqrtPriceX96">Where the price begins: the root of token 1 for one token 0, in base units, times
    /// 2^96.</param>
    [StoredName("curve.concentrated.v1")]
    public sealed record Concentrated(FeePips SwapFee, int TickSpacing, UInt256 SqrtPriceX96)
        : CurveTerms("concentrated")
    {
        public override string Description =>
            $"{Kind} feePips={SwapFee.Value} tickSpacing={TickSpacing} sqrtPriceX96={SqrtPriceX96}";

        public override int TokenCount => 2;

        public override FeePips Fee => SwapFee;

        public override bool HasPath => true;

        /// <summary>The pool without liquidity, at its first price.</summary>
        public override Curve At(params ReadOnlySpan<UInt256> balances) => First().ToCurve(this);

        internal ConcentratedState First() =>
            SqrtPriceX96 >= TickMath.SqrtPriceMin && SqrtPriceX96 < TickMath.SqrtPriceMax
                ? ConcentratedState.At(SqrtPriceX96)
                : throw new InvalidCurveException(
                    "sqrtPriceX96", $"{SqrtPriceX96} is not from {TickMath.SqrtPriceMin} to {TickMath.SqrtPriceMax}.");

        /// <summary>Whether both ends are ticks of the pool, in order.</summary>
        internal bool HasRange(TickRange range) =>
            range.Lower < range.Upper && range.Lower >= TickMath.TickMin && range.Upper <= TickMath.TickMax
            && range.Lower % TickSpacing == 0 && range.Upper % TickSpacing == 0;

        public bool Equals(Concentrated? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }

    /// <summary>Curve's tricrypto-ng: three tokens around a price scale that moves by itself.</summary>
    /// <param name="A">A() : A·27·10000.</param>
    /// <param name="Gamma">In 1e-18.</param>
    /// <param name="MidFee">In 1e-10 of the output, near the scale.</param>
    /// <param name="OutFee">In 1e-10 of the output, far off it.</param>
    /// <param name="FeeGamma">In 1e-18.</param>
    /// <param name="AllowedExtraProfit">In 1e-18.</param>
    /// <param name="AdjustmentStep">In 1e-18.</param>
    /// <param name="MaTime">The averages' time constant in seconds.</param>
    /// <param name="InitialPrices">Of tokens 1 and 2 in token 0, in 1e-18 for whole tokens.</param>
    [StoredName("curve.tricrypto-ng.v1")]
    public sealed record TricryptoNg(
        UInt256 A,
        UInt256 Gamma,
        UInt256 MidFee,
        UInt256 OutFee,
        UInt256 FeeGamma,
        UInt256 AllowedExtraProfit,
        UInt256 AdjustmentStep,
        UInt256 MaTime,
        UInt256[] InitialPrices,
        int[] Decimals) : CurveTerms("curve-tricrypto")
    {
        // The protocol's claims are shares minted for it: a house pool has the treasury's fee instead, and never
        // claims.
        private static readonly UInt256 NeverClaimed = UInt128.MaxValue;

        public override string Description =>
            $"{Kind} A={A} gamma={Gamma} mid_fee={MidFee} out_fee={OutFee} fee_gamma={FeeGamma} "
            + $"allowedExtraProfit={AllowedExtraProfit} adjustmentStep={AdjustmentStep} maTime={MaTime} "
            + $"price_scale={string.Join(',', InitialPrices)} decimals={string.Join(',', Decimals)}";

        public override int TokenCount => 3;

        public override FeePips Fee => Pips(MidFee, 10_000_000_000);

        public override bool HasPath => true;

        public override Curve At(params ReadOnlySpan<UInt256> balances)
        {
            var error = Empty().QuoteDeposit(balances, UInt256.Zero, out var change);
            return error == QuoteError.None
                ? change.After
                : throw new InvalidCurveException("balances", $"no such pool begins with them: {error}.");
        }

        /// <summary>The curve as it is.</summary>
        internal Tricrypto At(ReadOnlySpan<UInt256> balances, UInt256 totalShares, TricryptoState state) => new(
            [.. balances],
            Precisions(),
            A,
            Gamma,
            state.D,
            [.. state.PriceScale],
            MidFee,
            OutFee,
            FeeGamma,
            Rebalancing(totalShares, state));

        internal Tricrypto Empty() => new(
            [default, default, default],
            Precisions(),
            A,
            Gamma,
            UInt256.Zero,
            [.. InitialPrices],
            MidFee,
            OutFee,
            FeeGamma);

        internal TricryptoState FirstState(UInt256 d, ulong time) =>
            new(d, InitialPrices, OneE18, OneE18, InitialPrices, InitialPrices, time);

        private protected override void Check()
        {
            if (Decimals.Length != 3 || InitialPrices.Length != 2)
            {
                throw new InvalidCurveException(
                    Decimals.Length != 3 ? "tokens" : "price_scale",
                    "such a pool has three tokens, and prices of the second and third in the first.");
            }

            Empty();
            Rebalancing(UInt256.One, FirstState(UInt256.One, 0)).Check();
        }

        private ImmutableArray<UInt256> Precisions() => [.. Scales(Decimals).Select(s => s / OneE18)];

        private TricryptoRebalancing Rebalancing(UInt256 totalShares, TricryptoState state) => new(
            totalShares,
            state.XcpProfit,
            NeverClaimed,
            state.VirtualPrice,
            new TricryptoPrices(state.LastPrices[0], state.LastPrices[1]),
            new TricryptoPrices(state.PriceOracle[0], state.PriceOracle[1]),
            state.AtSeconds,
            AllowedExtraProfit,
            AdjustmentStep,
            MaTime,
            FutureAGammaTime: 0);

        public bool Equals(TricryptoNg? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();
    }
}
