using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

public sealed class PoolTests
{
    private static readonly AccountId Alice = AccountId.Parse("alice");
    private static readonly AccountId Mallory = AccountId.Parse("mallory");

    private static Command.Swap Swap(int id = 1, ulong amount = 1_000) => new(Id(id), Alice, A, B, amount, 1, Deadline);

    private static Command.PrepareLeg Leg(int id = 1, ulong amount = 1_000) =>
        new(Id(id), Id(100 + id), Alice, A, B, amount, Deadline);

    /// <summary>100 A / 200 B without fee: 10 A in gives 18.18 B out, reserves 110 / 181.82, price impact 9.09
    /// %.</summary>
    [Fact]
    public void The_worked_example_holds_through_account_and_pool()
    {
        var unit = Units.PowerOfTen(18);
        var pool = PoolWith(100 * unit, 200 * unit, liquidityFeePips: 0, treasuryFeePips: 0);
        var account = AccountWith(new TokenAmount(A, 10 * unit));
        account.Given(new Account.Command.StartSwap(
            Id(1), [new SwapHop(PoolAB, A, B)], 10 * unit, 18 * unit, Deadline));
        var effect = Assert.Single(account.Effects);
        var answer = pool.When(effect.Command);
        account.Given(effect.Continue(new Answer.Accepted(answer.Events, 0, account.Now))!);

        Assert.Equal("18.181818181818181818", Units.Format(account.State<AccountState>().BalanceOf(B).Available, 18));
        Assert.Equal("110", Units.Format(pool.State<PoolState>().Reserve0, 18));
        Assert.Equal("181.818181818181818182", Units.Format(pool.State<PoolState>().Reserve1, 18));
        Assert.Equal(910, Assert.IsType<Event.Swapped>(answer.Events[0]).PriceImpactBps); // 9.0909 %, rounded up
        Assert.Equal(new Balance(0, 0), account.State<AccountState>().BalanceOf(A));
    }

