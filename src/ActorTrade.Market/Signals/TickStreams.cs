using ActorTrade.Domain.Markets;
using ActorTrade.Kernel;
using ActorTrade.Kernel.Streams;
using ActorTrade.Market.Views;

namespace ActorTrade.Market.Signals;

/// <summary>The path of ticks from a feed to the signal actors, with back-pressure from end to end.</summary>
public static class TickStreams
{
    /// <summary>
    /// While the consumer is busy, ticks of one symbol and venue are merged by
    /// <see cref="TickConflator.Merge"/>, so it is behind by at most one tick of each. For live feeds; a replay
    /// must not conflate, or its result would depend on the machine's speed.
    /// </summary>
    /// <param name="keysMax">Symbols × venues that may wait; with more the feed waits.</param>
    /// <param name="counter">Counts the ticks merged away.</param>
    public static IAsyncEnumerable<Tick> ConflateTicks(
        this IAsyncEnumerable<Tick> ticks, int keysMax, StreamCounter counter) =>
        ticks.ConflateByKey(static tick => (tick.Symbol, tick.Venue), TickConflator.Merge, keysMax, counter);

    /// <summary>
    /// Sends the ticks of one symbol to its signal actor, at most <paramref name="maxInFlight"/> unacknowledged.
    /// Completes when the stream has ended and the signals of its last tick are with the subscribers.
    /// </summary>
    /// <exception cref="ActorStoppedException">The actor stopped first.</exception>
    /// <exception cref="TimeoutException">Nothing was acknowledged for <paramref name="ackDeadline"/>.</exception>
    public static Task RunIntoSignals(
        this IAsyncEnumerable<Tick> ticks,
        ActorRef<SignalMessage> actor,
        int maxInFlight,
        TimeSpan ackDeadline,
        TimeProvider time,
        CancellationToken cancellation = default) => ticks.RunIntoActor<Tick, SignalMessage>(
            actor,
            static (tick, ack) => new SignalMessage.Observe([tick], new AckOnReply(ack)),
            maxInFlight,
            ackDeadline,
            time,
            cancellation);

    private sealed class AckOnReply(IAck ack) : IReplyTo<TicksObserved>
    {
        public void Reply(TicksObserved reply) => ack.Ack();
    }
}
