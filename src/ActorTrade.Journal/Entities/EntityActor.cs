using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Kernel;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// Runs one entity. It pipelines: command n+1 is decided on the state after n while n is still on its way
/// to the disk, and every answer waits until all that it rests on is durable. If an append fails,
/// everything decided on top of it is dropped with the state, the callers hear
/// <see cref="Answer.OutcomeUnknown"/>, and the entity recovers from the journal.
/// </summary>
/// <remarks>
/// Answers leave in the order of their decisions. Rejections and views wait too: they may rest on
/// events that are not durable yet. Effects run after their events are durable, at most once at a time
/// per command id, and again after a recovery.
/// What the rules throw at is retried, then journaled as poison: <see cref="PoisonWatch"/>.
/// </remarks>
internal sealed class EntityActor : Actor<IEntityMessage>
{
    private static readonly TimeSpan LeaveAfter = TimeSpan.FromSeconds(1);

    // An entity that wants to be woken sooner than this is not worth unloading.
    private static readonly TimeSpan WakeSoon = TimeSpan.FromMinutes(1);

    [ThreadStatic]
    private static RecordWriter? _writer;

    private readonly EntityEnvironment _environment;
    private readonly IEntityDefinition _definition;
    private readonly EntityId _id;
    private readonly IEntityMailbox _mailbox;
    private readonly WaitingAnswers _waiting = new();
    private readonly PoisonWatch _poison;
    private readonly Queue<IEntityMessage> _stash = new();
    private EffectRunner? _effects;
    private RememberedCommands _remembered = null!;
    private IEntityFold _fold = null!;
    private EntityStream? _stream;
    private long _sequenceNr;
    private long _durableNr;
    private long _snapshotNr;
    private long _bytesSinceSnapshot;
    private long _snapshotBytes;
    private DateTimeOffset? _wakeArmedFor;
    private bool _isDeparting;
    private bool _isLeaving;

    public EntityActor(EntityEnvironment environment, IEntityDefinition definition, EntityId id, IEntityMailbox mailbox)
    {
        _environment = environment;
        _definition = definition;
        _id = id;
        _mailbox = mailbox;
        _poison = new PoisonWatch(environment, id);
    }

    private bool IsRecovered => _stream is not null;

    protected override void PreStart()
    {
        _poison.Crashes?.TakeCarried(_stash);
        if (_mailbox.IsDeparting)
        {
            // Started anew in the middle of a hand-over: what is durable is all there is to hand over.
            TryDepart();
            return;
        }

        BeginRecovery();
    }

    protected override void Receive(IEntityMessage message)
    {
        if (_mailbox.IsDropped && !_isLeaving)
        {
            DropWaiting("The entity's shard has another owner.");
            Leave();
        }

        if (_isLeaving)
        {
            ReceiveLeaving(message);
            return;
        }

        if (_isDeparting)
        {
            ReceiveDeparting(message);
            return;
        }

        switch (message)
        {
            case EntityAppend append when append.Owner == this:
                OnAppended(append);
                break;
            case EffectInFlight flight when flight.Owner == this:
                OnEffectAnswered(flight);
                break;
            case EffectRetryDue retry when retry.Flight.Owner == this:
                _effects!.SendAgain(retry.Flight);
                break;
            case RecoveryEnded ended when ended.Owner == this:
                OnRecovered(ended);
                break;
            case CommandMessage or QueryMessage or WakeMessage when !IsRecovered:
                Stash(message);
                break;
            case CommandMessage command:
                OnCommand(command);
                break;
            case QueryMessage query:
                AnswerWhenDurable(query.AnswerTo, new Answer.Viewed(_fold.View(), _sequenceNr));
                break;
            case WakeMessage:
                OnWake();
                break;
            case PassivateMessage:
                TryPassivate();
                break;
            case DepartMessage:
                _isDeparting = true;
                TryDepart();
                break;
        }
    }

    protected override void PreRestart(Exception cause)
    {
        // An append failed, the rules threw, or the past could not be read: whoever waits must hear of it.
        _environment.Metrics.OnDropped();
        _poison.Crashed(cause, _stash);
        DropWaiting(cause.Message);
    }

    // Its supervisor has given it up, or the process ends in order.
    protected override void PostStop()
    {
        _poison.Stopped();
        DropWaiting("The entity has stopped.");
        if (_mailbox.IsDeparting)
        {
            _environment.Release(_id, _mailbox, null);
        }
    }

    private void BeginRecovery()
    {
        _stream = null;
        var recovery = new EntityRecovery(_definition, _environment.Catalog, _id.Key);
        _environment.Journal.Recover(_id, new RecoverySink(this, Context.Self, recovery));
    }

