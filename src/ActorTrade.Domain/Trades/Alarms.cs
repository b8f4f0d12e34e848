namespace ActorTrade.Domain.Trades;

/// <summary>
/// What orders want of their entity though nobody asks: what is due at a time, such as an expiry or a slice, and what
/// somebody owes an answer to. Derived from the orders: put one in after each change, and take it out before the next.
/// </summary>
internal sealed class Alarms<TOrderId>
    where TOrderId : IComparable<TOrderId>
{
    private readonly SortedSet<(DateTimeOffset At, TOrderId Order)> _due = [];
    private readonly SortedSet<(DateTimeOffset Since, TOrderId Order)> _untold = [];

    /// <summary>What is due, the earliest first.</summary>
    public IEnumerable<(DateTimeOffset At, TOrderId Order)> Due => _due;

    /// <summary>What was not answered, the oldest first.</summary>
    public IEnumerable<TOrderId> Untold => _untold.Select(u => u.Order);

    public int UntoldCount => _untold.Count;

    /// <summary>When the first is due, or the oldest is to be said again; null where nothing is.</summary>
    public DateTimeOffset? WakeAt
    {
        get
        {
            DateTimeOffset? due = _due.Count == 0 ? null : _due.Min.At;
            DateTimeOffset? again = _untold.Count == 0 ? null : _untold.Min.Since + TradeTiming.RetryAfter;
            return due is null || again < due ? again ?? due : due;
        }
    }

    public void Put(TOrderId order, DateTimeOffset? dueAt, DateTimeOffset? untoldSince)
    {
        if (dueAt is { } due)
        {
            _due.Add((due, order));
        }

        if (untoldSince is { } since)
        {
            _untold.Add((since, order));
        }
    }

    /// <param name="order">As it was put in, with the same times.</param>
    /// <param name="dueAt">Null where nothing was due.</param>
    /// <param name="untoldSince">Null where nothing was owed.</param>
    public void Take(TOrderId order, DateTimeOffset? dueAt, DateTimeOffset? untoldSince)
    {
        if (dueAt is { } due)
        {
            _due.Remove((due, order));
        }

        if (untoldSince is { } since)
        {
            _untold.Remove((since, order));
        }
    }
}
