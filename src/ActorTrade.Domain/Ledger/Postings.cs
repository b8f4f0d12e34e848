using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Ledger;

/// <summary>
/// The double entry of every event that moves money: what it takes from one bucket it puts into others, so the postings
/// of one event sum to zero for each token.
/// </summary>
/// <remarks>
/// Entities record one affair one after the other (a pool <c>Swapped</c>, then the account <c>TradeSettled</c>). What
/// the first has recorded and the second has not lies in <see cref="BucketKind.Transit"/> under who began it and its
/// id, which both events carry. Shares of a pool are a token that the pool mints and burns. Events that move nothing
/// (requests, refusals, prepared legs, acknowledgements) have no postings.
/// </remarks>
public static class Postings
{
    private const string AccountPrefix = Account.Category + "-";

    /// <summary>The postings of an event of this entity; empty where it moves no money.</summary>
    public static IReadOnlyList<Posting> Of(EntityId entity, IEvent e)
    {
        var postings = new List<Posting>();
        Post(entity, e, postings);
        return postings;
    }

    /// <summary>Adds the postings to a list that is used again.</summary>
    internal static void Post(EntityId entity, IEvent e, List<Posting> postings)
    {
        var book = new Book(postings);
        switch (e)
        {
            case Account.Event account:
                PostAccount(book, entity.Key, account);
                break;
            case Pool.Event pool:
                PostPool(book, entity.Key, pool);
                break;
            case Token.Event token:
                PostToken(book, entity.Key, token);
                break;
        }
    }

    private static void PostAccount(Book book, string account, Account.Event e)
    {
        switch (e)
        {
            case Account.Event.SwapStarted swap:
                foreach (var part in swap.Held())
                {
                    book.Hold(account, part.Token, part.Amount);
                }

                break;
            case Account.Event.TradeSettled { FlashHeld: { } held } flash:
                // The pools have recorded input and output of the one token; their difference is what is left.
                var route = Bucket.Transit(account, flash.TradeId);
                book.Move(Bucket.Held(account), route, flash.TokenIn, held);
                book.Move(
                    route, Bucket.Available(account), flash.TokenOut, held + flash.AmountOut - flash.AmountIn);
                break;
            case Account.Event.TradeSettled settled:
                var trade = Bucket.Transit(account, settled.TradeId);
                book.Move(Bucket.Held(account), trade, settled.TokenIn, settled.AmountIn);
                book.Move(trade, Bucket.Available(account), settled.TokenOut, settled.AmountOut);
                break;
            case Account.Event.TradeReleased released:
                foreach (var part in released.Released)
                {
                    book.Move(Bucket.Held(account), Bucket.Available(account), part.Token, part.Amount);
                }

                break;
            case Account.Event.Credited credited:
                var sent = Bucket.Transit(SenderOf(credited.From), credited.CreditId);
                book.Move(sent, Bucket.Available(account), credited.Token, credited.Amount);
                break;
            case Account.Event.FundsHeld held:
                book.Hold(account, held.Token, held.Amount);
                break;
            case Account.Event.FillSettled fill:
                book.Move(Bucket.Held(account), Bucket.Venue(fill.Venue), fill.SpentToken, fill.Spent);
                book.Move(Bucket.Venue(fill.Venue), Bucket.Available(account), fill.Received, fill.ReceivedAmount);
                break;
            case Account.Event.HoldReleased released:
                book.Move(Bucket.Held(account), Bucket.Available(account), released.Token, released.Amount);
                break;
            case Account.Event.PoolOrderPlaced placed:
                book.Hold(account, placed.Order.TokenIn, placed.Order.AmountIn);
                break;
            case Account.Event.PoolOrderRefused refused:
                book.Move(Bucket.Held(account), Bucket.Available(account), refused.Token, refused.Amount);
                break;
            case Account.Event.PoolOrderClosed closed:
                book.Move(Bucket.Held(account), Bucket.Available(account), closed.TokenIn, closed.Released);
                break;
            case Account.Event.TransferStarted transfer:
                book.Hold(account, transfer.Token, transfer.Amount);
                break;
            case Account.Event.TransferSettled transfer:
                book.Send(account, transfer.TradeId, transfer.Token, transfer.Amount);
                break;
            case Account.Event.WithdrawalStarted withdrawal:
                book.Hold(account, withdrawal.Token, withdrawal.Amount);
                break;
            case Account.Event.WithdrawalSettled withdrawal:
                book.Send(account, withdrawal.TradeId, withdrawal.Token, withdrawal.Amount);
                break;
            default:
                PostAccountLiquidity(book, account, e);
                break;
        }
    }

