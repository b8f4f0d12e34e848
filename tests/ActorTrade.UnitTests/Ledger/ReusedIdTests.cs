using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Ledger;

/// <summary>
/// An acknowledgement that comes when the id is another trade's already, whose outcome nobody has heard yet: were it
/// let go, a repeat would be refused for its deadline, and the money would be given back though it was traded.
/// </summary>
public sealed class ReusedIdTests
{
    private static readonly AccountId Alice = AccountId.Parse("alice");
    private static readonly AccountId Bob = AccountId.Parse("bob");
    private static readonly DateTimeOffset Earlier = EntityHarness.Start + TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset Later = Earlier + TimeSpan.FromSeconds(60);

    public static TheoryData<string, int> Strangers => new()
    {
        { "bob", 0 }, { "bob", 60 }, { "alice", 60 },
    };

    /// <summary>Alice's trade is forgotten, then the id is somebody's again.</summary>
    [Theory]
    [MemberData(nameof(Strangers))]
    public void A_late_acknowledgement_of_a_swap_lets_no_other_outcome_go(string who, int secondsLater)
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        var (trader, deadline) = (AccountId.Parse(who), Earlier + TimeSpan.FromSeconds(secondsLater));
        var swap = new Pool.Command.Swap(Id(1), trader, A, B, 1_000, 1, deadline);
        pool.Happens<Pool.Event.Swapped>(swap);
        IsNoMatter(pool, new Pool.Command.Acknowledge([Id(1)], Alice, [Earlier]));
        pool.Now = LongAfter(deadline);
        pool.IsRepeat<Pool.Event.Swapped>(swap);

        // Its own does.
        pool.Happens<Pool.Event.TradesAcknowledged>(new Pool.Command.Acknowledge([Id(1)], trader, [deadline]));
        Assert.Equal("deadline-passed", pool.Happens<Pool.Event.TradeRefused>(swap).Reason);
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Nor_of_liquidity(string who, int secondsLater)
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        var (provider, deadline) = (AccountId.Parse(who), Earlier + TimeSpan.FromSeconds(secondsLater));
        var add = new Pool.Command.AddLiquidity(Id(1), provider, 1_000UL.Of(A), 1_000UL.Of(B), 1, deadline);
        var remove = new Pool.Command.RemoveLiquidity(Id(2), provider, 500, 1, 1, deadline);
        pool.Happens<Pool.Event.LiquidityAdded>(add);
        pool.Happens<Pool.Event.LiquidityRemoved>(remove);
        IsNoMatter(pool, new Pool.Command.Acknowledge([Id(1), Id(2)], Alice, [Earlier, Earlier]));
        pool.Now = LongAfter(deadline);
        pool.IsRepeat<Pool.Event.LiquidityAdded>(add);
        pool.IsRepeat<Pool.Event.LiquidityRemoved>(remove);
        var own = new Pool.Command.Acknowledge([Id(1), Id(2)], provider, [deadline, deadline]);
        Assert.Equal(2, pool.Happens<Pool.Event.TradesAcknowledged>(own).TradeIds.Length);
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Nor_of_a_burn(string who, int secondsLater)
    {
        var token = new EntityHarness(Token.Definition, A.Value);
        token.Given(new Token.Command.Register("A", new TokenDecimals(6)));
        var (account, deadline) = (AccountId.Parse(who), Earlier + TimeSpan.FromSeconds(secondsLater));
        var burn = new Token.Command.Burn(Id(1), account, 5, deadline);
        token.Happens<Token.Event.Burned>(burn);
        IsNoMatter(token, new Token.Command.AcknowledgeBurns([Id(1)], Alice, [Earlier]));
        token.Now = LongAfter(deadline);
        token.IsRepeat<Token.Event.Burned>(burn);
        token.Happens<Token.Event.BurnsAcknowledged>(
            new Token.Command.AcknowledgeBurns([Id(1)], account, [deadline]));
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Nor_of_a_credit(string who, int secondsLater)
    {
        var account = AccountWith();
        var (from, deadline) = (Account.IdOf(AccountId.Parse(who)), Earlier + TimeSpan.FromSeconds(secondsLater));
        var credit = new Account.Command.Credit(Id(1), from, A, 5, deadline);
        account.Happens<Account.Event.Credited>(credit);
        IsNoMatter(
            account, new Account.Command.AcknowledgeCredits([Id(1)], Account.IdOf(Alice).ToString(), [Earlier]));
        account.Now = LongAfter(deadline);
        account.IsRepeat<Account.Event.Credited>(credit);
        account.Happens<Account.Event.CreditsAcknowledged>(
            new Account.Command.AcknowledgeCredits([Id(1)], from.ToString(), [deadline]));
    }

    [Fact]
    public void A_node_of_the_release_before_acknowledges_without_saying_whose()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Given(new Pool.Command.Swap(Id(1), Bob, A, B, 1_000, 1, Later));
        pool.Happens<Pool.Event.TradesAcknowledged>(new Pool.Command.Acknowledge([Id(1)]));
    }

    [Fact]
    public void An_account_says_who_it_is_and_hears_only_of_the_trade_it_asked_about()
    {
        var account = AccountWith(1_000UL.Of(A));
        Settle(Earlier);
        account.Now = LongAfter(Earlier) + TimeSpan.FromSeconds(20);
        var later = account.Now + TimeSpan.FromSeconds(30);
        Settle(later);

        // Both are still to be acknowledged; the answer is of the earlier one, and comes twice.
        var effect = Assert.Single(account.Fold.Outstanding());
        var asked = Assert.IsType<Pool.Command.Acknowledge>(effect.Command);
        Assert.Equal(account.State<AccountState>().Id, asked.Trader);
        Assert.Equal([Earlier, later], asked.Deadlines!);
        var told = new Account.Command.RecordAcknowledged(Pool.IdOf(PoolAB), [Id(1)], [Earlier]);
        account.Happens<Account.Event.OutcomesAcknowledged>(told);
        IsNoMatter(account, told);
        account.RestartFromSnapshot();
        account.RestartFromJournal();
        Assert.Equal(later, Assert.Single(account.State<AccountState>().Unacknowledged.Values.Single()).Deadline);

        void Settle(DateTimeOffset deadline)
        {
            var hop = new SwapHop(PoolAB, A, B);
            account.When(
                new Account.Command.StartSwap(Id(1), [hop], 100, 1, deadline), expiresIn: TimeSpan.FromSeconds(1));
            account.Happens<Account.Event.TradeSettled>(
                new Account.Command.RecordSwapOutcome(Id(1), 90, 1, 5, deadline));
        }
    }

    private static void IsNoMatter(EntityHarness entity, ICommand command)
    {
        var decision = entity.When(command);
        Assert.Null(decision.Rejection);
        Assert.Empty(decision.Events);
    }
}
