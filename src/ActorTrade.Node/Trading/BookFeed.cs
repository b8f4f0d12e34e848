using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Trading;

/// <summary>
/// Tells the books of pools what their pools look like: follows the journal, and when a pool with open orders has
/// changed, or its book has, asks the pool for its view and tells it to the book. A busy pool is conflated: one
/// question a pool is under way, and the next one asks for what is newest then.
/// </summary>
/// <remarks>
/// Only for speed: what a book starts is checked by the pool again, and a look that is lost is made up for, since every
/// pool with open orders is also looked at every few seconds. It keeps a number for each pool with open orders, and
/// which prices over time they wait for: these it asks the pool for first. Each node runs one, for the books that it
/// serves.
/// </remarks>
/// <param name="serves">Whether this node serves the book now.</param>
internal sealed class BookFeed(
    IJournal journal, EventCatalog catalog, IEntities entities, Func<EntityId, bool> serves)
    : Actor<BookFeed.Message>
{
    private const int EventsATurn = 2_000;
    private static readonly string[] BooksOnly = [OrderBook.Category];
    private static readonly string[] BooksAndPools = [OrderBook.Category, Pool.Category];
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Func<StoredEvent, ProjectedEvent> _decode = ProjectedEvent.Decoder(catalog);
    private readonly SortedDictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly HashSet<PoolId> _changed = [];
    private readonly Dictionary<string, SortedSet<int>> _windows = new(StringComparer.Ordinal);
    private readonly Dictionary<PoolId, Looking> _busy = [];
    private long _looks;
    private IDisposable? _subscription;
    private bool _hasCaughtUp;
    private int _isAnnounced;
    private long _ordering;

    protected override void PreStart()
    {
        var self = Context.Self;
        _subscription = journal.OnCommitted(_ =>
        {
            if (Interlocked.Exchange(ref _isAnnounced, 1) == 0)
            {
                self.TellReserved(Message.Committed.Instance);
            }
        });
        self.TellReserved(Message.Committed.Instance);
        Context.SchedulePeriodic("look", LookEvery, Message.LookDue.Instance);
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
            case Message.LookDue:
                LookAtAll();
                break;
            case Message.Answered answered:
                OnAnswer(answered);
                break;
        }
    }

    // Without open orders the pools are nobody's business.
    private void Read()
    {
        EventPage page;
        try
        {
            var wanted = _hasCaughtUp && _open.Count > 0 ? BooksAndPools : BooksOnly;
            page = journal.ReadPage(_ordering, wanted, EventsATurn);
        }
        catch (JournalUnavailableException)
        {
            Context.ScheduleOnce("read", AskAgainAfter, Message.Committed.Instance);
            return;
        }

        foreach (var stored in page.Events)
        {
            Note(stored);
        }

        _ordering = page.ReadTo;
        if (!page.IsLast)
        {
            Context.Self.TellReserved(Message.Committed.Instance);
        }
        else if (!_hasCaughtUp)
        {
            _hasCaughtUp = true;
            LookAtAll();
        }
    }

    private void Note(in StoredEvent stored)
    {
        var pool = stored.Entity.Key;
        var e = _decode(stored).Event;
        if (e is OrderBook.Event.OrderReceived { TriggerBy.WindowSeconds: var window })
        {
            WindowsOf(pool).Add(window);
        }

        Count(pool, e is OrderBook.Event.OrderReceived ? 1 : e is OrderBook.Event.OrderForgotten ? -1 : 0);
        if (_hasCaughtUp && !ChangesNothing(e))
        {
            Look(pool);
        }
    }

    // Nothing that a look could go on from.
    private static bool ChangesNothing(IEvent e) => e
        is OrderBook.Event.FillStarted or OrderBook.Event.OrderForgotten or OrderBook.Event.OrderRefused
        or Pool.Event.TradeRefused or Pool.Event.TradesAcknowledged;

    private void Count(string pool, int more)
    {
        if (more == 0)
        {
            return;
        }

        var orders = _open.GetValueOrDefault(pool) + more;
        if (orders > 0)
        {
            _open[pool] = orders;
        }
        else
        {
            _open.Remove(pool);
            _windows.Remove(pool);
        }
    }

    private SortedSet<int> WindowsOf(string pool)
    {
        if (!_windows.TryGetValue(pool, out var windows))
        {
            _windows.Add(pool, windows = []);
        }

        return windows;
    }

    private void LookAtAll()
    {
        foreach (var pool in _open.Keys.ToList())
        {
            Look(pool);
        }
    }

    private void Look(string name)
    {
        var pool = PoolId.Parse(name);
        if (!_open.ContainsKey(name) || !serves(OrderBook.IdOf(pool)))
        {
            return;
        }

        var now = Context.Time.GetUtcNow();
        if (_busy.TryGetValue(pool, out var look) && now - look.Since < Patience)
        {
            _changed.Add(pool);
            return;
        }

        var windows = _windows.GetValueOrDefault(name) ?? [];
        AskNext(pool, _busy[pool] = new Looking(++_looks, now, new Queue<int>(windows), []));
    }

    // The prices over time first, so that the view, which ages sooner, is new.
    private void AskNext(PoolId pool, Looking look)
    {
        var sink = new Sink(Context.Self, pool, look.Number);
        if (look.Windows.TryDequeue(out var window))
        {
            entities.Send(
                Pool.IdOf(pool),
                new Pool.Command.ObservePrice(TriggerMean.TermsOf(window)),
                HeaderAt(Context.Time.GetUtcNow()),
                sink);
        }
        else
        {
            entities.Query(Pool.IdOf(pool), sink);
        }
    }

    private CommandHeader HeaderAt(DateTimeOffset now) =>
        new(Context.Random.NextGuid(), CommandContext.Self, now + Patience);

    private void OnAnswer(Message.Answered answered)
    {
        var (pool, number) = (answered.Pool, answered.Number);
        if (!_busy.TryGetValue(pool, out var look) || look.Number != number)
        {
            return;
        }

        if (answered.Answer is Answer.Viewed { View: PoolView view })
        {
            var now = Context.Time.GetUtcNow();
            entities.Send(
                OrderBook.IdOf(pool),
                new OrderBook.Command.Look(now, view, [.. look.Means]),
                HeaderAt(now),
                new Sink(Context.Self, pool, number));
            return;
        }

        if (answered.Answer is Answer.Accepted { Events: [Pool.Event.PriceObserved seen] })
        {
            look.Means.Add(new SeenMean(
                (int)seen.WindowSeconds, seen.Numerator, seen.Denominator, seen.AgeSeconds));
            AskNext(pool, look);
            return;
        }

        if (answered.Answer is Answer.Rejected { Rejection: Pool.Rejection.PriceRefused })
        {
            // Not covered yet: who waits for it goes on waiting.
            AskNext(pool, look);
            return;
        }

        // The book has been told; or someone cannot answer now, and is asked again at the next look at all of them.
        _busy.Remove(pool);
        if (_changed.Remove(pool) && answered.Answer is Answer.Accepted)
        {
            Look(pool.Value);
        }
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

        internal sealed record LookDue : Message
        {
            public static readonly LookDue Instance = new();
        }

        internal sealed record Answered(PoolId Pool, long Number, Answer Answer) : Message;
    }

    private sealed record Looking(long Number, DateTimeOffset Since, Queue<int> Windows, List<SeenMean> Means);

    private sealed class Sink(ActorRef<Message> feed, PoolId pool, long number) : IAnswerSink
    {
        // Bounded by one question a pool.
        public void Answered(Answer answer) => feed.TellReserved(new Message.Answered(pool, number, answer));
    }
}
