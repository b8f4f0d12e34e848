using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class EdgeProfileTests
{
    [Fact]
    public void Concentrated_profile_gives_what_the_curve_quotes_over_all_its_ranges()
    {
        var quotes = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var market = Market(MarketMaker.Ranges(random, 1e22, 0.8 + (random.NextDouble() * 0.4)));
            for (var edge = 0; edge < 2; edge++)
            {
                var profile = market.ProfileOf(edge);
                Assert.True(profile.IsExact);
                Assert.True(profile.Count > 3);
                for (var part = 0.001; part < 1; part *= 1.7)
                {
                    var input = profile.InputMax * part;
                    Assert.Equal(1, profile.Output(input) / Quote(market, edge, input), 1e-9);
                    quotes++;
                }

                // Beyond the last tick there is nothing to be had.
                Assert.Equal(1, Quote(market, edge, profile.InputMax * 1.01) / profile.Output(profile.InputMax), 1e-9);
            }
        }

        Assert.True(quotes > 500);
    }

    [Fact]
    public void Profile_of_any_curve_is_near_it_and_exact_at_its_knots()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var market = new PoolMarket(MarketMaker.RandomMixed(new Random(seed), 2, 1, 0.04));
            for (var edge = 0; edge < 2; edge++)
            {
                var profile = market.ProfileOf(edge);
                Assert.All(Enumerable.Range(1, profile.Count - 1), k =>
                    Assert.Equal(1, profile.Outputs[k] / Quote(market, edge, profile.Inputs[k]), 1e-9));
                for (var k = 1; k + 1 < profile.Count; k++)
                {
                    Assert.True(profile.Inputs[k + 1] > profile.Inputs[k]);
                    Assert.True(profile.RootPrices[k + 1] > profile.RootPrices[k]);
                    var between = 0.5 * (profile.Inputs[k] + profile.Inputs[k + 1]);
                    Assert.Equal(1, profile.Output(between) / Quote(market, edge, between), 0.03);
                }
            }
        }
    }

    [Fact]
    public void Until_a_price_and_output_agree()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var market = new PoolMarket(MarketMaker.RandomMixed(new Random(seed), 2, 1, 0.04));
            var profile = market.ProfileOf(0);
            for (var root = profile.RootPrices[0] * 1.0001; root < profile.RootPrices[^1]; root *= 1.003)
            {
                profile.Until(root, out var input, out var output, out _);
                profile.Until(root * (1 - 1e-6), out var before, out _, out _);
                Assert.True(input >= before);
                Assert.Equal(1, profile.Output(input) / output, 1e-9);
            }
        }
    }

    [Fact]
    public void Transfer_fees_count_on_the_way_in_and_out()
    {
        var pool = new ListedPool(
            "taxed", 1, [MarketMaker.Token(0, feePips: 20_000), MarketMaker.Token(1, feePips: 50_000)],
            new ConstantProductCurve(MarketMaker.Units(1e24), MarketMaker.Units(3e24), 3, 1_000));
        var market = new PoolMarket([pool]);

        foreach (var input in (double[])[1e18, 1e22, 1e24])
        {
            pool.QuoteExactIn(0, 1, MarketMaker.Units(input), out _, out var received);
            Assert.Equal(1, market.ProfileOf(0).Output(input) / (double)received, 1e-12);
        }
    }

    private static PoolMarket Market(Curve curve) =>
        new([new ListedPool("p", 1, [MarketMaker.Token(0), MarketMaker.Token(1)], curve)]);

    private static double Quote(PoolMarket market, int edge, double input)
    {
        var e = market.EdgeAt(edge);
        Assert.Equal(
            QuoteError.None,
            market.PoolAt(e.Pool).QuoteExactIn(e.IndexIn, e.IndexOut, (UInt256)input, out _, out var received));
        return (double)received;
    }
}
