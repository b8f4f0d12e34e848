using ActorTrade.Arbitrage.Sizing;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class MobiusPathTests
{
    [Fact]
    public void Composed_path_gives_what_its_hops_give_one_after_the_other()
    {
        var random = new Random(1);
        for (var i = 0; i < 1_000; i++)
        {
            var path = MobiusPath.Neutral;
            var input = Math.Exp(random.NextDouble() * 40);
            var amount = input;
            for (var hops = random.Next(1, 5); hops > 0; hops--)
            {
                var reserveIn = Math.Exp(20 + (random.NextDouble() * 40));
                var reserveOut = Math.Exp(20 + (random.NextDouble() * 40));
                var kept = 1 - (random.NextDouble() * 0.01);
                path = path.Then(MobiusPath.OfReserves(reserveIn, reserveOut, kept));
                amount = kept * amount * reserveOut / (reserveIn + (kept * amount));
            }

            Assert.Equal(1, path.Output(input) / amount, 1e-12);
        }
    }

    [Fact]
    public void Virtual_pool_form_gives_the_same_rate_and_curvature()
    {
        // Two hops, a to b in (a, b) and b to d in (c, d), folded into one virtual pool: the other way to the closed
        // form, with rate = γ·Eb/Ea and curvature = γ/Ea.
        var (a, b, c, d, kept) = (3e21, 7e18, 5e18, 2e21, 0.997);
        var ea = a * c / (c + (kept * b));
        var eb = kept * b * d / (c + (kept * b));

        var path = MobiusPath.OfReserves(a, b, kept).Then(MobiusPath.OfReserves(c, d, kept));

        Assert.Equal(1, path.Rate / (kept * eb / ea), 1e-14);
        Assert.Equal(1, path.Curvature / (kept / ea), 1e-14);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.0005)]
    [InlineData(1.004)]
    public void Optimal_input_beats_every_other_and_gains_what_it_says(double cost)
    {
        var random = new Random(2);
        var gained = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var path = MobiusPath.OfReserves(1e21 * (1 + random.NextDouble()), 1e21 * (1 + random.NextDouble()), 0.997)
                .Then(MobiusPath.OfReserves(1e20 * (1 + random.NextDouble()), 1e20 * (1 + random.NextDouble()), 0.997));
            var best = path.OptimalInput(cost);
            if (!path.Gains(cost))
            {
                Assert.Equal(0, best);
                Assert.Equal(0, path.OptimalGain(cost));
                Assert.True(path.Output(1e15) - (cost * 1e15) <= 0);
                continue;
            }

            gained++;
            double Gain(double x) => path.Output(x) - (cost * x);
            Assert.Equal(1, Gain(best) / path.OptimalGain(cost), 1e-6);
            foreach (var part in (double[])[0.5, 0.9, 0.99, 0.999, 1.001, 1.01, 1.1, 2])
            {
                Assert.True(Gain(best * part) < Gain(best) * (1 + 1e-12), $"{i}: {part}");
            }
        }

        Assert.InRange(gained, 500, 1_500);
    }
}
