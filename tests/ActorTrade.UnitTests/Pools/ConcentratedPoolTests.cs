using System.Numerics;
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

/// <summary>Concentrated pools: ranges whose shares are tokens.</summary>
public sealed class ConcentratedPoolTests
{
    private static readonly UInt256 PriceOne = UInt256.One << 96;

    private static readonly TickRange[] Ranges =
        [new(-600, 600), new(-60, 60), new(0, 120), new(-1_200, -60), new(60, 6_000), new(-6_000, 6_000)];

    /// <summary>Any commands in any order: money is conserved, the pool can pay all that its ranges are owed, and no
    /// share's part of the fees ever falls.</summary>
    [Fact]
    public void Whatever_happens_every_range_can_be_paid_and_no_share_is_diluted()
    {
        var (crossed, joins, exits) = (0, 0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var books = new ConservationLedger();
            var ordering = 0L;
            var pool = Empty(random.Next(3) * 500, seed % 4 == 0 ? 1 : 60);
            pool.Observer = (entity, e) => books.Apply(++ordering, entity, e);
            for (var i = 0; i < 60; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(2_000));
                var before = Parts(pool);
                var command = AnyCommand(pool, random);
                var events = pool.When(command).Events;
                AssertSolvent(pool.State<PoolState>(), $"seed {seed}: {command}");
                foreach (var now in Parts(pool))
                {
                    var was = before.FirstOrDefault(b => b.Range == now.Range);
                    Assert.True(
                        was.Liquidity.IsZero
                            || (IsNoLess(now.Fees0, now, was.Fees0, was) && IsNoLess(now.Fees1, now, was.Fees1, was)),
                        $"seed {seed}: from {was} to {now} by {command}");
                }

                crossed += events.OfType<Event.PriceMoved>().Sum(m => m.Crossed.Length);
                joins += events.OfType<Event.Joined>().Count();
                exits += events.OfType<Event.Exited>().Count();
            }

            AssertBooked(pool.State<PoolState>(), books);
            pool.RestartFromSnapshot();
            pool.RestartFromJournal();
        }

