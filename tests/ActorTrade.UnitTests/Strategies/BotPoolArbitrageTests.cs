using System.Globalization;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Execution.Strategies;
using static ActorTrade.UnitTests.Strategies.FakeContext;

namespace ActorTrade.UnitTests.Strategies;

/// <summary>
/// What bots trade with house pools of every curve, against trying every route and a dense grid of sizes on the pools'
/// own answers: they take what there is, and what they send cannot lose.
/// </summary>
public sealed class BotPoolArbitrageTests
{
    private const double Missed = 1e-6;

    // Two satoshis in millionths of a dollar: the coarsest units on the way round results to steps of so much. A house
    // pool with Solidly's stable curve gives some hundred units more or less for nearly the same input.
    private static double StepsOf(BotPools pools) => pools.Views.Any(v => v.Kind == "solidly-stable") ? 1_100 : 100;

    [Fact]
    public void A_cycle_that_a_bot_sends_is_the_best_of_all_routes_and_sizes_and_gains_on_the_pools()
    {
        var (sent, quiet) = (0, 0);
        var kinds = new HashSet<string>();
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var pools = Mixed(seed, random.Next(3, 6), seed % 4 == 0 ? 0.0005 : 0.02);
            var notional = Notional(random);
            var best = BestCycle(pools, Units.FromDecimal(notional, 6, Rounding.Down));
            var context = new FakeContext(BtcUsd, BtcEur, EurUsd) { Book = pools.Book };
            new TriangularArbitrage(
                [BtcUsd, BtcEur, EurUsd],
                Settings("triangle", ("threshold-bps", "0"), ("notional", Text(notional))))
                .OnTick(context.At(0, 5_000m), context);
            if (context.Intents.Count == 0)
            {
                quiet++;
                Assert.True(best <= StepsOf(pools), $"seed {seed}: {best} was there.");
                continue;
            }

            sent++;
            var swap = Assert.IsType<Intent.PoolSwap>(Assert.Single(context.Intents));
            kinds.UnionWith(swap.Route.Select(h => pools.Views.First(v => v.Id == h.Pool).Kind));
            Assert.InRange(swap.AmountIn, UInt256.One, Units.FromDecimal(notional, 6, Rounding.Down));
            Assert.True(swap.MinAmountOut > swap.AmountIn, $"seed {seed}: it may lose.");
            var got = pools.Execute(swap.Route, swap.AmountIn);
            Assert.True(got >= swap.MinAmountOut, $"seed {seed}: {got} for {swap.AmountIn}.");
            var gain = (double)(got!.Value - swap.AmountIn);
            Assert.True(
                gain >= (best * (1 - Missed)) - StepsOf(pools), $"seed {seed}: it gained {gain}; {best} was there.");
        }

