namespace ActorTrade.Domain.Trades;

/// <summary>
/// Which of the outcomes that somebody acknowledges are his. An id alone does not say: clients may reuse one that
/// another account had, or their own, and a message may come when the trade it speaks of is long forgotten and another
/// has its id. An outcome that was let go so would be refused to whoever still has to hear it.
/// </summary>
internal static class Acknowledgements
{
    /// <param name="outcomes">What is remembered.</param>
    /// <param name="ids">What is acknowledged.</param>
    /// <param name="deadlines">Of each, in their order; null from a release that did not say.</param>
    /// <param name="deadlineOfOwn">The deadline of an outcome that the sender may acknowledge; null for any
    /// other.</param>
    public static Guid[] Own<TEvent>(
        OutcomeMemory<TEvent> outcomes,
        Guid[] ids,
        DateTimeOffset[]? deadlines,
        Func<TEvent, DateTimeOffset?> deadlineOfOwn)
        where TEvent : class
    {
        if (deadlines is not null && deadlines.Length != ids.Length)
        {
            return [];
        }

        var own = new List<Guid>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (outcomes.TryGetAny(ids[i], out var outcome)
                && deadlineOfOwn(outcome) is { } deadline
                && (deadlines is null || deadlines[i] == deadline))
            {
                own.Add(ids[i]);
            }
        }

        return [.. own];
    }
}

/// <summary>An outcome that is recorded here, and that whoever decided it still remembers for this account
/// alone.</summary>
public readonly record struct UnacknowledgedTrade(Guid Id, DateTimeOffset Deadline);
