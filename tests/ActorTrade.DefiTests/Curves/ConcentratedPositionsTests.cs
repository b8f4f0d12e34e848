using System.Globalization;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class ConcentratedPositionsTests
{
    private const int Spacing = 60;

    private static readonly UInt256 Q96 = new(0, 1UL << 32, 0, 0);

    /// <summary>
    /// The oracle gives each step's fee to those whose range holds the price, by liquidity, as fractions. The pool may
    /// be short of that by rounding, never above it.
    /// </summary>
    [Fact]
    public void Each_position_gets_its_part_of_every_step_it_is_in_range_for() =>
        ProofCases.ForEach("concentrated positions", static c =>
        {
            var feeProtocol = c.OneOf(0, 4);
            var oracle = new ConcentratedOracle { FeePips = 3000, TickSpacing = Spacing, FeeProtocol = feeProtocol };
            oracle.SqrtPrice = (BigInteger)Q96;
            var curve = new ConcentratedCurve(3000, Q96, 0, 0, new TickTable(Spacing, []), feeProtocol, feeProtocol);
            var pool = new ConcentratedPositions(curve);
            var open = new Dictionary<PositionKey, Share>();
            for (var act = 0; act < 12; act++)
            {
                if (c.Chance(3) || open.Count == 0)
                {
                    pool = Add(c, pool, oracle, open, act);
                }
                else
                {
                    pool = Trade(c, pool, oracle, open);
                }
            }

            foreach (var (key, share) in open)
            {
                pool = pool.WithLiquidity(key, -(Int128)share.Liquidity, out var burnt0, out var burnt1);
                pool = pool.Collect(key, out var got0, out var got1);
                share.AssertNear((BigInteger)(got0 - burnt0), (BigInteger)(got1 - burnt1));
                Assert.Null(pool.Find(key));
            }

            Assert.Equal(0, pool.Curve.Ticks.Count);
        }, share: 25);

    [Fact]
    public void Who_was_never_in_range_gets_nothing_and_the_protocol_its_part()
    {
        var empty = new ConcentratedCurve(3000, Q96, 0, 0, new TickTable(Spacing, []), 4, 4);
        var (near, far) = (new PositionKey("near", -600, 600), new PositionKey("far", 6000, 6600));
        var pool = new ConcentratedPositions(empty).WithLiquidity(near, 1_000_000_000_000, out _, out _)
            .WithLiquidity(far, 1_000_000_000_000, out _, out _);

        Assert.Equal(QuoteError.None, pool.Swap(true, 1_000_000u, false, null, out var swap, out pool));

        pool = pool.WithLiquidity(near, 0, out _, out _).WithLiquidity(far, 0, out _, out _);
        Assert.Equal((UInt256)3000u, swap.Fee);
        Assert.Equal((UInt256)750u, pool.ProtocolOwed0);
        Assert.Equal((UInt256)2249u, pool.Find(near)!.Owed0);
        Assert.Equal((UInt256.Zero, UInt256.Zero), (pool.Find(far)!.Owed0, pool.Find(far)!.Owed1));
    }

    [Fact]
    public void What_is_not_there_cannot_be_taken()
    {
        var pool = new ConcentratedPositions(new ConcentratedCurve(500, Q96, 0, 0, new TickTable(Spacing, [])));
        var key = new PositionKey("a", -60, 60);
        Assert.Throws<ArgumentException>(() => pool.WithLiquidity(key, -1, out _, out _));
        Assert.Throws<ArgumentException>(() => pool.WithLiquidity(key, 0, out _, out _));
        Assert.Throws<ArgumentException>(() => pool.Collect(key, out _, out _));
        Assert.Throws<ArgumentException>(() => pool.WithLiquidity(new("a", -61, 60), 1, out _, out _));
        pool = pool.WithLiquidity(key, 5, out _, out _);
        Assert.Throws<ArgumentException>(() => pool.WithLiquidity(key, -6, out _, out _));
    }

    private static ConcentratedPositions Add(
        ProofCase c,
        ConcentratedPositions pool,
        ConcentratedOracle oracle,
        Dictionary<PositionKey, Share> open,
        int act)
    {
        var lower = c.Between(-30, 20);
        var key = new PositionKey(
            act.ToString(CultureInfo.InvariantCulture), lower * Spacing, c.Between(lower + 1, 40) * Spacing);
        var liquidity = c.Positive(80);
        oracle.Add(key.TickLower, key.TickUpper, liquidity);
        open[key] = new Share(liquidity);
        return pool.WithLiquidity(key, (Int128)liquidity, out _, out _);
    }

    private static ConcentratedPositions Trade(
        ProofCase c, ConcentratedPositions pool, ConcentratedOracle oracle, Dictionary<PositionKey, Share> open)
    {
        var (zeroForOne, amount) = (c.Chance(2), c.Positive(80));
        var limit = TickMath.SqrtPriceAt(zeroForOne ? -2500 : 2500);
        oracle.Steps.Clear();
        var expected = oracle.Swap(zeroForOne, amount, true, (BigInteger)limit);
        var error = pool.Swap(zeroForOne, (UInt256)amount, false, limit, out _, out var after);
        Assert.Equal(expected is null ? QuoteError.InvariantBroken : QuoteError.None, error);
        foreach (var (tick, fee, total) in oracle.Steps.Where(static s => s.Liquidity > 0))
        {
            foreach (var (_, share) in open.Where(p => p.Key.TickLower <= tick && tick < p.Key.TickUpper))
            {
                share.Earn(zeroForOne, fee, total);
            }
        }

        return after;
    }

    // Fees times 2^300, so that dividing by the liquidity loses nothing that matters.
    private sealed class Share(BigInteger liquidity)
    {
        private const int Bits = 300;

        private BigInteger _fee0;
        private BigInteger _fee1;
        private int _steps;

        public BigInteger Liquidity => liquidity;

        public void Earn(bool inToken0, BigInteger fee, BigInteger total)
        {
            var part = (fee << Bits) * liquidity / total;
            (_fee0, _fee1) = inToken0 ? (_fee0 + part, _fee1) : (_fee0, _fee1 + part);
            _steps++;
        }

        public void AssertNear(BigInteger got0, BigInteger got1)
        {
            Assert.InRange(got0, (_fee0 >> Bits) - _steps - 1, (_fee0 >> Bits) + 1);
            Assert.InRange(got1, (_fee1 >> Bits) - _steps - 1, (_fee1 >> Bits) + 1);
        }
    }
}
