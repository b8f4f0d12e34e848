namespace ActorTrade.Domain.Trades;

/// <summary>
/// What became of the trades that others asked for. An outcome is kept until its trade's deadline has passed on every
/// clock <em>and</em> whoever asked has acknowledged it, so that a repeat hears the first outcome and, once it is
/// forgotten, is refused for its deadline. Part of an entity's state: changed only by its <c>Evolve</c>.
/// </summary>
/// <remarks>The owner must not remember beyond <see cref="IsFullAt"/>: it refuses new trades there.</remarks>
public sealed class OutcomeMemory<TEvent>(int max)
    where TEvent : class
{
    private readonly Dictionary<Guid, Entry> _byId = [];
    private readonly PriorityQueue<Guid, long> _byDeadline = new();

    public int Count => _byId.Count;

    /// <summary>Nothing more fits: the limit is reached, and the oldest outcome may not be forgotten yet.</summary>
    public bool IsFullAt(DateTimeOffset now) =>
        _byId.Count >= max && !(_byDeadline.TryPeek(out var id, out _) && MayForget(_byId.GetValueOrDefault(id), now));

    /// <summary>The outcome, unless it may be forgotten at this time; whether it has been depends on the traffic
    /// since.</summary>
    public bool TryGet(Guid id, DateTimeOffset now, out TEvent outcome)
    {
        var found = _byId.TryGetValue(id, out var entry) && !MayForget(entry, now);
        outcome = entry.Outcome;
        return found;
    }

    /// <summary>The outcome as long as it happens to be here.</summary>
    public bool TryGetAny(Guid id, out TEvent outcome)
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
        _byId[id] = new Entry(outcome, deadline, needsAcknowledgement, IsQueued: true);
        _byDeadline.Enqueue(id, deadline.UtcTicks);
    }

    /// <summary>A refusal: what comes after its deadline on every clock will be refused for it again, and is not
    /// remembered.</summary>
    public void RememberRefusal(Guid id, TEvent refusal, DateTimeOffset deadline, DateTimeOffset at)
    {
        ForgetBefore(at);
        if (!TradeTiming.IsPastEverywhere(deadline, at))
        {
            Remember(id, refusal, deadline, needsAcknowledgement: false);
        }
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
            _byId[id] = entry with { NeedsAcknowledgement = false, IsQueued = true };
            if (!entry.IsQueued)
            {
                // Its turn came on a clock that ran ahead of this one.
                _byDeadline.Enqueue(id, entry.Deadline.UtcTicks);
            }
        }
    }

    /// <summary>Forgets what may be forgotten at this time; an outcome still to be acknowledged goes when it
    /// is.</summary>
    public void ForgetBefore(DateTimeOffset now)
    {
        while (_byDeadline.TryPeek(out var id, out var ticks)
            && TradeTiming.IsPastEverywhere(new DateTimeOffset(ticks, TimeSpan.Zero), now))
        {
            _byDeadline.Dequeue();
            if (!_byId.TryGetValue(id, out var entry) || entry.Deadline.UtcTicks != ticks)
            {
                continue;
            }

            if (entry.NeedsAcknowledgement)
            {
                _byId[id] = entry with { IsQueued = false };
            }
            else
            {
                _byId.Remove(id);
            }
        }
    }

    public RememberedOutcome<TEvent>[] Capture() =>
    [
        .. _byId
            .Select(e => new RememberedOutcome<TEvent>(
                e.Key, e.Value.Deadline, e.Value.NeedsAcknowledgement, e.Value.Outcome))
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

    private static bool MayForget(Entry entry, DateTimeOffset now) =>
        !entry.NeedsAcknowledgement && TradeTiming.IsPastEverywhere(entry.Deadline, now);

    private readonly record struct Entry(
        TEvent Outcome, DateTimeOffset Deadline, bool NeedsAcknowledgement, bool IsQueued);
}

/// <summary>One remembered outcome in a snapshot.</summary>
public sealed record RememberedOutcome<TEvent>(
    Guid Id, DateTimeOffset Deadline, bool NeedsAcknowledgement, TEvent Outcome)
    where TEvent : class;
