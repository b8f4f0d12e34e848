using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Amm;

/// <summary>The bound against attacks that are really played, in integers.</summary>
public sealed class SandwichGuardTests
{
    [Fact]
    public void At_30_basis_points_the_bound_is_0_30135_percent()
    {
        var reserve = Units.PowerOfTen(24);
        var safe = SandwichGuard.SafeAmountIn(reserve, new FeePips(3_000));
        Assert.Equal(0.0030135, (double)safe / (double)reserve, 1e-7);
        Assert.False(SandwichGuard.IsProfitable(reserve, safe, new FeePips(3_000)));
        Assert.True(SandwichGuard.IsProfitable(reserve, safe + 1u, new FeePips(3_000)));
        Assert.True(SandwichGuard.SafeAmountIn(reserve, FeePips.Zero).IsZero);
    }

    [Fact]
    public void No_attack_of_any_size_earns_on_a_safe_order()
    {
        for (var seed = 1; seed <= 3_000; seed++)
        {
            var random = new Random(seed);
            var (reserveIn, reserveOut, fee) = Pool(random);
            var safe = SandwichGuard.SafeAmountIn(reserveIn, fee);
            var victim = UInt256.MulDivDown(safe, (uint)random.Next(1, 1_001), 1_000);
            for (var i = 0; i < 20; i++)
            {
                var front = UInt256.MulDivDown(reserveIn, (uint)random.Next(1, 1 << random.Next(2, 22)), 1 << 20);
                var gain = GainOf(reserveIn, reserveOut, fee, front, victim);
                Assert.True(gain <= 0, $"seed {seed}: an attack with {front} on {victim} gains {gain}");
            }
        }
    }

    [Fact]
    public void Beyond_the_bound_some_attack_earns()
    {
        for (var seed = 1; seed <= 1_000; seed++)
        {
            var random = new Random(seed);
            var (reserveIn, reserveOut, fee) = Pool(random);
            var victim = UInt256.MulDivDown(SandwichGuard.SafeAmountIn(reserveIn, fee), 11, 10);
            if ((double)victim / (double)reserveIn > 10)
            {
                continue;
            }

            var best = Enumerable.Range(1, 24).Max(shift => GainOf(
                reserveIn, reserveOut, fee, reserveIn >> shift, victim));
            Assert.True(best > 0, $"seed {seed}: no attack on {victim} of {reserveIn} at {fee} earns");
        }
    }

    [Fact]
    public void The_largest_front_run_is_the_root_of_the_victims_bound()
    {
        for (var seed = 1; seed <= 1_000; seed++)
        {
            var random = new Random(seed);
            var (reserveIn, reserveOut, fee) = Pool(random);
            var victim = reserveIn >> random.Next(3, 10);
            Assert.Equal(
                QuoteError.None,
                ConstantProduct.QuoteExactIn(reserveIn, reserveOut, victim, fee, out var alone));
            var least = UInt256.MulDivUp(alone.AmountOut, (uint)random.Next(9_000, 9_990), 10_000);
            var front = SandwichGuard.LargestFrontRun(reserveIn, reserveOut, fee, victim, least);
            var (r, rOut, x, m) = ((double)reserveIn, (double)reserveOut, (double)victim, (double)least);
            var g = 1 - (fee.Value / 1e6);
            var b = (r * (1 + g)) + (g * g * x);
            var c = (r * r) + (g * x * r) - (g * x * r * rOut / m);
            var root = (Math.Sqrt((b * b) - (4 * g * c)) - b) / (2 * g);
            Assert.Equal(1, (double)front / root, 1e-6);
        }
    }

    [Fact]
    public void An_order_is_split_into_safe_children_or_flagged_to_be_sent_privately()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            UInt256 amount = (ulong)random.NextInt64(1, 1_000_000_000);
            UInt256 safe = (ulong)random.NextInt64(0, 1_000_000_000 >> random.Next(20));
            var plan = SandwichGuard.Plan(amount, safe, childrenMax: 16);
            if (plan.SendsPrivately)
            {
                Assert.Empty(plan.Children);
                Assert.True(amount > safe * 16u);
                continue;
            }

            Assert.InRange(plan.Children.Length, 1, 16);
            Assert.All(plan.Children, child => Assert.True(child <= safe && !child.IsZero));
            Assert.Equal(amount, plan.Children.Aggregate(UInt256.Zero, (sum, child) => sum + child));
        }
    }

    // The fee stays in the pool, as the bound assumes.
    private static double GainOf(UInt256 reserveIn, UInt256 reserveOut, FeePips fee, UInt256 front, UInt256 victim)
    {
        if (ConstantProduct.QuoteExactIn(reserveIn, reserveOut, front, fee, out var bought) != QuoteError.None)
        {
            return 0;
        }

        var (inNow, outNow) = (reserveIn + front, reserveOut - bought.AmountOut);
        if (ConstantProduct.QuoteExactIn(inNow, outNow, victim, fee, out var done) == QuoteError.None)
        {
            (inNow, outNow) = (inNow + victim, outNow - done.AmountOut);
        }

        return ConstantProduct.QuoteExactIn(outNow, inNow, bought.AmountOut, fee, out var sold) == QuoteError.None
            ? sold.AmountOut >= front ? (double)(sold.AmountOut - front) : -(double)(front - sold.AmountOut)
            : 0;
    }

    private static (UInt256 In, UInt256 Out, FeePips Fee) Pool(Random random) => (
        (UInt256)random.NextInt64(1L << 40, 1L << 60) << 40,
        (UInt256)random.NextInt64(1L << 40, 1L << 60) << 40,
        new FeePips(random.Next(100, 100_000)));
}
