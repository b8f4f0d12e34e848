using System.Numerics;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>Means of windows against sums taken second by second.</summary>
public sealed class TimeWeightedOracleTests
{
    private const long Start = 1_700_000_000;
    private static readonly OracleTerms Lenient = new(60, long.MaxValue, 0, int.MaxValue);

    [Fact]
    public void Any_window_is_the_sum_over_its_seconds()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var history = new SlowHistory(random, seconds: 400, limit: random.Next(2, 80), wraps: seed % 2 == 0);
            for (var i = 0; i < 30; i++)
            {
                var now = history.End + random.Next(0, 50);
                var covered = now - history.Ring.Oldest.AtSeconds;
                if (covered < OracleTerms.WindowSecondsMin)
                {
                    continue;
                }

                var window = random.NextInt64(OracleTerms.WindowSecondsMin, covered + 1);
                var terms = Lenient with { WindowSeconds = window };
                var refusal = TimeWeightedOracle.Read(
                    history.Ring, history.Spot, now, terms with { Mean = OracleMean.Arithmetic }, "a", out var mean);
                Assert.Null(refusal);
                var sum = history.Sum(now - window, now, r => (BigInteger)r.Price0X112);
                Assert.Equal(sum / window, (BigInteger)mean!.Price.Numerator);
                Assert.Null(TimeWeightedOracle.Read(history.Ring, history.Spot, now, terms, "g", out var geometric));
                var ticks = history.Sum(now - window, now, r => r.Tick);
                var floor = BigInteger.Divide(ticks - (ticks.Sign < 0 ? window - 1 : 0), window);
                Assert.Equal(OracleTicks.PriceAt((int)floor), geometric!.Price);
                Assert.Equal(history.ChangesAfter(now - window), mean.Observations);
            }
        }
    }

    [Fact]
    public void A_window_before_the_oldest_observation_is_refused()
    {
        var history = new SlowHistory(new Random(5), seconds: 300, limit: 20, wraps: false);
        var covered = history.End - history.Ring.Oldest.AtSeconds;
        var refusal = Read(history, Lenient with { WindowSeconds = covered + 1 });
        Assert.Equal(new OracleRefusal.WindowNotCovered(covered + 1, covered), refusal);
        Assert.IsType<OracleRefusal.WindowNotCovered>(Read(history, Lenient with { WindowSeconds = 9 }));
        Assert.Equal(20, history.Ring.Count);
    }

    [Fact]
    public void Consumers_refuse_what_is_old_thin_or_far_from_the_spot()
    {
        var ring = new ObservationRing(10);
        var calm = OracleReading.Of(1_000, 1_000)!.Value;
        var leapt = OracleReading.Of(2_000, 1_000)!.Value;
        Assert.IsType<OracleRefusal.NoPrice>(TimeWeightedOracle.Read(ring, calm, Start, Lenient, "x", out _));
        ring.Begin(Start, calm);
        ring.Record(Start + 100, calm);
        var terms = new OracleTerms(60, AgeSecondsMax: 30, ObservationsMin: 2, DeviationBpsMax: 500);
        Assert.Equal(
            new OracleRefusal.TooOld(31, 30),
            TimeWeightedOracle.Read(ring, calm, Start + 131, terms, "x", out _));
        Assert.Equal(
            new OracleRefusal.TooFewObservations(1, 2),
            TimeWeightedOracle.Read(ring, calm, Start + 110, terms, "x", out _));
        ring.Record(Start + 110, calm);
        Assert.Null(TimeWeightedOracle.Read(ring, calm, Start + 120, terms, "x", out var price));
        Assert.InRange(price!.Confidence, 0.7, 1);
        var refusal = TimeWeightedOracle.Read(ring, leapt, Start + 120, terms, "x", out _);
        Assert.Equal("spot", Assert.IsType<OracleRefusal.Deviates>(refusal).Against);
    }

    /// <summary>A price driven up a thousandfold for one second of a minute: the arithmetic mean follows it, the
    /// geometric by the logarithm only, and the truncated one hardly at all.</summary>
    [Fact]
    public void One_wild_second_moves_the_geometric_mean_less_and_the_truncated_least()
    {
        double Mean(int tickMoveMax, OracleMean mean)
        {
            var ring = new ObservationRing(10, tickMoveMax);
            var (calm, wild) = (OracleReading.Of(1, 1)!.Value, OracleReading.Of(1_000, 1)!.Value);
            ring.Begin(Start, calm);
            ring.Record(Start + 50, calm);
            ring.Record(Start + 51, wild);
            var terms = Lenient with { WindowSeconds = 60, Mean = mean };
            Assert.Null(TimeWeightedOracle.Read(ring, calm, Start + 60, terms, "x", out var price));
            return price!.Price.ToDoubleLossy(0, 0);
        }

        Assert.Equal(1_059 / 60.0, Mean(0, OracleMean.Arithmetic), 1e-9);
        Assert.Equal(Math.Pow(1_000, 1 / 60.0), Mean(0, OracleMean.Geometric), 2e-4);
        Assert.Equal(Math.Pow(1.0001, 9_116 / 60), Mean(9_116, OracleMean.Geometric), 1e-6);
    }

    /// <summary>Windows of days, over prices that hold for minutes to days: the sum of each step by itself.</summary>
    [Fact]
    public void A_window_of_days_is_the_sum_over_its_steps()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var ring = new ObservationRing(random.Next(4, 40));
            var steps = new List<(long Until, OracleReading Held)>();
            var (at, held) = (Start, Usual(random));
            ring.Restore([new PriceObservation(at, held.Tick, 0, UInt256.MaxValue - 9u, UInt256.MaxValue)]);
            for (var i = 0; i < 60; i++)
            {
                at += random.Next(1, random.Next(2) == 0 ? 600 : 300_000);
                ring.Record(at, held);
                steps.Add((at, held));
                held = Usual(random);
            }

            var now = at + random.Next(200_000);
            steps.Add((now, held));
            var covered = Math.Min(now - ring.Oldest.AtSeconds, ObservationRing.WindowMax);
            var window = random.NextInt64(OracleTerms.WindowSecondsMin, covered + 1);
            Assert.Null(Mean(ring, held, now, window, OracleMean.Arithmetic, out var mean));
            var (sum, from) = (BigInteger.Zero, Start);
            foreach (var (until, price) in steps)
            {
                var seconds = until - Math.Max(from, now - window);
                sum += seconds > 0 ? (BigInteger)price.Price0X112 * seconds : 0;
                from = until;
            }

            Assert.Equal(sum / window, (BigInteger)mean!.Price.Numerator);
            Assert.Null(Mean(ring, held, now, window, OracleMean.Geometric, out _));
            var beyond = Mean(ring, held, now, covered + 1, OracleMean.Arithmetic, out _);
            Assert.Equal(new OracleRefusal.WindowNotCovered(covered + 1, covered), beyond);
        }
    }

    /// <summary>Sums of so absurd a price go round within days: no mean is told, rather than a wrong one.</summary>
    [Theory]
    [InlineData(100_000, 1_000, false)]
    [InlineData(1_000, 100_000, false)]
    [InlineData(30_000, 30_000, true)]
    public void An_absurd_price_over_a_long_time_has_no_arithmetic_mean(int held, int since, bool isTold)
    {
        var (absurd, calm) = (OracleReading.Of(UInt128.MaxValue, 1)!.Value, OracleReading.Of(2, 1)!.Value);
        foreach (var (before, after) in new[] { (absurd, calm), (calm, absurd), (absurd, absurd) })
        {
            var ring = new ObservationRing(10);
            ring.Begin(Start, before);
            ring.Record(Start + held, before);
            var refusal = Mean(ring, after, Start + held + since, held + since, OracleMean.Arithmetic, out var mean);
            var isLongAbsurd = (before == absurd && held > 65_535) || (after == absurd && since > 65_535)
                || held + since > 65_535;
            Assert.Equal(isTold || !isLongAbsurd, refusal is null);
            Assert.Null(Mean(ring, after, Start + held + since, held + since, OracleMean.Geometric, out _));
            if (refusal is null)
            {
                var sum = ((BigInteger)before.Price0X112 * held) + ((BigInteger)after.Price0X112 * since);
                Assert.Equal(sum / (held + since), (BigInteger)mean!.Price.Numerator);
            }
        }
    }

    private static OracleRefusal? Mean(
        ObservationRing ring, OracleReading spot, long now, long window, OracleMean mean, out OraclePrice? price) =>
        TimeWeightedOracle.Read(
            ring, spot, now, Lenient with { WindowSeconds = window, Mean = mean }, "x", out price);

    // Any price but an absurd one.
    private static OracleReading Usual(Random random) => OracleReading.Of(
        (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(32),
        (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(32))!.Value;

    [Fact]
    public void A_price_lies_between_its_tick_and_the_next()
    {
        var random = new Random(9);
        for (var i = 0; i < 2_000; i++)
        {
            UInt256 numerator = (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(64);
            UInt256 denominator = (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(64);
            var tick = OracleTicks.Of(numerator, denominator);
            var real = Math.Log((double)numerator / (double)denominator, 1.0001);
            Assert.InRange(real, tick - 1e-6, tick + 1 + 1e-6);
            var price = OracleTicks.PriceAt(tick).ToDoubleLossy(0, 0);
            Assert.Equal(1, price / Math.Pow(1.0001, tick), 1e-8);
        }
    }

    private static OracleRefusal? Read(SlowHistory history, OracleTerms terms) =>
        TimeWeightedOracle.Read(history.Ring, history.Spot, history.End, terms, "x", out _);

    /// <summary>The price of each second by itself, beside a ring that saw the same changes.</summary>
    private sealed class SlowHistory
    {
        private readonly OracleReading[] _held;
        private readonly SortedSet<long> _changes = [];

        public SlowHistory(Random random, int seconds, int limit, bool wraps)
        {
            Ring = new ObservationRing(limit);
            Spot = Any(random);
            var begin = wraps ? UInt256.MaxValue - 1_000u : UInt256.Zero;
            Ring.Restore([new PriceObservation(Start, Spot.Tick, -77, begin, begin)]);
            _held = new OracleReading[seconds];
            for (var i = 0; i < seconds; i++)
            {
                var second = Start + i;
                for (var changes = random.Next(5); changes > 2; changes--)
                {
                    if (Ring.IsDue(second))
                    {
                        Ring.Record(second, Spot);
                        _changes.Add(second);
                    }

                    Spot = Any(random);
                }

                _held[i] = Spot;
            }

            End = Start + seconds - 1;
        }

        public ObservationRing Ring { get; }

        public OracleReading Spot { get; private set; }

        public long End { get; }

        public BigInteger Sum(long from, long until, Func<OracleReading, BigInteger> value)
        {
            var sum = BigInteger.Zero;
            for (var second = from; second < until; second++)
            {
                sum += value(second - Start < _held.Length ? _held[second - Start] : Spot);
            }

            return sum;
        }

        public int ChangesAfter(long second) => _changes.Count(c => c > second);

        private static OracleReading Any(Random random) => OracleReading.Of(
            (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(64),
            (UInt128)random.NextInt64(1, long.MaxValue) << random.Next(64))!.Value;
    }
}
