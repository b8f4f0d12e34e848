namespace ActorTrade.Domain.Trades;

/// <summary>
/// The order in which what is open was started, to know the oldest. What ended is dropped at once or a little later.
/// </summary>
/// <param name="startedAt">When something open was started: an id that ended, was forgotten and was started anew is in
/// the queue twice, and only its last place counts.</param>
internal sealed class StartOrder<TOpen>(Func<TOpen, DateTimeOffset> startedAt)
{
    // Room for what ended before the oldest did, beside as many as are open.
    private const int EndedMax = 64;
    private readonly Queue<(Guid Id, DateTimeOffset At)> _starts = new();

    public void Started(Guid id, DateTimeOffset at) => _starts.Enqueue((id, at));

    public Guid? Oldest => _starts.TryPeek(out var start) ? start.Id : null;

    /// <summary>Call when something ended; the oldest is open again afterwards, and the length bounded.</summary>
    public void DropEnded(Dictionary<Guid, TOpen> open)
    {
        while (_starts.TryPeek(out var oldest) && !IsOpen(oldest, open))
        {
            _starts.Dequeue();
        }

        if (_starts.Count > EndedMax + (2 * open.Count))
        {
            var left = _starts.Where(s => IsOpen(s, open)).Distinct().ToArray();
            _starts.Clear();
            foreach (var start in left)
            {
                _starts.Enqueue(start);
            }
        }
    }

    /// <summary>What is open, each once.</summary>
    public IEnumerable<Guid> InOrder(Dictionary<Guid, TOpen> open) =>
        _starts.Where(s => IsOpen(s, open)).Select(s => s.Id).Distinct();

    private bool IsOpen((Guid Id, DateTimeOffset At) start, Dictionary<Guid, TOpen> open) =>
        open.TryGetValue(start.Id, out var one) && startedAt(one) == start.At;
}
