using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Accounts.Account;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Accounts;

public sealed class AccountTests
{
    private static Command.StartSwap Swap(int id = 1, ulong amount = 40, ulong? nonce = null) =>
        new(Id(id), [new SwapHop(PoolAB, A, B)], amount, UInt256.One, Deadline, nonce);

    private static Command.StartSwap RouteABA(int id = 1) => new(
        Id(id),
        [new SwapHop(PoolAB, A, B), new SwapHop(PoolId.Parse("B-C"), B, C), new SwapHop(PoolId.Parse("C-A"), C, A)],
        40,
        30,
        Deadline);

    private static ulong PreparedInput(EntityHarness account) =>
        (ulong)Assert.IsType<Pool.Command.PrepareLeg>(Assert.Single(account.Effects).Command).AmountIn;

    [Fact]
    public void A_swap_holds_the_money_then_spends_it_and_credits_the_output()
    {
        var account = AccountWith(100UL.Of(A));
        account.Happens<Event.SwapStarted>(Swap(), Owner);
        Assert.Equal(new Balance(60, 40), account.State<AccountState>().BalanceOf(A));
        var effect = Assert.Single(account.Effects);
        Assert.Equal(Pool.IdOf(PoolAB), effect.Target);

        account.Happens<Event.TradeSettled>(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        Assert.Equal(new Balance(60, 0), account.State<AccountState>().BalanceOf(A));
        Assert.Equal(new Balance(77, 0), account.State<AccountState>().BalanceOf(B));
    }

    [Fact]
    public void A_refused_swap_releases_the_money()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        account.Happens<Event.TradeReleased>(new Command.RecordRefusal(Id(1), "below-minimum"));
        Assert.Equal(new Balance(100, 0), account.State<AccountState>().BalanceOf(A));
        Assert.Empty(account.Fold.Outstanding());
    }

    [Fact]
    public void A_trade_ends_once_whatever_answers_come_late()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        account.Given(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        foreach (var late in new ICommand[]
        {
            new Command.RecordSwapOutcome(Id(1), 77, 1, 5),
            new Command.RecordRefusal(Id(1), "deadline-passed"),
            new Command.RecordDelivered(Id(1)),
            new Command.RecordLegPrepared(Id(1), 0, 5, 0),
            new Command.RecordLegFinished(Id(1), 0),
            new Command.RecordLiquidityAdded(Id(1), 1, 1, 1),
            new Command.RecordLiquidityRemoved(Id(1), 1UL.Of(A), 1UL.Of(B)),
        })
        {
            Assert.Empty(account.When(late).Events);
        }
    }

    [Fact]
    public void A_repeat_waits_for_the_end_and_then_hears_the_first_answer()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        var waiting = account.When(Swap(), Owner);
        Assert.Empty(waiting.Events);
        Assert.Equal(Id(1), waiting.AnswerKey);

        var settled = account.Happens<Event.TradeSettled>(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        Assert.Same(settled, account.IsRepeat<Event.TradeSettled>(Swap(), Owner));
    }

    [Fact]
    public void An_id_is_one_thing_while_it_is_remembered()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        account.IsRejected<Rejection.IdReused>(Swap(amount: 41));
        account.IsRejected<Rejection.IdReused>(new Command.Withdraw(Id(1), A, 1, Deadline));
        account.IsRejected<Rejection.IdReused>(new Command.HoldFunds(Id(1), A, 1, Deadline));
        account.IsRejected<Rejection.IdReused>(new Command.Credit(Id(1), Token.IdOf(A), A, 1, Deadline));
        account.Given(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        account.IsRejected<Rejection.IdReused>(Swap(amount: 41));
        account.IsRejected<Rejection.IdReused>(new Command.Withdraw(Id(1), A, 1, Deadline));
        account.IsRejected<Rejection.IdReused>(new Command.HoldFunds(Id(1), A, 1, Deadline));
        account.IsRejected<Rejection.IdReused>(new Command.Credit(Id(1), Token.IdOf(A), A, 1, Deadline));
    }

