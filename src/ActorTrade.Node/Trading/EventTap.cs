using ActorTrade.Domain;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Execution.Pools;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Trading;

/// <summary>Hears the journal's events in commit order, each once, within the turn of the floor's event tap.</summary>
public interface ICommittedEvents
{
    /// <summary>Whether events of this kind of entity are worth decoding.</summary>
    bool Wants(string category);

    void On(in ProjectedEvent committed);

    /// <summary>Everything follows, from the journal's first event. Once, and again after a failure of the
    /// tap.</summary>
    void Began()
    {
    }

    /// <summary>What was committed before the tap began has been told; from here on it is news.</summary>
    void CaughtUp()
    {
    }
}

/// <summary>
/// Follows the journal from its first event: tells the listeners what was committed, and keeps the pool book by asking
/// a pool for its view when one of its events passes. At most one question a pool is under way, so a busy pool costs
/// one view an answer and not one an event; of the past, one a pool.
/// </summary>
/// <remarks>While the journal's store is away it waits; nothing is left out.</remarks>
internal sealed class EventTap : Actor<EventTap.Message>
{
    private const int EventsATurn = 2_000;
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly IJournal _journal;
    private readonly Func<StoredEvent, ProjectedEvent> _decode;
    private readonly IEntities _entities;
    private readonly IReadOnlyList<ICommittedEvents> _listeners;
    private readonly Action<PoolBook> _onPools;
    private readonly string[] _wanted;
    private readonly Dictionary<EntityId, bool> _asked = [];
    private PoolBook _book = PoolBook.Empty;
    private readonly HashSet<EntityId> _seen = [];
    private IDisposable? _subscription;
    private bool _hasCaughtUp;
    private int _isAnnounced;
    private long _ordering;

    public EventTap(
        IJournal journal,
        EventCatalog catalog,
        IEntities entities,
        IReadOnlyList<ICommittedEvents> listeners,
        Action<PoolBook> onPools)
    {
        _journal = journal;
        _decode = ProjectedEvent.Decoder(catalog);
        _entities = entities;
        _listeners = listeners;
        _wanted =
        [
            .. EntityKinds.All
                .Select(k => k.Category)
                .Where(c => c == Pool.Category || listeners.Any(l => l.Wants(c))),
        ];
        _onPools = onPools;
    }

    protected override void PreStart()
    {
        foreach (var listener in _listeners)
        {
            listener.Began();
        }

        var self = Context.Self;
        _subscription = _journal.OnCommitted(_ =>
        {
            if (Interlocked.Exchange(ref _isAnnounced, 1) == 0)
            {
                self.TellReserved(Message.Committed.Instance);
            }
        });
        self.TellReserved(Message.Committed.Instance);
    }

    protected override void PostStop() => _subscription?.Dispose();

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Message.Committed:
                Volatile.Write(ref _isAnnounced, 0);
                Read();
                break;
            case Message.PoolSeen seen:
                OnPool(seen);
                break;
            case Message.PoolDue due:
                AskPool(due.Pool);
                break;
        }
    }

    private void Read()
    {
        EventPage page;
        try
        {
            page = _journal.ReadPage(_ordering, _wanted, EventsATurn);
        }
        catch (JournalUnavailableException)
        {
            Context.ScheduleOnce("read", AskAgainAfter, Message.Committed.Instance);
            return;
        }

        foreach (var stored in page.Events)
        {
            Tell(stored);
        }

        _ordering = page.ReadTo;
        if (!page.IsLast)
        {
            Context.Self.TellReserved(Message.Committed.Instance);
        }
        else if (!_hasCaughtUp)
        {
            CatchUp();
        }
    }

    private void CatchUp()
    {
        _hasCaughtUp = true;
        foreach (var listener in _listeners)
        {
            listener.CaughtUp();
        }

        foreach (var pool in _seen)
        {
            AskPool(pool);
        }

        _seen.Clear();
    }

    private void Tell(in StoredEvent stored)
    {
        var committed = _decode(stored);
        foreach (var listener in _listeners)
        {
            if (listener.Wants(stored.Entity.Category))
            {
                listener.On(committed);
            }
        }

        if (committed.Event is Pool.Event.Created or Pool.Event.CurveCreated or Pool.Event.Swapped
            or Pool.Event.LegPrepared or Pool.Event.LegCommitted or Pool.Event.LegAborted
            or Pool.Event.LiquidityAdded or Pool.Event.LiquidityRemoved or Pool.Event.Joined or Pool.Event.Exited)
        {
            OnPoolChanged(stored.Entity);
        }
    }

    private void OnPoolChanged(EntityId pool)
    {
        if (_hasCaughtUp)
        {
            AskPool(pool);
        }
        else
        {
            _seen.Add(pool);
        }
    }

    // True in the table: the pool has changed since it was asked.
    private void AskPool(EntityId pool)
    {
        if (!_asked.TryAdd(pool, false))
        {
            _asked[pool] = true;
            return;
        }

        _entities.Query(pool, new Sink(Context.Self, pool));
    }

    private void OnPool(Message.PoolSeen seen)
    {
        _asked.Remove(seen.Pool, out var hasChanged);
        if (seen.Answer is Answer.Viewed { View: PoolView view, SequenceNr: var sequenceNr }
            && QuoteOf(view, sequenceNr) is { } quote)
        {
            var book = _book.With(quote);
            if (!ReferenceEquals(book, _book))
            {
                _book = book;
                _onPools(book);
            }
        }

        if (seen.Answer is not Answer.Viewed)
        {
            // Not at once: whoever cannot answer now would be asked without end.
            Context.ScheduleOnce($"ask {seen.Pool}", AskAgainAfter, new Message.PoolDue(seen.Pool));
        }
        else if (hasChanged)
        {
            AskPool(seen.Pool);
        }
    }

    /// <summary>What strategies see of a pool; null while it is not created. One that refuses everything while a leg is
    /// open cannot be traded.</summary>
    public static PoolQuote? QuoteOf(PoolView view, long sequenceNr)
    {
        var tokens = view.AllTokens();
        var isBusy = view is { PreparedLegs: > 0, Curve.HasPath: true };
        return tokens.Length == 0 ? null : new PoolQuote(
            view.Id, [.. tokens], !isBusy && HousePoolCurve.TryOf(view, out var curve) ? curve : null, sequenceNr);
    }

    internal abstract record Message
    {
        private Message()
        {
        }

        internal sealed record Committed : Message
        {
            public static readonly Committed Instance = new();
        }

        internal sealed record PoolDue(EntityId Pool) : Message;

        internal sealed record PoolSeen(EntityId Pool, Answer Answer) : Message;
    }

    private sealed class Sink(ActorRef<Message> tap, EntityId pool) : IAnswerSink
    {
        // Bounded by one question a pool.
        public void Answered(Answer answer) => tap.TellReserved(new Message.PoolSeen(pool, answer));
    }
}
