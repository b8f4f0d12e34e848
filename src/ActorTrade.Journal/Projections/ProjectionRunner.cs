using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Projections;

/// <summary>
/// The thread that brings the read model up to the journal: events in commit order, at most a thousand
/// to a transaction, and in the same transaction the place reached. So whatever a crash cuts off, no
/// event counts twice and none is left out.
/// </summary>
internal sealed class ProjectionRunner
{
    private const int EventsPerTransaction = 1000;

    private static readonly TimeSpan AwayRetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly IJournal _journal;
    private readonly Func<StoredEvent, ProjectedEvent> _decode;
    private readonly SqliteConnection _connection;
    private readonly ReadModelSchema _schema;
    private readonly RowWriter _rows;
    private readonly Standing[] _standings;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Ordering, TaskCompletionSource Reached)> _waiting = [];
    private readonly object _gate = new();
    private long _ordering;
    private bool _isStopping;
    private Exception? _failure;

    public ProjectionRunner(
        IJournal journal,
        Func<StoredEvent, ProjectedEvent> decode,
        SqliteConnection connection,
        IReadOnlyList<IProjection> projections)
    {
        _journal = journal;
        _decode = decode;
        _connection = connection;
        _schema = new ReadModelSchema(connection);
        _schema.Prepare();
        _rows = new RowWriter(
            connection, projections.SelectMany(p => p.Tables).ToDictionary(t => t.Name, StringComparer.Ordinal));
        _standings = projections.Select(p => new Standing(p, _schema.PlaceOf(p, journal.LastOrdering))).ToArray();
        _ordering = LowestPlace();
    }

    /// <summary>Every projection has taken the events up to here.</summary>
    public long Ordering => Volatile.Read(ref _ordering);

    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Starts the thread. It blocks in the disk, so it must not take one of the pool.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "projections" }.Start();

    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    public Task WaitForAsync(long ordering)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return Task.FromException(_failure);
            }

            if (ordering <= _ordering)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((ordering, reached));
            return reached.Task;
        }
    }

    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        return _ended.Task;
    }

    private void Run()
    {
        try
        {
            while (WaitForEvents())
            {
                Project();
            }

            Fail(new ObjectDisposedException(nameof(ReadModel)));
        }
        catch (Exception e)
        {
            // The boundary of the thread: a projection that cannot go on stops where its rows are right, and says why.
            Fail(e);
        }

        _rows.Dispose();
        _connection.Dispose();
        _ended.SetResult();
    }

    private bool WaitForEvents()
    {
        lock (_gate)
        {
            while (!_isStopping && _journal.LastOrdering <= _ordering)
            {
                Monitor.Wait(_gate);
            }

            return !_isStopping;
        }
    }

    private void Project()
    {
        var pending = 0;
        var isAway = false;
        try
        {
            foreach (var stored in _journal.ReadAll(_ordering))
            {
                if (pending == 0)
                {
                    _connection.Execute("begin immediate");
                }

                Apply(stored);
                if (++pending == EventsPerTransaction)
                {
                    Commit();
                    pending = 0;
                    if (Volatile.Read(ref _isStopping))
                    {
                        return;
                    }
                }
            }
        }
        catch (JournalUnavailableException)
        {
            // What was read is right; the rest follows when the store is back.
            isAway = true;
        }

        if (pending > 0)
        {
            Commit();
        }

        if (isAway)
        {
            WaitForStore();
        }
    }

    private void WaitForStore()
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                Monitor.Wait(_gate, AwayRetryAfter);
            }
        }
    }

    private void Apply(StoredEvent stored)
    {
        var projected = _decode(stored);
        foreach (var standing in _standings)
        {
            if (standing.Ordering >= stored.Ordering)
            {
                continue;
            }

            foreach (var change in standing.Projection.Project(projected))
            {
                _rows.Write(change);
            }

            standing.Ordering = stored.Ordering;
            standing.HasMoved = true;
        }
    }

    private void Commit()
    {
        foreach (var standing in _standings.Where(s => s.HasMoved))
        {
            _schema.Keep(standing.Projection, standing.Ordering);
            standing.HasMoved = false;
        }

        _connection.Execute("commit");
        lock (_gate)
        {
            Volatile.Write(ref _ordering, LowestPlace());
            foreach (var (_, reached) in _waiting.Where(w => w.Ordering <= _ordering))
            {
                reached.TrySetResult();
            }

            _waiting.RemoveAll(w => w.Ordering <= _ordering);
        }
    }

    private long LowestPlace() => _standings.Length == 0 ? long.MaxValue : _standings.Min(s => s.Ordering);

    private void Fail(Exception reason)
    {
        lock (_gate)
        {
            _failure = reason;
            _waiting.ForEach(w => w.Reached.TrySetException(reason));
            _waiting.Clear();
        }
    }

    private sealed class Standing(IProjection projection, long ordering)
    {
        public IProjection Projection { get; } = projection;

        public long Ordering { get; set; } = ordering;

        public bool HasMoved { get; set; }
    }
}
