using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using static ActorTrade.Domain.Pools.Pool;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// The next state of a pool whose state is a path, decided with a change and journaled after it. One leg is open at a
/// time: while it is, its own next state waits beside the present one, and all other changes are refused.
/// </summary>
internal sealed record PoolPath(TricryptoState Scale)
{
    /// <param name="legId">The change is a leg that is only prepared; else null.</param>
    public Event Event(Guid? legId) => new Event.ScaleSettled(legId, Scale);

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

        if (Now(state, now) is not { } curve)
        {
            return QuoteErrors.CodeOf(QuoteError.NoLiquidity);
        }

        var error = TricryptoTrades.Swap(
            curve, state.Fees.Protocol, tokenIn, tokenOut, amountIn, out trade, out var after);
        if (error != QuoteError.None)
        {
            return QuoteErrors.CodeOf(error);
        }

        path = new PoolPath(TricryptoState.Of(after));
        return null;
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
        path = null;
        TricryptoState? after;
        QuoteError error;
        if (Now(state, now) is not { } curve)
        {
            var terms = (CurveTerms.TricryptoNg)state.Curve!;
            error = TricryptoTrades.First(terms, amounts, SecondsOf(now), out shares, out after);
            shares = error == QuoteError.None ? shares - PoolShares.MinimumLiquidity : default;
        }
        else
        {
            shares = default;
            error = c.IsExact
                ? QuoteError.None
                : BasketShares.QuoteDeposit(state.Reserves, state.TotalShares, amounts, out amounts, out _);
            if (error != QuoteError.None)
            {
                return error;
            }

            error = TricryptoTrades.Deposit(curve, amounts, state.TotalShares, out shares, out after);
        }

        path = after is null ? null : new PoolPath(after);
        return error;
    }

    public static QuoteError Exit(
        PoolState state, Command.Exit c, DateTimeOffset now, out UInt256[] amounts, out PoolPath? path)
    {
        (amounts, path) = ([], null);
        if (Now(state, now) is not { } curve)
        {
            return QuoteError.NoLiquidity;
        }

        int? token = c.IsOneToken ? state.IndexOf(c.Least[0].Token) : null;
        var error = TricryptoTrades.Withdraw(
            curve, token, c.Shares, state.TotalShares, out amounts, out var after);
        path = after is null ? null : new PoolPath(after);
        return error;
    }

    // At the time of the command; a clock behind that of the last change counts as that one's.
    private static Tricrypto? Now(PoolState state, DateTimeOffset now) =>
        state.TryCurve(out var curve) && curve is Tricrypto tricrypto
            ? tricrypto.At(Math.Max(SecondsOf(now), tricrypto.Time))
            : null;

    private static ulong SecondsOf(DateTimeOffset now) => (ulong)now.ToUnixTimeSeconds();
}
