using System.Numerics;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>Any commands in any order, with up to eight open legs: the invariants of a pool's summary.</summary>
public sealed class PoolPropertyTests
{
    private const int LegsMax = 8;

    [Fact]
    public void Whatever_commits_or_aborts_the_pool_never_loses()
    {
        for (var seed = 1; seed <= 800; seed++)
        {
            var random = new Random(seed);
            var books = new ConservationLedger();
            var ordering = 0L;
            var pool = EmptyPool(random.Next(3) * 2_500, random.Next(3) * 500);
            pool.Observer = (entity, e) => books.Apply(++ordering, entity, e);
            for (var i = 0; i < 50; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(1_000));
                var before = PoolWorth.Of(pool.State<PoolState>());
                var command = AnyCommand(pool, random);
                var decision = pool.When(command);
                PoolWorth.Of(pool.State<PoolState>()).AssertNotBelow(before, $"seed {seed}: {command}");
                AssertRepeats(pool, command, decision);
            }

            AssertBooked(pool.State<PoolState>(), books);
            pool.RestartFromSnapshot();
            pool.RestartFromJournal();
        }
    }

    /// <summary>
    /// An adversary opens legs, trades against the pool at the prices they leave, and then commits the legs it likes
    /// and aborts the others. Whatever it chooses, it cannot end with more of one token and no less of the other.
    /// </summary>
    [Fact]
    public void Nobody_profits_from_open_legs()
    {
        for (var seed = 1; seed <= 1_500; seed++)
        {
            var random = new Random(seed);
            var pool = PoolWith(Reserve(random), Reserve(random), random.Next(2) * 2_500, random.Next(2) * 500);
            var trader = AccountId.Parse("adversary");
            var (legs, swaps) = (new List<Event.LegPrepared>(), new List<Event.Swapped>());
            for (var i = 0; i < 10; i++)
            {
                var zeroForOne = random.Next(2) == 0;
                var (tokenIn, tokenOut) = zeroForOne ? (A, B) : (B, A);
                var state = pool.State<PoolState>();
                var amount = Fraction(zeroForOne ? state.Reserve0 : state.Reserve1, random);
                var isLeg = legs.Count < 6 && random.Next(2) == 0;
                ICommand command = isLeg
                    ? new Command.PrepareLeg(Id(10 + i), Id(50 + i), trader, tokenIn, tokenOut, amount, Deadline)
                    : new Command.Swap(Id(10 + i), trader, tokenIn, tokenOut, amount, UInt256.One, Deadline);
                var events = pool.When(command).Events;
                legs.AddRange(events.OfType<Event.LegPrepared>());
                swaps.AddRange(events.OfType<Event.Swapped>());
            }

            for (var choice = 0; choice < 1 << legs.Count; choice++)
            {
                var committed = legs.Where((_, i) => (choice & (1 << i)) != 0);
                var (gain0, gain1) = Gain(swaps, committed);
                Assert.False(
                    gain0.Sign >= 0 && gain1.Sign >= 0 && (gain0.Sign > 0 || gain1.Sign > 0),
                    $"seed {seed}: gained {gain0} A and {gain1} B by choice {choice:b}");
            }
        }
    }

    private static (BigInteger A, BigInteger B) Gain(
        IEnumerable<Event.Swapped> swaps, IEnumerable<Event.LegPrepared> legs)
    {
        var gain = new Dictionary<TokenId, BigInteger> { [A] = 0, [B] = 0 };
        foreach (var swap in swaps)
        {
            gain[swap.TokenIn] -= (BigInteger)swap.AmountIn;
            gain[swap.TokenOut] += (BigInteger)swap.AmountOut;
        }

        foreach (var leg in legs)
        {
            gain[leg.TokenIn] -= (BigInteger)leg.AmountIn;
            gain[leg.TokenOut] += (BigInteger)leg.AmountOut;
        }

        return (gain[A], gain[B]);
    }

    private static UInt256 Reserve(Random random) => (UInt256)(ulong)random.NextInt64(2_000, 1L << random.Next(12, 60));

    private static UInt256 Fraction(UInt256 of, Random random) =>
        UInt256.MulDivDown(of, (uint)random.Next(1, 1_000), 500) + 1;

    private static void AssertRepeats(EntityHarness pool, ICommand command, DecisionResult decision)
    {
        if (decision.Rejection is null && command is not (Command.Acknowledge or Command.RecordFeesOutcome))
        {
            var stored = pool.Journal.Count;
            var again = pool.When(command);
            var isPast = again.Events is [Event.TradeRefused { Reason: "deadline-passed" }];
            var isStored = again.Rejection is null && !isPast && pool.Journal.Count != stored;
            Assert.False(isStored, $"{command} happened twice");
        }
    }

    private static ICommand AnyCommand(EntityHarness pool, Random random)
    {
        var state = pool.State<PoolState>();
        var id = Id(random.Next(1, 60));
        var account = AccountId.Parse(random.Next(2) == 0 ? "alice" : "bob");
        var deadline = pool.Now + TimeSpan.FromSeconds(random.Next(-2, 30));
        var zeroForOne = random.Next(2) == 0;
        var (tokenIn, tokenOut) = zeroForOne ? (A, B) : (B, A);
        var amount = Fraction(zeroForOne ? state.Reserve0 : state.Reserve1, random);
        var kind = state.TotalShares.IsZero ? 0 : random.Next(14);
        return kind switch
        {
            0 or 1 => new Command.AddLiquidity(
                id, account, new(A, Reserve(random)), new(B, Reserve(random)), UInt256.Zero, deadline),
            2 => new Command.RemoveLiquidity(
                id, account, UInt256.MulDivDown(state.TotalShares, (uint)random.Next(1, 600), 1_000), 0, 0, deadline),
            3 => new Command.Acknowledge([id]),
            4 => new Command.CollectFees(id, account),
            5 => new Command.RecordFeesOutcome(
                state.Collection?.CollectionId ?? id, random.Next(2), random.Next(2) == 0),
            6 or 7 when state.Legs.Count > 0 => new Command.CommitLeg(state.Legs.Keys.First(), account),
            8 => new Command.AbortLeg(state.Legs.Count > 0 ? state.Legs.Keys.Last() : id, account, deadline),
            < 12 when state.Legs.Count < LegsMax =>
                new Command.PrepareLeg(id, Id(90), account, tokenIn, tokenOut, amount, deadline),
            _ => new Command.Swap(id, account, tokenIn, tokenOut, amount, UInt256.One, deadline),
        };
    }

    private static void AssertBooked(PoolState pool, ConservationLedger books)
    {
        Assert.Equal(SignedAmount.Plus(pool.Reserve0), books.BalanceOf(Bucket.Reserve("A-B"), A));
        Assert.Equal(SignedAmount.Plus(pool.Reserve1), books.BalanceOf(Bucket.Reserve("A-B"), B));
        Assert.Equal(SignedAmount.Plus(pool.TreasuryFees0), books.BalanceOf(Bucket.Treasury("A-B"), A));
        Assert.Equal(SignedAmount.Plus(pool.TreasuryFees1), books.BalanceOf(Bucket.Treasury("A-B"), B));
    }
}
