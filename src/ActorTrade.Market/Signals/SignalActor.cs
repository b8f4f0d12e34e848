using ActorTrade.Domain.Markets;
using ActorTrade.Kernel;
using ActorTrade.Market.Candles;

namespace ActorTrade.Market.Signals;

/// <summary>What a <see cref="SignalActor"/> watches.</summary>
/// <param name="Interval">Length of the candles that the models see.</param>
/// <param name="Models">Makes fresh models; called at the start and at every restart, after which they warm up
/// anew.</param>
/// <param name="SubscribersMax">More are refused.</param>
public sealed record SignalSettings(
    Symbol Symbol,
    TimeSpan Interval,
    Func<IReadOnlyList<ISignalModel>> Models,
    PriceSource Source = PriceSource.TradeElseMid,
    IntervalBorder Border = IntervalBorder.StartIncluded,
    int SubscribersMax = 1_000)
{
    /// <summary>Hears each signal first, within the actor's turn, also after a restart; null where nobody
    /// listens.</summary>
    public Action<Signal>? OnSignal { get; init; }
}

/// <summary>
/// The answer to observed ticks: they have been taken in, and their signals are with the subscribers.
/// </summary>
/// <param name="Signals">Signals that these ticks gave.</param>
/// <param name="Late">Ticks that came too late for their candle.</param>
public sealed record TicksObserved(int Signals, int Late);

/// <summary>What a <see cref="SignalActor"/> has done so far.</summary>
/// <param name="Undelivered">Signals that a full or stopped subscriber did not take, counted once a subscriber.</param>
public sealed record SignalActorStats(
    long Ticks,
    long LateTicks,
    long Candles,
    long Signals,
    long Undelivered,
    int Subscribers);

/// <summary>A receiver of signals in its own message type.</summary>
public sealed class SignalSubscription
{
    private readonly Func<Signal, bool> _tell;

    private SignalSubscription(IActorRef subscriber, Func<Signal, bool> tell) =>
        (Subscriber, _tell) = (subscriber, tell);

    public IActorRef Subscriber { get; }

    public static SignalSubscription Of<TMessage>(ActorRef<TMessage> subscriber, Func<Signal, TMessage> wrap)
        where TMessage : class => new(subscriber, signal => subscriber.Tell(wrap(signal)));

    internal bool Tell(Signal signal) => _tell(signal);
}

/// <summary>Messages of a <see cref="SignalActor"/>.</summary>
public abstract record SignalMessage
{
    private SignalMessage()
    {
    }

    /// <summary>
    /// Take these ticks, in order, all of the actor's symbol; the reply is the feed's leave to send more.
    /// </summary>
    public sealed record Observe(IReadOnlyList<Tick> Ticks, IReplyTo<TicksObserved>? ReplyTo = null) : SignalMessage;

    /// <summary>No tick before this instant will come: close what ended.</summary>
    public sealed record Advance(DateTimeOffset Now, IReplyTo<TicksObserved>? ReplyTo = null) : SignalMessage;

    /// <summary>Send signals there from now on. The reply is false where there are too many subscribers.</summary>
    public sealed record Subscribe(SignalSubscription Subscription, IReplyTo<bool>? ReplyTo = null) : SignalMessage;

    public sealed record Unsubscribe(IActorRef Subscriber) : SignalMessage;

    public sealed record GetStats(IReplyTo<SignalActorStats> ReplyTo) : SignalMessage;
}

/// <summary>
/// Holds the models of one symbol: builds their candles from ticks and tells their signals to the subscribers.
/// </summary>
/// <remarks>
/// Back-pressure: a feed asks with <see cref="SignalMessage.Observe"/> and sends the next ticks when answered;
/// signals are told before the answer goes out. A subscriber that does not take a signal is not waited for: the
/// loss is counted, since a signal that is late is worse than none. A stopped subscriber is forgotten. A
/// failure restarts the actor with fresh models; subscriptions are lost with it and must be made again, so
/// whoever subscribes watches this actor's parent.
/// </remarks>
public sealed class SignalActor : Actor<SignalMessage>
{
    private readonly SignalSettings _settings;
    private readonly IReadOnlyList<ISignalModel> _models;
    private readonly CandleBuilder _candles;
    private readonly List<SignalSubscription> _subscriptions = [];
    private long _ticks;
    private long _closed;
    private long _signals;
    private long _undelivered;

    public SignalActor(SignalSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _models = settings.Models();
        _candles = new CandleBuilder(settings.Symbol, settings.Interval, settings.Source, settings.Border);
    }

    protected override void Receive(SignalMessage message)
    {
        switch (message)
        {
            case SignalMessage.Observe observe:
                Observe(observe);
                break;
            case SignalMessage.Advance advance:
                var before = _signals;
                OnClosed(_candles.AdvanceTo(advance.Now));
                advance.ReplyTo?.Reply(new TicksObserved((int)(_signals - before), Late: 0));
                break;
            case SignalMessage.Subscribe subscribe:
                var isSubscribed = TrySubscribe(subscribe.Subscription);
                subscribe.ReplyTo?.Reply(isSubscribed);
                break;
            case SignalMessage.Unsubscribe unsubscribe:
                Context.Unwatch(unsubscribe.Subscriber);
                _subscriptions.RemoveAll(s => ReferenceEquals(s.Subscriber, unsubscribe.Subscriber));
                break;
            case SignalMessage.GetStats get:
                get.ReplyTo.Reply(new SignalActorStats(
                    _ticks, _candles.LateTicks, _closed, _signals, _undelivered, _subscriptions.Count));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message, "Unknown message.");
        }
    }

    private void Observe(SignalMessage.Observe observe)
    {
        var (signals, late) = (_signals, _candles.LateTicks);
        for (var i = 0; i < observe.Ticks.Count; i++)
        {
            var tick = observe.Ticks[i];
            _ticks++;
            var outcome = _candles.Add(tick, out var closed);
            OnClosed(closed);
            if (outcome != CandleOutcome.Late)
            {
                foreach (var model in _models)
                {
                    Publish(model.OnTick(tick));
                }
            }
        }

        observe.ReplyTo?.Reply(new TicksObserved((int)(_signals - signals), (int)(_candles.LateTicks - late)));
    }

    private void OnClosed(Candle? candle)
    {
        if (candle is null)
        {
            return;
        }

        _closed++;
        foreach (var model in _models)
        {
            Publish(model.OnCandle(candle));
        }
    }

    private void Publish(Signal? signal)
    {
        if (signal is null)
        {
            return;
        }

        _signals++;
        _settings.OnSignal?.Invoke(signal);
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.Tell(signal))
            {
                _undelivered++;
            }
        }
    }

    private bool TrySubscribe(SignalSubscription subscription)
    {
        _subscriptions.RemoveAll(s => ReferenceEquals(s.Subscriber, subscription.Subscriber));
        if (_subscriptions.Count >= _settings.SubscribersMax)
        {
            return false;
        }

        _subscriptions.Add(subscription);
        Context.Watch(subscription.Subscriber, new SignalMessage.Unsubscribe(subscription.Subscriber));
        return true;
    }
}
