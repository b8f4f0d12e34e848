using System.Numerics;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>Pools of every kind, with any commands in any order and up to six open legs: whatever is committed or
/// aborted, the curve's invariant for one share never falls, and nobody gets something for nothing.</summary>
public sealed class CurvePoolPropertyTests
{
    private const int LegsMax = 6;
    private static readonly UInt256 E16 = 10_000_000_000_000_000;

    public static TheoryData<string> Kinds =>
    [
        "solidly-volatile", "solidly-stable", "stableswap-classic", "stableswap-ng", "balancer-weighted",
        "balancer-weighted 80/20", "balancer-stable",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_commits_or_aborts_the_pool_never_loses(string kind)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            int[] decimals = [random.Next(2) == 0 ? 18 : 6, random.Next(2) == 0 ? 18 : 6];
            decimals = seed % 3 == 0 ? [18, 18] : decimals;
            var (scale0, scale1) = (Scale(decimals[0]), Scale(decimals[1]));
            var books = new ConservationLedger();
            var ordering = 0L;
            var isDust = seed % 3 == 0;
            var pool = Empty(kind, decimals, random.Next(3) * 500);
            pool.Observer = (entity, e) => books.Apply(++ordering, entity, e);
            for (var i = 0; i < 40; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(1_000));
                var before = CurveWorth.Of(pool.State<PoolState>(), scale0, scale1);
                var command = AnyCommand(pool, decimals, isDust, random);
                pool.When(command);
                var after = CurveWorth.Of(pool.State<PoolState>(), scale0, scale1);
                Assert.True(
                    before is not { } b || after is not { } a || a >= b - (b / BigInteger.Pow(10, 30)),
                    $"seed {seed}: from {before} to {after} by {command}");
            }

