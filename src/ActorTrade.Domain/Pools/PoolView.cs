using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>What readers see of a pool, in base units.</summary>
/// <param name="PriceX112">Token 1 for one token 0, in base units, times 2^112, without fee; zero while the pool is
/// empty.</param>
/// <param name="PriceAt">The second in which the price last changed; null before the first deposit.</param>
/// <param name="Observations">Observations of the price that are kept.</param>
/// <param name="Curve">The curve; null for the house's own constant product.</param>
/// <param name="Tokens">Of a pool of more than two tokens all of them; else null, see <see cref="AllTokens"/>.</param>
/// <param name="Reserves">Of each of <paramref name="Tokens"/>; else null.</param>
/// <param name="TreasuryFees">Of each of <paramref name="Tokens"/>; else null.</param>
/// <param name="Scale">What a tricrypto pool remembers; else null.</param>
/// <param name="Concentrated">Price and ranges of a concentrated pool; else null. Its shares are by ranges, and
/// <paramref name="TotalShares"/> zero.</param>
public sealed record PoolView(
    PoolId Id,
    TokenId? Token0,
    TokenId? Token1,
    UInt256 Reserve0,
    UInt256 Reserve1,
    UInt256 TotalShares,
    int LiquidityFeePips,
    int TreasuryFeePips,
    UInt256 TreasuryFees0,
    UInt256 TreasuryFees1,
    int PreparedLegs,
    long Swaps,
    UInt256 PriceX112 = default,
    DateTimeOffset? PriceAt = null,
    int Observations = 0,
    CurveTerms? Curve = null,
    TokenId[]? Tokens = null,
    UInt256[]? Reserves = null,
    UInt256[]? TreasuryFees = null,
    TricryptoState? Scale = null,
    ConcentratedState? Concentrated = null)
{
    /// <summary>The kind of its curve, as pool files name it.</summary>
    public string Kind => Curve?.Kind ?? "constant-product";

    /// <summary>Its tokens in pool order; none while it is not created.</summary>
    public TokenId[] AllTokens() => Tokens ?? (Token0 is { } first && Token1 is { } second ? [first, second] : []);

    /// <summary>Reserves of all tokens, in pool order.</summary>
    public UInt256[] AllReserves() => Reserves ?? [Reserve0, Reserve1];

    /// <summary>The treasury's fees of all tokens, in pool order.</summary>
    public UInt256[] AllTreasuryFees() => TreasuryFees ?? [TreasuryFees0, TreasuryFees1];

    /// <summary>Whether two tokens are two of the pool's.</summary>
    public bool Trades(TokenId one, TokenId other) =>
        one != other && Array.IndexOf(AllTokens(), one) >= 0 && Array.IndexOf(AllTokens(), other) >= 0;

    /// <summary>The curve in its present state; false for the house's own constant product, and where there is
    /// none.</summary>
    public bool TryCurve([NotNullWhen(true)] out Curve? curve)
    {
        curve = (Curve, Scale, Concentrated) switch
        {
            (CurveTerms.TricryptoNg tricrypto, { } scale, _) => tricrypto.At(AllReserves(), TotalShares, scale),
            (CurveTerms.Concentrated ranged, _, { } ranges) => ranges.ToCurve(ranged),
            _ => null,
        };
        return curve is not null || (Curve is { HasPath: false } terms && terms.TryAt(AllReserves(), out curve));
    }

    /// <summary>
    /// What the pool would give now, as if no leg were prepared. An estimate: the pool itself quotes at the price that
    /// prepared legs leave.
    /// </summary>
    public QuoteError QuoteExactIn(TokenId tokenIn, TokenId tokenOut, UInt256 amountIn, out PoolTrade trade)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        trade = default;
        if (one < 0 || other < 0 || one == other)
        {
            return QuoteError.NoSuchPair;
        }

        if (Curve is { HasPath: true })
        {
            return TrySwap(one, other, amountIn, out trade, out _);
        }

        var fees = new FeeSchedule(new FeePips(LiquidityFeePips), new FeePips(TreasuryFeePips));
        return PoolQuotes.ExactIn(Curve, fees, AllReserves(), one, other, amountIn, out trade);
    }

    /// <summary>The view of the pool after a trade that <see cref="QuoteExactIn"/> told.</summary>
    internal PoolView After(TokenId tokenIn, TokenId tokenOut, in PoolTrade trade)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        UInt256[] reserves = [.. AllReserves()];
        reserves[one] += trade.AmountIn - trade.ProtocolFee;
        reserves[other] -= trade.AmountOut;
        var after = Curve is { HasPath: true } ? AfterPath(one, other, trade.AmountIn) : this;
        return after with
        {
            Reserve0 = reserves[0],
            Reserve1 = reserves[1],
            Reserves = Reserves is null ? null : reserves,
        };
    }

    private PoolView AfterPath(int tokenIn, int tokenOut, UInt256 amountIn)
    {
        TrySwap(tokenIn, tokenOut, amountIn, out _, out var path);
        return path switch
        {
            { Scale: { } scale } => this with { Scale = scale },
            { Moved: { } moved } => this with { Concentrated = Concentrated!.After(moved) },
            _ => this,
        };
    }

    private QuoteError TrySwap(
        int tokenIn, int tokenOut, UInt256 amountIn, out PoolTrade trade, out PoolPath? path)
    {
        (trade, path) = (default, null);
        return TryCurve(out var curve)
            ? PoolPath.Swap(
                curve, Concentrated, new FeePips(TreasuryFeePips), AllReserves(), tokenIn, tokenOut, amountIn,
                out trade, out path)
            : QuoteError.NoLiquidity;
    }

    /// <summary>Whether nobody can profit by trading before and after this input of a token.</summary>
    public bool IsSafe(TokenId tokenIn, TokenId tokenOut, UInt256 amountIn)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        return Curve is null
            ? !SandwichGuard.IsProfitable(
                AllReserves()[one], amountIn, new FeePips(LiquidityFeePips + TreasuryFeePips))
            : TryCurve(out var curve) && SandwichGuard.IsSafe(curve, one, other, amountIn);
    }

    /// <summary>The largest input of a token around which nobody can profit by trading before and after it.</summary>
    public UInt256 SafeAmountIn(TokenId tokenIn, TokenId tokenOut)
    {
        var (one, other) = PairOf(tokenIn, tokenOut);
        if (one < 0 || other < 0 || one == other)
        {
            return UInt256.Zero;
        }

        var reserveIn = AllReserves()[one];
        return Curve is null
            ? SandwichGuard.SafeAmountIn(reserveIn, new FeePips(LiquidityFeePips + TreasuryFeePips))
            : TryCurve(out var curve)
                ? SandwichGuard.SafeAmountIn(curve, one, other, reserveIn)
                : UInt256.Zero;
    }

    /// <summary>The numbers of two tokens in the pool; -1 where it has no such one.</summary>
    internal (int In, int Out) PairOf(TokenId tokenIn, TokenId tokenOut)
    {
        var tokens = AllTokens();
        return (Array.IndexOf(tokens, tokenIn), Array.IndexOf(tokens, tokenOut));
    }
}