    private void OnRecovered(RecoveryEnded ended)
    {
        if (ended.Failure is not null)
        {
            throw new EntityUnavailableException(_id, ended.Failure);
        }

        var recovery = ended.Recovery!;
        _environment.Metrics.OnRecovered(ended.Events);
        _fold = recovery.Fold;
        _remembered = recovery.Remembered;
        _stream = ended.Stream;
        _sequenceNr = _durableNr = recovery.SequenceNr;
        _snapshotNr = recovery.SequenceNr - ended.Events;
        _effects = new EffectRunner(_environment, _definition, this, Context, _poison.Crashes);
        _effects.Run(_fold.Outstanding());
        ArmWake(_fold.WakeAt());
        while (_stash.TryDequeue(out var message))
        {
            Receive(message);
        }
    }

    private void Stash(IEntityMessage message)
    {
        if (_stash.Count >= _definition.Limits.MailboxCapacity)
        {
            message.Refuse(RefusalReason.MailboxFull);
            return;
        }

        _stash.Enqueue(message);
    }

    private void OnCommand(CommandMessage message)
    {
        _environment.Metrics.OnCommand();
        var header = message.Header;
        var now = Context.Time.GetUtcNow();
        if (header.ExpiresAt < now)
        {
            message.AnswerTo?.Answered(new Answer.Refused(RefusalReason.Expired));
            return;
        }

        var remember = message.Command is not INaturallyIdempotent;
        if (_remembered.HoldsPoison)
        {
            // Poison is tried again when its time is over, also where there would be room to remember it longer.
            _remembered.ForgetExpired(now);
        }

        if ((remember || _remembered.HoldsPoison) && _remembered.TryGet(header.CommandId, out var first)
            && (remember || first is Answer.Refused))
        {
            AnswerWhenDurable(message.AnswerTo, first);
            return;
        }

        var isPoison = _poison.Condemns(message, out var crash);
        if (remember && !isPoison && !_remembered.HasRoom(now))
        {
            message.AnswerTo?.Answered(new Answer.Refused(RefusalReason.TooManyRemembered));
            return;
        }

        // What the cluster itself sends finishes work that is under way; only new work is held off.
        if (!_environment.Journal.HasRoom && header.Principal != CommandContext.Self)
        {
            message.AnswerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
            return;
        }

        var context = new CommandContext(
            header.CommandId, header.Principal, now, header.ExpiresAt, _environment.Mode(), header.Origin);
        if (isPoison)
        {
            PersistPoison(OpenName.Of(message.Command.GetType(), _id.Category), context, crash, isOwn: false);
            AnswerWhenDurable(message.AnswerTo, new Answer.Refused(RefusalReason.Poisoned));
            return;
        }

        _poison.Begin(header.CommandId, message);
        Decide(message.Command, context, message.AnswerTo, remember);
        _poison.End();
    }

    private void Decide(ICommand command, in CommandContext context, IAnswerSink? answerTo, bool remember)
    {
        var decision = _fold.Decide(command, context);
        if (decision.Rejection is { } rejection)
        {
            AnswerWhenDurable(answerTo, new Answer.Rejected(rejection));
            return;
        }

        var events = decision.Events;
        if (!decision.IsEarlier && events.Count > 0)
        {
            Persist(events, context, remember);
        }

        var answer = new Answer.Accepted(events, _sequenceNr, context.Now);
        if (remember)
        {
            _remembered.Add(context.CommandId, context.ExpiresAt, answer);
        }

        if (decision.EndingKey != Guid.Empty && _waiting.End(decision.EndingKey) is { } sinks)
        {
            // The end alone: that is what a later repeat will hear, too.
            var end = new Answer.Accepted([events[^1]], _sequenceNr, context.Now);
            foreach (var sink in sinks)
            {
                AnswerWhenDurable(sink, end);
            }
        }

        if (decision.AnswerKey == Guid.Empty)
        {
            AnswerWhenDurable(answerTo, answer);
        }
        else if (answerTo is not null)
        {
            _waiting.ForEndOf(decision.AnswerKey, answerTo);
        }
    }

