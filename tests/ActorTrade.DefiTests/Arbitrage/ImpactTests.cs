using System.Collections.Concurrent;
using ActorTrade.Arbitrage.Impact;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Routing;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class ImpactTests
{
    private static readonly ListedToken A = MarketMaker.Token(0);
    private static readonly ListedToken B = MarketMaker.Token(1);
    private static readonly ListedToken C = MarketMaker.Token(2);

    [Fact]
    public void Ladder_tells_impact_with_and_slippage_without_the_fees()
    {
        var market = TwoHops();
        var path = MarketPath.Of(market, A, ("ab", B), ("bc", C));

        var steps = ImpactLadder.OfPath(market, path, ImpactLadder.Sizes(MarketMaker.Units(1e18), 12, factor: 4));

        // A trade of next to nothing costs the fees and no slippage; a larger one always more.
        Assert.Equal(1 - (0.997 * 0.997), steps[0].PriceImpact, 1e-5);
        Assert.Equal(0, steps[0].Slippage, 1e-5);
        Assert.All(steps.Skip(1).Zip(steps), s => Assert.True(s.First.Slippage > s.Second.Slippage));
        Assert.Equal(1 - ((1 - steps[9].Slippage) * 0.997 * 0.997), steps[9].PriceImpact, 1e-12);

        // In closed form: u of the first pool, then u of the second.
        var x = 0.997 * (double)steps[9].AmountIn;
        var middle = x * 2e24 / (1e24 + x);
        Assert.Equal(1 - (1e24 / (1e24 + x) * (3e24 / (3e24 + (0.997 * middle)))), steps[9].Slippage, 1e-9);
    }

    [Fact]
    public void Parts_run_at_once_give_what_one_thread_gives()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(4), 5, 30, 0.05));
        var random = new Random(5);
        var trials = Enumerable.Range(0, 3_000).Select(_ =>
        {
            var pool = market.PoolAt(random.Next(market.PoolCount));
            return (MarketPath.Of(market, pool.Tokens[0], (pool.Id, pool.Tokens[1])),
                MarketMaker.Units(Math.Pow(10, 24 * random.NextDouble())));
        }).ToList();

        var together = new PathSimulation(market, trials);
        Parallel.ForEach(Partitioner.Create(0, together.PartCount, 1), range => together.Run(range.Item1));

        Assert.Equal(12, together.PartCount);
        Assert.Equal(trials.Select(t => t.Item2), together.Outcomes.Select(o => o.AmountIn));
        Assert.Equal(new PathSimulation(market, trials).RunAll(), together.Outcomes);
        Assert.Contains(together.Outcomes, o => o.Error == QuoteError.OutputTooSmall);
        Assert.Contains(together.Outcomes, o => o.Error == QuoteError.None && o.PriceImpact > 0.1);
    }

    [Fact]
    public void Simulation_keeps_the_market_as_it_was()
    {
        var market = TwoHops();
        var path = MarketPath.Of(market, A, ("ab", B));
        var simulation = new PathSimulation(market, [(path, MarketMaker.Units(1e21))]);
        var before = new PathSimulation(market, [(path, MarketMaker.Units(1e21))]).RunAll()[0];

        market.UpdateReserves(0, MarketMaker.Units(5e24), MarketMaker.Units(1e24), asOf: 1);

        Assert.Equal(before, simulation.RunAll()[0]);
        Assert.NotEqual(before, new PathSimulation(market, [(path, MarketMaker.Units(1e21))]).RunAll()[0]);
    }

    [Fact]
    public void Ladder_of_best_routes_is_never_below_that_of_a_path()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(6), 4, 20, 0.05));
        var pool = market.PoolAt(0);
        var path = MarketPath.Of(market, pool.Tokens[0], (pool.Id, pool.Tokens[1]));
        var sizes = ImpactLadder.Sizes(MarketMaker.Units(1e15), 16, factor: 3);

        var routes = ImpactLadder.OfBestRoute(
            new SplitRouter(market, new RouteOptions()), pool.Tokens[0], pool.Tokens[1], sizes);

        var steps = ImpactLadder.OfPath(market, path, sizes);
        Assert.All(routes.Zip(steps), s => Assert.True(
            s.Second.Error != QuoteError.None || s.First!.AmountOut >= s.Second.AmountOut));
        Assert.Contains(routes, r => r!.Legs.Length > 3);
    }

    [Fact]
    public void Paths_that_cannot_be_are_refused()
    {
        var market = TwoHops();
        Assert.Throws<ArgumentOutOfRangeException>(() => MarketPath.Of(market, A));
        Assert.Throws<ArgumentException>(() => MarketPath.Of(market, A, ("none", B)));
        Assert.Throws<ArgumentException>(() => MarketPath.Of(market, A, ("bc", C)));
        Assert.Throws<ArgumentException>(() => MarketPath.Of(market, A, ("ab", B), ("ab", A)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PathSimulation(market, []).Run(0));
    }

    private static PoolMarket TwoHops() => new(
    [
        MarketMaker.Pair("ab", A, B, MarketMaker.Units(1e24), MarketMaker.Units(2e24)),
        MarketMaker.Pair("bc", B, C, MarketMaker.Units(3e24), MarketMaker.Units(1e24)),
    ]);
}