    private static void PostAccountLiquidity(Book book, string account, Account.Event e)
    {
        switch (e)
        {
            case Account.Event.LiquidityAdditionStarted addition:
                book.Hold(account, addition.Max0.Token, addition.Max0.Amount);
                book.Hold(account, addition.Max1.Token, addition.Max1.Amount);
                break;
            case Account.Event.LiquidityRemovalStarted removal:
                book.Hold(account, TokenId.SharesOf(removal.Pool), removal.Shares);
                break;
            case Account.Event.JoinStarted join:
                foreach (var part in join.Most)
                {
                    book.Hold(account, part.Token, part.Amount);
                }

                break;
            case Account.Event.ExitStarted exit:
                book.Hold(account, exit.Held().Token, exit.Shares);
                break;
            case Account.Event.Joined or Account.Event.Exited:
                PostShares(book, account, e);
                break;
            case Account.Event.LiquidityAdded added:
                var paid = Bucket.Transit(account, added.TradeId);
                book.Move(Bucket.Held(account), paid, added.Spent0.Token, added.Spent0.Amount);
                book.Move(Bucket.Held(account), paid, added.Spent1.Token, added.Spent1.Amount);
                book.Move(Bucket.Held(account), Bucket.Available(account), added.Spent0.Token, added.Returned0);
                book.Move(Bucket.Held(account), Bucket.Available(account), added.Spent1.Token, added.Returned1);
                book.Move(paid, Bucket.Available(account), TokenId.SharesOf(added.Pool), added.Shares);
                break;
            case Account.Event.LiquidityRemoved removed:
                var back = Bucket.Transit(account, removed.TradeId);
                book.Move(Bucket.Held(account), back, TokenId.SharesOf(removed.Pool), removed.Shares);
                book.Move(back, Bucket.Available(account), removed.Received0.Token, removed.Received0.Amount);
                book.Move(back, Bucket.Available(account), removed.Received1.Token, removed.Received1.Amount);
                break;
        }
    }

    private static void PostShares(Book book, string account, Account.Event e)
    {
        var (held, available) = (Bucket.Held(account), Bucket.Available(account));
        switch (e)
        {
            case Account.Event.Joined joined:
                var paid = Bucket.Transit(account, joined.TradeId);
                foreach (var part in joined.Spent)
                {
                    book.Move(held, paid, part);
                }

                foreach (var part in joined.Returned)
                {
                    book.Move(held, available, part);
                }

                book.Move(paid, available, TickRange.SharesOf(joined.Pool, joined.Range), joined.Shares);
                break;
            case Account.Event.Exited exited:
                var back = Bucket.Transit(account, exited.TradeId);
                book.Move(held, back, TickRange.SharesOf(exited.Pool, exited.Range), exited.Shares);
                foreach (var part in exited.Received)
                {
                    book.Move(back, available, part);
                }

                break;
        }
    }

    private static void PostPool(Book book, string pool, Pool.Event e)
    {
        switch (e)
        {
            case Pool.Event.Swapped swapped:
                book.Swap(
                    pool,
                    Bucket.Transit(swapped.Trader.Value, swapped.TradeId),
                    new TokenAmount(swapped.TokenIn, swapped.AmountIn),
                    new TokenAmount(swapped.TokenOut, swapped.AmountOut),
                    swapped.ProtocolFee);
                break;
            case Pool.Event.LegCommitted leg:
                book.Swap(pool, Bucket.Transit(leg.Coordinator.Value, leg.TradeId), leg.In, leg.Out, leg.ProtocolFee);
                break;
            case Pool.Event.LiquidityAdded added:
                PostLiquidityAdded(book, pool, added);
                break;
            case Pool.Event.LiquidityRemoved removed:
                var affair = Bucket.Transit(removed.Provider.Value, removed.TradeId);
                book.Move(Bucket.Reserve(pool), affair, removed.Token0, removed.Amount0);
                book.Move(Bucket.Reserve(pool), affair, removed.Token1, removed.Amount1);
                book.Move(affair, Bucket.Supply, TokenId.SharesOf(PoolId.Parse(pool)), removed.Shares);
                break;
            case Pool.Event.FeesCollected collected:
                book.Move(Bucket.Treasury(pool), Fees(pool, collected.CollectionId, 0), collected.Fees0);
                book.Move(Bucket.Treasury(pool), Fees(pool, collected.CollectionId, 1), collected.Fees1);
                break;
            case Pool.Event.Joined joined:
                PostJoined(book, pool, joined);
                break;
            case Pool.Event.Exited exited:
                var exit = Bucket.Transit(exited.Provider.Value, exited.TradeId);
                foreach (var part in exited.Given)
                {
                    book.Move(Bucket.Reserve(pool), exit, part);
                }

                book.Move(
                    exit, Bucket.Supply, TickRange.SharesOf(PoolId.Parse(pool), exited.Range), exited.Shares);
                break;
            case Pool.Event.FeesOfAllCollected collected:
                for (var side = 0; side < collected.Fees.Length; side++)
                {
                    book.Move(
                        Bucket.Treasury(pool), Fees(pool, collected.CollectionId, side), collected.Fees[side]);
                }

                break;
            case Pool.Event.FeesReturned returned:
                var credit = Fees(pool, returned.CollectionId, returned.Side);
                book.Move(credit, Bucket.Treasury(pool), returned.Fees);
                break;
        }
    }

