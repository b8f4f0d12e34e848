using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Ledger;

public sealed class ConservationLedgerTests
{
    private static readonly AccountId Alice = AccountId.Parse("alice");
    private static readonly EntityId AliceAccount = Account.IdOf(Alice);
    private static readonly DateTimeOffset At = EntityHarness.Start;

    private readonly ConservationLedger _books = new();
    private long _ordering;

    private static Token.Event.Minted Minted => new(Id(1), Alice, 100, Deadline, Deadline, At);

    private static Account.Event.Credited Credited =>
        new(Id(1), Token.IdOf(A).ToString(), A, 100, Deadline, At);

    [Fact]
    public void A_mint_is_in_transit_until_it_is_credited()
    {
        Apply(Token.IdOf(A), Minted);
        Assert.Equal(SignedAmount.Plus(100), Assert.Single(_books.Report()).InTransit);
        Assert.Empty(_books.Check());
        Assert.IsType<LedgerViolation.AffairOpen>(Assert.Single(_books.CheckQuiescent()));
        Apply(AliceAccount, Credited);
        Assert.Empty(_books.CheckQuiescent());
        Assert.Equal(
            new TokenConservation(A, 100, 0, 0, 0, SignedAmount.Plus(100), SignedAmount.Zero, Ok: true),
            Assert.Single(_books.Report()));
    }

    [Fact]
    public void A_doubled_credit_is_found()
    {
        Apply(Token.IdOf(A), Minted);
        Apply(AliceAccount, Credited);
        Apply(AliceAccount, Credited);
        var open = Assert.IsType<LedgerViolation.AffairOpen>(Assert.Single(_books.CheckQuiescent()));
        Assert.Equal((3L, SignedAmount.Minus(100)), (open.Ordering, open.Left));
    }

    [Fact]
    public void A_credit_of_another_amount_is_found_at_once()
    {
        Apply(Token.IdOf(A), Minted);
        Apply(AliceAccount, Credited with { Amount = 101 });
        var mismatch = Assert.IsType<LedgerViolation.AffairMismatch>(Assert.Single(_books.Check()));
        Assert.Equal((2L, 1L, AliceAccount), (mismatch.Ordering, mismatch.OpenedAt, mismatch.Entity));
        Assert.False(Assert.Single(_books.Report()).Ok);
    }

    [Fact]
    public void A_pool_that_swaps_the_same_trade_twice_is_found_at_once()
    {
        var swapped = new Pool.Event.Swapped(Id(2), Alice, A, 10, B, 5, 0, 1, 0, Deadline, At);
        GivenPool();
        Apply(Pool.IdOf(PoolAB), swapped);
        Assert.Empty(_books.Check());
        Apply(Pool.IdOf(PoolAB), swapped);
        Assert.Equal(2, _books.Check().OfType<LedgerViolation.AffairMismatch>().Count());
    }

    [Fact]
    public void An_overdraft_is_found_with_its_bucket()
    {
        Apply(AliceAccount, new Account.Event.FundsHeld(Id(3), A, 7, Deadline, At));
        var overdrawn = Assert.IsType<LedgerViolation.Overdrawn>(Assert.Single(_books.Check()));
        Assert.Equal((Bucket.Available("alice"), SignedAmount.Minus(7)), (overdrawn.Bucket, overdrawn.Balance));
    }

    [Fact]
    public void Money_that_crosses_the_border_at_a_venue_counts_as_brought_in_and_taken_out()
    {
        Apply(Token.IdOf(A), Minted);
        Apply(AliceAccount, Credited);
        Apply(AliceAccount, new Account.Event.FundsHeld(Id(3), A, 40, Deadline, At));
        Apply(AliceAccount, new Account.Event.FillSettled(Id(3), Id(4), A, 30, B, 60, B, 1, "paper", At));
        Apply(AliceAccount, new Account.Event.HoldReleased(Id(3), A, 10, At));
        Assert.Empty(_books.CheckQuiescent());
        Assert.Equal(
            [
                new TokenConservation(A, 100, 0, 0, 30, SignedAmount.Plus(70), SignedAmount.Zero, Ok: true),
                new TokenConservation(B, 0, 0, 60, 0, SignedAmount.Plus(60), SignedAmount.Zero, Ok: true),
            ],
            _books.Report());
        Assert.Equal(SignedAmount.Plus(30), _books.BalanceOf(Bucket.Venue("paper"), A));
    }

    [Fact]
    public void Memory_is_that_of_the_open_books()
    {
        Apply(Token.IdOf(A), Minted with { Amount = 1_000_000 });
        Apply(AliceAccount, Credited with { Amount = 1_000_000 });
        GivenPool();
        var (buckets, affairs) = (_books.OpenBuckets, _books.OpenAffairs);
        for (var i = 0; i < 10_000; i++)
        {
            Trade(i);
        }

        Assert.Empty(_books.Check());
        Assert.Equal((buckets + 2, affairs), (_books.OpenBuckets, _books.OpenAffairs));
    }

    private void Trade(int i)
    {
        var id = Id(100 + i);
        Apply(AliceAccount, new Account.Event.SwapStarted(
            id, [new SwapHop(PoolAB, A, B)], 10, 1, null, Deadline, Deadline, At));
        Apply(Pool.IdOf(PoolAB), new Pool.Event.Swapped(id, Alice, A, 10, B, 5, 0, 1, 0, Deadline, At));
        Apply(AliceAccount, new Account.Event.TradeSettled(id, A, 10, B, 5, 1, 0, At));
    }

    // Its provider never recorded the addition: one affair stays open.
    private void GivenPool() => Apply(Pool.IdOf(PoolAB), new Pool.Event.LiquidityAdded(
        Id(9), AccountId.Parse("provider"), A, 1_000_000, B, 1_000_000, 999_000, 1_000, Deadline, At));

    private void Apply(EntityId entity, IEvent e) => _books.Apply(++_ordering, entity, e);
}
