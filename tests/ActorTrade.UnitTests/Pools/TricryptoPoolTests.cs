using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>Pools with Curve's tricrypto, whose state is a path: dollars, bitcoin and ether.</summary>
public sealed class TricryptoPoolTests
{
    private static readonly int[] Decimals = [6, 8, 18];
    private static readonly TokenId[] Tokens = [A, B, C];

    /// <summary>Any commands in any order: money is conserved, a share is worth less only where the scale moved, and
    /// then no less than half of all profit; and every way to the state leads to the same.</summary>
    [Fact]
    public void Whatever_happens_the_shares_keep_half_of_the_profit()
    {
        var (moved, swaps, exits, joins) = (0, 0L, 0, 0);
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var books = new ConservationLedger();
            var ordering = 0L;
            var pool = Empty(random.Next(3) * 500);
            pool.Observer = (entity, e) => books.Apply(++ordering, entity, e);
            for (var i = 0; i < 60; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(400_000));
                var before = pool.State<PoolState>().Scale;
                var command = AnyCommand(pool, random);
                var events = pool.When(command).Events;
                var after = pool.State<PoolState>().Scale;
                if (before is not null && after is not null)
                {
                    var hasMoved = !before.PriceScale.AsSpan().SequenceEqual(after.PriceScale);
                    moved += hasMoved ? 1 : 0;
                    Assert.True(hasMoved || after.VirtualPrice >= before.VirtualPrice, $"seed {seed}: {command}");
                    var growth = (2 * (BigInteger)after.VirtualPrice) - BigInteger.Pow(10, 18);
                    Assert.True(
                        growth >= (BigInteger)after.XcpProfit - 2,
                        $"seed {seed}: {after} by {command}");
                }

                joins += events is [Event.Joined, ..] ? 1 : 0;
                exits += events is [Event.Exited, ..] ? 1 : 0;
            }

            var state = pool.State<PoolState>();
            swaps += state.Swaps;
            for (var k = 0; k < 3; k++)
            {
                Assert.Equal(
                    SignedAmount.Plus(state.Reserves[k]), books.BalanceOf(Bucket.Reserve("tri"), Tokens[k]));
                Assert.Equal(
                    SignedAmount.Plus(state.TreasuryFees[k]), books.BalanceOf(Bucket.Treasury("tri"), Tokens[k]));
            }