    [Fact]
    public void A_trade_is_refused_after_its_deadline_and_forgotten_only_when_every_clock_is_past_it()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        account.Given(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        account.Now = LongAfter(Deadline) - TimeSpan.FromTicks(1);
        account.IsRepeat<Event.TradeSettled>(Swap());
        account.Now = LongAfter(Deadline);
        account.IsRejected<Rejection.Expired>(Swap());
    }

    [Fact]
    public void A_credit_is_remembered_until_its_sender_acknowledges_it()
    {
        var account = AccountWith();
        var credit = new Command.Credit(Id(1), Token.IdOf(A), A, 5, Deadline);
        account.Happens<Event.Credited>(credit);
        account.Now = LongAfter(Deadline) + TimeSpan.FromDays(1);
        account.IsRepeat<Event.Credited>(credit);
        account.Given(new Command.AcknowledgeCredits([Id(1)]));
        Assert.Equal("deadline-passed", account.Happens<Event.CreditRefused>(credit).Reason);
        Assert.Equal(new Balance(5, 0), account.State<AccountState>().BalanceOf(A));
    }

    [Fact]
    public void Credits_to_an_account_that_is_not_open_are_refused_for_good()
    {
        var account = new EntityHarness(Definition, "nobody");
        var credit = new Command.Credit(Id(1), Token.IdOf(A), A, 5, Deadline);
        Assert.Equal("account-not-open", account.Happens<Event.CreditRefused>(credit).Reason);
        account.Given(new Command.Open(Owner));
        account.IsRepeat<Event.CreditRefused>(credit);
    }

    [Fact]
    public void Only_the_owner_or_the_cluster_starts_anything_and_only_the_cluster_records()
    {
        var account = AccountWith(100UL.Of(A));
        account.IsRejected<Rejection.NotPermitted>(Swap(), "mallory");
        account.IsRejected<Rejection.NotPermitted>(new Command.Credit(Id(9), Token.IdOf(A), A, 5, Deadline), Owner);
        account.IsRejected<Rejection.NotPermitted>(new Command.HoldFunds(Id(9), A, 5, Deadline), Owner);
        account.IsRejected<Rejection.NotPermitted>(new Command.RecordSwapOutcome(Id(1), 5, 0, 0), Owner);
        account.IsRejected<Rejection.NotPermitted>(new Command.ResolveTrade(Id(1)), Owner);
        account.Happens<Event.SwapStarted>(Swap(), Owner);
    }

    [Fact]
    public void A_nonce_is_one_more_than_the_last()
    {
        var account = AccountWith(100UL.Of(A));
        Assert.Equal(new Rejection.WrongNonce(1, 2), account.IsRejected<Rejection.WrongNonce>(Swap(nonce: 2)));
        account.Happens<Event.SwapStarted>(Swap(1, 10, nonce: 1));
        account.IsRejected<Rejection.WrongNonce>(Swap(2, 10, nonce: 1));
        account.Happens<Event.SwapStarted>(Swap(3, 10));
        account.Happens<Event.SwapStarted>(Swap(2, 10, nonce: 2));
        Assert.Equal(2UL, account.State<AccountState>().Nonce);
    }

