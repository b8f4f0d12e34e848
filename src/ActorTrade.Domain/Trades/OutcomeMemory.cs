namespace ActorTrade.Domain.Trades;

/// <summary>
/// What became of the trades that others asked for. An outcome is kept until its trade's deadline has passed on every clock
/// <em>and</em> whoever asked has acknowledged it, so that a repeat hears the first outcome and, once it is forgotten, is refused
/// for its deadline. Part of an entity's state: changed only by its <c>Evolve</c>.
/// </summary>
/// <remarks>The owner must not remember beyond <see cref="IsFull"/>: it refuses new trades there.</remarks>
public sealed class OutcomeMemory<TEvent>(int max)
    where TEvent : class
{
    private readonly Dictionary<Guid, Entry> _byId = [];
    private readonly PriorityQueue<Guid, long> _byDeadline = new();

    public int Count => _byId.Count;

    public bool IsFull => _byId.Count >= max;

    public bool TryGet(Guid id, out TEvent outcome)
    {
        var found = _byId.TryGetValue(id, out var entry);
        outcome = entry.Outcome;
        return found;
    }

    /// <param name="id">The trade.</param>
    /// <param name="outcome">What every repeat hears.</param>
    /// <param name="deadline">Until then (and the clocks' skew) it is kept in any case.</param>
    /// <param name="needsAcknowledgement">It is kept until acknowledged, too.</param>
    public void Remember(Guid id, TEvent outcome, DateTimeOffset deadline, bool needsAcknowledgement)
    {
        _byId[id] = new Entry(outcome, deadline, needsAcknowledgement);
        _byDeadline.Enqueue(id, deadline.UtcTicks);
    }

    public void Acknowledge(Guid id, DateTimeOffset now)
    {
        if (!_byId.TryGetValue(id, out var entry))
        {
            return;
        }

        if (TradeTiming.IsPastEverywhere(entry.Deadline, now))
        {
            _byId.Remove(id);
        }
        else
        {
            _byId[id] = entry with { NeedsAcknowledgement = false };
        }
    }

    /// <summary>Forgets what may be forgotten at this time; an outcome still to be acknowledged goes when it is.</summary>
    public void ForgetBefore(DateTimeOffset now)
    {
        while (_byDeadline.TryPeek(out var id, out var ticks)
            && TradeTiming.IsPastEverywhere(new DateTimeOffset(ticks, TimeSpan.Zero), now))
        {
            _byDeadline.Dequeue();
            if (_byId.TryGetValue(id, out var entry) && !entry.NeedsAcknowledgement && entry.Deadline.UtcTicks == ticks)
            {
                _byId.Remove(id);
            }
        }
    }

    public RememberedOutcome<TEvent>[] Capture() =>
    [
        .. _byId
            .Select(e => new RememberedOutcome<TEvent>(e.Key, e.Value.Deadline, e.Value.NeedsAcknowledgement, e.Value.Outcome))
            .OrderBy(o => o.Deadline)
            .ThenBy(o => o.Id),
    ];

    public void Restore(RememberedOutcome<TEvent>[] outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        foreach (var outcome in outcomes)
        {
            Remember(outcome.Id, outcome.Outcome, outcome.Deadline, outcome.NeedsAcknowledgement);
        }
    }

    private readonly record struct Entry(TEvent Outcome, DateTimeOffset Deadline, bool NeedsAcknowledgement);
}

/// <summary>One remembered outcome in a snapshot.</summary>
public sealed record RememberedOutcome<TEvent>(Guid Id, DateTimeOffset Deadline, bool NeedsAcknowledgement, TEvent Outcome)
    where TEvent : class;
