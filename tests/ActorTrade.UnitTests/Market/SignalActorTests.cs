using ActorTrade.Domain.Markets;
using ActorTrade.Kernel;
using ActorTrade.Kernel.Streams;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Signals;
using static ActorTrade.UnitTests.Market.MarketTicks;
using Signal = ActorTrade.Market.Signals.Signal;

namespace ActorTrade.UnitTests.Market;

public sealed class SignalActorTests
{
    private readonly SimulatedDispatcher _dispatcher = new();
    private readonly ActorSystem _system;
    private readonly List<Signal> _heard = [];

    public SignalActorTests() => _system = new ActorSystem("signals", new ActorSystemOptions
    {
        Dispatcher = _dispatcher,
        Time = new SimulatedTime(),
        Random = new SeededRandom(1),
    });

    [Fact]
    public void Ticks_are_acknowledged_after_their_signals_were_told()
    {
        var actor = Spawn();
        var bot = _system.Spawn(() => new Listener(_heard), "bot");
        Assert.True(Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(bot), r)));

        var quiet = Ask<TicksObserved>(actor, r => new SignalMessage.Observe([Trade(0, 1), Trade(60, 2)], r));
        Assert.Equal(new TicksObserved(Signals: 1, Late: 0), quiet);
        Assert.Equal(new TicksObserved(Signals: 0, Late: 1), Ask<TicksObserved>(
            actor, r => new SignalMessage.Observe([Trade(30, 9)], r)));
        Assert.Equal(new TicksObserved(Signals: 1, Late: 0), Ask<TicksObserved>(
            actor, r => new SignalMessage.Advance(Start.AddSeconds(120), r)));
        Assert.Equal(["1", "2"], _heard.Select(s => s.Reason));
        Assert.Equal(new SignalActorStats(3, 1, 2, 2, 0, 1), Stats(actor));
    }

    [Fact]
    public void Stopped_subscriber_is_forgotten()
    {
        var actor = Spawn();
        var gone = _system.Spawn(() => new Listener(_heard), "gone");
        Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(gone), r));
        Assert.Equal(1, Stats(actor).Subscribers);
        _system.Stop(gone);
        _dispatcher.RunUntilIdle();

        Assert.Equal(0, Stats(actor).Subscribers);
    }

    [Fact]
    public void Full_subscriber_is_not_waited_for_but_counted()
    {
        var actor = Spawn();
        var full = _system.Spawn(() => new Listener(_heard), "full", new SpawnOptions { Capacity = 1 });
        Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(full), r));
        Ask<TicksObserved>(
            actor, r => new SignalMessage.Observe([Trade(0, 1), Trade(60, 2), Trade(120, 3), Trade(180, 4)], r));

        Assert.Equal((1, 3L, 2L), (_heard.Count, Stats(actor).Signals, Stats(actor).Undelivered));
    }

    [Fact]
    public void Subscribers_have_a_limit()
    {
        var actor = Spawn(subscribersMax: 1);
        var first = _system.Spawn(() => new Listener(_heard), "first");
        var second = _system.Spawn(() => new Listener(_heard), "second");

        Assert.True(Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(first), r)));
        Assert.True(Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(first), r)));
        Assert.False(Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(second), r)));
    }

    [Fact]
    public void Stream_ends_when_the_signals_of_its_last_tick_were_told()
    {
        var actor = Spawn();
        var bot = _system.Spawn(() => new Listener(_heard), "bot", new SpawnOptions { Capacity = 5000 });
        Ask<bool>(actor, r => new SignalMessage.Subscribe(Subscription(bot), r));
        var feed = Enumerable.Range(0, 2000).Select(i => Trade(i * 60, i + 1)).ToAsyncEnumerable();
        var run = _dispatcher.Start(
            () => feed.RunIntoSignals(actor, maxInFlight: 3, TimeSpan.FromSeconds(1), _system.Time));
        _dispatcher.RunUntilIdle();

        Assert.True(run.IsCompletedSuccessfully);
        Assert.Equal(1999, _heard.Count);
    }

    [Fact]
    public void Conflated_stream_loses_no_volume_and_counts_what_it_merged()
    {
        var counter = new StreamCounter("ticks");
        var taken = new List<Tick>();
        var ticks = Enumerable.Range(0, 500).Select(i => Trade(i, i + 1) with { Venue = $"v{i % 3}" });
        var feed = ticks.ToAsyncEnumerable();
        var run = _dispatcher.Start(async () =>
        {
            await foreach (var tick in feed.ConflateTicks(keysMax: 10, counter))
            {
                taken.Add(tick);
            }
        });
        _dispatcher.RunUntilIdle();

        Assert.True(run.IsCompletedSuccessfully);
        Assert.Equal((500m, 500L), (taken.Sum(t => t.Volume!.Value), taken.Count + counter.Conflated));
        Assert.True(counter.Conflated > 0);
        Assert.Equal(3, taken.Where(t => t.Last > 497).Select(t => t.Venue).Distinct().Count());
    }

    private static SignalSubscription Subscription(ActorRef<Heard> to) => SignalSubscription.Of(to, s => new Heard(s));

    private ActorRef<SignalMessage> Spawn(int subscribersMax = 10)
    {
        var settings = new SignalSettings(
            Btc, TimeSpan.FromMinutes(1), () => [new EveryCandle()], SubscribersMax: subscribersMax);
        return _system.Spawn(() => new SignalActor(settings), "signals");
    }

    private SignalActorStats Stats(ActorRef<SignalMessage> actor) =>
        Ask<SignalActorStats>(actor, r => new SignalMessage.GetStats(r));

    private T Ask<T>(ActorRef<SignalMessage> actor, Func<IReplyTo<T>, SignalMessage> message)
    {
        var reply = actor.Ask(message, TimeSpan.FromSeconds(1));
        _dispatcher.RunUntilIdle();
        Assert.True(reply.IsCompleted);
        return reply.Result.Reply;
    }

    private sealed record Heard(Signal Signal);

    /// <summary>Speaks at every candle, so that a test can count.</summary>
    private sealed class EveryCandle : ISignalModel
    {
        public Signal? OnCandle(Candle candle) => new(
            candle.Symbol,
            SignalKind.Breakout,
            SignalDirection.Buy,
            1,
            candle.Interval,
            candle.Close.ToString(System.Globalization.CultureInfo.InvariantCulture),
            candle.CloseAt);
    }

    private sealed class Listener(List<Signal> heard) : Actor<Heard>
    {
        protected override void Receive(Heard message) => heard.Add(message.Signal);
    }
}
