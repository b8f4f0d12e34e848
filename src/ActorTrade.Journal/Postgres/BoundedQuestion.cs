using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// Asks the database something for people to see, without ever holding anybody up for long: one question at a time
/// runs on a thread of the pool, and while there is no answer the last one does. Safe for concurrent use.
/// </summary>
/// <param name="ask">May block, and may throw where the database is away.</param>
/// <param name="first">Until the first answer.</param>
internal sealed class BoundedQuestion<TAsked, TAnswer>(Func<TAsked, TAnswer> ask, TAnswer first) : IThreadPoolWorkItem
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _ended = new(true);
    private TAsked _asked = default!;
    private TAnswer _newest = first;
    private bool _isAnswered;
    private bool _isLate;

    /// <summary>The answer, or after 200 ms the last one.</summary>
    /// <param name="isAnswered">False where it is an old answer, since the database is away or slow.</param>
    public TAnswer Read(TAsked asked, out bool isAnswered)
    {
        var mayWait = true;
        lock (_gate)
        {
            if (_ended.IsSet)
            {
                _ended.Reset();
                (_asked, _isAnswered, _isLate) = (asked, false, false);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                // Somebody has waited for it in vain already.
                mayWait = !_isLate;
            }
        }

        var isHere = mayWait && _ended.Wait(WaitMax);
        lock (_gate)
        {
            _isLate = !isHere && !_ended.IsSet;
            isAnswered = isHere && _isAnswered;
            return _newest;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var (answer, isAnswered) = (default(TAnswer)!, false);
        try
        {
            (answer, isAnswered) = (ask(_asked), true);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or JournalUnavailableException
            or ObjectDisposedException)
        {
            // The last answer does until the database is back.
        }

        lock (_gate)
        {
            (_newest, _isAnswered) = (isAnswered ? answer : _newest, isAnswered);
            _ended.Set();
        }
    }
}
