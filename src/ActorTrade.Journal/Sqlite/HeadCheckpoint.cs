namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// Writes the entities' heads down, a few with each commit, so that no commit waits for all of them. One round takes
/// every head that changed before it began; once the last of them is written, the place where the round began becomes
/// the place from which the next opening reads events.
/// </summary>
internal sealed class HeadCheckpoint(JournalState state, JournalStore store, int everyEvents)
{
    private const int HeadsPerCommitMin = 64;
    private const int EventsPerHead = 8;

    private List<EntityHead> _changed = [];
    private List<EntityHead> _round = [];
    private int _done;
    private int _staged;
    private long _roundOrdering;

    /// <summary>Events up to here are told by the table of heads.</summary>
    public long Ordering { get; set; }

    /// <summary>The head changed with a commit that is durable now.</summary>
    public void Changed(EntityHead head)
    {
        if (!head.IsDirty)
        {
            head.IsDirty = true;
            _changed.Add(head);
        }
    }

    /// <summary>Adds some heads to the running transaction, as they were before it.</summary>
    public void Stage(int events)
    {
        if (_round.Count == 0)
        {
            if (state.LastOrdering - Ordering < everyEvents)
            {
                return;
            }

            BeginRound();
        }

        Stage((long)Math.Max(HeadsPerCommitMin, events / EventsPerHead));
    }

    /// <summary>Adds every head to the running transaction.</summary>
    public void StageAll()
    {
        if (_round.Count == 0)
        {
            BeginRound();
        }
        else
        {
            _round.AddRange(_changed);
            _changed.Clear();
            _roundOrdering = state.LastOrdering;
        }

        Stage(long.MaxValue);
    }

    /// <summary>The transaction is durable. Before <see cref="Changed"/> is told of its heads.</summary>
    public void Committed()
    {
        for (; _done < _staged; _done++)
        {
            _round[_done].IsDirty = false;
        }

        if (_round.Count > 0 && _done == _round.Count)
        {
            _round.Clear();
            _done = _staged = 0;
            Ordering = _roundOrdering;
        }
    }

    public void Undone() => _staged = _done;

    private void BeginRound()
    {
        (_round, _changed) = (_changed, _round);
        _roundOrdering = state.LastOrdering;
    }

    private void Stage(long headsMax)
    {
        for (; _staged < _round.Count && headsMax > 0; headsMax--)
        {
            store.WriteHead(_round[_staged]);
            _staged++;
        }

        if (_staged == _round.Count)
        {
            store.SetHeadsOrdering(_roundOrdering);
        }
    }
}
