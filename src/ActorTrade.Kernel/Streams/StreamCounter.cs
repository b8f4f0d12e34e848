using System.Diagnostics.Metrics;

namespace ActorTrade.Kernel.Streams;

/// <summary>
/// Counts what a stream lost or merged on purpose. Also counted by the instruments <c>actortrade.stream.dropped</c> and
/// <c>actortrade.stream.conflated</c> of the meter <see cref="SystemCounters.MeterName"/>, with the label
/// <c>stream</c>.
/// </summary>
/// <param name="stream">The label; few values, so the kind of stream and not its key.</param>
public sealed class StreamCounter(string stream)
{
    private static readonly Meter Meter = new(SystemCounters.MeterName);

    private static readonly Counter<long> AllDropped =
        Meter.CreateCounter<long>("actortrade.stream.dropped", "{element}");

    private static readonly Counter<long> AllConflated =
        Meter.CreateCounter<long>("actortrade.stream.conflated", "{element}");

    private long dropped;
    private long conflated;

    /// <summary>Elements thrown away because a buffer was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Elements merged into an earlier one that the consumer had not taken yet.</summary>
    public long Conflated => Interlocked.Read(ref conflated);

    internal void OnDropped()
    {
        Interlocked.Increment(ref dropped);
        AllDropped.Add(1, new KeyValuePair<string, object?>("stream", stream));
    }

    internal void OnConflated()
    {
        Interlocked.Increment(ref conflated);
        AllConflated.Add(1, new KeyValuePair<string, object?>("stream", stream));
    }
}
