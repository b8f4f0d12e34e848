using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Accounts.Account;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Accounts;

/// <summary>Any commands in any order, also answers that nobody gave: the invariants of an account's summary.</summary>
public sealed class AccountPropertyTests
{
    private static readonly PoolId[] Pools = [PoolAB, PoolId.Parse("B-C")];
    private static readonly TokenId[] Tokens = [A, B, C, TokenId.SharesOf(PoolAB)];

    [Fact]
    public void Any_commands_in_any_order_keep_the_invariants()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            var books = new ConservationLedger();
            var ordering = 0L;
            var account = new EntityHarness(Definition, "alice")
            {
                Observer = (entity, e) =>
                {
                    AssertBalanced(entity, e);
                    books.Apply(++ordering, entity, e);
                },
            };
            account.Given(new Command.Open(Owner));
            for (var i = 0; i < 60; i++)
            {
                Act(account, random);
                AssertHeldIsOpen(account.State<AccountState>(), seed);
            }

            foreach (var token in Tokens)
            {
                var balance = account.State<AccountState>().BalanceOf(token);
                Assert.Equal(SignedAmount.Plus(balance.Available), books.BalanceOf(Bucket.Available("alice"), token));
                Assert.Equal(SignedAmount.Plus(balance.Held), books.BalanceOf(Bucket.Held("alice"), token));
            }
        }
    }

    private static void Act(EntityHarness account, Random random)
    {
        var twin = random.Next(20) == 0;
        account.Now += TimeSpan.FromMilliseconds(random.Next(1_500));
        var command = AnyCommand(account, random);
        var decision = account.When(command, random.Next(30) == 0 ? "mallory" : CommandContext.Self);
        if (decision.Rejection is null && decision.EndingKey == Guid.Empty && command is not Command.AcknowledgeCredits)
        {
            var stored = account.Journal.Count;
            var again = account.When(command);
            var isPast = again.Events is [Event.CreditRefused { Reason: "deadline-passed" }];
            Assert.True(
                again.Rejection is not null || isPast || account.Journal.Count == stored, $"{command} happened twice");
            var isFirstAnswer = !decision.IsEarlier || decision.Events.SequenceEqual(again.Events);
            Assert.True(isFirstAnswer, $"A repeat of {command} heard another answer.");
        }

        if (twin)
        {
            account.RestartFromSnapshot();
            account.RestartFromJournal();
        }
    }

    private static ICommand AnyCommand(EntityHarness account, Random random)
    {
        var id = Id(random.Next(1, 25));
        var deadline = account.Now + TimeSpan.FromSeconds(random.Next(-3, 30));
        var token = Tokens[random.Next(Tokens.Length)];
        UInt256 amount = (uint)random.Next(60);
        return random.Next(29) switch
        {
            0 or 1 or 2 => new Command.Credit(id, Token.IdOf(token), token, amount * 40u, deadline),
            3 => new Command.AcknowledgeCredits([id]),
            4 => new Command.Withdraw(id, token, amount, deadline),
            5 => new Command.Transfer(id, AccountId.Parse("bob"), token, amount, deadline),
            6 => new Command.StartSwap(id, [new SwapHop(PoolAB, A, B)], amount, UInt256.One, deadline),
            7 or 8 => new Command.StartSwap(
                id, [new SwapHop(Pools[0], A, B), new SwapHop(Pools[1], B, C)], amount, 3, deadline),
            9 => new Command.AddLiquidity(id, PoolAB, new(A, amount), new(B, amount), UInt256.Zero, deadline),
            10 => new Command.RemoveLiquidity(id, PoolAB, amount, UInt256.Zero, UInt256.Zero, deadline),
            11 => new Command.HoldFunds(id, token, amount, deadline),
            12 => new Command.SettleFill(id, Id(random.Next(200)), amount, token, amount, token, 0, "paper"),
            13 => new Command.ReleaseHold(id),
            14 => new Command.ResolveTrade(id),
            15 => new Command.RecordRefusal(id, "why"),
            16 => new Command.RecordLegFinished(id, random.Next(2)),
            17 => new Command.RecordLegPrepared(id, random.Next(2), amount, 1),
            18 => new Command.RecordSwapOutcome(id, amount, 0, 0),
            19 or 20 => new Command.StartSwap(
                id,
                [new SwapHop(Pools[0], A, B), new SwapHop(Pools[0], B, A)],
                amount,
                (uint)random.Next(1, 60),
                deadline,
                IsFlash: true),
            21 => new Command.PlacePoolOrder(
                id, PoolAB, PoolOrder.Limit(token, token == A ? B : A, 1_000, new Price(1, 1)), deadline),
            22 => new Command.RecordPoolOrderAccepted(id),
            23 => random.Next(2) == 0
                ? new Command.RecordPoolOrderRefused(id, "why")
                : new Command.CancelPoolOrder(id, "why"),
            24 or 25 => Fill(account.State<AccountState>(), id, amount, deadline, random),
            26 => new Command.ClosePoolOrder(id, PoolOrderEnd.Expired, "why"),
            27 => EndOfFill(account.State<AccountState>(), id, amount, random),
            _ => new Command.RecordDelivered(id),
        };
    }

    private static Command.FillPoolOrder Fill(
        AccountState state, Guid id, UInt256 amount, DateTimeOffset deadline, Random random)
    {
        var next = state.PoolOrders.TryGetValue(id, out var order) ? order.FillNumber : 0;
        return new Command.FillPoolOrder(id, next + random.Next(2), PoolAB, amount, 1, deadline);
    }

    private static Command EndOfFill(AccountState state, Guid id, UInt256 amount, Random random)
    {
        var trade = state.PoolOrders.TryGetValue(id, out var order) && order.Fill is { } fill ? fill.TradeId : id;
        return random.Next(2) == 0
            ? new Command.RecordSwapOutcome(trade, amount, 0, 0)
            : new Command.RecordRefusal(trade, "why");
    }

    private static void AssertHeldIsOpen(AccountState state, int seed)
    {
        var open = state.Trades.Values.SelectMany(t => t.Held)
            .Concat(state.Holds.Values.Select(h => new Domain.Trades.TokenAmount(h.Token, h.Left)))
            .Concat(state.PoolOrders.Values.Select(o => new Domain.Trades.TokenAmount(o.Terms.TokenIn, o.Left)))
            .GroupBy(h => h.Token)
            .ToDictionary(g => g.Key, g => g.Aggregate(BigInteger.Zero, (sum, h) => sum + (BigInteger)h.Amount));
        foreach (var balance in state.ToView().Balances)
        {
            Assert.True((BigInteger)balance.Held == open.GetValueOrDefault(balance.Token), $"seed {seed}: {balance}");
        }
    }

    private static void AssertBalanced(EntityId entity, IEvent e)
    {
        foreach (var token in Postings.Of(entity, e).GroupBy(p => p.Token))
        {
            var sum = token.Aggregate(SignedAmount.Zero, (sum, p) => sum + p.Amount);
            Assert.True(sum.IsZero, $"{e} does not balance.");
        }
    }
}
