namespace ActorTrade.Node.Benchmarks;

/// <summary>One figure of the kernel beside the same figure of a bounded channel, from the same minutes.</summary>
/// <param name="Actor">The kernel's median.</param>
/// <param name="Channel">The channel's median.</param>
public sealed record Compared(double Actor, double Channel)
{
    /// <summary>Actor divided by channel: above 1 the actor's figure is the larger one.</summary>
    public double Ratio => Channel == 0 ? double.NaN : Actor / Channel;
}

/// <summary>
/// What the kernel does on this machine, beside a bounded <c>Channel&lt;T&gt;(1024)</c> with one reader.
/// </summary>
/// <param name="Rounds">Rounds of which each figure is the median; the two sides alternate in each.</param>
/// <param name="TellOneToOnePerSecond">Messages a second from one thread to one actor.</param>
/// <param name="TellToManyPerSecond">Messages a second from two threads to 10,000 actors in turn.</param>
/// <param name="AskP50Microseconds">Median time from ask to continuation, one in flight.</param>
/// <param name="AskP99Microseconds">99th percentile of the same.</param>
/// <param name="AsksPerSecond">Asks a second, one in flight.</param>
/// <param name="BytesPerIdleActor">Managed heap of one of 100,000 spawned, started and idle actors.</param>
/// <param name="BytesPerTell">Bytes allocated for one message beyond the message itself.</param>
/// <param name="BytesPerAsk">Bytes allocated for one ask, with the caller's closure and message.</param>
public sealed record KernelBenchmarkResult(
    int Rounds,
    Compared TellOneToOnePerSecond,
    Compared TellToManyPerSecond,
    Compared AskP50Microseconds,
    Compared AskP99Microseconds,
    Compared AsksPerSecond,
    Compared BytesPerIdleActor,
    Compared BytesPerTell,
    Compared BytesPerAsk);

/// <summary>
/// Measures mailbox, ask and memory against a bounded channel in the same run, round by round in turn, so that whatever
/// else the machine does hits both sides. Absolute figures belong to the machine; the ratios travel.
/// </summary>
public static class KernelBenchmark
{
    private const int Rounds = 7;
    private const int Many = 10_000;
    private const int IdleActors = 100_000;

    /// <summary>
    /// Runs all cases; takes about five times <paramref name="perCase"/> and a few seconds for memory.
    /// </summary>
    public static KernelBenchmarkResult Run(TimeSpan perCase)
    {
        // Two sides, each in every round, and one round to warm up.
        var slice = perCase / (2 * (Rounds + 1));
        var one = Compare(() => TellCase.Actors(1, 1, slice), () => TellCase.Channels(1, 1, slice));
        var many = Compare(() => TellCase.Actors(2, Many, slice), () => TellCase.Channels(2, Many, slice));
        var ask = Compare(() => AskCase.Actor(slice), () => AskCase.Channel(slice));
        return new KernelBenchmarkResult(
            Rounds,
            Median(one, static r => r.PerSecond),
            Median(many, static r => r.PerSecond),
            Median(ask, static r => r.P50Microseconds),
            Median(ask, static r => r.P99Microseconds),
            Median(ask, static r => r.PerSecond),
            new Compared(MemoryCase.BytesPerIdleActor(IdleActors), MemoryCase.BytesPerIdleChannel(IdleActors)),
            Median(one, static r => r.BytesEach),
            Median(ask, static r => r.BytesEach));
    }

    private static (List<T> Actor, List<T> Channel) Compare<T>(Func<T> actor, Func<T> channel)
    {
        actor();
        channel();
        var actors = new List<T>();
        var channels = new List<T>();
        for (var round = 0; round < Rounds; round++)
        {
            actors.Add(actor());
            channels.Add(channel());
        }

        return (actors, channels);
    }

    private static Compared Median<T>((List<T> Actor, List<T> Channel) runs, Func<T, double> figure) =>
        new(Median(runs.Actor.Select(figure)), Median(runs.Channel.Select(figure)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
