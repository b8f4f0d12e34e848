using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>A house pool with a curve that a replay begins with.</summary>
/// <param name="Tokens">In the pool's order, with decimals: those of the chain where a recorded pool has the
/// token.</param>
/// <param name="TreasuryFee">Of every input, beside the curve's own fee.</param>
/// <param name="Deposit">Of each token, in base units.</param>
public sealed record ReplayPool(
    PoolId Id,
    IReadOnlyList<(TokenId Token, TokenDecimals Decimals)> Tokens,
    CurveTerms Curve,
    FeePips TreasuryFee,
    IReadOnlyList<UInt256> Deposit);

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

            var mint = IdOf($"mint {token} {pool.Id}");
            await calls.DoAsync(
                Token.IdOf(token),
                new Token.Command.Mint(mint, Provider, pool.Deposit[k], time.GetUtcNow() + Lifetime),
                mint);
        }

        TokenId[] tokens = [.. pool.Tokens.Select(t => t.Token)];
        await calls.DoAsync(
            Pool.IdOf(pool.Id),
            new Pool.Command.CreateCurve(tokens, pool.Curve, pool.TreasuryFee),
            IdOf($"create {pool.Id}"));
        var trade = IdOf($"deposit {pool.Id}");
        var answer = await calls.DoAsync(
            Account.IdOf(Provider),
            new Account.Command.Join(
                trade, pool.Id, [.. tokens.Zip(pool.Deposit, (t, amount) => new TokenAmount(t, amount))],
                IsExact: false, Range: null, UInt256.One, time.GetUtcNow() + Lifetime),
            trade);
        if (answer.Events.OfType<Account.Event.TradeReleased>().FirstOrDefault() is { } released)
        {
            throw new InvalidOperationException($"The pool {pool.Id} cannot be opened: {released.Reason}.");
        }
    }

    private static Guid IdOf(string step) => DeterministicGuid.FromText("replay pool " + step);
}
