using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class OpportunityScannerTests
{
    private static readonly ListedToken Eth = MarketMaker.Token(0);
    private static readonly ListedToken Usd = MarketMaker.Token(1);
    private static readonly UInt256 Unit = MarketMaker.Units(1e18);

    [Fact]
    public void Best_opportunity_is_the_one_of_brute_force()
    {
        var (checkedCases, gaining) = (MarketMaker.Cases(60), 0);
        foreach (var seed in ProofCases.Below(checkedCases))
        {
            var random = new Random(seed);
            var market = new PoolMarket(MarketMaker.RandomPairs(random, random.Next(2, 7), random.Next(2, 13), 0.06));
            var lender = random.Next(3) switch
            {
                0 => FlashLender.OwnCapital(),
                1 => FlashLender.AaveLike(),
                _ => FlashLender.BalancerLike(),
            };
            gaining += AgreesWithBruteForce(market, lender, hopsMax: 4, seed) ? 1 : 0;
        }

        Assert.True(gaining > checkedCases / 4, $"{gaining} of {checkedCases} markets had something to find.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pool_known_within_its_tick_range_only_is_sized_up_to_the_border(bool isCheapInPair)
    {
        // The pair is 3 % off, the range of the concentrated pool 0.1 % wide: it ends before the gap is closed.
        var price = TickMath.SqrtPriceAt(5);
        var known = new ConcentratedCurve(500, price, 5, UInt128.Parse("1000000000000000000"),
            new TickTable(10, [], knownFrom: 0, knownTo: 10));
        var off = isCheapInPair ? 1.03 : 1 / 1.03;
        var scanner = new OpportunityScanner(
            new PoolMarket(
            [
                new ListedPool("range", 1, [Eth, Usd], known),
                MarketMaker.Pair("pair", Eth, Usd, MarketMaker.Units(1e20 * off), MarketMaker.Units(1e20)),
            ]),
            new ScanOptions { BaseTokens = [Usd], Cycles = new CycleIndexOptions { HopsMax = 2 } });

        var best = Assert.Single(scanner.Best(5));

        Assert.True(scanner.RateOf(best.Cycle) > 1.02);
        Assert.Equal(
            best.Hops.Select(h => h.PoolNumber), scanner.HopsOf(best.Cycle).Select(h => h.Pool));
        var hop = best.Hops.Single(h => h.Pool.Id == "range");
        var after = (ConcentratedCurve)hop.Pool.Curve.Apply(hop.Quote);
        var border = TickMath.SqrtPriceAt(isCheapInPair ? 0 : 10);
        var (low, high) = (UInt256.Min(after.SqrtPriceX96, border), UInt256.Max(after.SqrtPriceX96, border));
        Assert.True((double)(high - low) < (double)border * 1e-7, $"{after.SqrtPriceX96} is not near {border}.");
    }

    [Fact]
    public void Best_opportunity_through_curves_of_every_kind_is_the_one_of_brute_force()
    {
        var (checkedCases, gaining) = (MarketMaker.Cases(25), 0);
        foreach (var seed in ProofCases.Below(checkedCases))
        {
            var random = new Random(70_000 + seed);
            var market = new PoolMarket(MarketMaker.RandomMixed(random, random.Next(2, 5), random.Next(3, 8), 0.04));
            var lender = random.Next(2) == 0 ? FlashLender.OwnCapital() : FlashLender.AaveLike();
            gaining += AgreesWithBruteForce(market, lender, hopsMax: 3, seed) ? 1 : 0;
        }

        Assert.True(gaining > checkedCases / 3, $"{gaining} of {checkedCases} markets had something to find.");
    }

    [Fact]
    public void Nothing_told_loses_when_it_is_replayed()
    {
        var told = 0;
        var cases = MarketMaker.Cases(150);
        foreach (var seed in ProofCases.Below(cases))
        {
            var random = new Random(10_000 + seed);
            var (tokens, count) = (random.Next(3, 9), random.Next(4, 25));
            var pools = seed % 5 == 0
                ? MarketMaker.RandomMixed(random, tokens, count / 2, 0.05)
                    .Append(MarketMaker.Pair("lender", MarketMaker.Token(0), MarketMaker.Token(1), 1 << 30, 1 << 30))
                    .Reverse().ToList()
                : MarketMaker.RandomPairs(random, tokens, count, random.NextDouble() * 0.1);
            var market = new PoolMarket(pools);
            var scanner = new OpportunityScanner(market, new ScanOptions
            {
                Lenders = [FlashLender.AaveLike(), FlashLender.OfPair(pools[0])],
                Gas = GasTable.Default,
                GasPrice = random.Next(2) * 1e6,
                NativeToken = market.TokenAt(0),
                Cycles = new CycleIndexOptions { HopsMax = 4 },
            });
            foreach (var o in scanner.Best(50))
            {
                told++;
                var amount = o.AmountIn;
                foreach (var hop in o.Hops)
                {
                    var pool = market.PoolAt(hop.PoolNumber);
                    var (tokenIn, tokenOut) = (pool.IndexOf(hop.TokenIn.Address), pool.IndexOf(hop.TokenOut.Address));
                    pool.QuoteExactIn(tokenIn, tokenOut, amount, out _, out amount);
                    Assert.Equal(hop.AmountOut, amount);
                }

                Assert.Equal(o.AmountOut, amount);
                Assert.True(o.Lender.TryRepayment(o.AmountIn, out var repayment));
                Assert.Equal((SignedAmount)amount - repayment - o.GasCost, o.NetProfit);
                Assert.True(o.NetProfit > SignedAmount.Zero);
                Assert.DoesNotContain(o.Hops, h => h.Pool.Id == o.Lender.PoolId);
            }
        }

        Assert.True(told > cases, $"{told} opportunities in {cases} markets.");
    }

    [Fact]
    public void Changes_give_the_same_ranking_as_a_scanner_made_afterwards()
    {
        var random = new Random(3);
        var market = new PoolMarket(MarketMaker.RandomPairs(random, 6, 20, 0.05));
        var options = new ScanOptions
        {
            BaseTokens = [market.TokenAt(0)],
            Cycles = new CycleIndexOptions { HopsMax = 4, ParallelPoolsMax = 99 },
        };
        var scanner = new OpportunityScanner(market, options);
        for (var step = 0; step < 60; step++)
        {
            var changed = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(market.PoolCount)).ToArray();
            foreach (var pool in changed)
            {
                var curve = (ConstantProductCurve)market.PoolAt(pool).Curve;
                var (r0, r1) = (curve.Reserve0, UInt256.MulDivDown(curve.Reserve1, (uint)random.Next(970, 1031), 1000));
                if (random.Next(2) == 0)
                {
                    market.UpdateReserves(pool, r0, r1, asOf: step);
                }
                else
                {
                    market.Update(
                        pool, new ConstantProductCurve(r0, r1, curve.FeeNumerator, curve.FeeDenominator), asOf: step);
                }
            }

            scanner.Refresh(changed);

            var anew = new OpportunityScanner(
                new PoolMarket(Enumerable.Range(0, market.PoolCount).Select(market.PoolAt)), options);
            Assert.Equal(anew.GainingCount, scanner.GainingCount);
            Assert.Equal(anew.Best(10).Select(Summary), scanner.Best(10).Select(Summary));
        }

        static string Summary(Opportunity o) => $"{o.Cycle} {o.AmountIn} {o.NetProfit}";
    }

    [Fact]
    public void Terms_of_the_net_profit_add_up()
    {
        var (market, options) = TwoPairs();
        options = options with
        {
            Lenders = [FlashLender.AaveLike()],
            GasPrice = 1e9,
            NativeToken = Eth,
        };

        var o = Assert.Single(new OpportunityScanner(market, options).Best(5, now: 9));

        Assert.Equal(Eth, o.Token);
        Assert.Equal(o.GrossProfit, o.AmountOut - o.AmountIn);
        Assert.Equal(UInt256.MulDivUp(o.AmountIn, 5, 10_000), o.LoanFee);
        Assert.Equal(
            GasTable.Default.Transaction
                + GasTable.Default.Lenders["aave-like"].Units
                + (2 * GasTable.Default.OfHop("constant-product").Units),
            o.GasUnits);
        Assert.True(o.IsGasMeasured);
        Assert.Equal(o.GasCost, (UInt256)(ulong)(o.GasUnits * 1_000_000_000));
        Assert.Equal((SignedAmount)o.GrossProfit - o.LoanFee - o.GasCost, o.NetProfit);
        Assert.Equal(2, o.AgeMax);
        Assert.Equal(1 - (0.997 * 0.997), o.FeeShare, 1e-12);
        Assert.InRange(o.PriceImpact, o.FeeShare, 0.2);
        Assert.True(o.IsSandwichExposed);
    }

    [Fact]
    public void Gas_above_the_gain_leaves_nothing_to_tell()
    {
        var (market, options) = TwoPairs();
        var gain = (double)Assert.Single(new OpportunityScanner(market, options).Best(5)).NetProfit.Magnitude;
        var gas = GasTable.Default.Transaction + (2 * GasTable.Default.OfHop("constant-product").Units);
        options = options with { NativeToken = Eth };

        Assert.Single(new OpportunityScanner(market, options with { GasPrice = gain / gas * 0.99 }).Best(5));
        Assert.Empty(new OpportunityScanner(market, options with { GasPrice = gain / gas * 1.01 }).Best(5));
    }

    [Fact]
    public void Cheapest_lender_that_is_not_in_the_cycle_is_taken()
    {
        var (market, options) = TwoPairs();
        var inCycle = FlashLender.OfPair(market.PoolAt(0));
        var elsewhere = FlashLender.OfPair(
            MarketMaker.Pair("elsewhere", Eth, Usd, MarketMaker.Units(1e24), MarketMaker.Units(1e24)));

        Assert.Empty(new OpportunityScanner(market, options with { Lenders = [inCycle] }).Best(1));
        Assert.Equal("flash-swap elsewhere", Lender(inCycle, elsewhere));
        Assert.Equal("aave-like", Lender(inCycle, elsewhere, FlashLender.AaveLike()));
        Assert.Equal("balancer-like", Lender(elsewhere, FlashLender.AaveLike(), FlashLender.BalancerLike()));

        string Lender(params FlashLender[] lenders) =>
            Assert.Single(new OpportunityScanner(market, options with { Lenders = lenders }).Best(1)).Lender.Name;
    }

    [Fact]
    public void Input_stays_within_what_there_is()
    {
        var (market, options) = TwoPairs();
        var free = Assert.Single(new OpportunityScanner(market, options).Best(1));
        var cap = free.AmountIn / 3;

        var capped = Assert.Single(new OpportunityScanner(market, options with
        {
            InputMax = new Dictionary<ListedToken, UInt256> { [Eth] = cap },
        }).Best(1));

        Assert.InRange(capped.AmountIn, cap - (cap / 1_000_000), cap);
        Assert.True(capped.NetProfit < free.NetProfit);
    }

    [Fact]
    public void Pools_with_old_states_are_not_traded_on()
    {
        var (market, options) = TwoPairs();

        Assert.Single(new OpportunityScanner(market, options with { AgeMax = 2 }).Best(1, now: 9));
        Assert.Empty(new OpportunityScanner(market, options with { AgeMax = 1 }).Best(1, now: 9));
    }

    [Fact]
    public void Opportunities_without_overlaps_use_each_pool_once_best_first()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(8), 6, 24, 0.05));
        var scanner = new OpportunityScanner(market, new ScanOptions());
        var all = scanner.Best(1_000);

        var parted = scanner.BestWithoutOverlaps(100);

        Assert.True(parted.Length > 1 && parted.Length < all.Length);
        Assert.Equal(all[0].Cycle, parted[0].Cycle);
        var pools = parted.SelectMany(o => o.Hops).Select(h => h.PoolNumber).ToList();
        Assert.Equal(pools.Count, pools.Distinct().Count());
        Assert.All(all, o => Assert.Contains(parted, p => p.Cycle == o.Cycle || p.SharesPoolWith(o)));
    }

    [Fact]
    public void Taking_the_best_leaves_a_market_where_it_gains_no_more()
    {
        var market = new PoolMarket(MarketMaker.RandomPairs(new Random(8), 6, 24, 0.05));
        var scanner = new OpportunityScanner(market, new ScanOptions());
        var (first, taken) = (scanner.Best(1)[0], 0);
        for (var best = scanner.Best(1); best.Length > 0 && taken < 500; best = scanner.Best(1))
        {
            scanner.Take(best[0], asOf: ++taken);
            Assert.False(scanner.Replay(best[0].Cycle)?.NetProfit > SignedAmount.Plus(best[0].AmountIn / 1_000_000));
        }

        Assert.Null(scanner.Replay(first.Cycle));
        Assert.InRange(taken, 2, 499);
    }

    [Fact]
    public void New_reserves_give_the_edges_that_a_new_market_has()
    {
        var taxing = MarketMaker.Token(2, feePips: 30_000);
        List<ListedPool> pools =
        [
            MarketMaker.Pair("plain", Eth, Usd, 1_000_000, 3_000_000),
            MarketMaker.Pair("taxed", Eth, taxing, 1_000_000, 3_000_000),
            new ListedPool("weighted", 1, [Eth, Usd], MarketMaker.Ranges(new Random(1), 1e20, 1)),
        ];
        var market = new PoolMarket(pools);
        foreach (var (r0, r1) in ((UInt256, UInt256)[])[(5, 7), (0, 9), (1_000_003, 77_777), (9, 0), (12, 12)])
        {
            market.UpdateReserves(0, r0, r1, asOf: 5);
            market.UpdateReserves(1, r0, r1, asOf: 6);

            var anew = new PoolMarket(
            [
                MarketMaker.Pair("plain", Eth, Usd, r0, r1), MarketMaker.Pair("taxed", Eth, taxing, r0, r1), pools[2],
            ]);
            for (var e = 0; e < 4; e++)
            {
                Assert.Equal(anew.Rates[e], market.Rates[e], anew.Rates[e] * 1e-15);
                if (market.Rates[e] > 0)
                {
                    Assert.Equal(anew.Curvatures[e], market.Curvatures[e], anew.Curvatures[e] * 1e-15);
                }
            }

            Assert.Equal(r1, ((ConstantProductCurve)market.PoolAt(1).Curve).Reserve1);
            Assert.Equal((5, 6), (market.AsOf(0), market.AsOf(1)));
        }

        Assert.Throws<ArgumentException>(() => market.UpdateReserves(2, 5, 5, asOf: 0));
        Assert.Throws<InvalidCurveException>(() => market.UpdateReserves(0, UInt256.MaxValue, 5, asOf: 0));
        Assert.Throws<ArgumentException>(() => market.Update(
            0, new StableSwapClassic([1_000, 1_000, 1_000], 100, 0, [Unit, Unit, Unit]), asOf: 0));
    }

    [Fact]
    public void Two_pools_of_one_id_and_gas_without_a_native_token_are_refused()
    {
        var (market, options) = TwoPairs();
        Assert.Throws<ArgumentException>(() => new PoolMarket([market.PoolAt(0), market.PoolAt(0)]));
        Assert.Throws<ArgumentException>(() => new OpportunityScanner(market, options with { GasPrice = 1 }));
        Assert.Throws<ArgumentException>(() => new OpportunityScanner(market, options with { Lenders = [] }));
    }

    // Eth is cheaper in the first pair by two percent; the best is to buy it there.
    private static (PoolMarket Market, ScanOptions Options) TwoPairs() =>
    (
        new PoolMarket(
        [
            MarketMaker.Pair("cheap", Eth, Usd, MarketMaker.Units(1_000e18), MarketMaker.Units(3_000_000e18)),
            MarketMaker.Pair("dear", Eth, Usd, MarketMaker.Units(1_000e18), MarketMaker.Units(3_060_000e18)),
        ], asOf: 7),
        new ScanOptions { BaseTokens = [Eth] }
    );

    // Within one unit of each token on the path, or 1e-9 of the gain. The fee of StableSwap NG is an integer in steps
    // of 1e-10, so what a hop gives jumps by that part of its amount: a unit of its own.
    // Whether there was something to find.
    private static bool AgreesWithBruteForce(PoolMarket market, FlashLender lender, int hopsMax, int seed)
    {
        var scanner = new OpportunityScanner(market, new ScanOptions
        {
            BaseTokens = [market.TokenAt(0)],
            Lenders = [lender],
            Cycles = new CycleIndexOptions { HopsMax = hopsMax, ParallelPoolsMax = 99 },
        });

        var best = scanner.Best(1).SingleOrDefault();

        if (BruteForce.BestCycle(market, BruteForce.Cycles(market, [0], hopsMax), lender) is not { } expected)
        {
            Assert.Null(best);
            return false;
        }

        AssertNotWorse(market, expected.Edges, expected.Gain, best, seed);
        return true;
    }

    private static void AssertNotWorse(
        PoolMarket market, int[] edges, SignedAmount expected, Opportunity? best, int seed)
    {
        var unit = 1d;
        var worth = 1d;
        foreach (var e in edges.Reverse())
        {
            worth *= market.Rates[e];
            unit += worth;
        }

        unit += best is null ? 0
            : best.Hops.Count(h => h.Pool.Curve.Kind == "stableswap-ng") * 1e-10 * (double)best.AmountOut;
        var (want, got) = ((double)expected.Magnitude, (double)(best?.NetProfit.Magnitude ?? UInt256.Zero));
        Assert.True(
            got >= want - Math.Max(unit, want * 1e-9),
            $"Seed {seed}: {got} found, {want} by brute force ({unit} a unit).");
    }
}