            var state = pool.State<PoolState>();
            Assert.Equal(SignedAmount.Plus(state.Reserve0), books.BalanceOf(Bucket.Reserve("A-B"), A));
            Assert.Equal(SignedAmount.Plus(state.Reserve1), books.BalanceOf(Bucket.Reserve("A-B"), B));
            Assert.Equal(SignedAmount.Plus(state.TreasuryFees1), books.BalanceOf(Bucket.Treasury("A-B"), B));
            Assert.True(isDust || state.Swaps > 0, $"seed {seed}: nothing was swapped.");
            pool.RestartFromSnapshot();
            pool.RestartFromJournal();
        }
    }

    /// <summary>An adversary opens legs, trades at the prices they leave, and then commits the legs it likes.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nobody_profits_from_open_legs(string kind)
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var pool = Filled(kind, [18, 18], random);
            var gains = new List<(bool IsLeg, TokenId In, BigInteger Paid, TokenId Out, BigInteger Got)>();
            for (var i = 0; i < 10; i++)
            {
                var zeroForOne = random.Next(2) == 0;
                var (tokenIn, tokenOut) = zeroForOne ? (A, B) : (B, A);
                var state = pool.State<PoolState>();
                var amount = Fraction(zeroForOne ? state.Reserve0 : state.Reserve1, random, 400);
                ICommand command = random.Next(2) == 0
                    ? new Command.PrepareLeg(Id(10 + i), Id(50 + i), Trader, tokenIn, tokenOut, amount, Deadline)
                    : new Command.Swap(Id(10 + i), Trader, tokenIn, tokenOut, amount, UInt256.One, Deadline);
                foreach (var e in pool.When(command).Events)
                {
                    if (e is Event.LegPrepared leg)
                    {
                        gains.Add((true, tokenIn, (BigInteger)leg.AmountIn, tokenOut, (BigInteger)leg.AmountOut));
                    }
                    else if (e is Event.Swapped swap)
                    {
                        gains.Add((false, tokenIn, (BigInteger)swap.AmountIn, tokenOut, (BigInteger)swap.AmountOut));
                    }
                }
            }

            var legs = gains.Count(g => g.IsLeg);
            for (var choice = 0; choice < 1 << legs; choice++)
            {
                var (number, a, b) = (0, BigInteger.Zero, BigInteger.Zero);
                foreach (var g in gains)
                {
                    if (!g.IsLeg || (choice & (1 << number)) != 0)
                    {
                        a += g.In == A ? -g.Paid : g.Got;
                        b += g.In == B ? -g.Paid : g.Got;
                    }

                    number += g.IsLeg ? 1 : 0;
                }

                Assert.False(
                    a.Sign >= 0 && b.Sign >= 0 && (a.Sign > 0 || b.Sign > 0),
                    $"seed {seed}: gained {a} A and {b} B by choice {choice:b}");
            }
        }
    }

    internal static CurveTerms Terms(string kind, int[] decimals) => kind switch
    {
        "solidly-volatile" => new CurveTerms.SolidlyVolatile(new FeePips(3_000)),
        "solidly-stable" => new CurveTerms.SolidlyStable(new FeePips(500), decimals),
        "stableswap-classic" => new CurveTerms.Classic(400, 4_000_000, decimals),
        "stableswap-ng" => new CurveTerms.NextGeneration(200, 1_000_000, 50_000_000_000, decimals),
        "balancer-weighted" => new CurveTerms.Weighted([50u * E16, 50u * E16], E16 / 10u, decimals),
        "balancer-weighted 80/20" => new CurveTerms.Weighted([80u * E16, 20u * E16], E16 / 10u, decimals),
        _ => new CurveTerms.Stable(200_000, E16 / 100u, decimals),
    };

    private static AccountId Trader => AccountId.Parse("trader");

    private static EntityHarness Empty(string kind, int[] decimals, int treasuryFeePips)
    {
        var pool = new EntityHarness(Definition, PoolAB.Value);
        pool.Given(new Command.CreateCurve([A, B], Terms(kind, decimals), new FeePips(treasuryFeePips)));
        return pool;
    }

    private static EntityHarness Filled(string kind, int[] decimals, Random random)
    {
        var pool = Empty(kind, decimals, random.Next(2) * 500);
        pool.Given(new Command.AddLiquidity(
            Id(2_000_000),
            Trader,
            new(A, Whole(random, decimals[0])),
            new(B, Whole(random, decimals[1])),
            1,
            Deadline));
        return pool;
    }

    private static BigInteger Scale(int decimals) => BigInteger.Pow(10, 18 - decimals);

    // Not so far off the peg that a trade of half of it leaves the curve.
    private static UInt256 Whole(Random random, int decimals) =>
        (uint)random.Next(500_000, 2_000_000) * Units.PowerOfTen(decimals);

    private static UInt256 Fraction(UInt256 of, Random random, int most) =>
        UInt256.MulDivDown(of, (uint)random.Next(1, most), 1_000) + 1;

    private static ICommand AnyCommand(EntityHarness pool, int[] decimals, bool isDust, Random random)
    {
        // Pools of some thousands of units, where a rounding is worth more than a fee.
        UInt256 Deposit(int token) => isDust
            ? (uint)random.Next(5_000, 500_000)
            : Whole(random, decimals[token]);

        var state = pool.State<PoolState>();
        var id = Id(random.Next(1, 200));
        var deadline = pool.Now + TimeSpan.FromSeconds(random.Next(-1, 30));
        var zeroForOne = random.Next(2) == 0;
        var (tokenIn, tokenOut) = zeroForOne ? (A, B) : (B, A);
        var amount = Fraction(zeroForOne ? state.Reserve0 : state.Reserve1, random, random.Next(2) == 0 ? 20 : 290);
        var kind = state.TotalShares.IsZero ? 0 : random.Next(14);
        return kind switch
        {
            0 or 1 => new Command.AddLiquidity(
                id, Trader, new(A, Deposit(0)), new(B, Deposit(1)), 0, deadline),
            2 => new Command.RemoveLiquidity(
                id, Trader, UInt256.MulDivDown(state.TotalShares, (uint)random.Next(1, 400), 1_000), 0, 0, deadline),
            3 => new Command.CollectFees(id, Trader),
            4 => new Command.RecordFeesOutcome(
                state.Collection?.CollectionId ?? id, random.Next(2), random.Next(2) == 0),
            5 or 6 when state.Legs.Count > 0 => new Command.CommitLeg(state.Legs.Keys.First(), Trader),
            7 => new Command.AbortLeg(state.Legs.Count > 0 ? state.Legs.Keys.Last() : id, Trader, deadline),
            < 11 when state.Legs.Count < LegsMax =>
                new Command.PrepareLeg(id, Id(900), Trader, tokenIn, tokenOut, amount, deadline),
            _ => new Command.Swap(id, Trader, tokenIn, tokenOut, amount, UInt256.One, deadline),
        };
    }
}
