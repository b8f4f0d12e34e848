namespace ActorTrade.Domain.Trades;

/// <summary>The order in which what is open was started, to know the oldest. What ended is dropped at once or a little
/// later.</summary>
internal sealed class StartOrder
{
    // Room for what ended before the oldest did, beside as many as are open.
    private const int EndedMax = 64;
    private readonly Queue<Guid> _ids = new();

    public void Started(Guid id) => _ids.Enqueue(id);

    public Guid? Oldest => _ids.TryPeek(out var id) ? id : null;

    /// <summary>Call when something ended; the oldest is open again afterwards, and the length bounded.</summary>
    public void DropEnded<TOpen>(Dictionary<Guid, TOpen> open)
    {
        while (_ids.TryPeek(out var oldest) && !open.ContainsKey(oldest))
        {
            _ids.Dequeue();
        }

        if (_ids.Count > EndedMax + (2 * open.Count))
        {
            Guid[] left = [.. InOrder(open)];
            _ids.Clear();
            foreach (var id in left)
            {
                _ids.Enqueue(id);
            }
        }
    }

    /// <summary>What is open, each once: an id that ended, was forgotten and was started anew is in the queue
    /// twice.</summary>
    public IEnumerable<Guid> InOrder<TOpen>(Dictionary<Guid, TOpen> open) => _ids.Where(open.ContainsKey).Distinct();
}