    private void Persist(IReadOnlyList<IEvent> events, in CommandContext context, bool remember)
    {
        var writer = _writer ??= new RecordWriter();
        var stored = new NewEvent[events.Count];
        IReadOnlyList<Effect>? effects = null;
        for (var i = 0; i < events.Count; i++)
        {
            var payload = EventEnvelope.Write(_environment.Catalog, writer, context, remember, events[i]);
            stored[i] = new NewEvent(_environment.Catalog.NameOf(events[i]), payload);
            _bytesSinceSnapshot += payload.Length;
            _fold.Apply(events[i]);
            effects = EffectRunner.Join(effects, _fold.React(events[i]));
        }

        var wakeAt = _fold.WakeAt();
        var append = new EntityAppend(this, Context.Self)
        {
            Stream = _stream!,
            FirstSequenceNr = _sequenceNr + 1,
            LastSequenceNr = _sequenceNr + events.Count,
            At = context.Now,
            WakeAt = wakeAt,
            Events = stored,
            Effects = effects,
        };
        _sequenceNr += events.Count;
        _environment.Metrics.OnEvents(events.Count);
        _environment.Journal.Append(append);
        ArmWake(wakeAt);
    }

    // The rules have no part in it: no fold, no effects. At the bound of what is remembered a repeat is run again; what
    // the entity tells itself is nobody's to repeat.
    private void PersistPoison(string command, in CommandContext context, in Crash crash, bool isOwn)
    {
        var patient = context.Now + _environment.PoisonPatience;
        var isForEver = context.Principal == CommandContext.Self;
        var until = isForEver && patient > context.ExpiresAt ? patient : context.ExpiresAt;
        var remembered = context with { ExpiresAt = until };
        var fact = PoisonWatch.FactOf(command, context, crash);
        var remember = !isOwn && _remembered.HasRoom(context.Now);
        var payload = EventEnvelope.Write(
            _environment.Catalog, _writer ??= new RecordWriter(), remembered, remember, fact);
        _sequenceNr++;
        _bytesSinceSnapshot += payload.Length;
        if (remember)
        {
            _remembered.Add(context.CommandId, until, new Answer.Accepted([fact], _sequenceNr, context.Now));
        }

        _environment.Metrics.OnEvents(1);
        _environment.Journal.Append(new EntityAppend(this, Context.Self)
        {
            Stream = _stream!,
            FirstSequenceNr = _sequenceNr,
            LastSequenceNr = _sequenceNr,
            At = context.Now,
            WakeAt = _fold.WakeAt(),
            Events = [new NewEvent(_environment.Catalog.NameOf(fact), payload)],
            Poison = fact,
            IsOwnPoison = isOwn,
        });
    }

    private void OnAppended(EntityAppend append)
    {
        if (append.Outcome != AppendOutcome.Stored)
        {
            // The supervisor starts a new instance, which recovers; the mailbox stays.
            throw new AppendFailedException(_id, append.Outcome);
        }

        _durableNr = append.LastSequenceNr;
        _waiting.Durable(_durableNr);
        if (append.Poison is { } fact)
        {
            _poison.Journaled(fact, append.IsOwnPoison);
        }

        _effects!.RunDurable(append.Effects, _fold, _durableNr);

        if (_durableNr == _sequenceNr)
        {
            TakeSnapshotIfWorth();
        }
    }

    private void OnEffectAnswered(EffectInFlight flight)
    {
        if (!_effects!.Answered(flight))
        {
            return;
        }

        var effect = flight.Effect;
        var id = EffectRunner.ContinuationOf(effect);
        if (IsSetAside(id, effect))
        {
            return;
        }

        _poison.Begin(id, message: null);
        if (effect.Continue(flight.Answer!) is { } command)
        {
            Decide(command, OwnContext(id), answerTo: null, remember: false);
        }

        _poison.End();
    }

    private CommandContext OwnContext(Guid id)
    {
        var now = Context.Time.GetUtcNow();
        return new CommandContext(
            id, CommandContext.Self, now, now + _environment.EffectPatience, _environment.Mode());
    }

    // Whether the entity's own doing is not to be tried any more. That is journaled the first time, and it is set aside
    // once that is durable.
    private bool IsSetAside(Guid id, Effect? effect)
    {
        if (!_poison.IsSetAside(id) && _poison.Condemns(id, out var crash))
        {
            var command = effect is null
                ? "wake-up"
                : $"answer to {OpenName.Of(effect.Command.GetType(), effect.Target.Category)}";
            PersistPoison(command, OwnContext(id), crash, isOwn: true);
            return true;
        }

        return _poison.IsSetAside(id);
    }

