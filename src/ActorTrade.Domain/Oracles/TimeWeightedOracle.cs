using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Oracles;

/// <summary>
/// The mean price of a window, read from a ring of observations: Σ(end) - Σ(start), over the seconds between.
/// </summary>
/// <remarks>
/// The arithmetic mean is rounded down by less than 2^-112. The geometric mean is the tick rounded to minus infinity
/// (V3's OracleLibrary.consult), so it is below the true one by less than one tick, 0.01 %.
/// </remarks>
public static class TimeWeightedOracle
{
    /// <param name="ring">The history; empty where there never was a price.</param>
    /// <param name="spot">The price since the newest observation.</param>
    /// <param name="nowSeconds">Unix time; a clock behind the newest observation counts as at it.</param>
    /// <param name="price">Token 1 for one token 0, in base units; null where refused.</param>
    /// <returns>Null where there is a price.</returns>
    public static OracleRefusal? Read(
        ObservationRing ring,
        in OracleReading spot,
        long nowSeconds,
        OracleTerms terms,
        string source,
        out OraclePrice? price)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(terms);
        price = null;
        if (ring.Count == 0)
        {
            return new OracleRefusal.NoPrice();
        }

        var now = Math.Max(nowSeconds, ring.Newest.AtSeconds);
        var covered = Math.Min(now - ring.Oldest.AtSeconds, ObservationRing.WindowMax);
        if (terms.WindowSeconds < OracleTerms.WindowSecondsMin || terms.WindowSeconds > covered)
        {
            return new OracleRefusal.WindowNotCovered(terms.WindowSeconds, covered);
        }

        if (terms.Mean == OracleMean.Arithmetic && !ring.IsCountable(now - terms.WindowSeconds, now, spot))
        {
            return new OracleRefusal.WindowNotCovered(terms.WindowSeconds, 0);
        }

        var age = now - ring.Newest.AtSeconds;
        if (age > terms.AgeSecondsMax)
        {
            return new OracleRefusal.TooOld(age, terms.AgeSecondsMax);
        }

        var observations = ring.CountAfter(now - terms.WindowSeconds);
        if (observations < terms.ObservationsMin)
        {
            return new OracleRefusal.TooFewObservations(observations, terms.ObservationsMin);
        }

        var mean = Mean(ring, spot, now, terms);
        var deviation = DeviationBps(mean, new Price(spot.Price0X112, OracleReading.One));
        if (deviation > terms.DeviationBpsMax)
        {
            return new OracleRefusal.Deviates(deviation, terms.DeviationBpsMax, "spot");
        }

        price = new OraclePrice(
            mean,
            source,
            TimeSpan.FromSeconds(terms.WindowSeconds),
            TimeSpan.FromSeconds(age),
            Confidence(observations, deviation, terms.DeviationBpsMax),
            observations);
        return null;
    }

    /// <summary>
    /// |a / b - 1| in 1e-4, rounded down; <see cref="int.MaxValue"/> where it is that or more, or b alone is zero.
    /// </summary>
    public static int DeviationBps(Price a, Price b)
    {
        var (one, other) = (a.ToDoubleLossy(0, 0), b.ToDoubleLossy(0, 0));
        if (one == other)
        {
            return 0;
        }

        var deviation = Math.Abs((one / other) - 1) * Bps.One;
        return deviation < int.MaxValue ? (int)deviation : int.MaxValue;
    }

    private static Price Mean(ObservationRing ring, in OracleReading spot, long now, OracleTerms terms)
    {
        var start = ring.At(now - terms.WindowSeconds, spot);
        var end = ring.At(now, spot);
        if (terms.Mean == OracleMean.Arithmetic)
        {
            var sum = WrappingSum.Subtract(end.Cumulative0, start.Cumulative0);
            return new Price(sum / (ulong)terms.WindowSeconds, OracleReading.One);
        }

        var (tick, rest) = Math.DivRem(end.TickCumulative - start.TickCumulative, terms.WindowSeconds);
        return OracleTicks.PriceAt((int)(rest < 0 ? tick - 1 : tick));
    }

    private static double Confidence(int observations, int deviationBps, int deviationBpsMax) =>
        (observations + 1d) / (observations + 2d) * (1 - (deviationBps / (deviationBpsMax + 1d)));
}
