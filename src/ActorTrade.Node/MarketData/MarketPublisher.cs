using ActorTrade.Cluster.Topics;
using ActorTrade.Domain.Markets;
using ActorTrade.Execution.Strategies;
using ActorTrade.Market.Signals;

namespace ActorTrade.Node.MarketData;

/// <summary>
/// Tells the cluster what a floor sees: ticks gathered, of all symbols in one message, at most one every
/// <see cref="TicksEvery"/>; each signal and each opportunity as it comes.
/// </summary>
/// <param name="source">For people: what feeds the floor, and where it runs.</param>
public sealed class MarketPublisher(ClusterTopics topics, TimeProvider time, string source)
{
    /// <summary>A step of a faster feed waits for the next ones.</summary>
    public static readonly TimeSpan TicksEvery = TimeSpan.FromMilliseconds(25);

    /// <summary>More ticks go out at once.</summary>
    public const int TicksMax = 1000;

    private readonly List<Tick> _ticks = [];
    private long _toldAt = long.MinValue;

    public string Source => source;

    /// <summary>Takes the ticks of a step; calls come one after the other.</summary>
    /// <param name="position">See <see cref="TicksMessage"/>.</param>
    public void Add(IReadOnlyList<Tick> ticks, long position, double ticksPerSecond)
    {
        _ticks.AddRange(ticks);
        if (_ticks.Count >= TicksMax
            || _toldAt == long.MinValue
            || time.GetElapsedTime(_toldAt) >= TicksEvery)
        {
            _toldAt = time.GetTimestamp();
            var message = new TicksMessage(source, position, ticksPerSecond, _ticks);
            topics.Publish(MarketTopics.Ticks, MarketTopics.TicksKind, MarketMessages.Write(message));
            _ticks.Clear();
        }
    }

    /// <summary>On the turn of whoever has it; does not wait.</summary>
    public void Tell(Signal signal) =>
        topics.Publish(MarketTopics.Signals, MarketTopics.SignalKind, MarketMessages.Write(signal));

    /// <summary>On the turn of whoever has it; does not wait.</summary>
    public void Tell(string bot, Opportunity opportunity) => topics.Publish(
        MarketTopics.Opportunities,
        MarketTopics.OpportunityKind,
        MarketMessages.Write(new OpportunityMessage(bot, opportunity)));
}
