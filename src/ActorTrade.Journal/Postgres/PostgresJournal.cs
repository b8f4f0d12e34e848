using System.Text;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// The journal of a cluster: many nodes, one PostgreSQL database. Appends of a node gather into one statement, which
/// checks in the same transaction that the node still holds the shards concerned; the primary key of the events is the
/// second fence.
/// </summary>
/// <remarks>
/// <para>Orderings rise with every event of an entity and from commit to commit, but are not contiguous: they are made
/// of the transaction's number. <see cref="ReadAll"/> gives only what lies below every open transaction, so nothing
/// appears behind a reader; another session that holds a writing transaction open, anywhere on the server, holds
/// readers up for as long.</para>
/// <para>A lost connection makes the commit under way <see cref="AppendOutcome.Unknown"/>; everything else fails at
/// once until the database is back, which the journal sees to by itself. An entity that recovers afterwards sees
/// whatever became of that commit: the shard's epoch is raised first, which waits for it.</para>
/// <para>Threads: one writer, <see cref="PostgresJournalOptions.RecoveriesAtOnce"/> readers, one each for take-overs,
/// snapshots and watching; reads across entities run on the caller's.</para>
/// </remarks>
public sealed class PostgresJournal : IJournal, IShardFences
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly JournalPlace _place;
    private readonly PostgresJournalOptions _options;
    private readonly PostgresSources _sources;
    private readonly PostgresWriter _writer;
    private readonly WorkLane<PostgresRecovery> _recoveries;
    private readonly WorkLane<SnapshotRequest> _snapshots;
    private readonly WorkLane<ShardRequest> _takeOvers;
    private readonly CommitWatch _watch;
    private readonly JournalReader _reader;
    private readonly PostgresCounts _counts;
    private readonly BoundedQuestion<long, long> _lag;
    private readonly Lock _closingGate = new();
    private Task? _closing;
    private volatile bool _isClosed;

    private PostgresJournal(PostgresJournalOptions options, PostgresSources sources, WriterSession session, long last)
    {
        _options = options;
        _sources = sources;
        _place = new JournalPlace(options.StreamsMax);
        _place.Advance(last);
        _reader = new JournalReader(_place, sources, options);
        _counts = new PostgresCounts(sources);
        _lag = new BoundedQuestion<long, long>(_reader.CountAfter, 0);
        _recoveries = new WorkLane<PostgresRecovery>(
            "journal-recovery", options.RecoveriesAtOnce, 1, new RecoveryReader(_place, sources).Recover);
        _snapshots = new WorkLane<SnapshotRequest>(
            "journal-snapshots", 1, 64, new SnapshotWriter(_place, sources).Write);
        _takeOvers = new WorkLane<ShardRequest>(
            "journal-take-over", 1, 1024, new ShardTaker(_place, sources, options).Take);
        _writer = new PostgresWriter(_place, sources, options, session, r => _recoveries.TryEnqueue(r));
        _watch = new CommitWatch(_place, _reader, options.WatchEvery);
        _writer.Start();
        _watch.Start();
    }

    public long LastOrdering => _place.LastOrdering;

    public bool HasRoom => _writer.HasRoom;

    public Exception? Failure => _isClosed ? new ObjectDisposedException(nameof(PostgresJournal)) : _place.Failure;

    /// <summary>Connects, brings the schema to this program's version, and checks what the cluster was created
    /// with.</summary>
    /// <exception cref="ArgumentException">A setting does not fit.</exception>
    /// <exception cref="SchemaTooNewException">A newer program has changed the schema.</exception>
    /// <exception cref="ShardCountMismatchException">The cluster has another number of shards.</exception>
    /// <exception cref="PostgresTooOldException">The server is too old.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached or refuses.</exception>
    public static async Task<PostgresJournal> OpenAsync(
        PostgresJournalOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Owner);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RecoveriesAtOnce, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PoolSizeMax, options.RecoveriesAtOnce + 4);
        var sources = new PostgresSources(options);
        try
        {
            long last;
            var preparing = await sources.Primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (preparing.ConfigureAwait(false))
            {
                await PostgresSchema.PrepareAsync(preparing, options, cancellation).ConfigureAwait(false);
                await using var command = new NpgsqlCommand(
                    "select coalesce(max(ordering), 0) from journal", preparing);
                last = (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
            }

            return new PostgresJournal(options, sources, WriterSession.Open(sources, options.Schema), last);
        }
        catch
        {
            // Whatever it was, no connection stays behind.
            await sources.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Recover(EntityId entity, IRecoverySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (Refusal(entity) is { } refusal)
        {
            sink.Failed(refusal);
            return;
        }

        var shard = _options.ShardOf(entity);
        if (TryRecover(entity, shard, sink))
        {
            return;
        }

        if (!_options.TakesShardsOnDemand)
        {
            sink.Failed(new ShardNotHeldException(shard));
        }
        else if (!_takeOvers.TryEnqueue(new ShardRequest(shard, Taken) { OnlyIfNotHeld = true }))
        {
            sink.Failed(new ObjectDisposedException(nameof(PostgresJournal)));
        }

        void Taken(ShardTakeOver result)
        {
            if (result.Failure is not null || !TryRecover(entity, shard, sink))
            {
                sink.Failed(result.Failure ?? new ShardNotHeldException(shard));
            }
        }
    }

    public void Append(AppendRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = StreamOf(request.Stream);
        if (!_writer.TryEnqueue(request))
        {
            // The writer's thread is gone, so the caller's tells.
            request.Completed(AppendOutcome.Failed);
        }
    }

    public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var request = new SnapshotRequest(StreamOf(stream), snapshot);
        if (_snapshots.Waiting < _options.WaitingSnapshotsMax && snapshot.Payload.Length <= _options.RequestBytesMax)
        {
            _snapshots.TryEnqueue(request);
        }
    }

    public IEnumerable<StoredEvent> ReadAll(long afterOrdering)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return _reader.ReadAll(afterOrdering);
    }

    public EventPage ReadPage(long afterOrdering, IReadOnlyCollection<string> categories, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterOrdering);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return _reader.ReadPage(afterOrdering, categories, max);
    }

    /// <summary>As far as readers see them; 100,000 for more. While the database is away or slow the last count, at
    /// least 1.</summary>
    public long CountAfter(long afterOrdering)
    {
        var counted = _lag.Read(afterOrdering, out var isAnswered);
        return isAnswered ? counted : Math.Max(1, counted);
    }

    public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots() => _reader.ReadSnapshots();

    /// <summary>The wake-ups of the shards held; of all where shards are taken on demand.</summary>
    public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps()
    {
        IReadOnlyList<HeldShard> held;
        lock (_place.Gate)
        {
            held = _place.AllHeld();
        }

        return _reader.ReadWakeUps(_options.TakesShardsOnDemand ? null : held);
    }

    public IDisposable OnCommitted(Action<long> committed)
    {
        ArgumentNullException.ThrowIfNull(committed);
        return _place.OnCommitted(committed);
    }

    public JournalStatistics Statistics() => _counts.Read(_writer.Commits);

    public void TakeOver(ShardId shard, Action<ShardTakeOver> taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        if (!_takeOvers.TryEnqueue(new ShardRequest(shard, taken)))
        {
            taken(new ShardTakeOver(shard, 0, [], new ObjectDisposedException(nameof(PostgresJournal))));
        }
    }

    public void Release(ShardId shard) => _place.Release(shard);

    public IDisposable OnFenced(Action<ShardId> fenced)
    {
        ArgumentNullException.ThrowIfNull(fenced);
        return _place.OnFenced(fenced);
    }

    /// <summary>Writes what waits and closes. Shards stay this node's until another takes them.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closingGate)
        {
            _closing ??= CloseAsync();
        }

        return new ValueTask(_closing);
    }

    // In the order in which one hands on to the next.
    private async Task CloseAsync()
    {
        await _takeOvers.StopAsync().ConfigureAwait(false);
        await _writer.StopAsync().ConfigureAwait(false);
        await _recoveries.StopAsync().ConfigureAwait(false);
        await _snapshots.StopAsync().ConfigureAwait(false);
        await _watch.StopAsync().ConfigureAwait(false);
        _isClosed = true;
        await _sources.DisposeAsync().ConfigureAwait(false);
    }

    // False where the shard is not held.
    private bool TryRecover(EntityId entity, ShardId shard, IRecoverySink sink)
    {
        lock (_place.Gate)
        {
            if (_place.Holding(shard) is not { } held)
            {
                return false;
            }

            if (_writer.TryEnqueueUnderGate(new PostgresRecovery(_place.OpenStream(entity, held), sink)))
            {
                return true;
            }
        }

        sink.Failed(new ObjectDisposedException(nameof(PostgresJournal)));
        return true;
    }

    // What the database could not store must not sink the commit of others.
    private static ArgumentException? Refusal(EntityId entity)
    {
        var text = entity.ToString();
        if (text.Length > EntityId.LengthMax || text.Contains('\0', StringComparison.Ordinal))
        {
            return new ArgumentException($"'{entity}' is too long or holds a zero: it cannot be stored.");
        }

        try
        {
            StrictUtf8.GetByteCount(text);
            return null;
        }
        catch (EncoderFallbackException e)
        {
            return new ArgumentException($"'{entity}' is not text.", e);
        }
    }

    private static PostgresEntityStream StreamOf(EntityStream stream) => stream as PostgresEntityStream
        ?? throw new ArgumentException("The stream was not given by a journal of this kind.", nameof(stream));
}