    private static void PostLiquidityAdded(Book book, string pool, Pool.Event.LiquidityAdded added)
    {
        var affair = Bucket.Transit(added.Provider.Value, added.TradeId);
        var shares = TokenId.SharesOf(PoolId.Parse(pool));
        book.Move(affair, Bucket.Reserve(pool), added.Token0, added.Amount0);
        book.Move(affair, Bucket.Reserve(pool), added.Token1, added.Amount1);
        book.Move(Bucket.Supply, affair, shares, added.Shares);
        book.Move(Bucket.Supply, Bucket.Locked(pool), shares, added.LockedShares);
    }

    private static void PostJoined(Book book, string pool, Pool.Event.Joined joined)
    {
        var affair = Bucket.Transit(joined.Provider.Value, joined.TradeId);
        var shares = TickRange.SharesOf(PoolId.Parse(pool), joined.Range);
        foreach (var part in joined.Paid)
        {
            book.Move(affair, Bucket.Reserve(pool), part);
        }

        book.Move(Bucket.Supply, affair, shares, joined.Shares);
        book.Move(Bucket.Supply, Bucket.Locked(pool), shares, joined.LockedShares);
    }

    private static void PostToken(Book book, string key, Token.Event e)
    {
        switch (e)
        {
            case Token.Event.Minted minted:
                book.Move(Bucket.Supply, Mint(key, minted.MintId), TokenId.Parse(key), minted.Amount);
                break;
            case Token.Event.MintUndone undone:
                book.Move(Mint(key, undone.MintId), Bucket.Supply, TokenId.Parse(key), undone.Amount);
                break;
            case Token.Event.Burned burned:
                var withdrawn = Bucket.Transit(burned.Account.Value, burned.BurnId);
                book.Move(withdrawn, Bucket.Supply, TokenId.Parse(key), burned.Amount);
                break;
        }
    }

    private static Bucket Fees(string pool, Guid collectionId, int side) =>
        Bucket.Transit($"#{Pool.Category}-{pool}", PoolEffects.FeesCreditId(collectionId, side));

    private static Bucket Mint(string token, Guid mintId) => Bucket.Transit($"#{Token.Category}-{token}", mintId);

    private static string SenderOf(string from) => from.StartsWith(AccountPrefix, StringComparison.Ordinal)
        ? from[AccountPrefix.Length..]
        : "#" + from;

    private readonly struct Book(List<Posting> postings)
    {
        public void Hold(string account, TokenId token, UInt256 amount) =>
            Move(Bucket.Available(account), Bucket.Held(account), token, amount);

        public void Send(string account, Guid affair, TokenId token, UInt256 amount) =>
            Move(Bucket.Held(account), Bucket.Transit(account, affair), token, amount);

        public void Move(Bucket from, Bucket to, TokenAmount part) => Move(from, to, part.Token, part.Amount);

        public void Move(Bucket from, Bucket to, TokenId token, UInt256 amount)
        {
            if (!amount.IsZero)
            {
                postings.Add(new Posting(from, token, SignedAmount.Minus(amount)));
                postings.Add(new Posting(to, token, SignedAmount.Plus(amount)));
            }
        }

        // The treasury's part of the input does not enter the reserve.
        public void Swap(string pool, Bucket affair, TokenAmount paid, TokenAmount given, UInt256 protocolFee)
        {
            postings.Add(new Posting(affair, paid.Token, SignedAmount.Minus(paid.Amount)));
            postings.Add(new Posting(Bucket.Reserve(pool), paid.Token, SignedAmount.Plus(paid.Amount - protocolFee)));
            if (!protocolFee.IsZero)
            {
                postings.Add(new Posting(Bucket.Treasury(pool), paid.Token, SignedAmount.Plus(protocolFee)));
            }

            Move(Bucket.Reserve(pool), affair, given.Token, given.Amount);
        }
    }
}
