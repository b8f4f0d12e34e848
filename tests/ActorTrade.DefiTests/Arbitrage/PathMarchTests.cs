using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Sizing;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class PathMarchTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(1.0005)]
    public void March_ends_where_a_dense_grid_over_the_pieces_has_its_top(double cost)
    {
        var (gaining, capped, exact) = (0, 0, 0);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var market = new PoolMarket(MarketMaker.RandomMixed(random, 3, 8, 0.05));
            foreach (var edges in BruteForce.Cycles(market, [0], 3).Take(4))
            {
                double Gain(double x) => edges.Aggregate(x, (a, e) => market.ProfileOf(e).Output(a)) - (cost * x);
                var cap = random.Next(2) == 0 ? double.PositiveInfinity : 1e20 * Math.Exp(3 * random.NextDouble());

                var (input, gain) = PathMarch.Size(market, edges, cost, cap);

                var top = Enumerable.Range(0, 2_000).Select(k => Math.Pow(10, 15 + (k * 0.006)))
                    .Where(x => x <= cap && IsWithin(market, edges, x)).Select(Gain).DefaultIfEmpty(0).Max();

                // Pieces that only approach a curve need not agree with their own knots to the last digit.
                var precision = edges.All(e => market.ProfileOf(e).IsExact) ? 1e-9 : 0.1;
                exact += precision < 1e-3 && gain > 0 ? 1 : 0;
                Assert.True(
                    gain >= top - (precision * Math.Abs(top)), $"Seed {seed}: {gain} marched, {top} on the grid.");
                Assert.True(input <= cap);
                if (gain > 0)
                {
                    gaining++;
                    capped += input >= cap * (1 - 1e-9) ? 1 : 0;
                    Assert.True(IsWithin(market, edges, input * (1 - (precision < 1e-3 ? 1e-9 : 1e-3))));
                    Assert.Equal(1, Gain(input) / gain, precision * 10);
                }
            }
        }

        Assert.True(gaining > 100 && capped > 5 && exact > 10, $"{gaining} gained, {capped} capped, {exact} exact.");
    }

    private static bool IsWithin(PoolMarket market, int[] edges, double input)
    {
        foreach (var e in edges)
        {
            var profile = market.ProfileOf(e);
            if (input > profile.InputMax)
            {
                return false;
            }

            input = profile.Output(input);
        }

        return true;
    }
}