    [Fact]
    public void The_treasurys_fee_is_set_aside_and_the_providers_stays()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        var swapped = pool.Happens<Event.Swapped>(Swap(amount: 10_000));
        Assert.Equal((25UL, 5UL), ((ulong)swapped.LpFee, (ulong)swapped.ProtocolFee));
        Assert.Equal(1_009_995UL, (ulong)pool.State<PoolState>().Reserve0);
        Assert.Equal(5UL, (ulong)pool.State<PoolState>().TreasuryFees0);
    }

    [Fact]
    public void A_repeat_hears_the_first_outcome_also_of_a_refusal()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        var swapped = pool.Happens<Event.Swapped>(Swap());
        Assert.Same(swapped, pool.IsRepeat<Event.Swapped>(Swap()));
        pool.IsRejected<Rejection.IdReused>(Swap(amount: 1_001));
        pool.IsRejected<Rejection.IdReused>(Swap() with { Trader = Mallory });
        var dear = Swap(2) with { MinAmountOut = 5_000 };
        pool.Happens<Event.TradeRefused>(dear);
        pool.IsRepeat<Event.TradeRefused>(dear);
    }

    [Fact]
    public void An_outcome_outlives_deadline_and_skew_until_it_is_acknowledged_and_never_happens_again()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Given(Swap());
        pool.Now = LongAfter(Deadline) + TimeSpan.FromDays(1);
        pool.IsRepeat<Event.Swapped>(Swap());
        pool.Given(new Command.Acknowledge([Id(1)]));
        Assert.Equal("deadline-passed", pool.Happens<Event.TradeRefused>(Swap()).Reason);
    }

    [Fact]
    public void Bug_a_refusal_just_after_the_deadline_was_not_remembered_for_slower_clocks()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Now = Deadline + TradeTiming.ClockSkewMax;
        pool.Happens<Event.TradeRefused>(Swap());
        pool.Now = Deadline;
        pool.IsRepeat<Event.TradeRefused>(Swap());
    }

    [Fact]
    public void Only_the_cluster_commands_a_pool() => PoolWith(1_000_000, 1_000_000)
        .IsRejected<Rejection.NotPermitted>(Swap(), "alice");

    [Fact]
    public void A_leg_is_committed_or_aborted_once()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Happens<Event.LegPrepared>(Leg(1));
        pool.Happens<Event.LegPrepared>(Leg(2));
        Assert.Equal(1_000_000UL, (ulong)pool.State<PoolState>().Reserve0);
        pool.Happens<Event.LegCommitted>(new Command.CommitLeg(Id(1), Alice));
        Assert.Empty(pool.When(new Command.CommitLeg(Id(1), Alice)).Events);
        Assert.Empty(pool.When(new Command.AbortLeg(Id(1), Alice, Deadline)).Events);
        pool.Happens<Event.LegAborted>(new Command.AbortLeg(Id(2), Alice, Deadline));
        Assert.Empty(pool.When(new Command.CommitLeg(Id(2), Alice)).Events);
        Assert.Equal("aborted", pool.IsRepeat<Event.TradeRefused>(Leg(2)).Reason);
        Assert.Empty(pool.State<PoolState>().Legs);
    }

    [Fact]
    public void A_leg_aborted_before_it_came_is_refused_when_it_comes()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Happens<Event.LegAborted>(new Command.AbortLeg(Id(1), Alice, Deadline));
        pool.IsRepeat<Event.TradeRefused>(Leg(1));
    }

    [Fact]
    public void Bug_a_leg_with_anothers_id_took_its_output_and_its_end()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        pool.Given(Leg(1));
        pool.IsRejected<Rejection.IdReused>(Leg(1) with { Coordinator = Mallory, AmountIn = 1 });
        Assert.Empty(pool.When(new Command.CommitLeg(Id(1), Mallory)).Events);
        pool.IsRejected<Rejection.IdReused>(new Command.AbortLeg(Id(1), Mallory, Deadline));
        pool.Now = LongAfter(Deadline);
        pool.Happens<Event.TradeRefused>(Leg(1) with { Coordinator = Mallory });
        Assert.Empty(pool.When(new Command.AbortLeg(Id(1), Mallory, Deadline)).Events);
        pool.Happens<Event.LegCommitted>(new Command.CommitLeg(Id(1), Alice));
    }

    [Fact]
    public void Bug_liquidity_with_anothers_id_was_paid_out_twice()
    {
        var pool = PoolWith(1_000_000, 1_000_000);
        var add = new Command.AddLiquidity(Id(1), Alice, 1_000UL.Of(A), 1_000UL.Of(B), 1, Deadline);
        pool.Happens<Event.LiquidityAdded>(add);
        pool.IsRepeat<Event.LiquidityAdded>(add);
        pool.IsRejected<Rejection.IdReused>(add with { Provider = Mallory });
        var remove = new Command.RemoveLiquidity(Id(2), Alice, 1_000, 1, 1, Deadline);
        pool.Happens<Event.LiquidityRemoved>(remove);
        pool.IsRejected<Rejection.IdReused>(remove with { Provider = Mallory, Shares = 1 });
        pool.IsRejected<Rejection.IdReused>(Swap(1));
        pool.IsRejected<Rejection.IdReused>(add with { TradeId = Id(2) });
    }

    [Fact]
    public void An_overdue_leg_asks_its_coordinator_after_every_clock_is_past()
    {
        var pool = PoolWith(1_000_000, 1_000_000).Given(Leg(1));
        Assert.Equal(Deadline + TradeTiming.ClockSkewMax, pool.Fold.WakeAt());
        var ask = Assert.Single(pool.Fold.Outstanding());
        Assert.Equal(new Account.Command.ResolveTrade(Id(101)), ask.Command);
        Answer Heard(IEvent e) => new Answer.Accepted([e], 0, pool.Now);
        Assert.IsType<Command.CommitLeg>(ask.Continue(Heard(new Account.Event.RouteCommitted(Id(101)))));
        Assert.IsType<Command.AbortLeg>(ask.Continue(Heard(new Account.Event.RouteAborted(Id(101), "why"))));
        Assert.Null(ask.Continue(new Answer.Rejected(new Account.Rejection.StillOpen(Id(101)))));
    }

    [Fact]
    public void Bug_a_repeated_collection_paid_again_under_the_same_id()
    {
        var pool = PoolWith(1_000_000, 1_000_000).Given(Swap(1, 100_000));
        var collect = new Command.CollectFees(Id(9), Alice);
        var collected = pool.Happens<Event.FeesCollected>(collect);
        Assert.Equal(50UL, (ulong)collected.Fees0.Amount);
        pool.IsRejected<Rejection.CollectionUnderWay>(new Command.CollectFees(Id(10), Alice));
        pool.Happens<Event.FeesDelivered>(new Command.RecordFeesOutcome(Id(9), 0, Arrived: true));
        pool.Given(Swap(2, 100_000));
        Assert.Same(collected, pool.IsRepeat<Event.FeesCollected>(collect));
        Assert.Equal(50UL, (ulong)pool.State<PoolState>().TreasuryFees0);
    }

    [Fact]
    public void Bug_the_credit_of_fees_was_never_acknowledged()
    {
        var pool = PoolWith(1_000_000, 1_000_000).Given(Swap(1, 100_000), new Command.CollectFees(Id(9), Alice));
        var credit = Assert.IsType<Account.Command.Credit>(Assert.Single(pool.Effects).Command);
        pool.Given(new Command.RecordFeesOutcome(Id(9), 0, Arrived: true));
        var acknowledge = Assert.IsType<Account.Command.AcknowledgeCredits>(Assert.Single(pool.Effects).Command);
        Assert.Equal([credit.CreditId], acknowledge.CreditIds);
    }

    [Fact]
    public void Refused_fees_return_and_can_be_collected_again()
    {
        var pool = PoolWith(1_000_000, 1_000_000).Given(Swap(1, 100_000), new Command.CollectFees(Id(9), Alice));
        pool.Happens<Event.FeesReturned>(new Command.RecordFeesOutcome(Id(9), 0, Arrived: false));
        Assert.Empty(pool.When(new Command.RecordFeesOutcome(Id(9), 0, Arrived: true)).Events);
        Assert.Null(pool.State<PoolState>().Collection);
        pool.Happens<Event.FeesCollected>(new Command.CollectFees(Id(10), Alice));
    }

    [Fact]
    public void Bug_a_full_memory_never_forgot()
    {
        var memory = new OutcomeMemory<string>(max: 2);
        var now = EntityHarness.Start;
        memory.Remember(Id(1), "one", now, needsAcknowledgement: true);
        memory.Remember(Id(2), "two", now + TimeSpan.FromSeconds(1), needsAcknowledgement: false);
        Assert.True(memory.IsFullAt(now));
        memory.Acknowledge(Id(1), now);
        Assert.True(memory.IsFullAt(now + TradeTiming.ClockSkewMax));
        Assert.False(memory.IsFullAt(LongAfter(now)));
        memory.ForgetBefore(LongAfter(now));
        Assert.Equal(1, memory.Count);
    }

    [Fact]
    public void Bug_an_outcome_acknowledged_on_a_slower_clock_was_never_forgotten()
    {
        var memory = new OutcomeMemory<string>(max: 10);
        var deadline = EntityHarness.Start;
        memory.Remember(Id(1), "one", deadline, needsAcknowledgement: true);
        memory.ForgetBefore(LongAfter(deadline));
        memory.Acknowledge(Id(1), deadline);
        memory.ForgetBefore(LongAfter(deadline));
        Assert.Equal(0, memory.Count);
    }
}
