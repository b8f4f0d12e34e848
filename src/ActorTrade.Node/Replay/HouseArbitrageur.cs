using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>Who carries out the legs of an arbitrage that are in house pools.</summary>
internal interface IHouseArbitrageur
{
    /// <summary>Gives it money of the house to begin with.</summary>
    void Fund(TokenId token, UInt256 amount);

    /// <summary>What it can spend now, in base units.</summary>
    UInt256 Held(TokenId token);

    /// <summary>Swaps through house pools, whole or not at all, at least for so much.</summary>
    /// <param name="isFlash">The route returns to its first token and repays itself.</param>
    HouseLeg Swap(SwapHop[] route, UInt256 amountIn, UInt256 least, bool isFlash);
}

/// <param name="Refusal">Why nothing happened; null where it did.</param>
internal readonly record struct HouseLeg(UInt256 AmountOut, string? Refusal);

/// <summary>
/// An account of the ledger that swaps as every other does: its swaps hold, settle and are journaled, and the pool has
/// the last word.
/// </summary>
internal sealed class HouseArbitrageur(SimulationLoop loop, EntityCalls calls) : IHouseArbitrageur
{
    private static readonly AccountId Id = AccountId.Parse("arbitrage");
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private bool _isOpen;
    private int _swaps;

    public void Fund(TokenId token, UInt256 amount) => loop.Run(
        async () =>
        {
            await OpenAsync();
            var mint = IdOf($"mint {token}");
            await calls.DoAsync(
                Token.IdOf(token), new Token.Command.Mint(mint, Id, amount, loop.Time.GetUtcNow() + Lifetime), mint);
        },
        Patience);

    public UInt256 Held(TokenId token) =>
        loop.Run(() => calls.ViewAsync<AccountView>(Account.IdOf(Id)), Patience)
            .Balances.FirstOrDefault(b => b.Token == token)?.Available ?? UInt256.Zero;

    public HouseLeg Swap(SwapHop[] route, UInt256 amountIn, UInt256 least, bool isFlash)
    {
        var trade = IdOf($"swap {++_swaps}");
        var command = new Account.Command.StartSwap(
            trade, route, amountIn, least, loop.Time.GetUtcNow() + Lifetime, IsFlash: isFlash);
        try
        {
            loop.Run(OpenAsync, Patience);
            var answer = loop.Run(() => calls.DoAsync(Account.IdOf(Id), command, trade), Patience);
            return answer.Events.OfType<Account.Event.TradeSettled>().FirstOrDefault() is { } settled
                ? new HouseLeg(settled.AmountOut, null)
                : new HouseLeg(UInt256.Zero, ReasonIn(answer));
        }
        catch (InvalidOperationException e)
        {
            return new HouseLeg(UInt256.Zero, e.Message);
        }
    }

    private async Task OpenAsync()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            await calls.DoAsync(Account.IdOf(Id), new Account.Command.Open("house"), IdOf("open"));
        }
    }

    private static string ReasonIn(Answer.Accepted answer) =>
        answer.Events.OfType<Account.Event.TradeReleased>().FirstOrDefault()?.Reason ?? "no outcome";

    private static Guid IdOf(string step) => DeterministicGuid.FromText("arbitrage " + step);
}
