using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Arbitrage.Routing;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class SplitRouterTests
{
    private static readonly ListedToken A = MarketMaker.Token(0);
    private static readonly ListedToken B = MarketMaker.Token(1);
    private static readonly ListedToken C = MarketMaker.Token(2);
    private static readonly ListedToken D = MarketMaker.Token(3);

    [Theory]
    [InlineData(10, 4, 40)]
    [InlineData(100, 20, 12)]
    [InlineData(1_000, 100, 2)]
    public void Two_hop_route_gives_what_the_reference_solver_says_is_possible(int pools, int tokens, int cases)
    {
        var routed = 0;
        foreach (var seed in ProofCases.Below(cases))
        {
            var random = new Random((pools * 1_000) + seed);
            var market = new PoolMarket(MarketMaker.RandomPairs(random, tokens, pools, 0.03));
            var (from, to) = (market.TokenAt(0), market.TokenAt(1));
            var depth = market.EdgesFrom(0).ToArray().Max(market.DepthIn);
            var amount = MarketMaker.Units(depth * Math.Pow(10, (random.NextDouble() * 5) - 4));

            var error = new SplitRouter(market, new RouteOptions { PathsMax = 10_000 })
                .Route(from, to, amount, out var route);

            if (error == RouteError.NoPath)
            {
                continue;
            }

            routed++;
            Assert.Equal(RouteError.None, error);
            AssertReplays(market, route!);
            var optimum = ReferenceDual.Optimum(market, 0, 1, (double)amount);
            Assert.InRange((double)route!.AmountOut / optimum, 1 - 1e-6, 1 + 1e-9);
        }

        Assert.True(routed > cases / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Route_replays_and_is_never_worse_than_its_best_single_path(int hopsMax)
    {
        var (split, cases) = (0, MarketMaker.Cases(150));
        foreach (var seed in ProofCases.Below(cases))
        {
            var random = new Random(seed);
            var (tokens, pools) = (random.Next(3, 9), random.Next(3, 30));
            var market = new PoolMarket(seed % 3 == 0
                ? MarketMaker.RandomMixed(random, tokens, (pools / 3) + 2, 0.02)
                : MarketMaker.RandomPairs(random, tokens, pools, 0.05));
            var amount = MarketMaker.Units(Math.Pow(10, 2 + (random.NextDouble() * 22)));
            var router = new SplitRouter(market, new RouteOptions
            {
                HopsMax = hopsMax,
                GasPrice = random.Next(2) * Math.Pow(10, random.Next(0, 12)),
                NativeToken = market.TokenAt(market.TokenCount - 1),
            });

            if (router.Route(market.TokenAt(0), market.TokenAt(1), amount, out var route) != RouteError.None)
            {
                Assert.Null(route);
                continue;
            }

            AssertReplays(market, route!);
            split += route!.Legs.Length > hopsMax ? 1 : 0;
            var best = BestSinglePath(market, hopsMax, amount, route, out var worstHopGas);
            Assert.True(
                route.NetAmountOut >= best - worstHopGas, $"Seed {seed}: {route.NetAmountOut} and {best} alone.");
        }

        Assert.True(split > cases / 20, $"{split} of {cases} were split.");
    }

    // Prices that are five percent off make the best flow go in circles where paths may be long.
    [Fact]
    public void More_hops_never_give_less_though_the_best_flow_goes_in_circles()
    {
        var routed = 0;
        foreach (var seed in ProofCases.Below(MarketMaker.Cases(150)))
        {
            var random = new Random(20_000 + seed);
            var market = new PoolMarket(MarketMaker.RandomPairs(random, random.Next(4, 9), random.Next(10, 30), 0.05));
            var amount = MarketMaker.Units(Math.Pow(10, 12 + (random.NextDouble() * 12)));
            var before = 0d;
            for (var hops = 1; hops <= 4; hops++)
            {
                var router = new SplitRouter(market, new RouteOptions { HopsMax = hops });
                if (router.Route(market.TokenAt(0), market.TokenAt(1), amount, out var route) == RouteError.None)
                {
                    AssertReplays(market, route!);
                    var given = (double)route!.AmountOut;
                    Assert.True(given >= before * (1 - 1e-6) - 10, $"Seed {seed}: {given} of {hops}, {before} before.");
                    (before, routed) = (given, routed + 1);
                }
            }
        }

        Assert.True(routed > 100, $"only {routed}");
    }

    [Fact]
    public void Split_over_two_pools_of_any_kind_is_the_one_of_trying_every_share()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var market = new PoolMarket(MarketMaker.RandomMixed(random, 2, 2, 0.002));
            var (from, to) = (market.PoolAt(0).Tokens[0], market.PoolAt(0).Tokens[1]);
            var profile = market.ProfileOf(0);
            var most = profile.Count > 1 ? profile.Inputs[^1] : 1 / market.CurvatureOf(0);
            var amount = MarketMaker.Units(most * Math.Pow(10, -2 * random.NextDouble()));

            var error = new SplitRouter(market, new RouteOptions()).Route(from, to, amount, out var route);

            Assert.Equal(RouteError.None, error);
            AssertReplays(market, route!);
            var best = 0d;
            for (var (low, high, step) = (0d, 1d, 0.01); step > 1e-7; step /= 20)
            {
                var top = 0d;
                for (var share = low; share <= high + (step / 2); share += step)
                {
                    var output = Output(0, share) + Output(1, 1 - share);
                    (best, top) = output > best ? (output, share) : (best, top);
                }

                (low, high) = (Math.Max(0, top - step), Math.Min(1, top + step));
            }

            Assert.InRange((double)route!.AmountOut / best, 1 - 1e-6, 1 + 1e-6);

            double Output(int pool, double share)
            {
                var p = market.PoolAt(pool);
                var error = p.QuoteExactIn(
                    p.IndexOf(from.Address), p.IndexOf(to.Address), (UInt256)((double)amount * Math.Clamp(share, 0, 1)),
                    out var quote, out var received);
                return error == QuoteError.None && quote.Leftover.IsZero ? (double)received
                    : share <= 1e-12 ? 0 : double.NegativeInfinity;
            }
        }
    }

    [Fact]
    public void Equal_pools_share_the_amount_equally()
    {
        var size = MarketMaker.Units(1e24);
        var market = new PoolMarket(Enumerable.Range(0, 4).Select(i => MarketMaker.Pair($"{i}", A, B, size, size)));

        new SplitRouter(market, new RouteOptions()).Route(A, B, MarketMaker.Units(1e23), out var route);

        Assert.Equal(4, route!.Legs.Length);
        Assert.All(route.Legs, l => Assert.Equal(0.25, (double)l.AmountIn / 1e23, 1e-9));
        Assert.True(route.AmountOut > route.SinglePathAmountOut);
    }

    [Fact]
    public void Paths_that_share_a_pool_are_split_jointly()
    {
        // Two pools lead from A to C and one on to B: the flow comes together at C and is one leg from there.
        var size = MarketMaker.Units(1e24);
        var market = new PoolMarket(
        [
            MarketMaker.Pair("ac1", A, C, size, size),
            MarketMaker.Pair("ac2", A, C, size, size),
            MarketMaker.Pair("cb", C, B, size, size),
        ]);

        new SplitRouter(market, new RouteOptions()).Route(A, B, MarketMaker.Units(1e23), out var route);

        Assert.Equal(["ac1", "ac2", "cb"], route!.Legs.Select(l => l.PoolId).Order());
        Assert.Equal(
            route.Legs.Where(l => l.TokenOut == C).Aggregate(UInt256.Zero, (sum, l) => sum + l.AmountOut),
            route.Legs.Single(l => l.TokenIn == C).AmountIn);
    }

    [Fact]
    public void Gas_takes_small_legs_out_of_a_route()
    {
        var size = MarketMaker.Units(1e24);
        var market = new PoolMarket(
        [
            MarketMaker.Pair("deep", A, B, size, size),
            MarketMaker.Pair("deep2", A, B, size, size),
            MarketMaker.Pair("small", A, B, size >> 10, size >> 10),
        ]);
        var amount = MarketMaker.Units(1e23);
        SplitRoute Route(double gasPrice)
        {
            new SplitRouter(market, new RouteOptions { GasPrice = gasPrice, NativeToken = B })
                .Route(A, B, amount, out var route);
            return route!;
        }

        var (free, fair, dear) = (Route(0), Route(1e15), Route(1e17));

        Assert.Equal(3, free.Legs.Length);
        Assert.Equal(["deep", "deep2"], fair.Legs.Select(l => l.PoolId).Order());
        Assert.Single(dear.Legs);
        Assert.Equal(
            GasTable.Default.Transaction + (2 * GasTable.Default.OfHop("constant-product").Units), fair.GasUnits);
        Assert.Equal((SignedAmount)fair.AmountOut - fair.GasCost, fair.NetAmountOut);
    }

    [Fact]
    public void Three_hops_reach_what_two_do_not()
    {
        var size = MarketMaker.Units(1e24);
        var market = new PoolMarket(
        [
            MarketMaker.Pair("ac", A, C, size, size),
            MarketMaker.Pair("cd", C, D, size, size),
            MarketMaker.Pair("db", D, B, size, size),
        ]);

        Assert.Equal(
            RouteError.NoPath, new SplitRouter(market, new RouteOptions()).Route(A, B, 1_000_000, out _));
        Assert.Equal(
            RouteError.None,
            new SplitRouter(market, new RouteOptions { HopsMax = 3 }).Route(A, B, 1_000_000, out var route));
        Assert.Equal(["ac", "cd", "db"], route!.Legs.Select(l => l.PoolId));
    }

    [Fact]
    public void Requests_without_a_route_say_why()
    {
        var market = new PoolMarket(
            [MarketMaker.Pair("ab", A, B, 1_000, 1_000), MarketMaker.Pair("cd", C, D, 1_000, 1_000)]);
        var router = new SplitRouter(market, new RouteOptions { BlockedTokens = [D] });

        Assert.Equal(RouteError.UnknownToken, router.Route(A, MarketMaker.Token(9), 5, out _));
        Assert.Equal(RouteError.UnknownToken, router.Route(C, D, 5, out _));
        Assert.Equal(RouteError.SameToken, router.Route(A, A, 5, out _));
        Assert.Equal(RouteError.ZeroAmount, router.Route(A, B, 0, out _));
        Assert.Equal(RouteError.NoPath, router.Route(A, C, 5, out _));
        Assert.Equal(RouteError.AmountRefused, router.Route(A, B, 1, out _));
    }

    private static void AssertReplays(PoolMarket market, SplitRoute route)
    {
        var held = new Dictionary<ListedToken, UInt256> { [route.TokenIn] = route.AmountIn };
        var after = new Dictionary<int, Curve>();
        foreach (var leg in route.Legs)
        {
            var pool = market.PoolAt(leg.PoolNumber);
            pool = after.TryGetValue(leg.PoolNumber, out var changed) ? pool.With(changed) : pool;
            Assert.Equal(QuoteError.None, pool.QuoteExactIn(
                pool.IndexOf(leg.TokenIn.Address), pool.IndexOf(leg.TokenOut.Address), leg.AmountIn, out var quote,
                out var received));
            Assert.Equal(leg.AmountOut, received);
            after[leg.PoolNumber] = pool.Curve.Apply(quote);
            held[leg.TokenIn] -= leg.AmountIn;
            held[leg.TokenOut] = held.GetValueOrDefault(leg.TokenOut) + received;
        }

        Assert.Equal(route.AmountOut, held[route.TokenOut]);
        Assert.All(held, h => Assert.True(
            h.Key == route.TokenOut || h.Value.IsZero, $"{h.Value} of {h.Key.Symbol} left."));
    }

    // By trying every path; what a leg more costs in gas is the slack, for a tie may fall either way. Not counted is
    // how far a hop's output jumps, which is all there is to a path of dust: a unit, of tricrypto parts of 1e-14 of
    // its balance.
    private static SignedAmount BestSinglePath(
        PoolMarket market, int hopsMax, UInt256 amount, SplitRoute route, out UInt256 slack)
    {
        var best = SignedAmount.Minus(UInt256.MaxValue);
        var gasOfOne = route.GasCost.IsZero ? 0 : (double)route.GasCost / route.GasUnits;
        slack = UInt256.One + (UInt256)(gasOfOne * Enumerable.Range(0, market.PoolCount).Max(
            n => GasTable.Default.OfHop(market.PoolAt(n).Curve.Kind).Units));
        var open = new Stack<(int Token, UInt256 Amount, double Jumps, int[] Path)>();
        open.Push((0, amount, 0, []));
        while (open.TryPop(out var at))
        {
            if (at.Token == 1)
            {
                var units = GasTable.Default.Transaction + at.Path.Sum(
                    e => GasTable.Default.OfHop(market.PoolAt(market.EdgeAt(e).Pool).Curve.Kind).Units);
                var gas = (UInt256)Math.Ceiling(units * gasOfOne);
                var net = (SignedAmount)at.Amount - gas - (UInt256)at.Jumps;
                best = net > best ? net : best;
                continue;
            }

            foreach (var e in at.Path.Length < hopsMax ? market.EdgesFrom(at.Token).ToArray() : [])
            {
                var edge = market.EdgeAt(e);
                if (edge.TokenOut != 0 && at.Path.All(p => market.EdgeAt(p).TokenOut != edge.TokenOut)
                    && at.Path.All(p => market.EdgeAt(p).Pool != edge.Pool)
                    && market.PoolAt(edge.Pool).QuoteExactIn(
                        edge.IndexIn, edge.IndexOut, at.Amount, out var quote, out var received) == QuoteError.None
                    && quote.Leftover.IsZero)
                {
                    var jumps = market.PoolAt(edge.Pool).Curve is Tricrypto pool
                        ? (double)pool.Balances[edge.IndexOut] * 1e-14 : 1;
                    open.Push((edge.TokenOut, received, jumps + (at.Jumps * market.Rates[e]), [.. at.Path, e]));
                }
            }
        }

        return best;
    }
}