        Assert.True(crossed > 80 && joins > 200 && exits > 100, $"{crossed}, {joins}, {exits}");
    }

    /// <summary>The table of ticks that states hand on is the one that their ranges would make anew, and as long as
    /// only the price moves it is the very same.</summary>
    [Fact]
    public void The_ticks_a_pool_keeps_are_those_of_its_ranges()
    {
        var (kept, changed) = (0, 0);
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var pool = Empty(random.Next(3) * 500, 60);
            for (var i = 0; i < 80; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(2_000));
                var before = CurveOf(pool);
                var events = pool.When(AnyCommand(pool, random)).Events;
                var after = CurveOf(pool);
                if (events.Any(e => e is Event.RangeChanged))
                {
                    changed++;
                }
                else
                {
                    Assert.Same(before.Ticks, after.Ticks);
                    kept += events.Any(e => e is Event.PriceMoved) ? 1 : 0;
                }

                AssertMadeAnew(pool.State<PoolState>(), after, $"seed {seed}: {string.Join(", ", events)}");
                if (random.Next(20) == 0)
                {
                    pool.RestartFromSnapshot();
                }
            }
        }

        Assert.True(kept > 200 && changed > 200, $"{kept}, {changed}");
    }

    /// <summary>Swaps are the contract's, with the same growth of fees inside the same ranges.</summary>
    [Fact]
    public void Swaps_and_fees_are_those_of_positions_on_chain()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var pool = Empty(0, 60);
            var chain = new ConcentratedPositions(pool.State<PoolState>().Curve!.At() as ConcentratedCurve
                ?? throw new InvalidOperationException());
            foreach (var range in Ranges)
            {
                Join(pool, 10_000 + range.Lower + (range.Upper / 7), range, 1_000_000_000_000, 1_000_000_000_000);
                var liquidity = pool.State<PoolState>().Concentrated!.Find(range)!.Value.Liquidity;
                chain = chain.WithLiquidity(KeyOf(range), (Int128)(UInt128)liquidity, out _, out _);
            }

            for (var i = 0; i < 40; i++)
            {
                var zeroForOne = random.Next(2) == 0;
                UInt256 amount = (ulong)random.NextInt64(1_000, 300_000_000_000);
                var error = chain.Swap(zeroForOne, amount, false, null, out var swap, out var after);
                var events = pool.When(new Command.Swap(
                    Id(i + 1), Trader, zeroForOne ? A : B, zeroForOne ? B : A, amount, UInt256.One, Deadline)).Events;
                if (error != Domain.Amm.QuoteError.None || !swap.Leftover.IsZero || swap.AmountOut.IsZero)
                {
                    Assert.IsType<Event.TradeRefused>(Assert.Single(events));
                    continue;
                }

                chain = after;
                Assert.Equal(swap.AmountOut, Assert.IsType<Event.Swapped>(events[0]).AmountOut);
            }

            var state = pool.State<PoolState>().Concentrated!;
            Assert.Equal(
                (chain.Curve.SqrtPriceX96, chain.Curve.Tick, chain.Growth0X128, chain.Growth1X128),
                (state.SqrtPriceX96, state.Tick, state.Growth0X128, state.Growth1X128));
            foreach (var range in Ranges)
            {
                var position = chain.WithLiquidity(KeyOf(range), 0, out _, out _).Find(KeyOf(range))!;
                var counted = state.Counted(range);
                Assert.Equal((position.Owed0, position.Owed1), (counted.Fees0, counted.Fees1));
            }
        }
    }

    /// <summary>In and out again costs a unit of rounding a part, whoever grew the fees of the range before.</summary>
    [Fact]
    public void A_way_in_and_out_gains_nothing_and_loses_nothing()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var pool = Empty(0, 60);
            var range = Ranges[random.Next(Ranges.Length)];
            Join(pool, 1, range, (ulong)random.NextInt64(1, 1L << random.Next(2, 50)), 1_000_000_000_000);
            Join(pool, 2, Ranges[^1], 10_000_000_000_000, 10_000_000_000_000);
            for (var i = 0; i < 10; i++)
            {
                Trade(pool, 10 + i, random.Next(2) == 0, (ulong)random.NextInt64(1, 1_000_000_000_000));
            }

            var most = (ulong)random.NextInt64(1, 1L << 45);
            var joined = Join(pool, 50, range, most, (ulong)random.NextInt64(1, 1L << 45));
            if (joined is null)
            {
                continue;
            }

            var exited = Assert.IsType<Event.Exited>(
                pool.When(Exit(51, range, joined.Shares)).Events[0] is Event.Exited e
                    ? e
                    : new Event.Exited(default, Trader, range, joined.Shares, [], Deadline, Deadline));
            foreach (var token in new[] { A, B })
            {
                var paid = Array.Find(joined.Paid, p => p.Token == token).Amount;
                var back = Array.Find(exited.Given, p => p.Token == token).Amount;
                Assert.True(back <= paid && paid - back <= 2u, $"seed {seed}: paid {paid}, got back {back} {token}");
            }
        }
    }

    /// <summary>The attack that rounds a victim's shares to nothing: one share, made dear. Here the victim's shares are
    /// its units of liquidity, however dear a share is.</summary>
    [Fact]
    public void Making_a_share_dear_takes_nothing_from_who_comes_next()
    {
        var pool = Empty(0, 60);
        var range = new TickRange(-60, 60);
        var attacker = Join(pool, 1, range, 1, 1)!;
        Assert.True(attacker.Shares < 1_000u);
        Join(pool, 2, Ranges[^1], 10_000_000_000_000, 10_000_000_000_000);
        for (var i = 0; i < 60; i++)
        {
            Trade(pool, 10 + i, i % 2 == 0, 200_000_000_000);
        }

        var victim = Join(pool, 100, range, 5_000_000_000, 5_000_000_000)!;
        Assert.True(victim.Shares > 1_000_000u);
        var back = (Event.Exited)pool.When(Exit(101, range, victim.Shares)).Events[0];
        foreach (var paid in victim.Paid)
        {
            Assert.True(paid.Amount - Array.Find(back.Given, g => g.Token == paid.Token).Amount <= 2u);
        }
    }

    [Fact]
    public void When_all_have_left_next_to_nothing_is_left()
    {
        var random = new Random(7);
        var pool = Empty(0, 60);
        var shares = new Dictionary<TickRange, UInt256>();
        for (var i = 0; i < 100; i++)
        {
            var range = Ranges[random.Next(Ranges.Length)];
            if (random.Next(3) == 0 && Join(pool, 1_000 + i, range, 1_000_000_000, 1_000_000_000) is { } joined)
            {
                shares[range] = shares.GetValueOrDefault(range) + joined.Shares;
            }

            Trade(pool, 10 + i, random.Next(2) == 0, (ulong)random.Next(1, 100_000_000));
        }

        foreach (var (range, all) in shares)
        {
            pool.When(Exit(20_000 + range.Lower + (range.Upper / 7), range, all));
        }

        var state = pool.State<PoolState>();
        Assert.Empty(state.Concentrated!.Ranges);
        Assert.Empty(state.Concentrated.Outside);
        Assert.True(state.Reserve0 < 2_000u && state.Reserve1 < 2_000u, $"{state.Reserve0}, {state.Reserve1}");
    }

    [Fact]
    public void A_leg_keeps_the_pool_to_itself_and_counts_from_its_commit()
    {
        var (leg, swap) = (Empty(100, 60), Empty(100, 60));
        foreach (var pool in new[] { leg, swap })
        {
            Join(pool, 1, Ranges[1], 1_000_000_000, 1_000_000_000);
            Join(pool, 2, Ranges[0], 1_000_000_000, 1_000_000_000);
        }

        var before = leg.State<PoolState>().Concentrated;
        leg.Given(new Command.PrepareLeg(Id(3), Id(9), Trader, A, B, 1_200_000_000, Deadline));
        swap.Given(new Command.Swap(Id(3), Trader, A, B, 1_200_000_000, UInt256.One, Deadline));
        Assert.Same(before, leg.State<PoolState>().Concentrated);
        Assert.Equal("pool-busy", ReasonOf(leg, new Command.Swap(Id(4), Trader, A, B, 5_000, UInt256.One, Deadline)));
        Assert.Equal("pool-busy", ReasonOf(leg, Exit(5, Ranges[0], 5)));
        leg.RestartFromSnapshot();
        leg.Given(new Command.CommitLeg(Id(3), Trader));
        AssertSame(swap.State<PoolState>().Concentrated!, leg.State<PoolState>().Concentrated!);
        leg.Given(new Command.PrepareLeg(Id(6), Id(9), Trader, B, A, 1_000_000, Deadline));
        leg.Given(new Command.AbortLeg(Id(6), Trader, Deadline));
        AssertSame(swap.State<PoolState>().Concentrated!, leg.State<PoolState>().Concentrated!);
        leg.RestartFromJournal();
    }

    [Fact]
    public void Every_refusal_names_what_is_wrong()
    {
        var pool = Empty(0, 60);
        var nothing = new Command.Swap(Id(1), Trader, A, B, 5_000, 1, Deadline);
        Assert.Equal("insufficient-liquidity", ReasonOf(pool, nothing));
        var range = Ranges[0];
        var join = new Command.Join(Id(2), Trader, [new(A, 5_000), new(B, 5_000)], false, range, 1, Deadline);
        Assert.Equal("range-needed", ReasonOf(pool, join with { Range = null }));
        Assert.Equal("range-malformed", ReasonOf(pool, join with { TradeId = Id(3), Range = new TickRange(-61, 60) }));
        Assert.Equal("range-malformed", ReasonOf(pool, join with { TradeId = Id(4), Range = new TickRange(60, -60) }));
        Assert.Equal("not-of-this-kind", ReasonOf(pool, join with { TradeId = Id(5), IsExact = true }));
        Assert.Equal("wrong-tokens", ReasonOf(pool, join with { TradeId = Id(6), Most = [new(C, 5)] }));
        Assert.Equal("output-too-small", ReasonOf(pool, join with { TradeId = Id(7), Most = [new(A, 5)] }));
        Assert.Equal(
            "range-needed",
            ReasonOf(pool, new Command.AddLiquidity(Id(8), Trader, new(A, 5_000), new(B, 5_000), 1, Deadline)));
        Join(pool, 9, range, 5_000_000, 5_000_000);
        Assert.Equal("insufficient-liquidity", ReasonOf(pool, Exit(10, range, UInt256.One << 100)));
        var swap = new Command.Swap(Id(11), Trader, A, B, 1u << 30, 1, Deadline);
        Assert.Equal("insufficient-liquidity", ReasonOf(pool, swap));
        for (var i = 1; i < RangesMax; i++)
        {
            Assert.NotNull(Join(pool, 100 + i, new TickRange(60 * i, 60 * (i + 1)), 5_000_000, 0));
        }

        var another = new TickRange(-120, -60);
        Assert.Equal("too-many-ranges", ReasonOf(pool, join with { TradeId = Id(12), Range = another }));
        var wrong = new EntityHarness(Definition, new string('p', 46)).When(
            new Command.CreateCurve([A, B], Terms(60), default)).Rejection;
        Assert.Equal("pool", Assert.IsType<Rejection.InvalidCurve>(wrong).Field);
        var spacing = new EntityHarness(Definition, "p").When(
            new Command.CreateCurve([A, B], Terms(60) with { TickSpacing = 0 }, default)).Rejection;
        Assert.Equal("tickSpacing", Assert.IsType<Rejection.InvalidCurve>(spacing).Field);
        var price = new EntityHarness(Definition, "p").When(
            new Command.CreateCurve([A, B], Terms(60) with { SqrtPriceX96 = 5 }, default)).Rejection;
        Assert.Equal("sqrtPriceX96", Assert.IsType<Rejection.InvalidCurve>(price).Field);
    }

    /// <summary>Bounds are met at their very value, and a unit beyond them refused.</summary>
    [Fact]
    public void Who_comes_in_and_leaves_gets_at_least_what_was_said()
    {
        var (first, range) = (Empty(0, 60), Ranges[0]);
        var joined = Join(first, 1, range, 5_000_000, 7_000_000)!;
        var given = ((Event.Exited)first.When(Exit(2, range, joined.Shares / 3u)).Events[0]).Given;
        var pool = Empty(0, 60);
        var join = new Command.Join(
            Id(1), Trader, [new(A, 5_000_000), new(B, 7_000_000)], false, range, joined.Shares + 1u, Deadline);
        Assert.Equal("below-minimum", ReasonOf(pool, join));
        Assert.IsType<Event.Joined>(pool.When(join with { TradeId = Id(2), MinShares = joined.Shares }).Events[0]);
        foreach (var side in new[] { 0, 1 })
        {
            TokenAmount[] more = [.. given];
            more[side] = more[side] with { Amount = more[side].Amount + 1u };
            Assert.Equal(
                "below-minimum", ReasonOf(pool, Exit(3 + side, range, joined.Shares / 3u) with { Least = more }));
        }

        var exit = Exit(9, range, joined.Shares / 3u) with { Least = given };
        var exited = pool.When(exit).Events;
        Assert.Equal(given, Assert.IsType<Event.Exited>(exited[0]).Given);
        Assert.IsType<Event.Exited>(pool.When(exit).Events[0]);
        Assert.IsType<Rejection.IdReused>(pool.When(exit with { Range = Ranges[1] }).Rejection);
        var again = join with { TradeId = Id(2), MinShares = joined.Shares };
        Assert.IsType<Event.Joined>(pool.When(again).Events[0]);
        Assert.IsType<Rejection.IdReused>(pool.When(again with { Range = Ranges[1] }).Rejection);
    }

    [Fact]
    public void Shares_of_a_range_are_a_token_that_says_which()
    {
        var shares = TickRange.SharesOf(PoolAB, new TickRange(-887_220, 887_220));
        Assert.Equal("lp:A-B:-887220:887220", shares.Value);
        Assert.True(shares.IsShares);
        Assert.Equal(new TickRange(-887_220, 887_220), TickRange.Of(shares));
        Assert.Null(TickRange.Of(TokenId.SharesOf(PoolAB)));
        var longest = PoolId.Parse(new string('p', TokenId.RangedPoolLengthMax));
        Assert.True(TokenId.TryParse(TokenId.SharesOf(longest, -887_272, 887_272).Value, out _));
    }

    private static AccountId Trader => AccountId.Parse("trader");

    internal static CurveTerms.Concentrated Terms(int spacing) => new(new FeePips(3_000), spacing, PriceOne);

    private static PositionKey KeyOf(TickRange range) => new("pool", range.Lower, range.Upper);

    private static EntityHarness Empty(int treasuryFeePips, int spacing)
    {
        var pool = new EntityHarness(Definition, PoolAB.Value);
        pool.Given(new Command.CreateCurve([A, B], Terms(spacing), new FeePips(treasuryFeePips)));
        return pool;
    }

    private static Event.Joined? Join(EntityHarness pool, int id, TickRange range, ulong most0, ulong most1) =>
        pool.When(new Command.Join(
            Id(id), Trader, [new(A, most0), new(B, most1)], false, range, UInt256.One, In(pool)))
            .Events[0] as Event.Joined;

    private static Command.Exit Exit(int id, TickRange range, UInt256 shares) =>
        new(Id(id), Trader, shares, [new(A, 0), new(B, 0)], false, range, Deadline);

    private static void Trade(EntityHarness pool, int id, bool zeroForOne, ulong amount) => pool.When(new Command.Swap(
        Id(id), Trader, zeroForOne ? A : B, zeroForOne ? B : A, amount, UInt256.One, In(pool)));

    private static DateTimeOffset In(EntityHarness pool) => pool.Now + TimeSpan.FromSeconds(30);

    private static string ReasonOf(EntityHarness pool, ICommand command) =>
        Assert.IsType<Event.TradeRefused>(Assert.Single(pool.When(command).Events)).Reason;

    private static List<RangePosition> Parts(EntityHarness pool)
    {
        var state = pool.State<PoolState>().Concentrated!;
        return [.. state.Ranges.Select(r => state.Counted(r.Range))];
    }

    private static bool IsNoLess(UInt256 fees, in RangePosition now, UInt256 before, in RangePosition was) =>
        UInt256.CompareProducts(fees, was.Liquidity, before, now.Liquidity) >= 0;

    private static void AssertSolvent(PoolState pool, string after)
    {
        Assert.True(pool.TryCurve(out var curve));
        var (sum0, sum1) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var range in pool.Concentrated!.Ranges)
        {
            var counted = pool.Concentrated.Counted(range.Range);
            var (amount0, amount1) = ((ConcentratedCurve)curve).AmountsOf(
                range.Range.Lower, range.Range.Upper, (UInt128)range.Liquidity, Rounding.Down);
            sum0 += (BigInteger)(amount0 + counted.Fees0);
            sum1 += (BigInteger)(amount1 + counted.Fees1);
        }

        Assert.True(
            sum0 <= (BigInteger)pool.Reserve0 && sum1 <= (BigInteger)pool.Reserve1,
            $"{sum0} and {sum1} are owed of {pool.Reserve0} and {pool.Reserve1}: {after}");
    }

    private static ConcentratedCurve CurveOf(EntityHarness pool) =>
        pool.State<PoolState>().TryCurve(out var curve)
            ? (ConcentratedCurve)curve
            : throw new InvalidOperationException("It has no curve.");

    private static void AssertMadeAnew(PoolState pool, ConcentratedCurve curve, string after)
    {
        var state = pool.Concentrated!;
        var anew = ConcentratedState.TicksOf(state.Ranges, curve.Ticks.TickSpacing);
        var active = state.Ranges.Where(r => state.Tick >= r.Range.Lower && state.Tick < r.Range.Upper)
            .Aggregate(UInt256.Zero, (sum, r) => sum + r.Liquidity);
        Assert.True(active == (UInt256)curve.Liquidity, $"{active}, not {curve.Liquidity}: {after}");
        Assert.Equal(TicksIn(anew), TicksIn(curve.Ticks));

        // What the kept table remembers of passages is of these ticks too.
        var fresh = new ConcentratedCurve(
            curve.Fee.Value, curve.SqrtPriceX96, curve.Tick, curve.Liquidity, anew);
        foreach (var (one, other) in new[] { (0, 1), (1, 0) })
        {
            UInt256 amount = 1_000_000_000_000;
            Assert.Equal(
                fresh.QuoteExactIn(one, other, amount, out var expected),
                curve.QuoteExactIn(one, other, amount, out var quote));
            Assert.Equal(expected, quote);
        }
    }

    private static (TickLiquidity Tick, UInt256 SqrtPrice, Int128 Above)[] TicksIn(TickTable table) =>
        [.. Enumerable.Range(0, table.Count).Select(i => (table[i], table.SqrtPriceOf(i), table.LiquidityAbove(i)))];

    private static void AssertSame(ConcentratedState expected, ConcentratedState actual)
    {
        Assert.Equal(
            (expected.SqrtPriceX96, expected.Tick, expected.Growth0X128, expected.Growth1X128),
            (actual.SqrtPriceX96, actual.Tick, actual.Growth0X128, actual.Growth1X128));
        Assert.Equal(expected.Outside, actual.Outside);
        Assert.Equal(expected.Ranges, actual.Ranges);
    }

    private static void AssertBooked(PoolState pool, ConservationLedger books)
    {
        Assert.Equal(SignedAmount.Plus(pool.Reserve0), books.BalanceOf(Bucket.Reserve("A-B"), A));
        Assert.Equal(SignedAmount.Plus(pool.Reserve1), books.BalanceOf(Bucket.Reserve("A-B"), B));
        Assert.Equal(SignedAmount.Plus(pool.TreasuryFees0), books.BalanceOf(Bucket.Treasury("A-B"), A));
        var supply = books.Report().ToDictionary(r => r.Token, r => r.Minted - r.Burned);
        foreach (var range in pool.Concentrated!.Ranges)
        {
            Assert.Equal(range.Liquidity, supply[TickRange.SharesOf(PoolAB, range.Range)]);
        }
    }

    private static ICommand AnyCommand(EntityHarness pool, Random random)
    {
        var state = pool.State<PoolState>();
        var id = Id(random.Next(1, 400));
        var range = Ranges[random.Next(Ranges.Length)];
        var zeroForOne = random.Next(2) == 0;
        var (tokenIn, tokenOut) = zeroForOne ? (A, B) : (B, A);
        UInt256 Amount() => (ulong)random.NextInt64(1, 1L << random.Next(4, 46));
        var liquidity = state.Concentrated!.Find(range)?.Liquidity ?? 5;
        var deadline = pool.Now + TimeSpan.FromSeconds(random.Next(-1, 30));
        return (state.Concentrated.Ranges.Length == 0 ? 0 : random.Next(16)) switch
        {
            0 or 1 or 2 => new Command.Join(
                id,
                Trader,
                random.Next(4) switch
                {
                    0 => [new(A, Amount())],
                    1 => [new(B, Amount())],
                    _ => [new(A, Amount()), new(B, Amount())],
                },
                false,
                range,
                UInt256.One,
                deadline),
            3 or 4 => new Command.Exit(
                id,
                Trader,
                random.Next(3) == 0 ? liquidity : UInt256.MulDivUp(liquidity, (uint)random.Next(1, 999), 1_000),
                [new(A, 0), new(B, 0)],
                false,
                range,
                deadline),
            5 => new Command.CollectFees(id, Trader),
            6 => new Command.RecordFeesOutcome(
                state.Collection?.CollectionId ?? id, random.Next(2), random.Next(2) == 0),
            7 or 8 when state.Legs.Count > 0 => new Command.CommitLeg(state.Legs.Keys.First(), Trader),
            9 when state.Legs.Count > 0 => new Command.AbortLeg(state.Legs.Keys.First(), Trader, deadline),
            10 => new Command.PrepareLeg(id, Id(900), Trader, tokenIn, tokenOut, Amount(), deadline),
            _ => new Command.Swap(id, Trader, tokenIn, tokenOut, Amount(), UInt256.One, deadline),
        };
    }
}
