using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// The one thread that appends. It takes what gathered while the commit before was under way, stores it in one
/// statement, and tells each request what became of it. Without a connection it refuses at once and goes on connecting.
/// </summary>
internal sealed class PostgresWriter
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(1);

    private readonly JournalPlace _place;
    private readonly PostgresSources _sources;
    private readonly PostgresJournalOptions _options;
    private readonly Action<PostgresRecovery> _recover;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<HeldShard> _doubtful = [];
    private readonly CommitBatch _commit;
    private readonly Timer _watchdog;

    // Guarded by the gate of the place.
    private List<object> _filling = [];
    private bool _isStopping;

    private List<object> _batch = [];
    private WriterSession? _session;
    private Exception? _unavailable;
    private long _nextAttempt;
    private int _attempts;
    private long _busySince;
    private long _waitingRequests;
    private long _waitingBytes;
    private long _commits;

    public PostgresWriter(
        JournalPlace place, PostgresSources sources, PostgresJournalOptions options, WriterSession session,
        Action<PostgresRecovery> recover)
    {
        _place = place;
        _sources = sources;
        _options = options;
        _session = session;
        _recover = recover;
        _commit = new CommitBatch(place, options);
        _watchdog = new Timer(_ => RefuseWaiting(), null, options.AppendPatience / 8, options.AppendPatience / 8);
    }

    public bool HasRoom => Volatile.Read(ref _unavailable) is null
        && !IsStuck
        && Interlocked.Read(ref _waitingRequests) < _options.WaitingRequestsMax
        && Interlocked.Read(ref _waitingBytes) < _options.WaitingBytesMax;

    public long Commits => Interlocked.Read(ref _commits);

    private bool IsStuck => Volatile.Read(ref _busySince) is var since and not 0
        && Stopwatch.GetElapsedTime(since) > _options.AppendPatience;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "journal-writer" }.Start();

    /// <summary>Writes what waits and ends the thread.</summary>
    public async Task StopAsync()
    {
        lock (_place.Gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_place.Gate);
        }

        await _ended.Task.ConfigureAwait(false);
        await _watchdog.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>False once the journal is closing.</summary>
    public bool TryEnqueue(AppendRequest request)
    {
        lock (_place.Gate)
        {
            if (_isStopping)
            {
                return false;
            }

            // A shard given up takes nothing more, but the writer's thread is the one to say so.
            var isLate = request.Stream is PostgresEntityStream { Shard.IsReleased: true };
            Interlocked.Increment(ref _waitingRequests);
            Interlocked.Add(ref _waitingBytes, CommitBatch.BytesOf(request));
            Enqueue(isLate ? new LateAppend(request) : request);
            return true;
        }
    }

    /// <summary>Reads the entity once what is under way is settled. Under the gate; false once closing.</summary>
    public bool TryEnqueueUnderGate(PostgresRecovery recovery)
    {
        if (_isStopping)
        {
            return false;
        }

        Enqueue(recovery);
        return true;
    }

    private void Enqueue(object request)
    {
        _filling.Add(request);
        if (_filling.Count == 1)
        {
            Monitor.PulseAll(_place.Gate);
        }
    }

    private void Run()
    {
        while (Take())
        {
            Volatile.Write(ref _busySince, Stopwatch.GetTimestamp());
            Process();
            Volatile.Write(ref _busySince, 0);
            _batch.Clear();
        }

        _session?.Dispose();
        _ended.SetResult();
    }

    // An empty batch comes now and then: then it is time to see whether the server is there.
    private bool Take()
    {
        lock (_place.Gate)
        {
            if (_filling.Count == 0 && !_isStopping)
            {
                Monitor.Wait(_place.Gate, _session is null ? UntilAttempt() : PingAfter);
            }

            (_batch, _filling) = (_filling, _batch);
            return _batch.Count > 0 || !_isStopping;
        }
    }

    private TimeSpan UntilAttempt()
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _nextAttempt);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    private void Process()
    {
        if (!IsConnected())
        {
            _batch.ForEach(Refuse);
            return;
        }

        // Appends of earlier holders that stand in this batch are fenced already, and every commit before is settled:
        // so what the database has now is all that a recovery has to read.
        foreach (var recovery in _batch.OfType<PostgresRecovery>())
        {
            _recover(recovery);
        }

        for (var next = 0; next < _batch.Count;)
        {
            next = _commit.Gather(_batch, next);
            var isStored = _commit.Count > 0 && Write();
            _commit.Complete(Tell);
            if (isStored)
            {
                Interlocked.Increment(ref _commits);
                _place.Announce();
            }
        }
    }

    private bool IsConnected()
    {
        try
        {
            if (_session is { } session)
            {
                if (_batch.Count == 0)
                {
                    session.Ping();
                }

                return true;
            }

            return Stopwatch.GetTimestamp() >= _nextAttempt && Connect();
        }
        catch (Exception e)
        {
            // Whatever it is, the next attempt may go well; only a newer schema stays.
            Disconnect(e);
            return false;
        }
    }

    private bool Connect()
    {
        _session = WriterSession.Open(_sources, _options.Schema);
        foreach (var lost in _session.Renew(_doubtful))
        {
            _place.Lose(lost);
        }

        _doubtful.Clear();
        _attempts = 0;
        Volatile.Write(ref _unavailable, null);
        return true;
    }

    private void Disconnect(Exception reason)
    {
        if (reason is SchemaTooNewException or JournalDamagedException)
        {
            _place.Fail(reason);
        }

        Volatile.Write(ref _unavailable, new JournalUnavailableException(reason.Message, reason));
        var wait = _options.ReconnectMin * Math.Pow(2, Math.Min(_attempts++, 20));
        wait = wait < _options.ReconnectMax ? wait : _options.ReconnectMax;

        // Nodes that lost the same server must not all come back at the same moment.
        wait *= RandomNumberGenerator.GetInt32(75, 126) / 100.0;
        _nextAttempt = _attempts == 1
            ? 0
            : Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
        try
        {
            _session?.Dispose();
        }
        catch (Exception)
        {
            // It is gone, that is all one wants of it.
        }

        _session = null;
    }

    // True where something became durable. The boundary of the writer: whatever happens, every request hears.
    private bool Write()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (_session is null || _place.Failure is not null)
                {
                    _commit.Refuse(AppendOutcome.Failed);
                    return false;
                }

                return _commit.Run(_session);
            }
            catch (PostgresException e) when (IsUndone(e))
            {
                if (attempt > 8 || !IsMended(e))
                {
                    _commit.Refuse(AppendOutcome.Failed);
                    return false;
                }
            }
            catch (Exception e)
            {
                // The statement may have been stored, or may be yet.
                _doubtful.UnionWith(_commit.Claimed);
                _commit.Refuse(AppendOutcome.Unknown);
                Disconnect(e);
                return false;
            }
        }
    }

    // An error of the statement, not of the session: the server has rolled it back.
    private static bool IsUndone(PostgresException e) => e.InvariantSeverity == "ERROR";

    // True where the rest of the commit should be tried again. May throw what the database throws: nothing is stored.
    private bool IsMended(PostgresException e)
    {
        try
        {
            switch (e.SqlState)
            {
                case PostgresErrorCodes.UniqueViolation when e.ConstraintName == "journal_ordering":
                    _session!.RaiseBase();
                    return true;
                case PostgresErrorCodes.UniqueViolation:
                    return _commit.Drop(_session!.Taken(_commit.Firsts()));
                case PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure:
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception lost)
        {
            // Nothing of this commit is stored, so it has failed; the connection is looked at again before the next.
            Disconnect(lost);
            return false;
        }
    }

    private void Refuse(object request)
    {
        switch (request)
        {
            case PostgresRecovery recovery:
                recovery.Sink.Failed(_place.Failure ?? _unavailable ?? new JournalUnavailableException("it is stuck"));
                break;
            case LateAppend late:
                Tell(late.Request, AppendOutcome.Fenced);
                break;
            case AppendRequest append:
                var stream = (PostgresEntityStream)append.Stream;
                var isFenced = stream.IsFenced || stream.Shard.IsFenced || stream.Journal != _place;
                if (!isFenced)
                {
                    _place.Fence(stream);
                }

                Tell(append, isFenced ? AppendOutcome.Fenced : AppendOutcome.Failed);
                break;
        }
    }

    // The server does not answer, and the writer waits for it: nobody else should.
    private void RefuseWaiting()
    {
        if (!IsStuck)
        {
            return;
        }

        List<object> waiting;
        lock (_place.Gate)
        {
            waiting = _filling;
            _filling = [];
        }

        waiting.ForEach(Refuse);
    }

    // One faulty receiver must not keep the others from their outcome.
    private void Tell(AppendRequest request, AppendOutcome outcome)
    {
        Interlocked.Decrement(ref _waitingRequests);
        Interlocked.Add(ref _waitingBytes, -CommitBatch.BytesOf(request));
        try
        {
            request.Completed(outcome);
        }
        catch (Exception e)
        {
            // A bug of the receiver, and everybody should see it.
            _place.Fail(e);
        }
    }
}

/// <summary>A recovery on its way through the writer to a reader.</summary>
internal sealed record PostgresRecovery(PostgresEntityStream Stream, IRecoverySink Sink);

/// <summary>An append that came after its shard was given up.</summary>
internal sealed record LateAppend(AppendRequest Request);