    [Theory]
    [InlineData(SystemMode.Init, false, false, false)]
    [InlineData(SystemMode.Active, true, true, true)]
    [InlineData(SystemMode.Paused, false, true, true)]
    [InlineData(SystemMode.Maintenance, false, false, true)]
    [InlineData(SystemMode.Emergency, false, false, true)]
    public void The_mode_of_the_system_allows_trades_moves_and_ends(SystemMode mode, bool trades, bool moves, bool _)
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap(id: 50, amount: 10));
        account.Mode = mode;
        Assert.Equal(trades, account.When(Swap()).Rejection is null);
        Assert.Equal(trades, account.When(new Command.HoldFunds(Id(2), A, 1, Deadline)).Events is [Event.FundsHeld]);
        Assert.Equal(moves, account.When(new Command.Withdraw(Id(3), A, 1, Deadline)).Rejection is null);
        var transfer = new Command.Transfer(Id(4), AccountId.Parse("bob"), A, 1, Deadline);
        Assert.Equal(moves, account.When(transfer).Rejection is null);
        account.Happens<Event.Credited>(new Command.Credit(Id(5), Token.IdOf(A), A, 1, Deadline));
        account.Happens<Event.TradeSettled>(new Command.RecordSwapOutcome(Id(50), 7, 0, 0));
    }

    [Fact]
    public void What_cannot_be_held_is_rejected_with_its_numbers()
    {
        var account = AccountWith(100UL.Of(A));
        Assert.Equal(
            new Rejection.InsufficientFunds(A, 101, 100),
            account.IsRejected<Rejection.InsufficientFunds>(Swap(amount: 101)));
        account.IsRejected<Rejection.ZeroAmount>(Swap(amount: 0));
        account.IsRejected<Rejection.DeadlineTooFar>(Swap() with { Deadline = account.Now + TimeSpan.FromHours(2) });
        account.IsRejected<Rejection.InvalidRoute>(Swap() with { Route = [] });
        account.IsRejected<Rejection.InvalidRoute>(Swap() with { Route = [new SwapHop(PoolAB, A, A)] });
        account.IsRejected<Rejection.InvalidRoute>(RouteABA() with
        {
            Route = [new SwapHop(PoolAB, A, B), new SwapHop(PoolAB, A, B)],
        });
        var toItself = new Command.Transfer(Id(1), AccountId.Parse("alice"), A, 1, Deadline);
        account.IsRejected<Rejection.InvalidRoute>(toItself);
    }

    [Fact]
    public void A_hold_is_spent_by_fills_once_each_and_the_rest_comes_back()
    {
        var account = AccountWith(100UL.Of(A));
        account.Happens<Event.FundsHeld>(new Command.HoldFunds(Id(1), A, 60, Deadline));
        var fill = new Command.SettleFill(Id(1), Id(7), 25, B, 50, B, 1, "paper");
        account.Happens<Event.FillSettled>(fill);
        Assert.Empty(account.When(fill).Events);
        account.IsRejected<Rejection.HoldExceeded>(fill with { FillId = Id(8), Spent = 36 });
        Assert.Equal(35UL, (ulong)account.Happens<Event.HoldReleased>(new Command.ReleaseHold(Id(1))).Amount);
        account.IsRejected<Rejection.UnknownHold>(fill with { FillId = Id(9) });
        account.IsRepeat<Event.HoldReleased>(new Command.ReleaseHold(Id(1)));
        account.IsRepeat<Event.HoldReleased>(new Command.HoldFunds(Id(1), A, 60, Deadline));
        Assert.Equal(new Balance(75, 0), account.State<AccountState>().BalanceOf(A));
        Assert.Equal(new Balance(50, 0), account.State<AccountState>().BalanceOf(B));
    }

    [Fact]
    public void Bug_a_late_copy_of_a_refused_hold_held_for_an_order_that_was_over()
    {
        var account = AccountWith(100UL.Of(A));
        var hold = new Command.HoldFunds(Id(1), A, 60, Deadline);
        account.Mode = SystemMode.Paused;
        Assert.Equal("trading-halted", account.Happens<Event.HoldRefused>(hold).Code);
        account.Mode = SystemMode.Active;
        account.IsRepeat<Event.HoldRefused>(hold);
        account.RestartFromSnapshot();
        account.IsRepeat<Event.HoldRefused>(hold);
        account.IsRejected<Rejection.IdReused>(hold with { Amount = 59 });
        Assert.Equal(new Balance(100, 0), account.State<AccountState>().BalanceOf(A));

        // When it may be forgotten, it is too late for the copy, too.
        account.Now = Deadline + TimeSpan.FromMinutes(10);
        account.IsRejected<Rejection.Expired>(hold);
    }

    [Fact]
    public void Bug_a_repeated_hold_with_another_amount_was_accepted()
    {
        var account = AccountWith(100UL.Of(A));
        var held = account.Happens<Event.FundsHeld>(new Command.HoldFunds(Id(1), A, 60, Deadline));
        account.IsRejected<Rejection.IdReused>(new Command.HoldFunds(Id(1), A, 61, Deadline));
        account.Now += TimeSpan.FromSeconds(1);
        account.RestartFromSnapshot();
        Assert.Equal(held, account.IsRepeat<Event.FundsHeld>(new Command.HoldFunds(Id(1), A, 60, Deadline)));
    }

    [Fact]
    public void A_route_prepares_in_order_then_commits_all()
    {
        var account = AccountWith(100UL.Of(A));
        account.Given(RouteABA());
        Assert.Equal(40UL, PreparedInput(account));
        account.Given(new Command.RecordLegPrepared(Id(1), 0, 35, 1));
        Assert.Equal(35UL, PreparedInput(account));
        Assert.Empty(account.When(new Command.RecordLegPrepared(Id(1), 0, 35, 1)).Events);
        account.Given(new Command.RecordLegPrepared(Id(1), 1, 33, 1), new Command.RecordLegPrepared(Id(1), 2, 31, 1));
        Assert.Equal(3, account.Effects.Count(e => e.Command is Pool.Command.CommitLeg));
        account.Given(new Command.RecordLegFinished(Id(1), 2), new Command.RecordLegFinished(Id(1), 0));
        var end = account.When(new Command.RecordLegFinished(Id(1), 1));
        Assert.Equal(31UL, (ulong)Assert.IsType<Event.TradeSettled>(end.Events[^1]).AmountOut);
        Assert.Equal(Id(1), end.EndingKey);
        Assert.Equal(new Balance(91, 0), account.State<AccountState>().BalanceOf(A));
    }

    [Fact]
    public void Bug_the_last_prepared_leg_asked_for_one_more()
    {
        var account = AccountWith(100UL.Of(A)).Given(RouteABA());
        account.Given(new Command.RecordLegPrepared(Id(1), 0, 35, 1), new Command.RecordLegPrepared(Id(1), 1, 33, 1));

        // The host reacts to each event as it is applied: to the third preparation before the commitment.
        var decision = account.When(new Command.RecordLegPrepared(Id(1), 2, 29, 1));
        Assert.Equal("below-minimum", Assert.IsType<Event.RouteAborted>(decision.Events[^1]).Reason);
        Assert.All(account.Effects, e => Assert.IsType<Pool.Command.AbortLeg>(e.Command));
    }

    [Fact]
    public void Bug_a_late_answer_settled_a_later_trade_with_the_same_id()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        var late = Assert.Single(account.Effects).Continue(new Answer.Accepted(
            [new Pool.Event.Swapped(Id(1), AccountId.Parse("alice"), A, 40, B, 77, 1, 0, 5, Deadline, account.Now)],
            0,
            account.Now))!;
        account.Given(late);
        account.Now = LongAfter(Deadline) + TimeSpan.FromMinutes(1);
        account.Given(Swap(amount: 30) with { Deadline = account.Now + TimeSpan.FromSeconds(30) });
        Assert.Empty(account.When(late).Events);
        Assert.Single(account.State<AccountState>().Trades);
    }

    [Fact]
    public void A_flash_route_needs_no_money_and_leaves_what_it_earned()
    {
        var account = AccountWith();
        account.Given(RouteABA() with { IsFlash = true, MinAmountOut = 40 });
        Assert.Empty(account.State<AccountState>().ToView().Balances);
        Assert.Equal(40UL, PreparedInput(account));
        account.Given(new Command.RecordLegPrepared(Id(1), 0, 80, 1), new Command.RecordLegPrepared(Id(1), 1, 90, 0));
        var decision = account.When(new Command.RecordLegPrepared(Id(1), 2, 47, 0));
        Assert.IsType<Event.RouteCommitted>(decision.Events[^1]);
        account.Given(new Command.RecordLegFinished(Id(1), 0), new Command.RecordLegFinished(Id(1), 1));
        account.When(new Command.RecordLegFinished(Id(1), 2));
        Assert.Equal(new Balance(7, 0), account.State<AccountState>().BalanceOf(A));
        account.IsRepeat<Event.TradeSettled>(RouteABA() with { IsFlash = true, MinAmountOut = 40 });
        account.IsRejected<Rejection.IdReused>(RouteABA());
    }

    [Fact]
    public void A_flash_route_holds_what_it_may_lose_and_no_more()
    {
        var account = AccountWith(20UL.Of(A));
        account.IsRejected<Rejection.InsufficientFunds>(RouteABA() with { IsFlash = true, MinAmountOut = 19 });
        account.Given(RouteABA() with { IsFlash = true });
        Assert.Equal(new Balance(10, 10), account.State<AccountState>().BalanceOf(A));
        account.Given(new Command.RecordLegPrepared(Id(1), 0, 80, 1), new Command.RecordLegPrepared(Id(1), 1, 90, 0));
        account.When(new Command.RecordLegPrepared(Id(1), 2, 33, 0));
        for (var hop = 0; hop < 3; hop++)
        {
            account.When(new Command.RecordLegFinished(Id(1), hop));
        }

        Assert.Equal(new Balance(13, 0), account.State<AccountState>().BalanceOf(A));
    }

    [Fact]
    public void A_flash_route_that_does_not_repay_itself_is_undone_and_costs_nothing()
    {
        var account = AccountWith();
        account.Given(RouteABA() with { IsFlash = true, MinAmountOut = 40 });
        account.Given(new Command.RecordLegPrepared(Id(1), 0, 80, 1), new Command.RecordLegPrepared(Id(1), 1, 90, 0));
        var decision = account.When(new Command.RecordLegPrepared(Id(1), 2, 39, 0));
        Assert.IsType<Event.RouteAborted>(decision.Events[^1]);
        for (var hop = 0; hop < 3; hop++)
        {
            account.When(new Command.RecordLegFinished(Id(1), hop));
        }

        Assert.Empty(account.State<AccountState>().Trades);
        Assert.Equal(new Balance(0, 0), account.State<AccountState>().BalanceOf(A));
    }

    [Fact]
    public void A_flash_route_returns_to_its_first_token()
    {
        var account = AccountWith(100UL.Of(A));
        account.IsRejected<Rejection.InvalidRoute>(Swap() with { IsFlash = true });
        account.IsRejected<Rejection.InvalidRoute>(RouteABA() with
        {
            Route = [.. RouteABA().Route.Take(2)],
            IsFlash = true,
        });
        account.IsRejected<Rejection.ZeroAmount>(RouteABA() with { IsFlash = true, AmountIn = 0 });
    }

    [Fact]
    public void An_overdue_route_is_decided_when_a_pool_asks_and_never_otherwise()
    {
        var account = AccountWith(100UL.Of(A)).Given(RouteABA());
        account.IsRejected<Rejection.StillOpen>(new Command.ResolveTrade(Id(1)));
        account.IsRejected<Rejection.UnknownTrade>(new Command.ResolveTrade(Id(2)));
        account.Now = LongAfter(Deadline);
        account.Happens<Event.RouteAborted>(new Command.ResolveTrade(Id(1)));
        account.IsRepeat<Event.RouteAborted>(new Command.ResolveTrade(Id(1)));
        Assert.Empty(account.When(new Command.RecordLegPrepared(Id(1), 0, 35, 1)).Events);
    }

    [Fact]
    public void Bug_asking_about_an_overdue_single_swap_aborted_it()
    {
        var account = AccountWith(100UL.Of(A)).Given(Swap());
        account.Now = LongAfter(Deadline);
        account.IsRejected<Rejection.StillOpen>(new Command.ResolveTrade(Id(1)));
    }

    [Fact]
    public void Bug_a_credit_with_anothers_id_took_the_first_ones_answer()
    {
        var account = AccountNamed("bob");
        var from = Account.IdOf(AccountId.Parse("alice"));
        account.Happens<Event.Credited>(new Command.Credit(Id(1), from, A, 5, Deadline));
        var other = new Command.Credit(Id(1), Account.IdOf(AccountId.Parse("carol")), A, 5, Deadline);
        account.IsRejected<Rejection.IdReused>(other);

        // Once its deadline has passed on every clock it becomes a refusal, so that carol's money is free again.
        account.Now = LongAfter(Deadline);
        account.Happens<Event.CreditRefused>(other);
        account.IsRepeat<Event.Credited>(new Command.Credit(Id(1), from, A, 5, Deadline));
    }

    [Fact]
    public void Bug_a_credit_with_the_id_of_an_open_trade_was_overwritten_by_its_end()
    {
        var account = AccountNamed("bob", 100UL.Of(A)).Given(Swap());
        var credit = new Command.Credit(Id(1), Account.IdOf(AccountId.Parse("alice")), A, 5, Deadline);
        account.IsRejected<Rejection.IdReused>(credit);
        account.Given(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        account.IsRejected<Rejection.IdReused>(credit);
    }

    [Fact]
    public void Bug_an_account_with_all_its_tokens_refused_more_of_them()
    {
        var account = AccountWith();
        for (var i = 0; i < TokensMax; i++)
        {
            var token = TokenId.Parse("T" + i);
            account.Given(new Command.Credit(Id(10 + i), Token.IdOf(token), token, 1, Deadline));
        }

        var known = TokenId.Parse("T0");
        account.Happens<Event.Credited>(new Command.Credit(Id(5), Token.IdOf(known), known, 1, Deadline));
        account.Happens<Event.CreditRefused>(new Command.Credit(Id(6), Token.IdOf(A), A, 1, Deadline));
    }

    [Fact]
    public void Bug_an_id_started_anew_was_in_the_snapshot_twice()
    {
        var account = AccountWith(100UL.Of(A));
        account.Given(Swap(id: 9, amount: 1) with { Deadline = account.Now + TimeSpan.FromMinutes(30) }, Swap(1, 1));
        account.Given(new Command.RecordSwapOutcome(Id(1), 77, 1, 5));
        account.Now = LongAfter(Deadline);
        account.Happens<Event.SwapStarted>(Swap(1, 1) with { Deadline = account.Now + TimeSpan.FromSeconds(5) });
        account.RestartFromSnapshot();
        account.RestartFromJournal();
        Assert.Equal(2, account.State<AccountState>().Trades.Count);
    }

    [Fact]
    public void Every_open_affair_is_outstanding_with_the_id_of_its_first_effect()
    {
        var account = AccountWith(100UL.Of(A), 100UL.Of(B));
        Command[] starts =
        [
            Swap(1, 10),
            RouteABA(2) with { AmountIn = 10 },
            new Command.Transfer(Id(3), AccountId.Parse("bob"), A, 1, Deadline),
            new Command.Withdraw(Id(4), A, 1, Deadline),
            new Command.AddLiquidity(Id(5), PoolAB, 5UL.Of(A), 5UL.Of(B), 1, Deadline),
        ];
        var first = new List<(EntityId, Guid, ICommand)>();
        foreach (var start in starts)
        {
            account.Given(start);
            first.AddRange(account.Effects.Select(e => (e.Target, e.CommandId, e.Command)));
        }

        account.RestartFromSnapshot();
        var again = account.Fold.Outstanding().Select(e => (e.Target, e.CommandId, e.Command));
        Assert.Equal(first.OrderBy(e => e.Item2), again.OrderBy(e => e.CommandId));
        Assert.Equal(EntityHarness.Start + Domain.Trades.TradeTiming.RetryAfter, account.Fold.WakeAt());
    }
}
