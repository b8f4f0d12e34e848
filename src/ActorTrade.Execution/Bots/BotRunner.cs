using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;
using ActorTrade.Kernel;

namespace ActorTrade.Execution.Bots;

/// <summary>
/// Runs the strategy of one bot: shows it ticks, signals and pools, and sends what it wants
/// to the bot's entity, which alone decides.
/// </summary>
/// <remarks>
/// <para>It keeps nothing that must survive. At the start it asks the entity for its view, holding ticks until it
/// knows the position; from then on it learns from answers and notices, and asks again while anything is open, so
/// that a lost notice only costs time.</para>
/// <para>Back-pressure: a feed asks with <see cref="BotRunnerMessage.Observe"/> and sends the next ticks when answered.
/// A strategy sees its own intents as open from the moment it sends them.</para>
/// <para>Command ids follow from the bot, the entity's sequence number when the runner began, and a counter: the same
/// run gives the same ids, and a run after a restart others, unless nothing was journaled in between. An answer
/// "outcome unknown" is asked again with the same id until the command expires.</para>
/// </remarks>
public sealed class BotRunner : Actor<BotRunnerMessage>
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly BotRunnerSettings _settings;
    private readonly IStrategy _strategy;
    private readonly BotShadow _shadow;
    private readonly View _view;
    private readonly EntityId _entity;
    private readonly Queue<BotRunnerMessage> _held = [];
    private readonly Dictionary<Guid, InFlight> _inFlight = [];
    private readonly SortedDictionary<string, long> _denied = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _opportunities = new(StringComparer.Ordinal);
    private PoolBook _pools = PoolBook.Empty;
    private DateTimeOffset _now;
    private Guid _commandSeed;
    private uint _commands;
    private bool _isViewing;
    private long _ticks;
    private long _skipped;
    private long _signals;
    private long _intents;
    private long _accepted;
    private long _unknown;

    public BotRunner(BotRunnerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _strategy = settings.Strategy();
        _shadow = new BotShadow(settings.Instruments);
        _view = new View(this);
        _entity = Bot.IdOf(settings.Bot);
    }

    protected override void PreStart()
    {
        Context.SchedulePeriodic("refresh", _settings.RefreshEvery, new BotRunnerMessage.Refresh());
        AskView();
    }

    protected override void Receive(BotRunnerMessage message)
    {
        switch (message)
        {
            case BotRunnerMessage.Viewed viewed:
                OnView(viewed.Answer);
                break;
            case BotRunnerMessage.Answered answered:
                OnAnswer(answered.CommandId, answered.Answer);
                break;
            case BotRunnerMessage.Notice notice:
                _shadow.Take(notice.What);
                Settle();
                break;
            case BotRunnerMessage.Refresh:
                OnRefresh();
                break;
            case BotRunnerMessage.AskAgain again:
                Resend(again.CommandId);
                break;
            case BotRunnerMessage.GetStats get:
                get.ReplyTo.Reply(Stats());
                break;
            default:
                HoldOrHandle(message);
                break;
        }
    }

    private int OpenCount => _shadow.OpenCount + _inFlight.Count;

    private void HoldOrHandle(BotRunnerMessage message)
    {
        if (_shadow.IsKnown)
        {
            Handle(message);
        }
        else if (_held.Count < _settings.HeldMax)
        {
            _held.Enqueue(message);
        }
        else if (message is BotRunnerMessage.Observe observe)
        {
            _skipped += observe.Ticks.Count;
            observe.ReplyTo?.Reply(new BotObserved(0));
        }
    }

    private void Handle(BotRunnerMessage message)
    {
        switch (message)
        {
            case BotRunnerMessage.Observe observe:
                foreach (var tick in observe.Ticks)
                {
                    _ticks++;
                    _now = tick.At > _now ? tick.At : _now;
                    _strategy.OnTick(tick, _view);
                }

                observe.ReplyTo?.Reply(new BotObserved(observe.Ticks.Count));
                break;
            case BotRunnerMessage.Hear hear:
                _signals++;
                _now = hear.Signal.At > _now ? hear.Signal.At : _now;
                _strategy.OnSignal(hear.Signal, _view);
                break;
            case BotRunnerMessage.SeePools see:
                _pools = see.Book;
                break;
            default:
                throw new InvalidOperationException($"A bot runner has no message {message.GetType().Name}.");
        }
    }

    private void AskView()
    {
        if (!_isViewing)
        {
            _isViewing = true;
            _settings.Entities.Query(_entity, new Sink(Context.Self, answer => new BotRunnerMessage.Viewed(answer)));
        }
    }

    // Answers may be lost with the process that owed them, so what has waited for a whole period is given up here.
    private void OnRefresh()
    {
        var now = Context.Time.GetUtcNow();
        foreach (var (id, inFlight) in _inFlight.ToList())
        {
            if (inFlight.SettlesAt is null && inFlight.ExpiresAt + _settings.RefreshEvery < now)
            {
                _inFlight.Remove(id);
            }
        }

        if (!_shadow.IsKnown || _shadow.HasGap || _shadow.State != BotState.Running || OpenCount > 0)
        {
            _isViewing = false;
            AskView();
        }
    }

    // A view that does not come now is asked for at the next refresh.
    private void OnView(Answer answer)
    {
        _isViewing = false;
        if (answer is not Answer.Viewed { View: BotView view, SequenceNr: var sequenceNr })
        {
            return;
        }

        var wasKnown = _shadow.IsKnown;
        _shadow.Take(view, sequenceNr);
        Settle();
        if (!wasKnown)
        {
            _commandSeed = DeterministicGuid.FromText($"runner:{_settings.Bot.Value}:{sequenceNr}");
            while (_held.TryDequeue(out var held))
            {
                Handle(held);
            }
        }
    }

    private void OnIntent(Intent intent)
    {
        // A bot that does not run keeps its strategy warm, and wants nothing.
        if (_shadow.State != BotState.Running)
        {
            return;
        }

        _intents++;
        if (_inFlight.Count >= _settings.CommandsInFlightMax)
        {
            Deny("runner-commands-in-flight");
            return;
        }

        var now = Context.Time.GetUtcNow();
        var id = DeterministicGuid.Derive(_commandSeed, _commands++);
        var inFlight = new InFlight(CommandOf(intent, now), now + _settings.CommandLifetime);
        _inFlight.Add(id, inFlight);
        Send(id, inFlight);
    }

    private Bot.Command CommandOf(Intent intent, DateTimeOffset now) => intent switch
    {
        Intent.Order o => new Bot.Command.PlaceOrder(
            o.Symbol, _settings.Venue, o.Side, o.LimitPrice is null ? OrderType.Market : OrderType.Limit, o.Quantity,
            o.LimitPrice,
            o.ReferencePrice, o.TimeInForce, ExpiresAt: null),
        Intent.DeskOrder o => new Bot.Command.PlaceDeskOrder(
            o.Symbol, _settings.Venue, o.Side, o.Quantity, o.Terms, o.ReferencePrice),
        Intent.PoolSwap s => new Bot.Command.StartPoolSwap(s.Route, s.AmountIn, s.MinAmountOut, now + s.Lifetime),
        Intent.Cancel c => new Bot.Command.CancelOrder(c.OrderId, c.Why),
        _ => throw new InvalidOperationException($"There is no intent {intent.GetType().Name}."),
    };

    private void Send(Guid id, InFlight inFlight) => _settings.Entities.Send(
        _entity,
        inFlight.Command,
        new CommandHeader(id, Bot.PrincipalOf(_settings.Bot), inFlight.ExpiresAt),
        new Sink(Context.Self, answer => new BotRunnerMessage.Answered(id, answer)));

    private void OnAnswer(Guid id, Answer answer)
    {
        if (!_inFlight.TryGetValue(id, out var inFlight) || inFlight.SettlesAt is not null)
        {
            return;
        }

        switch (answer)
        {
            case Answer.Accepted accepted:
                _accepted++;
                inFlight.SettlesAt = accepted.SequenceNr;
                _shadow.Take(accepted.Events, accepted.SequenceNr);
                Settle();
                break;
            case Answer.Rejected rejected:
                _inFlight.Remove(id);
                Deny(rejected.Rejection.Code);
                break;
            case Answer.Refused refused:
                _inFlight.Remove(id);
                Deny($"refused-{refused.Reason}");
                break;
            default:
                _unknown++;
                Context.ScheduleOnce($"again-{id:N}", AskAgainAfter, new BotRunnerMessage.AskAgain(id));
                break;
        }
    }

    // After its expiry the entity would take the command for a new one and refuse it, so the view has the last word.
    private void Resend(Guid id)
    {
        if (!_inFlight.TryGetValue(id, out var inFlight))
        {
            return;
        }

        if (Context.Time.GetUtcNow() < inFlight.ExpiresAt)
        {
            Send(id, inFlight);
        }
        else
        {
            _inFlight.Remove(id);
            AskView();
        }
    }

    // An accepted command stays open here until its events are counted in, so that nothing is wanted twice.
    private void Settle()
    {
        foreach (var (id, inFlight) in _inFlight.ToList())
        {
            if (inFlight.SettlesAt <= _shadow.SequenceNr)
            {
                _inFlight.Remove(id);
            }
        }
    }

    private void Deny(string code) => _denied[code] = _denied.GetValueOrDefault(code) + 1;

    private void Found(Opportunity opportunity)
    {
        var key = $"{opportunity.Kind} {opportunity.Route}";
        _opportunities[key] = _opportunities.GetValueOrDefault(key) + 1;
        _settings.OnOpportunity?.Invoke(opportunity);
    }

    private BotRunnerStats Stats() => new(
        _ticks,
        _skipped,
        _signals,
        _intents,
        _accepted,
        _denied.Values.Sum(),
        new SortedDictionary<string, long>(_denied, StringComparer.Ordinal),
        _unknown,
        new SortedDictionary<string, long>(_opportunities, StringComparer.Ordinal),
        _shadow.State,
        OpenCount);

    private sealed class InFlight(Bot.Command command, DateTimeOffset expiresAt)
    {
        public Bot.Command Command { get; } = command;

        public DateTimeOffset ExpiresAt { get; } = expiresAt;

        /// <summary>The entity's sequence number after its events; null without an answer.</summary>
        public long? SettlesAt { get; set; }
    }

    private sealed class Sink(ActorRef<BotRunnerMessage> runner, Func<Answer, BotRunnerMessage> wrap) : IAnswerSink
    {
        // Bounded by the commands in flight and the one view.
        public void Answered(Answer answer) => runner.TellReserved(wrap(answer));
    }

    private sealed class View(BotRunner runner) : StrategyContext
    {
        public override DateTimeOffset Now => runner._now;

        public override IReadOnlyList<Instrument> Instruments => runner._settings.Instruments;

        public override PoolBook Pools => runner._pools;

        public override int OpenCount => runner.OpenCount;

        public override IReadOnlyList<OpenDeskOrder> DeskOrders => runner._shadow.DeskOrders;

        public override SignedAmount PositionOf(Symbol symbol) => runner._shadow.PositionOf(symbol);

        public override void Send(Intent intent) => runner.OnIntent(intent);

        public override void Found(Opportunity opportunity) => runner.Found(opportunity);
    }
}
