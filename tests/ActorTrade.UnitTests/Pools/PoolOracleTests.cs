using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>What a pool says of its past prices, against a second-by-second record of its reserves.</summary>
public sealed class PoolOracleTests
{
    private static readonly OracleTerms Lenient =
        new(WindowSeconds: 30, long.MaxValue, ObservationsMin: 0, int.MaxValue, OracleMean.Arithmetic);

    [Fact]
    public void The_mean_price_is_that_of_the_reserves_second_by_second()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var pool = PoolWith(1_000_000_000, 2_000_000_000);
            var prices = new List<UInt256>();
            for (var second = 0; second < 120; second++)
            {
                pool.Now = EntityHarness.Start + TimeSpan.FromSeconds(second + random.NextDouble());
                for (var changes = random.Next(4); changes > 1; changes--)
                {
                    Change(pool, random, id: (second * 10) + changes);
                }

                var state = pool.State<PoolState>();
                prices.Add(UInt256.MulDivDown(state.Reserve1, OracleReading.One, state.Reserve0));
                if (random.Next(40) == 0)
                {
                    pool.RestartFromSnapshot();
                    pool.RestartFromJournal();
                }
            }

            pool.Now = EntityHarness.Start + TimeSpan.FromSeconds(120);
            var window = random.Next(10, 121);
            var seen = pool.IsRepeat<Event.PriceObserved>(
                new Command.ObservePrice(Lenient with { WindowSeconds = window }), "anyone");
            var sum = prices.TakeLast(window).Aggregate(UInt256.Zero, (total, price) => total + price);
            Assert.Equal(sum / (uint)window, seen.Numerator);
            Assert.Equal(OracleReading.One, seen.Denominator);
        }
    }

    [Fact]
    public void A_price_that_is_not_accepted_is_refused_with_the_reason_and_nothing_is_stored()
    {
        var pool = EmptyPool();
        Assert.Equal("no-price", Refused(pool, Lenient));
        pool = PoolWith(1_000_000_000, 2_000_000_000);
        Assert.Equal("window-not-covered", Refused(pool, Lenient));
        pool.Now += TimeSpan.FromSeconds(40);
        Assert.Equal("too-few-observations", Refused(pool, Lenient with { ObservationsMin = 1 }));
        Assert.Equal("price-too-old", Refused(pool, Lenient with { AgeSecondsMax = 39 }));
        pool.Given(new Command.Swap(
            Id(1), AccountId.Parse("alice"), A, B, 500_000_000, 1, pool.Now + TimeSpan.FromSeconds(9)));
        Assert.Equal("price-deviates", Refused(pool, Lenient with { DeviationBpsMax = 1_000 }));
        var stored = pool.Journal.Count;
        pool.IsRepeat<Event.PriceObserved>(new Command.ObservePrice(Lenient));
        Assert.Equal(stored, pool.Journal.Count);
    }

    [Fact]
    public void A_pool_keeps_so_many_observations_and_no_more()
    {
        var pool = PoolWith(1_000_000_000, 2_000_000_000);
        for (var second = 1; second <= ObservationsMax + 50; second++)
        {
            pool.Now = EntityHarness.Start + TimeSpan.FromSeconds(second);
            Change(pool, new Random(second), second);
        }

        var state = pool.State<PoolState>();
        Assert.Equal(ObservationsMax, state.Observations.Count);
        Assert.Equal(pool.Now, state.ToView().PriceAt);
        pool.RestartFromSnapshot();
        pool.RestartFromJournal();
    }

    private static string Refused(EntityHarness pool, OracleTerms terms) =>
        pool.IsRejected<Rejection.PriceRefused>(new Command.ObservePrice(terms)).Refusal.Code;

    private static void Change(EntityHarness pool, Random random, int id)
    {
        var deadline = pool.Now + TimeSpan.FromSeconds(5);
        var alice = AccountId.Parse("alice");
        var (tokenIn, tokenOut) = random.Next(2) == 0 ? (A, B) : (B, A);
        UInt256 amount = (uint)random.Next(1_000, 50_000_000);
        switch (random.Next(3))
        {
            case 0:
                pool.Given(new Command.PrepareLeg(Id(id), Id(id), alice, tokenIn, tokenOut, amount, deadline));
                pool.Given(new Command.CommitLeg(Id(id), alice));
                break;
            case 1:
                pool.Given(new Command.AddLiquidity(
                    Id(id), alice, new(A, amount), new(B, amount + amount), UInt256.Zero, deadline));
                break;
            default:
                pool.Given(new Command.Swap(Id(id), alice, tokenIn, tokenOut, amount, 1, deadline));
                break;
        }
    }
}
