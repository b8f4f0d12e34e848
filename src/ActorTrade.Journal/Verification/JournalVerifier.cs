using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal.Entities;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.Journal.Verification;

/// <summary>
/// Proves a closed or quiet journal right, or says where it is not. Of a file: its pages, every record's checksum,
/// order without gaps, each entity's sequence; of an open journal: order and sequences. Then it folds every entity from
/// its first event, and a second time from its snapshot on, and compares. One thread reads and checks rows, the
/// caller's thread decodes and folds them.
/// </summary>
public sealed class JournalVerifier
{
    private const int PagesInFlight = 8;

    private readonly Dictionary<string, IEntityDefinition> _definitions;
    private readonly EventCatalog _catalog;
    private readonly IReadOnlyList<IVerificationObserver> _observers;
    private readonly RecordReader _reader = new();
    private readonly RecordWriter _writer = new();
    private readonly ProblemList _problems = new();
    private readonly HashSet<string> _unknownCategories = [];
    private long _compared;
    private long _unreadable;

    private JournalVerifier(
        IReadOnlyList<IEntityDefinition> definitions, EventCatalog catalog,
        IReadOnlyList<IVerificationObserver> observers)
    {
        _definitions = definitions.ToDictionary(d => d.Category, StringComparer.Ordinal);
        _catalog = catalog;
        _observers = observers;
    }

    /// <summary>Verifies the journal of a directory, which nobody else may have open meanwhile.</summary>
    /// <param name="progress">Told now and then how many events are done.</param>
    /// <exception cref="FileNotFoundException">There is no journal.</exception>
    /// <exception cref="JournalHeldException">A process has it open.</exception>
    /// <exception cref="JournalFormatException">A newer version wrote it.</exception>
    public static VerificationReport Verify(
        string directory,
        IReadOnlyList<IEntityDefinition> definitions,
        EventCatalog catalog,
        IReadOnlyList<IVerificationObserver>? observers = null,
        Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var path = Path.Combine(directory, JournalSchema.FileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no journal in '{directory}'.", path);
        }

        using var held = DirectoryLock.Take(directory);
        return new JournalVerifier(definitions, catalog, observers ?? []).Run(path, held.WasFull, progress);
    }

    /// <summary>
    /// Verifies an open journal, such as a cluster's, through its interface. Others may append meanwhile: what was
    /// there when it began is verified, and where a snapshot is newer, up to that.
    /// </summary>
    /// <param name="progress">Told now and then how many events are done.</param>
    /// <exception cref="JournalUnavailableException">The store went away.</exception>
    public static VerificationReport Verify(
        IJournal journal,
        IReadOnlyList<IEntityDefinition> definitions,
        EventCatalog catalog,
        IReadOnlyList<IVerificationObserver>? observers = null,
        Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(definitions);
        return new JournalVerifier(definitions, catalog, observers ?? []).Run(journal, progress);
    }

    private VerificationReport Run(IJournal journal, Action<long>? progress)
    {
        var started = Stopwatch.GetTimestamp();
        var scan = new OpenJournalScan(journal, _problems);
        try
        {
            scan.ReadSnapshots();
            Fold(scan, progress);
            return Report(scan, Finish(scan), started);
        }
        catch (JournalDamagedException e)
        {
            _problems.Add(e.Ordering, e.Message);
            return Report(null, "", started);
        }
    }

    private VerificationReport Run(string path, bool wasFull, Action<long>? progress)
    {
        var started = Stopwatch.GetTimestamp();
        if (wasFull)
        {
            CheckLog(path + "-wal");
        }

        if (_problems.Count > 0)
        {
            // Opening the file would let SQLite cut the log, and with it the evidence.
            return Report(null, "", started);
        }

        try
        {
            using var connection = SqliteConnection.OpenForWriting(path);
            var scan = new JournalScan(connection, _problems);
            JournalSchema.Prepare(connection, path);
            scan.ReadTables();
            Fold(scan, progress);
            var hash = Finish(scan);
            return Report(scan, hash, started);
        }
        catch (Exception e) when (e is SqliteException { IsDamage: true } or JournalDamagedException)
        {
            _problems.Add((e as JournalDamagedException)?.Ordering ?? 0, e.Message);
            return Report(null, "", started);
        }
    }

    private void CheckLog(string path)
    {
        try
        {
            WriteAheadLog.Check(path);
        }
        catch (JournalDamagedException e)
        {
            _problems.Add(e.Ordering, e.Message);
        }
    }

    private void Fold(IJournalScan scan, Action<long>? progress)
    {
        using var pages = new BlockingCollection<List<(ScannedEntity Entity, StoredEvent Stored)>>(PagesInFlight);
        using var given = new CancellationTokenSource();
        ExceptionDispatchInfo? failure = null;
        var reading = new Thread(() => Read(scan, pages, given.Token, out failure))
        {
            IsBackground = true,
            Name = "journal-scan",
        };
        reading.Start();
        try
        {
            long done = 0;
            foreach (var page in pages.GetConsumingEnumerable())
            {
                foreach (var (entity, stored) in page)
                {
                    Fold(entity, stored);
                }

                done += page.Count;
                progress?.Invoke(done);
            }
        }
        finally
        {
            given.Cancel();
            reading.Join();
        }

        failure?.Throw();
    }

