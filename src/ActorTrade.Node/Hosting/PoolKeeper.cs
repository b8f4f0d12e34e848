using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;
using ActorTrade.Market.Views;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// Swaps from the house's account so that its pools follow the market: where a pool's price is off by more than a
/// threshold, it
/// trades the pool back to the market's mid price. The fees it pays are mostly its own, since the house provides the
/// liquidity.
/// </summary>
/// <remarks>
/// One pool has at most one swap under way, at most one look a second. A swap that fails is not repeated: the next look
/// decides anew.
/// </remarks>
internal sealed class PoolKeeper(IEntities entities, IReadOnlyList<FirstPool> pools) : Actor<PoolKeeper.Message>
{
    private const int ThresholdBps = 20;
    private static readonly AccountId House = AccountId.Parse(FirstStartPlan.House);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<TokenId, int> _decimals = [];
    private readonly Dictionary<PoolId, DateTimeOffset> _lookedAt = [];
    private readonly HashSet<PoolId> _busy = [];

    protected override void PreStart()
    {
        foreach (var code in pools.SelectMany(p => new[] { p.Symbol.Base, p.Symbol.Quote }).Distinct())
        {
            var token = TokenId.Parse(code);
            Context.PipeToSelf<Answer>(
                entities.QueryAsync(Token.IdOf(token), Patience, Context.Time),
                answer => new Message.TokenSeen(token, (answer as Answer.Viewed)?.View as TokenView),
                _ => new Message.TokenSeen(token, null));
        }
    }

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Message.TokenSeen { View.Decimals: { } decimals } seen:
                _decimals[seen.Token] = decimals;
                break;
            case Message.Market market:
                Look(market.Quotes);
                break;
            case Message.PoolSeen seen:
                OnPool(seen);
                break;
            case Message.Done done:
                _busy.Remove(done.Pool.Id);
                break;
        }
    }

    private void Look(IReadOnlyList<MarketQuote> quotes)
    {
        var now = Context.Time.GetUtcNow();
        foreach (var pool in pools)
        {
            var mid = quotes.FirstOrDefault(q => q.Symbol == pool.Symbol)?.Mid;
            if (mid is not { } price
                || (_lookedAt.TryGetValue(pool.Id, out var last) && now - last < LookEvery)
                || !_busy.Add(pool.Id))
            {
                continue;
            }

            _lookedAt[pool.Id] = now;
            Context.PipeToSelf<Answer>(
                entities.QueryAsync(Pool.IdOf(pool.Id), Patience, Context.Time),
                answer => new Message.PoolSeen(pool, price, (answer as Answer.Viewed)?.View as PoolView),
                _ => new Message.PoolSeen(pool, price, null));
        }
    }

    private void OnPool(Message.PoolSeen seen)
    {
        if (CorrectionOf(seen) is not { } swap)
        {
            _busy.Remove(seen.Pool.Id);
            return;
        }

        var header = new CommandHeader(swap.TradeId, CommandContext.Self, swap.Deadline);
        Context.PipeToSelf<Answer>(
            entities.AskAsync(Account.IdOf(House), swap, header, Patience, Context.Time),
            _ => new Message.Done(seen.Pool),
            _ => new Message.Done(seen.Pool));
    }

    private Account.Command.StartSwap? CorrectionOf(Message.PoolSeen seen)
    {
        var baseToken = TokenId.Parse(seen.Pool.Symbol.Base);
        var quoteToken = TokenId.Parse(seen.Pool.Symbol.Quote);
        if (seen.View is not { TotalShares.IsZero: false, Curve: null } view
            || !_decimals.TryGetValue(baseToken, out var baseDecimals)
            || !_decimals.TryGetValue(quoteToken, out var quoteDecimals))
        {
            return null;
        }

        var market = Price.FromDecimal(seen.Mid, baseDecimals, quoteDecimals);
        var pool = ConstantProduct.SpotPrice(view.Reserve0, view.Reserve1);
        var (here, there) = (pool.ToDoubleLossy(baseDecimals, quoteDecimals), (double)seen.Mid);
        if (Math.Abs((here / there) - 1) * Bps.One < ThresholdBps)
        {
            return null;
        }

        // Sized without the fee: the house brings the price all the way back, which an arbitrageur would not.
        var buysBase = here < there;
        var error = buysBase
            ? ConstantProduct.AmountInToMarginalPrice(
                view.Reserve1, view.Reserve0, market.Inverse(), FeePips.Zero, out var amountIn)
            : ConstantProduct.AmountInToMarginalPrice(view.Reserve0, view.Reserve1, market, FeePips.Zero, out amountIn);
        if (error != QuoteError.None || amountIn.IsZero)
        {
            return null;
        }

        var hop = buysBase
            ? new SwapHop(seen.Pool.Id, quoteToken, baseToken)
            : new SwapHop(seen.Pool.Id, baseToken, quoteToken);
        return new Account.Command.StartSwap(
            Context.Random.NextGuid(), [hop], amountIn, UInt256.One, Context.Time.GetUtcNow() + Patience);
    }

    internal abstract record Message
    {
        private Message()
        {
        }

        internal sealed record Market(IReadOnlyList<MarketQuote> Quotes) : Message;

        internal sealed record TokenSeen(TokenId Token, TokenView? View) : Message;

        internal sealed record PoolSeen(FirstPool Pool, decimal Mid, PoolView? View) : Message;

        internal sealed record Done(FirstPool Pool) : Message;
    }
}