        Assert.True(sent >= 25 && quiet >= 5, $"{sent} sent, {quiet} quiet");
        Assert.Equal(BotPools.Kinds.Order(), kinds.Order());
    }

    [Fact]
    public void A_trade_against_the_venue_is_the_best_of_all_sizes_and_gains_on_the_pool()
    {
        var (bought, sold, quiet) = (0, 0, 0);
        foreach (var kind in BotPools.Kinds.Where(k => k is not ("solidly-stable" or "balancer-stable")
            && !k.StartsWith("stableswap", StringComparison.Ordinal)))
        {
            for (var seed = 1; seed <= 25; seed++)
            {
                var random = new Random(seed);
                var pools = new BotPools(seed);
                pools.Add(kind, 2, 0, 0.01);
                var bid = decimal.Round(5_000 * (1 + (decimal)((random.NextDouble() - 0.5) * 0.06)), 2);
                CheckAgainstVenue(pools, bid, Notional(random), $"{kind} {seed}", ref bought, ref sold, ref quiet);
            }
        }

        Assert.True(bought >= 20 && sold >= 20 && quiet >= 10, $"{bought} bought, {sold} sold, {quiet} quiet");
    }

    [Theory]
    [InlineData("solidly-stable")]
    [InlineData("stableswap-classic")]
    [InlineData("stableswap-ng")]
    [InlineData("balancer-stable")]
    public void So_is_one_with_a_pool_of_near_equals(string kind)
    {
        var (bought, sold, quiet) = (0, 0, 0);
        for (var seed = 1; seed <= 25; seed++)
        {
            var random = new Random(seed);
            var pools = new BotPools(seed);
            pools.Add(kind, 1, 0, 0.05);
            var bid = decimal.Round(1 + (decimal)((random.NextDouble() - 0.5) * 0.02), 6);
            CheckAgainstVenue(
                pools, bid, 10_000, $"{kind} {seed}", ref bought, ref sold, ref quiet, isCurrency: true);
        }

        Assert.True(bought >= 2 && sold >= 2, $"{bought} bought, {sold} sold, {quiet} quiet");
    }

    [Fact]
    public void A_pool_that_refuses_while_a_leg_is_open_is_left_alone()
    {
        foreach (var kind in new[] { "concentrated", "curve-tricrypto" })
        {
            var pools = new BotPools(1);
            pools.Add(kind, 2, 0, 0);
            var tokens = pools.Views.Single().AllTokens();
            Assert.NotEmpty(Intents(pools, 6_000m));
            pools.OpenLeg(pools.Views.Single().Id, Usd, Btc, 1_000_000);
            Assert.Contains(Usd, tokens);
            Assert.Empty(Intents(pools, 6_000m));
        }

        static List<Intent> Intents(BotPools pools, decimal price)
        {
            var context = new FakeContext(BtcUsd) { Book = pools.Book };
            new PoolArbitrage(BtcUsd, Settings("arbitrage")).OnTick(context.At(0, price), context);
            return context.Intents;
        }
    }

    [Fact]
    public void A_pool_that_comes_to_life_later_is_traded_then()
    {
        var pools = new BotPools(3);
        pools.Add("constant-product", 2, 0, 0);
        var context = new FakeContext(BtcUsd, BtcEur, EurUsd) { Book = pools.Book };
        var strategy = new TriangularArbitrage(
            [BtcUsd, BtcEur, EurUsd], Settings("triangle", ("threshold-bps", "0")));
        strategy.OnTick(context.At(0, 5_000m), context);
        Assert.Empty(context.Intents);
        pools.Add("balancer-weighted", 2, 0, 0.05);
        context.Book = pools.Book;
        strategy.OnTick(context.At(1, 5_000m), context);
        var swap = Assert.IsType<Intent.PoolSwap>(Assert.Single(context.Intents));
        Assert.Equal(2, swap.Route.Length);
        Assert.True(pools.Execute(swap.Route, swap.AmountIn) >= swap.MinAmountOut);
    }

    private static void CheckAgainstVenue(
        BotPools pools,
        decimal bid,
        decimal notional,
        string what,
        ref int bought,
        ref int sold,
        ref int quiet,
        bool isCurrency = false)
    {
        var instrument = isCurrency ? EurUsd : BtcUsd;
        var (ask, fee) = (bid * 1.0002m, new FeePips(1_000));
        var most = Units.FromDecimal(notional, 6, Rounding.Down);
        var context = new FakeContext(instrument) { Book = pools.Book };
        new PoolArbitrage(
            instrument,
            Settings("arbitrage", ("threshold-bps", "0"), ("notional", Text(notional))))
            .OnTick(context.At(0, bid, ask, instrument.Symbol), context);
        UInt256 Proceeds(UInt256 quantity)
        {
            var gross = instrument.QuoteAmount(quantity, bid, Rounding.Down);
            return gross - fee.Of(gross, Rounding.Up);
        }

        UInt256 Cost(UInt256 quantity)
        {
            var gross = instrument.QuoteAmount(quantity, ask, Rounding.Up);
            return gross + fee.Of(gross, Rounding.Up);
        }

        var view = pools.Views.Single();
        (PoolView, TokenId, TokenId)[] buy = [(view, instrument.Quote, instrument.Base)];
        (PoolView, TokenId, TokenId)[] sell = [(view, instrument.Base, instrument.Quote)];
        var buying = BestSize(most, x => BotPools.Ask(buy, x) is { } y ? (double)Proceeds(y) - (double)x : null);
        var selling = BestSize(
            instrument.QuantityFromNotional(most, ask),
            x => BotPools.Ask(sell, x) is { } y ? (double)y - (double)Cost(x) : null);
        var best = Math.Max(buying, selling);
        switch (context.Intents.SingleOrDefault())
        {
            case Intent.PoolSwap swap:
                bought++;
                Assert.True(Proceeds(swap.MinAmountOut) >= swap.AmountIn, $"{what}: it may lose.");
                Assert.True(swap.AmountIn <= most, what);
                var got = pools.Execute(swap.Route, swap.AmountIn)!.Value;
                Assert.True(got >= swap.MinAmountOut, what);
                Near((double)Proceeds(got) - (double)swap.AmountIn);
                break;
            case Intent.Order order:
                sold++;
                Assert.Equal(ask, order.LimitPrice);
                Near((double)BotPools.Ask(sell, order.Quantity)!.Value - (double)Cost(order.Quantity));
                context.Hold(instrument.Symbol, order.Quantity);
                CheckSecondLeg(context, pools, instrument.Symbol, Proceeds(order.Quantity), what);
                break;
            default:
                quiet++;
                Assert.True(best <= StepsOf(pools), $"{what}: {best} was there.");
                break;
        }

        void Near(double gain) => Assert.True(
            gain > 0 && gain >= (best * (1 - Missed)) - StepsOf(pools), $"{what}: it gains {gain}; {best} was there.");
    }

    private static void CheckSecondLeg(
        FakeContext context, BotPools pools, Symbol symbol, UInt256 atVenue, string what)
    {
        var order = (Intent.Order)context.Intents.Single();
        var strategy = new PoolArbitrage(context.Instruments[0], Settings("arbitrage"));
        strategy.OnTick(context.At(10, order.ReferencePrice / 1.0002m, order.ReferencePrice, symbol), context);
        var swap = Assert.IsType<Intent.PoolSwap>(context.Intents[^1]);
        Assert.Equal(order.Quantity, swap.AmountIn);
        Assert.True(swap.MinAmountOut >= atVenue, $"{what}: the venue pays more than the least.");
        Assert.True(pools.Execute(swap.Route, swap.AmountIn) >= swap.MinAmountOut, what);
    }

    private static decimal Notional(Random random) =>
        (decimal)Math.Round(Math.Pow(10, 1 + (random.NextDouble() * 3)), 6);

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static BotPools Mixed(int seed, int count, double spread)
    {
        var random = new Random(seed + 1_000);
        var pools = new BotPools(seed);
        (int, int)[] equals = [(0, 1), (0, 3), (1, 3)];
        (int, int)[] any = [(0, 2), (1, 2), (2, 4), (0, 4), (0, 1), (0, 3)];
        for (var p = 0; p < count; p++)
        {
            var kind = BotPools.Kinds[random.Next(BotPools.Kinds.Count)];
            var isOfEquals = kind is "solidly-stable" or "balancer-stable"
                || kind.StartsWith("stableswap", StringComparison.Ordinal);
            var (one, other) = isOfEquals ? equals[random.Next(equals.Length)] : any[random.Next(any.Length)];
            pools.Add(kind, one, other, isOfEquals ? spread * 10 : spread);
        }

        return pools;
    }

    // Base units of dollars or euros, whichever; zero where nothing gains. What passes both is counted in dollars.
    private static double BestCycle(BotPools pools, UInt256 most)
    {
        PoolView[] views = [.. pools.Views];
        return new[] { Usd, Eur }.SelectMany(start => Routes(views, [], start, start))
            .Where(route => route[0].In == Usd || route.All(h => h.In != Usd))
            .Select(route => BestSize(most, x => BotPools.Ask(route, x) is { } y ? (double)y - (double)x : null))
            .DefaultIfEmpty(0).Max();
    }

    private static IEnumerable<List<(PoolView Pool, TokenId In, TokenId Out)>> Routes(
        PoolView[] views, List<(PoolView Pool, TokenId In, TokenId Out)> soFar, TokenId start, TokenId token)
    {
        foreach (var view in views.Where(v => v.AllTokens().Contains(token) && soFar.All(h => h.Pool != v)))
        {
            foreach (var next in view.AllTokens().Where(t => t != token))
            {
                List<(PoolView, TokenId, TokenId)> route = [.. soFar, (view, token, next)];
                if (next == start)
                {
                    if (route.Count > 1)
                    {
                        yield return route;
                    }
                }
                else if (route.Count < 4 && soFar.All(h => h.In != next))
                {
                    foreach (var longer in Routes(views, route, start, next))
                    {
                        yield return longer;
                    }
                }
            }
        }
    }

    // Sizes of all magnitudes, then ever finer around the best, down to single units.
    private static double BestSize(UInt256 most, Func<UInt256, double?> gainOf)
    {
        var (best, at) = (0d, 0d);
        void Try(double size)
        {
            var x = size >= (double)most ? most : (UInt256)Math.Max(1, size);
            if (gainOf(x) is { } gain && gain > best)
            {
                (best, at) = (gain, (double)x);
            }
        }

        for (var k = 0; k <= 50; k++)
        {
            Try((double)most * Math.Pow(10, -k / 10d));
        }

        for (var width = at / 4; best > 0 && width >= 0.5; width /= 8)
        {
            var centre = at;
            for (var k = -12; k <= 12; k++)
            {
                Try(centre + (width * k / 12));
            }
        }

        return best;
    }
}
