using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// The next state of a pool whose state is a path, decided with a change and journaled after it: of a tricrypto pool
/// its scale, of a concentrated one its price, or a range. One leg is open at a time: while it is, its own next state
/// waits beside the present one, and all other changes are refused.
/// </summary>
internal sealed record PoolPath(TricryptoState? Scale, Event.PriceMoved? Moved = null, Event.RangeChanged? Range = null)
{
    /// <param name="legId">The change is a leg that is only prepared; else null.</param>
    public Event Event(Guid? legId) =>
        Scale is { } scale ? new Event.ScaleSettled(legId, scale)
        : Moved is { } moved ? moved with { LegId = legId }
        : Range!;

    /// <summary>Why there is no swap, or null.</summary>
    public static string? Swap(
        PoolState state,
        int tokenIn,
        int tokenOut,
        UInt256 amountIn,
        DateTimeOffset now,
        out PoolTrade trade,
        out PoolPath? path)
    {
        (trade, path) = (default, null);
        if (state.Legs.Count > 0)
        {
            return "pool-busy";
        }

        var error = state.TryCurve(out var curve)
            ? Swap(
                At(curve, now), state.Concentrated, state.Fees.Protocol, state.Reserves, tokenIn, tokenOut, amountIn,
                out trade, out path)
            : QuoteError.NoLiquidity;
        return error == QuoteError.None ? null : QuoteErrors.CodeOf(error);
    }

    public static QuoteError Swap(
        Curve curve,
        ConcentratedState? concentrated,
        FeePips treasury,
        ReadOnlySpan<UInt256> reserves,
        int tokenIn,
        int tokenOut,
        UInt256 amountIn,
        out PoolTrade trade,
        out PoolPath? path)
    {
        (trade, path) = (default, null);
        if (amountIn.IsZero)
        {
            return QuoteError.ZeroAmount;
        }

        if (!ConstantProduct.HasRoom(reserves[tokenIn], amountIn))
        {
            return QuoteError.ReserveOverflow;
        }

        QuoteError error;
        if (curve is Tricrypto tricrypto)
        {
            error = TricryptoTrades.Swap(tricrypto, treasury, tokenIn, tokenOut, amountIn, out trade, out var after);
            path = error == QuoteError.None ? new PoolPath(TricryptoState.Of(after)) : null;
            return error;
        }

        error = ConcentratedTrades.Swap(
            concentrated!, (ConcentratedCurve)curve, treasury, tokenIn == 0, reserves[tokenOut], amountIn, out trade,
            out var moved);
        path = moved is null ? null : new PoolPath(null, moved);
        return error;
    }

    /// <param name="amounts">At most, or exactly; becomes what is taken.</param>
    public static QuoteError Join(
        PoolState state,
        Command.Join c,
        DateTimeOffset now,
        ref UInt256[] amounts,
        out UInt256 shares,
        out PoolPath? path)
    {
        (shares, path) = (default, null);
        state.TryCurve(out var curve);
        if (state.Concentrated is { } ranges)
        {
            return JoinRange(ranges, (ConcentratedCurve)curve!, c, now, ref amounts, out shares, out path);
        }

        TricryptoState? after;
        QuoteError error;
        if (curve is null)
        {
            var terms = (CurveTerms.TricryptoNg)state.Curve!;
            error = TricryptoTrades.First(terms, amounts, SecondsOf(now), out shares, out after);
            shares = error == QuoteError.None ? shares - PoolShares.MinimumLiquidity : default;
        }
        else
        {
            error = c.IsExact
                ? QuoteError.None
                : BasketShares.QuoteDeposit(state.Reserves, state.TotalShares, amounts, out amounts, out _);
            if (error != QuoteError.None)
            {
                return error;
            }

            error = TricryptoTrades.Deposit(
                (Tricrypto)At(curve, now), amounts, state.TotalShares, out shares, out after);
        }

        path = after is null ? null : new PoolPath(after);
        return error;
    }

    public static QuoteError Exit(
        PoolState state, Command.Exit c, DateTimeOffset now, out UInt256[] amounts, out PoolPath? path)
    {
        (amounts, path) = ([], null);
        if (!state.TryCurve(out var curve))
        {
            return QuoteError.NoLiquidity;
        }

        if (state.Concentrated is { } ranges)
        {
            if (c.IsOneToken)
            {
                return QuoteError.NotOfThisKind;
            }

            var refusal = ConcentratedTrades.Exit(
                ranges, (ConcentratedCurve)curve, c.Range!.Value, c.Shares, out amounts, out var left);
            path = new PoolPath(null, null, new Event.RangeChanged(left, now));
            return refusal;
        }

        int? token = c.IsOneToken ? state.IndexOf(c.Least[0].Token) : null;
        var error = TricryptoTrades.Withdraw(
            (Tricrypto)At(curve, now), token, c.Shares, state.TotalShares, out amounts, out var after);
        path = after is null ? null : new PoolPath(after);
        return error;
    }

    private static QuoteError JoinRange(
        ConcentratedState ranges,
        ConcentratedCurve curve,
        Command.Join c,
        DateTimeOffset now,
        ref UInt256[] amounts,
        out UInt256 shares,
        out PoolPath? path)
    {
        (shares, path) = (default, null);
        if (c.IsExact)
        {
            return QuoteError.NotOfThisKind;
        }

        var range = c.Range!.Value;
        var before = ranges.Find(range);
        if (before is null && ranges.Ranges.Length >= RangesMax)
        {
            return QuoteError.TooManyRanges;
        }

        var error = ConcentratedTrades.Join(
            ranges, curve, range, amounts[0], amounts[1], out amounts, out var after);
        shares = after.Liquidity - (before?.Liquidity ?? UInt256.Zero);
        path = new PoolPath(null, null, new Event.RangeChanged(after, now));
        return error;
    }

    // At the time of the command; a clock behind that of the last change counts as that one's.
    private static Curve At(Curve curve, DateTimeOffset now) =>
        curve is Tricrypto tricrypto ? tricrypto.At(Math.Max(SecondsOf(now), tricrypto.Time)) : curve;

    private static ulong SecondsOf(DateTimeOffset now) => (ulong)now.ToUnixTimeSeconds();
}
