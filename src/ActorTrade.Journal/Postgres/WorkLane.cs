namespace ActorTrade.Journal.Postgres;

/// <summary>Threads that take work from one line, in order. Database calls block, so they must not take threads of the
/// pool.</summary>
internal sealed class WorkLane<T>
{
    private readonly Queue<T> _line = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<List<T>> _work;
    private readonly int _batchMax;
    private int _running;
    private bool _isStopping;

    /// <param name="work">Gets what waits, at most <paramref name="batchMax"/>; must not throw.</param>
    public WorkLane(string name, int threads, int batchMax, Action<List<T>> work)
    {
        _work = work;
        _batchMax = batchMax;
        _running = threads;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Run) { IsBackground = true, Name = name }.Start();
        }
    }

    public int Waiting
    {
        get
        {
            lock (_line)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>False once it stops.</summary>
    public bool TryEnqueue(T item)
    {
        lock (_line)
        {
            if (_isStopping)
            {
                return false;
            }

            _line.Enqueue(item);
            Monitor.Pulse(_line);
            return true;
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
        var batch = new List<T>();
        while (Take(batch))
        {
            _work(batch);
            batch.Clear();
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.SetResult();
        }
    }

    private bool Take(List<T> batch)
    {
        lock (_line)
        {
            while (_line.Count == 0 && !_isStopping)
            {
                Monitor.Wait(_line);
            }

            while (batch.Count < _batchMax && _line.TryDequeue(out var item))
            {
                batch.Add(item);
            }

            return batch.Count > 0;
        }
    }
}