            pool.RestartFromSnapshot();
            pool.RestartFromJournal();
        }

        Assert.True(moved > 20 && swaps > 300 && exits > 40 && joins > 80, $"{moved}, {swaps}, {exits}, {joins}");
    }

    /// <summary>The pool is the curve, change for change, at the times of the commands.</summary>
    [Fact]
    public void Every_change_is_the_curve_s_own()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var pool = Filled();
            Assert.True(pool.State<PoolState>().TryCurve(out var first));
            var curve = (Tricrypto)first;
            for (var i = 0; i < 30; i++)
            {
                pool.Now += TimeSpan.FromSeconds(random.Next(600));
                curve = curve.At((ulong)pool.Now.ToUnixTimeSeconds());
                var (one, other) = AnyPair(random);
                var amount = Fraction(curve.Balances[one], random, 60);
                var total = curve.Rebalancing!.TotalSupply;
                if (i % 3 == 2)
                {
                    UInt256[] amounts = [default, default, default];
                    amounts[one] = amount;
                    var error = curve.QuoteDeposit(amounts, total, out var change);
                    var joined = pool.When(new Command.Join(
                        Id(i + 1), Trader, [new(Tokens[one], amount)], true, null, UInt256.One, In(pool))).Events;
                    Assert.Equal(error == QuoteError.None, joined is [Event.Joined, ..]);
                    curve = error == QuoteError.None ? (Tricrypto)change.After : curve;
                }
                else
                {
                    Assert.Equal(QuoteError.None, curve.QuoteExactIn(one, other, amount, out var quote));
                    var swapped = pool.When(new Command.Swap(
                        Id(i + 1), Trader, Tokens[one], Tokens[other], amount, UInt256.One, In(pool))).Events;
                    Assert.Equal(quote.AmountOut, Assert.IsType<Event.Swapped>(swapped[0]).AmountOut);
                    curve = (Tricrypto)curve.Apply(quote);
                }

                Assert.True(pool.State<PoolState>().TryCurve(out var now));
                AssertSame(curve, (Tricrypto)now);
            }
        }
    }

    [Fact]
    public void A_leg_keeps_the_pool_to_itself_and_counts_from_its_commit()
    {
        var (leg, swap) = (Filled(), Filled());
        var before = leg.State<PoolState>().Scale;
        var amount = Units.PowerOfTen(6) * 50_000u;
        var prepared = leg.When(new Command.PrepareLeg(Id(1), Id(9), Trader, A, C, amount, Deadline)).Events;
        var swapped = swap.When(new Command.Swap(Id(1), Trader, A, C, amount, UInt256.One, Deadline)).Events;
        Assert.Equal(((Event.Swapped)swapped[0]).AmountOut, ((Event.LegPrepared)prepared[0]).AmountOut);
        Assert.Equal(before, leg.State<PoolState>().Scale);
        ICommand[] others =
        [
            new Command.Swap(Id(2), Trader, B, C, 1_000_000, UInt256.One, Deadline),
            new Command.PrepareLeg(Id(3), Id(9), Trader, C, B, 1_000_000, Deadline),
            new Command.Join(Id(4), Trader, [new(A, amount)], true, null, UInt256.One, Deadline),
            new Command.Exit(
                Id(5), Trader, 1_000_000, [.. Tokens.Select(t => new TokenAmount(t, 0))], false, null, Deadline),
        ];
        foreach (var other in others)
        {
            Assert.Equal("pool-busy", Assert.IsType<Event.TradeRefused>(Assert.Single(leg.When(other).Events)).Reason);
        }

        leg.RestartFromSnapshot();
        leg.Given(new Command.CommitLeg(Id(1), Trader));
        Assert.True(leg.State<PoolState>().TryCurve(out var committed));
        Assert.True(swap.State<PoolState>().TryCurve(out var traded));
        AssertSame((Tricrypto)traded, (Tricrypto)committed);
        var next = ((Command.Swap)others[0]) with { TradeId = Id(7) };
        Assert.IsType<Event.Swapped>(leg.When(next).Events[0]);
    }

    [Fact]
    public void An_aborted_leg_leaves_nothing()
    {
        var pool = Filled();
        var before = pool.State<PoolState>().Scale;
        pool.Given(new Command.PrepareLeg(Id(1), Id(9), Trader, B, A, 5_000_000, Deadline));
        pool.Given(new Command.AbortLeg(Id(1), Trader, Deadline));
        Assert.Equal(before, pool.State<PoolState>().Scale);
        Assert.Null(pool.State<PoolState>().ScaleAfterLeg);
        pool.RestartFromJournal();
    }

    /// <summary>Another node's clock may be behind that of the last change: then no time has passed.</summary>
    [Fact]
    public void A_clock_behind_the_last_change_counts_as_its_time()
    {
        var (behind, still) = (Filled(), Filled());
        foreach (var pool in new[] { behind, still })
        {
            pool.Now += TimeSpan.FromSeconds(400);
            pool.Given(Swap(1, A, B, 50_000_000_000));
        }

        behind.Now -= TimeSpan.FromSeconds(3);
        foreach (var pool in new[] { behind, still })
        {
            Assert.IsType<Event.Swapped>(pool.When(Swap(2, B, C, 90_000_000)).Events[0]);
            Assert.IsType<Event.Joined>(pool.When(new Command.Join(
                Id(3), Trader, [new(A, 5_000_000_000)], true, null, UInt256.One, In(pool))).Events[0]);
            Assert.IsType<Event.Exited>(pool.When(new Command.Exit(
                Id(4), Trader, Units.PowerOfTen(18), [new(B, 0)], true, null, In(pool))).Events[0]);
        }

        Assert.True(still.State<PoolState>().TryCurve(out var expected));
        Assert.True(behind.State<PoolState>().TryCurve(out var actual));
        AssertSame((Tricrypto)expected, (Tricrypto)actual);

        static Command.Swap Swap(int id, TokenId tokenIn, TokenId tokenOut, ulong amount) =>
            new(Id(id), Trader, tokenIn, tokenOut, amount, UInt256.One, Deadline + TimeSpan.FromHours(1));
    }

    [Fact]
    public void What_no_such_pool_has_is_named()
    {
        var pool = new EntityHarness(Definition, "tri");
        Refused("gamma", Terms() with { Gamma = 1 });
        Refused("price_scale", Terms() with { InitialPrices = [1] });
        Refused("maTime", Terms() with { MaTime = 5 });
        Refused("mid_fee", Terms() with { MidFee = 40_000_000 });
        var rejection = pool.When(new Command.CreateCurve([A, B], Terms(), default)).Rejection;
        Assert.Equal(new Rejection.WrongTokenCount(2, 3), rejection);

        void Refused(string field, CurveTerms terms) => Assert.Equal(
            field,
            Assert.IsType<Rejection.InvalidCurve>(
                pool.When(new Command.CreateCurve(Tokens, terms, default)).Rejection).Field);
    }

    private static AccountId Trader => AccountId.Parse("trader");

    // USD in front, bitcoin at 60,000 and ether at 3,000.
    internal static CurveTerms.TricryptoNg Terms() => new(
        A: 1_707_629,
        Gamma: 11_809_167_828_997,
        MidFee: 3_000_000,
        OutFee: 30_000_000,
        FeeGamma: 500_000_000_000_000,
        AllowedExtraProfit: 2_000_000_000_000,
        AdjustmentStep: 490_000_000_000_000,
        MaTime: 866,
        InitialPrices: [60_000u * Units.PowerOfTen(18), 3_000u * Units.PowerOfTen(18)],
        Decimals);

    private static DateTimeOffset In(EntityHarness pool) => pool.Now + TimeSpan.FromSeconds(30);

    private static EntityHarness Empty(int treasuryFeePips)
    {
        var pool = new EntityHarness(Definition, "tri");
        pool.Given(new Command.CreateCurve(Tokens, Terms(), new FeePips(treasuryFeePips)));
        return pool;
    }

    private static EntityHarness Filled()
    {
        var pool = Empty(0);
        pool.Given(new Command.Join(Id(2_000_000), Trader, Even(100), false, null, UInt256.One, Deadline));
        return pool;
    }

    // As much of each as so many bitcoins are worth.
    private static TokenAmount[] Even(uint bitcoins) =>
    [
        new(A, bitcoins * 60_000u * Units.PowerOfTen(6)),
        new(B, bitcoins * Units.PowerOfTen(8)),
        new(C, bitcoins * 20u * Units.PowerOfTen(18)),
    ];

    private static UInt256 Fraction(UInt256 of, Random random, int most) =>
        UInt256.MulDivDown(of, (uint)random.Next(1, most), 1_000) + 1;

    private static (int One, int Other) AnyPair(Random random)
    {
        var one = random.Next(3);
        return (one, (one + random.Next(1, 3)) % 3);
    }

    private static ICommand AnyCommand(EntityHarness pool, Random random)
    {
        var state = pool.State<PoolState>();
        var id = Id(random.Next(1, 400));
        var (one, other) = AnyPair(random);
        var (tokenIn, tokenOut) = (Tokens[one], Tokens[other]);
        var amount = Fraction(state.Reserves[one], random, random.Next(2) == 0 ? 20 : 150);
        var shares = UInt256.MulDivDown(state.TotalShares, (uint)random.Next(1, 150), 1_000);
        var deadline = pool.Now + TimeSpan.FromSeconds(random.Next(-1, 30));
        return (state.TotalShares.IsZero ? 0 : random.Next(18)) switch
        {
            0 => new Command.Join(id, Trader, Even((uint)random.Next(10, 200)), false, null, 0, deadline),
            1 => new Command.Exit(
                id, Trader, shares, [.. Tokens.Select(t => new TokenAmount(t, 0))], false, null, deadline),
            2 => new Command.Exit(id, Trader, shares, [new(tokenIn, 0)], true, null, deadline),
            3 => new Command.CollectFees(id, Trader),
            4 => new Command.RecordFeesOutcome(
                state.Collection?.CollectionId ?? id, random.Next(3), random.Next(2) == 0),
            5 or 6 => new Command.Join(id, Trader, [new(tokenIn, amount)], true, null, 0, deadline),
            7 or 8 when state.Legs.Count > 0 => new Command.CommitLeg(state.Legs.Keys.First(), Trader),
            9 when state.Legs.Count > 0 => new Command.AbortLeg(state.Legs.Keys.First(), Trader, deadline),
            10 => new Command.PrepareLeg(id, Id(900), Trader, tokenIn, tokenOut, amount, deadline),
            _ => new Command.Swap(id, Trader, tokenIn, tokenOut, amount, UInt256.One, deadline),
        };
    }

    private static void AssertSame(Tricrypto expected, Tricrypto actual)
    {
        Assert.Equal(expected.Balances, actual.Balances);
        Assert.Equal(expected.PriceScale, actual.PriceScale);
        Assert.Equal((expected.D, expected.Rebalancing), (actual.D, actual.Rebalancing));
    }
}
