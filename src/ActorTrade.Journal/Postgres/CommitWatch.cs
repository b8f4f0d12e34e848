namespace ActorTrade.Journal.Postgres;

/// <summary>Looks for the commits of other nodes while anybody listens, and tells again of this node's own where they
/// could not be read at first.</summary>
internal sealed class CommitWatch(JournalPlace place, JournalReader reader, TimeSpan every)
{
    private readonly ManualResetEventSlim _stopping = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _readable;
    private bool _wasBehind;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "journal-watch" }.Start();

    public Task StopAsync()
    {
        _stopping.Set();
        return _ended.Task;
    }

    private void Run()
    {
        while (!_stopping.Wait(every))
        {
            if (place.HasListeners)
            {
                Look();
            }
        }

        _ended.SetResult();
    }

    private void Look()
    {
        try
        {
            var readable = reader.LastReadable();
            var hasMoved = readable > _readable;
            _readable = readable;
            if (place.Advance(readable) || (_wasBehind && hasMoved))
            {
                place.Announce();
            }

            _wasBehind = readable < place.LastOrdering;
        }
        catch (JournalUnavailableException)
        {
            // The database is away; the next look may find it.
        }
    }
}