    private static void Read(
        IJournalScan scan,
        BlockingCollection<List<(ScannedEntity Entity, StoredEvent Stored)>> pages,
        CancellationToken givenUp,
        out ExceptionDispatchInfo? failure)
    {
        failure = null;
        try
        {
            foreach (var page in scan.ReadEvents())
            {
                pages.Add(page, givenUp);
            }
        }
        catch (Exception e)
        {
            // Thrown again on the caller's thread.
            failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            pages.CompleteAdding();
        }
    }

    private void Fold(ScannedEntity entity, in StoredEvent stored)
    {
        try
        {
            var envelope = EventEnvelope.Read(_catalog, _reader, stored);
            var projected = ProjectedEvent.Of(stored, envelope);
            foreach (var observer in _observers)
            {
                observer.Event(projected);
            }

            // The scan runs ahead and may have found this entity broken at a later
            // event: then its fold ends a little early.
            if (!entity.IsBroken && DefinitionOf(entity.Id) is { } definition)
            {
                Fold(entity, definition, stored.SequenceNr, envelope.Event);
            }
        }
        catch (Exception e)
        {
            // Whatever decoding or folding throws is a finding.
            _problems.Add(stored.Ordering, $"{stored.StoredName} of {entity.Id}: {e.Message}");
            entity.IsBroken = true;
        }
    }

    private void Fold(ScannedEntity entity, IEntityDefinition definition, long sequenceNr, IEvent @event)
    {
        entity.Fold ??= definition.CreateFold(entity.Id.Key);
        if (@event is not HostEvent)
        {
            entity.Fold.Apply(@event);
            entity.FromSnapshot?.Apply(@event);
        }

        entity.FoldedSequenceNr = sequenceNr;
        if (entity.Snapshot?.SequenceNr != sequenceNr)
        {
            return;
        }

        var recovery = new EntityRecovery(definition, _catalog, entity.Id.Key);
        if (recovery.Restore(entity.Snapshot))
        {
            entity.FromSnapshot = recovery.Fold;
        }
        else
        {
            _unreadable++;
        }
    }

    private IEntityDefinition? DefinitionOf(EntityId entity)
    {
        if (_definitions.TryGetValue(entity.Category, out var definition))
        {
            return definition;
        }

        if (_unknownCategories.Add(entity.Category))
        {
            _problems.Add(0, $"no entity kind '{entity.Category}' is known");
        }

        return null;
    }

    private string Finish(IJournalScan scan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entity in scan.Entities.OrderBy(e => e.Id.ToString(), StringComparer.Ordinal))
        {
            if (entity.Snapshot is { } snapshot && snapshot.SequenceNr > entity.LastSequenceNr)
            {
                _problems.Add(entity.LastOrdering,
                    $"the snapshot of {entity.Id} is of event {snapshot.SequenceNr}, which is missing");
            }

            if (entity.Fold is not { } fold)
            {
                continue;
            }

            var state = Capture(fold) ?? SequenceBytes(entity.FoldedSequenceNr);
            Compare(entity, state);
            Add(hash, Encoding.UTF8.GetBytes(entity.Id.ToString()));
            Add(hash, state);
            foreach (var observer in _observers)
            {
                observer.Folded(entity.Id, fold);
            }
        }

        foreach (var finding in _observers.SelectMany(o => o.Finished()))
        {
            _problems.Add(0, finding);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Compare(ScannedEntity entity, byte[] state)
    {
        if (entity.FromSnapshot is null || entity.IsBroken)
        {
            return;
        }

        if (Capture(entity.FromSnapshot) is { } other && other.AsSpan().SequenceEqual(state))
        {
            _compared++;
            return;
        }

        _problems.Add(
            entity.LastOrdering,
            $"{entity.Id} folded from its snapshot at {entity.Snapshot!.SequenceNr} differs from its events");
    }

    private byte[]? Capture(IEntityFold fold)
    {
        if (fold.Capture() is not { } captured)
        {
            return null;
        }

        _writer.Clear();
        _writer.WriteString(_catalog.NameOf(captured));
        _catalog.Write(_writer, captured);
        return _writer.ToArray();
    }

    private static byte[] SequenceBytes(long sequenceNr)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sequenceNr);
        return bytes;
    }

    // With its length before it, so that no two different lists of parts give the same bytes.
    private static void Add(IncrementalHash hash, byte[] part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }

    private VerificationReport Report(IJournalScan? scan, string hash, long started) => new(
        scan?.Events ?? 0,
        scan?.Entities.Count ?? 0,
        scan?.Snapshots ?? 0,
        _compared,
        _unreadable,
        hash,
        _problems.InOrder(),
        _problems.Count,
        Stopwatch.GetElapsedTime(started));
}
