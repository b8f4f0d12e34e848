using System.Diagnostics.CodeAnalysis;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// The threads that replay entities, as many at once as they are; the rest waits in line. So a
/// restart that wakes ten thousand entities reads at the disk's pace and leaves the writer alone. The
/// line holds one entry per recovery asked for.
/// </summary>
internal sealed class RecoveryReaders
{
    private readonly JournalState _state;
    private readonly Func<ReadSession> _open;
    private readonly Queue<RecoveryRequest> _line = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _threads;
    private int _running;
    private bool _isStopping;

    public RecoveryReaders(JournalState state, int threads, Func<ReadSession> open)
    {
        _state = state;
        _open = open;
        _threads = threads;
    }

    public void Start()
    {
        _running = _threads;
        for (var i = 0; i < _threads; i++)
        {
            new Thread(Run) { IsBackground = true, Name = "journal-recovery" }.Start();
        }
    }

    public void Enqueue(RecoveryRequest request)
    {
        lock (_line)
        {
            _line.Enqueue(request);
            Monitor.Pulse(_line);
        }
    }

    /// <summary>Finishes what is in line and ends the threads.</summary>
    public Task StopAsync()
    {
        lock (_line)
        {
            _isStopping = true;
            Monitor.PulseAll(_line);
        }

        return _ended.Task;
    }

    private void Run()
    {
        ReadSession? session = null;
        while (TryTake(out var request))
        {
            Recover(request, ref session);
        }

        session?.Dispose();
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.SetResult();
        }
    }

    private bool TryTake([NotNullWhen(true)] out RecoveryRequest? request)
    {
        lock (_line)
        {
            while (_line.Count == 0 && !_isStopping)
            {
                Monitor.Wait(_line);
            }

            return _line.TryDequeue(out request);
        }
    }

    // Whatever happens, the recovering entity must hear of it.
    private void Recover(RecoveryRequest request, ref ReadSession? session)
    {
        try
        {
            if (_state.Failure is { } failure)
            {
                request.Sink.Failed(failure);
                return;
            }

            session ??= _open();
            var last = session.Replay(request.Stream.Head, request.Sink);
            request.Sink.Recovered(request.Stream, last);
        }
        catch (Exception e)
        {
            if (e is JournalDamagedException)
            {
                _state.Fail(e);
            }

            request.Sink.Failed(e);
        }
    }
}
