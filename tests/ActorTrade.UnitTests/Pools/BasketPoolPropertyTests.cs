using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>
/// Pools of two to eight tokens, with deposits and withdrawals in the pool's ratio, in any ratio and in one token: any
/// commands in any order, with open legs between any two tokens.
/// </summary>
public sealed class BasketPoolPropertyTests
{
    private static readonly TokenId[] Eight = [.. "ABCDEFGH".Select(c => TokenId.Parse(c.ToString()))];

    public static TheoryData<string, int> Kinds => new()
    {
        { "stableswap-classic", 2 }, { "stableswap-classic", 3 }, { "stableswap-classic", 8 },
        { "stableswap-ng", 2 }, { "stableswap-ng", 4 }, { "balancer-weighted", 3 }, { "balancer-weighted", 8 },
        { "balancer-weighted", 2 }, { "balancer-stable", 2 }, { "balancer-stable", 3 }, { "balancer-stable", 5 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_commits_or_aborts_no_share_is_worth_less(string kind, int count)
    {
        var (joins, exits) = (0, 0);
        for (var seed = 1; seed <= 25; seed++)
        {
            var random = new Random(seed);
            int[] decimals = [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? 18 : 6)];
            var isDust = seed % 3 == 0;
            decimals = isDust ? [.. Enumerable.Repeat(18, count)] : decimals;
            BigInteger[] scales = [.. decimals.Select(d => BigInteger.Pow(10, 18 - d))];
            var books = new ConservationLedger();
            var ordering = 0L;
            var pool = Empty(kind, decimals, random.Next(3) * 500);
            pool.Observer = (entity, e) => books.Apply(++ordering, entity, e);
            for (var i = 0; i < 40; i++)
            {
                pool.Now += TimeSpan.FromMilliseconds(random.Next(1_000));
                var before = CurveWorth.Of(pool.State<PoolState>(), scales);
                var command = AnyCommand(pool, decimals, isDust, random);
                var stored = pool.When(command).Events;
                var after = CurveWorth.Of(pool.State<PoolState>(), scales);
                Assert.True(
                    before is not { } b || after is not { } a || a >= b - (b / BigInteger.Pow(10, 30)),
                    $"seed {seed}: from {before} to {after} by {command}");
                joins += command is Command.Join { IsExact: true } && stored is [Event.Joined] ? 1 : 0;
                exits += command is Command.Exit { IsOneToken: true } && stored is [Event.Exited] ? 1 : 0;
            }

            AssertBooked(pool.State<PoolState>(), books);
            pool.RestartFromSnapshot();
            pool.RestartFromJournal();
        }

        Assert.True(joins > 20 && exits > 20, $"only {joins} joins of any ratio and {exits} exits in one token");
    }

    /// <summary>Without open legs and dust a trade is the contract's to the unit.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_trade_is_what_the_curve_says(string kind, int count)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var decimals = Enumerable.Repeat(18, count).ToArray();
            var pool = Filled(kind, decimals, random);
            var state = pool.State<PoolState>();
            var (one, other) = AnyPair(count, random);
            var amount = Fraction(state.Reserves[one], random, 200);
            Assert.True(state.Curve!.TryAt(state.Reserves, out var curve));
            Assert.Equal(QuoteError.None, curve.QuoteExactIn(one, other, amount, out var quote));
            Assert.Equal(
                QuoteError.None, state.ToView().QuoteExactIn(Eight[one], Eight[other], amount, out var shown));
            var swapped = Assert.IsType<Event.Swapped>(Assert.Single(pool.When(new Command.Swap(
                Id(7), Trader, Eight[one], Eight[other], amount, UInt256.One, Deadline)).Events));
            Assert.InRange(swapped.AmountOut, quote.AmountOut - 1u, quote.AmountOut);
            Assert.Equal(swapped.AmountOut, shown.AmountOut);
        }
    }

    /// <summary>Who puts in and takes out again, in any way, has not gained: nothing more of any token, or less of some
    /// other.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_way_in_and_out_gains_nothing(string kind, int count)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            var pool = Filled(kind, [.. Enumerable.Repeat(18, count)], random);
            var state = pool.State<PoolState>();
            var gain = new BigInteger[count];
            var exact = random.Next(2) == 0;
            TokenAmount[] most =
            [
                .. Enumerable.Range(0, count).Where(k => !exact || k == seed % count || random.Next(2) == 0)
                    .Select(k => new TokenAmount(Eight[k], Fraction(state.Reserves[k], random, 200))),
            ];
            var joined = Assert.IsType<Event.Joined>(Assert.Single(pool.When(
                new Command.Join(Id(7), Trader, most, exact, null, UInt256.One, Deadline)).Events));
            foreach (var part in joined.Paid)
            {
                gain[state.IndexOf(part.Token)] -= (BigInteger)part.Amount;
            }

            var half = joined.Shares / 2u;
            foreach (var (shares, isOne) in new[] { (half, random.Next(2) == 0), (joined.Shares - half, false) })
            {
                TokenAmount[] least =
                    [.. Eight.Take(count).Skip(isOne ? seed % count : 0).Take(isOne ? 1 : count)
                        .Select(t => new TokenAmount(t, UInt256.Zero))];
                var exited = pool.When(new Command.Exit(
                    Id(isOne ? 8 : 9), Trader, shares, least, isOne, null, Deadline)).Events;
                foreach (var part in exited.OfType<Event.Exited>().SelectMany(e => e.Given))
                {
                    gain[state.IndexOf(part.Token)] += (BigInteger)part.Amount;
                }
            }

            Assert.Contains(gain, g => g.Sign < 0);
        }
    }

    [Fact]
    public void Shares_of_two_tokens_are_those_of_a_pair()
    {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            UInt256[] reserves = [Any(random), Any(random)];
            UInt256[] most = [Any(random), Any(random)];
            var total = Any(random);
            var error = PoolShares.QuoteDeposit(reserves[0], reserves[1], total, most[0], most[1], out var pair);
            Assert.Equal(error, BasketShares.QuoteDeposit(reserves, total, most, out var amounts, out var shares));
            if (error == QuoteError.None)
            {
                Assert.Equal((pair.Amount0, pair.Amount1, pair.Shares), (amounts[0], amounts[1], shares));
            }

            error = PoolShares.QuoteFirstDeposit(most[0], most[1], out pair);
            Assert.Equal(error, BasketShares.QuoteFirstDeposit(most, out var first));
            Assert.Equal(pair.Shares, error == QuoteError.None ? first : default);
            error = PoolShares.QuoteWithdrawal(reserves[0], reserves[1], total, most[0], out var back);
            Assert.Equal(error, BasketShares.QuoteWithdrawal(reserves, total, most[0], out var given));
            if (error == QuoteError.None)
            {
                Assert.Equal((back.Amount0, back.Amount1), (given[0], given[1]));
            }
        }
    }

    [Fact]
    public void Legs_of_a_pool_of_three_are_few_and_every_refusal_names_what_is_wrong()
    {
        var pool = Filled("balancer-weighted", [18, 18, 18], new Random(1));
        for (var i = 0; i < PreparedLegsOfManyMax; i++)
        {
            var (one, other) = (Eight[i % 3], Eight[(i + 1) % 3]);
            Assert.IsType<Event.LegPrepared>(Assert.Single(pool.When(new Command.PrepareLeg(
                Id(10 + i), Id(50 + i), Trader, one, other, E18, Deadline)).Events));
        }

        Refused("too-many-legs", new Command.PrepareLeg(Id(20), Id(60), Trader, A, C, E18, Deadline));
        Refused("wrong-tokens", new Command.Swap(Id(21), Trader, A, A, E18, UInt256.One, Deadline));
        Refused("wrong-tokens", new Command.Swap(Id(22), Trader, A, Eight[5], E18, UInt256.One, Deadline));
        Refused("wrong-token-count", new Command.AddLiquidity(
            Id(23), Trader, new(A, E18), new(B, E18), UInt256.One, Deadline));
        Refused("wrong-token-count", new Command.RemoveLiquidity(Id(24), Trader, 5, 0, 0, Deadline));
        Refused("wrong-tokens", Join(25, false, A, B));
        Refused("wrong-token-order", Join(26, false, B, A, C));
        Refused("wrong-tokens", Join(27, true, A, Eight[6]));
        Refused("range-not-supported", Join(28, true, A) with { Range = new TickRange(-60, 60) });
        Refused("below-minimum", Join(29, true, A) with { MinShares = UInt256.One << 100 });
        Refused("insufficient-liquidity", new Command.Exit(
            Id(30), Trader, pool.State<PoolState>().TotalShares, [new(A, 0)], true, null, Deadline));
        var solidly = Empty("solidly-volatile", [18, 18], 0);
        solidly.Given(Join(1, false, A, B));
        Assert.Equal("not-of-this-kind", Assert.IsType<Event.TradeRefused>(
            Assert.Single(solidly.When(Join(2, true, A)).Events)).Reason);

        void Refused(string reason, ICommand command) => Assert.Equal(
            reason, Assert.IsType<Event.TradeRefused>(Assert.Single(pool.When(command).Events)).Reason);

        static Command.Join Join(int id, bool isExact, params TokenId[] tokens) => new(
            Id(id), Trader, [.. tokens.Select(t => new TokenAmount(t, E18))], isExact, null, UInt256.One, Deadline);
    }

    [Fact]
    public void A_repeat_hears_the_first_outcome_and_another_content_is_refused()
    {
        var pool = Filled("stableswap-ng", [18, 18, 18], new Random(3));
        var join = new Command.Join(Id(1), Trader, [new(B, E18)], true, null, UInt256.One, Deadline);
        var first = pool.When(join).Events;
        Assert.Equal(first, pool.When(join).Events);
        Assert.IsType<Rejection.IdReused>(pool.When(join with { Most = [new(C, E18)] }).Rejection);
        var exit = new Command.Exit(Id(2), Trader, 1_000_000, [new(C, UInt256.One)], true, null, Deadline);
        var second = pool.When(exit).Events;
        Assert.IsType<Event.Exited>(Assert.Single(second));
        Assert.Equal(second, pool.When(exit).Events);
        Assert.IsType<Rejection.IdReused>(pool.When(exit with { Shares = 7 }).Rejection);
    }

    private static AccountId Trader => AccountId.Parse("trader");

    private static UInt256 E18 => 1_000_000_000_000_000_000;

    private static UInt256 Any(Random random) => (UInt256)(ulong)random.NextInt64(1L << random.Next(1, 62));

    internal static CurveTerms Terms(string kind, int[] decimals) => kind switch
    {
        "balancer-weighted" => new CurveTerms.Weighted(
            [.. Weights(decimals.Length).Select(w => w * (E18 / 40u))], E18 / 1_000u, decimals),
        "stableswap-classic" => new CurveTerms.Classic(400, 4_000_000, decimals),
        "stableswap-ng" => new CurveTerms.NextGeneration(200, 1_000_000, 50_000_000_000, decimals),
        "solidly-volatile" => new CurveTerms.SolidlyVolatile(new FeePips(3_000)),
        _ => new CurveTerms.Stable(200_000, E18 / 10_000u, decimals),
    };

    private static UInt256[] Weights(int count) => count switch
    {
        2 => [32, 8],
        3 => [20, 10, 10],
        _ => [.. Enumerable.Repeat((UInt256)(uint)(40 / count), count)],
    };

    private static EntityHarness Empty(string kind, int[] decimals, int treasuryFeePips)
    {
        var pool = new EntityHarness(Definition, "basket");
        pool.Given(new Command.CreateCurve(
            Eight[..decimals.Length], Terms(kind, decimals), new FeePips(treasuryFeePips)));
        return pool;
    }

    private static EntityHarness Filled(string kind, int[] decimals, Random random)
    {
        var pool = Empty(kind, decimals, 0);
        pool.Given(new Command.Join(
            Id(2_000_000),
            Trader,
            [.. decimals.Select((d, k) => new TokenAmount(Eight[k], Whole(random, d)))],
            false,
            null,
            UInt256.One,
            Deadline));
        return pool;
    }

    private static UInt256 Whole(Random random, int decimals) =>
        (uint)random.Next(500_000, 2_000_000) * Units.PowerOfTen(decimals);

    private static UInt256 Fraction(UInt256 of, Random random, int most) =>
        UInt256.MulDivDown(of, (uint)random.Next(1, most), 1_000) + 1;

    private static (int One, int Other) AnyPair(int count, Random random)
    {
        var one = random.Next(count);
        return (one, (one + random.Next(1, count)) % count);
    }

    private static ICommand AnyCommand(EntityHarness pool, int[] decimals, bool isDust, Random random)
    {
        var state = pool.State<PoolState>();
        var id = Id(random.Next(1, 200));
        var deadline = pool.Now + TimeSpan.FromSeconds(random.Next(-1, 30));
        var count = decimals.Length;
        var (one, other) = AnyPair(count, random);
        var (tokenIn, tokenOut) = (Eight[one], Eight[other]);
        var amount = Fraction(state.Reserves[one], random, random.Next(2) == 0 ? 20 : 290);
        TokenAmount[] all = [.. decimals.Select((d, k) => new TokenAmount(
            Eight[k], isDust ? (uint)random.Next(5_000, 500_000) : Whole(random, d)))];
        TokenAmount[] some =
        [
            .. Enumerable.Range(0, count).Where(k => k == one || random.Next(3) == 0)
                .Select(k => new TokenAmount(Eight[k], Fraction(state.Reserves[k], random, 300))),
        ];
        TokenAmount[] none = [.. Eight.Take(count).Select(t => new TokenAmount(t, UInt256.Zero))];
        var shares = UInt256.MulDivDown(state.TotalShares, (uint)random.Next(1, 250), 1_000);
        var kind = state.TotalShares.IsZero ? 0 : random.Next(18);
        return kind switch
        {
            0 or 1 => new Command.Join(id, Trader, all, false, null, 0, deadline),
            2 => new Command.Exit(id, Trader, shares, none, false, null, deadline),
            3 => new Command.CollectFees(id, Trader),
            4 => new Command.RecordFeesOutcome(
                state.Collection?.CollectionId ?? id, random.Next(count + 1), random.Next(2) == 0),
            5 or 6 when state.Legs.Count > 0 => new Command.CommitLeg(state.Legs.Keys.First(), Trader),
            7 => new Command.AbortLeg(state.Legs.Count > 0 ? state.Legs.Keys.Last() : id, Trader, deadline),
            8 or 9 => new Command.Join(id, Trader, some, true, null, 0, deadline),
            10 or 11 => new Command.Exit(id, Trader, shares, [new(tokenIn, 0)], true, null, deadline),
            < 15 when state.Legs.Count < 4 =>
                new Command.PrepareLeg(id, Id(900), Trader, tokenIn, tokenOut, amount, deadline),
            _ => new Command.Swap(id, Trader, tokenIn, tokenOut, amount, UInt256.One, deadline),
        };
    }

    private static void AssertBooked(PoolState state, ConservationLedger books)
    {
        for (var k = 0; k < state.Tokens.Count; k++)
        {
            Assert.Equal(
                SignedAmount.Plus(state.Reserves[k]), books.BalanceOf(Bucket.Reserve("basket"), state.Tokens[k]));
            Assert.Equal(
                SignedAmount.Plus(state.TreasuryFees[k]), books.BalanceOf(Bucket.Treasury("basket"), state.Tokens[k]));
        }
    }
}
