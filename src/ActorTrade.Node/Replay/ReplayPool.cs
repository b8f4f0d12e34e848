using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>A house pool that a replay begins with.</summary>
/// <param name="Tokens">In the pool's order, with decimals: those of the chain where a recorded pool has the
/// token.</param>
/// <param name="Curve">Null for the house's own constant product.</param>
/// <param name="TreasuryFee">Of every input, beside the curve's own fee.</param>
/// <param name="Deposit">Of each token, in base units; with <see cref="Ranges"/>, of all of them together.</param>
public sealed record ReplayPool(
    PoolId Id,
    IReadOnlyList<(TokenId Token, TokenDecimals Decimals)> Tokens,
    CurveTerms? Curve,
    FeePips TreasuryFee,
    IReadOnlyList<UInt256> Deposit)
{
    /// <summary>The providers' fee, of the house's own constant product; a curve has its own.</summary>
    public FeePips LiquidityFee { get; init; }

    /// <summary>Of a concentrated pool, the ranges its liquidity is in; none of any other.</summary>
    public IReadOnlyList<ReplayRange> Ranges { get; init; } = [];
}

/// <summary>Liquidity between two ticks, as the amounts of both tokens that pay for it.</summary>
public sealed record ReplayRange(TickRange Range, IReadOnlyList<UInt256> Amounts);

/// <summary>Opens pools by ordinary commands: registers their tokens, creates them, pays the first deposit.</summary>
internal sealed class ReplayPoolOpening(EntityCalls calls, TimeProvider time)
{
    private static readonly AccountId Provider = AccountId.Parse("replay-pools");
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <exception cref="InvalidOperationException">A token has other decimals already, or the pool cannot be so;
    /// the message says which.</exception>
    public async Task OpenAsync(ReplayPool pool)
    {
        await calls.DoAsync(Account.IdOf(Provider), new Account.Command.Open("house"), IdOf("open"));
        for (var k = 0; k < pool.Tokens.Count; k++)
        {
            var (token, decimals) = pool.Tokens[k];
            if ((await calls.ViewAsync<TokenView>(Token.IdOf(token))).Decimals != decimals.Value)
            {
                await calls.DoAsync(
                    Token.IdOf(token), new Token.Command.Register(token.Value, decimals), IdOf($"register {token}"));
            }

            if (pool.Deposit[k].IsZero)
            {
                continue;
            }

            var mint = IdOf($"mint {token} {pool.Id}");
            await calls.DoAsync(
                Token.IdOf(token),
                new Token.Command.Mint(mint, Provider, pool.Deposit[k], time.GetUtcNow() + Lifetime),
                mint);
        }

        TokenId[] tokens = [.. pool.Tokens.Select(t => t.Token)];
        ICommand create = pool.Curve is { } curve
            ? new Pool.Command.CreateCurve(tokens, curve, pool.TreasuryFee)
            : new Pool.Command.Create(tokens[0], tokens[1], pool.LiquidityFee, pool.TreasuryFee);
        await calls.DoAsync(Pool.IdOf(pool.Id), create, IdOf($"create {pool.Id}"));
        if (pool.Ranges.Count == 0)
        {
            await DepositAsync(pool, pool.Deposit, range: null);
        }

        foreach (var range in pool.Ranges)
        {
            await DepositAsync(pool, range.Amounts, range.Range);
        }
    }

    // What a range takes none of is left out.
    private async Task DepositAsync(ReplayPool pool, IReadOnlyList<UInt256> amounts, TickRange? range)
    {
        TokenAmount[] most =
        [
            .. pool.Tokens.Zip(amounts, (t, amount) => new TokenAmount(t.Token, amount))
                .Where(part => range is null || !part.Amount.IsZero),
        ];
        var trade = IdOf($"deposit {pool.Id} {range?.Lower}");
        var answer = await calls.DoAsync(
            Account.IdOf(Provider),
            new Account.Command.Join(
                trade, pool.Id, most, IsExact: false, range, UInt256.One, time.GetUtcNow() + Lifetime),
            trade);
        if (answer.Events.OfType<Account.Event.TradeReleased>().FirstOrDefault() is { } released)
        {
            throw new InvalidOperationException($"The pool {pool.Id} cannot be opened: {released.Reason}.");
        }
    }

    private static Guid IdOf(string step) => DeterministicGuid.FromText("replay pool " + step);
}