    private void OnWake()
    {
        _wakeArmedFor = null;
        var now = Context.Time.GetUtcNow();
        if (_fold.WakeAt() is not { } due)
        {
            return;
        }

        if (due <= now)
        {
            var id = DeterministicGuid.FromText($"{_id}@{due.UtcTicks}");
            if (!IsSetAside(id, effect: null))
            {
                _poison.Begin(id, message: null);
                if (_fold.OnWake(now) is { } command)
                {
                    Decide(command, OwnContext(id), answerTo: null, remember: false);
                }

                _poison.End();
            }

            _effects!.RunWhenDurable(_fold.Outstanding(), _sequenceNr, _durableNr);
        }

        ArmWake(_fold.WakeAt());
    }

    // One timer at a time. When it rings too early it is set again, so a busy entity, whose wake-up moves away with
    // each trade that ends, sets one timer a while and not one an event; only a wake-up that moves closer replaces it.
    private void ArmWake(DateTimeOffset? wakeAt)
    {
        if (wakeAt is not { } due || _wakeArmedFor <= due)
        {
            return;
        }

        var now = Context.Time.GetUtcNow();
        if (due - now < _environment.EffectRetryMin)
        {
            // Woken and still overdue: others are slow to answer. Ask again, but not in a tight loop.
            due = now + _environment.EffectRetryMax;
            if (_wakeArmedFor <= due)
            {
                return;
            }
        }

        Context.ScheduleOnce("wake", due - now, WakeMessage.Instance);
        _wakeArmedFor = due;
    }

    private void TakeSnapshotIfWorth()
    {
        if (_definition.SnapshotType is null
            || _durableNr - _snapshotNr < _definition.Limits.SnapshotEveryEvents
            || _bytesSinceSnapshot < _snapshotBytes * _environment.SnapshotWorth)
        {
            return;
        }

        TakeSnapshot();
    }

    private void TakeSnapshot()
    {
        _remembered.ForgetExpired(Context.Time.GetUtcNow());
        var snapshot = EntityRecovery.Capture(
            _fold, _remembered, _environment.Catalog, _writer ??= new RecordWriter(), _durableNr);
        if (snapshot is null)
        {
            return;
        }

        _environment.Metrics.OnSnapshot();
        _environment.Journal.SaveSnapshot(_stream!, snapshot);
        _snapshotNr = _durableNr;
        _snapshotBytes = snapshot.Payload.Length;
        _bytesSinceSnapshot = 0;
    }

    private void AnswerWhenDurable(IAnswerSink? sink, Answer answer)
    {
        if (sink is null)
        {
            return;
        }

        if (_durableNr >= _sequenceNr)
        {
            sink.Answered(answer);
        }
        else
        {
            _waiting.UntilDurable(_sequenceNr, sink, answer);
        }
    }

    private void DropWaiting(string why)
    {
        _waiting.Drop(why);
        while (_stash.TryDequeue(out var message))
        {
            message.Refuse();
        }
    }

    private void TryPassivate()
    {
        var isIdle = IsRecovered && _waiting.IsEmpty && _durableNr == _sequenceNr
            && _effects!.Count == 0;
        if (!isIdle)
        {
            return;
        }

        var wakeAt = _fold.WakeAt();
        if (wakeAt - Context.Time.GetUtcNow() < WakeSoon || !_environment.Release(_id, _mailbox, wakeAt))
        {
            return;
        }

        TakeLastSnapshot();
        Leave();
    }

    // Nothing new is decided; what has been decided becomes durable and is answered first.
    private void ReceiveDeparting(IEntityMessage message)
    {
        if (message is EntityAppend append && append.Owner == this)
        {
            OnAppended(append);
            TryDepart();
        }
        else
        {
            ReceiveLeaving(message);
        }
    }

    private void TryDepart()
    {
        if (IsRecovered && (_waiting.HasPending || _durableNr != _sequenceNr))
        {
            return;
        }

        TakeLastSnapshot();
        _environment.Release(_id, _mailbox, null);
        var stash = _stash.ToArray();
        _stash.Clear();
        DropWaiting("The entity has moved to another node.");
        Leave();
        Array.ForEach(stash, ReceiveLeaving);
    }

    private void TakeLastSnapshot()
    {
        if (IsRecovered && _durableNr - _snapshotNr >= _definition.Limits.SnapshotEveryEvents / 4)
        {
            TakeSnapshot();
        }
    }

    // From here on nobody finds this actor any more; what was already on its way is sent on to the next one.
    private void Leave()
    {
        _isLeaving = true;
        Context.ScheduleOnce("leave", LeaveAfter, LeaveMessage.Instance);
    }

    private void ReceiveLeaving(IEntityMessage message)
    {
        if (message is LeaveMessage)
        {
            Context.StopSelf();
            return;
        }

        message.SendOn(_environment.Entities, _id);
    }
}
