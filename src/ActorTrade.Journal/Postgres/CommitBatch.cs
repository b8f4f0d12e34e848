namespace ActorTrade.Journal.Postgres;

/// <summary>The appends of one commit: which are let in, in what state their streams will be, what became of
/// each.</summary>
internal sealed class CommitBatch(JournalPlace place, PostgresJournalOptions options)
{
    private readonly List<(AppendRequest Request, AppendOutcome Outcome)> _requests = [];
    private readonly List<PostgresEntityStream> _touched = [];
    private readonly HashSet<HeldShard> _held = [];
    private readonly List<HeldShard> _claimed = [];

    /// <summary>Requests let in.</summary>
    public int Count { get; private set; }

    /// <summary>The shards of the statement last run.</summary>
    public IReadOnlyList<HeldShard> Claimed => _claimed;

    public static long BytesOf(AppendRequest request)
    {
        long bytes = 0;
        foreach (var @event in request.Events)
        {
            bytes += @event.Payload.Length;
        }

        return bytes;
    }

    /// <summary>Takes requests from a place on, as many as fit.</summary>
    /// <returns>Where the next commit begins.</returns>
    public int Gather(List<object> waiting, int next)
    {
        _requests.Clear();
        _touched.ForEach(stream => stream.IsInCommit = false);
        _touched.Clear();
        _claimed.Clear();
        Count = 0;
        long bytes = 0;
        long rows = 0;
        for (; next < waiting.Count; next++)
        {
            if (waiting[next] is LateAppend late)
            {
                _requests.Add((late.Request, AppendOutcome.Fenced));
            }
            else if (waiting[next] is AppendRequest request)
            {
                var size = BytesOf(request);
                bytes += size;
                rows += request.Events.Length;
                if (Count > 0 && (bytes > options.CommitBytesMax || rows > AppendStatement.RowsMax))
                {
                    return next;
                }

                _requests.Add((request, Admit(request, size)));
            }
        }

        return next;
    }

    /// <summary>Stores what was let in.</summary>
    /// <returns>True where something was stored.</returns>
    public bool Run(WriterSession session)
    {
        var statement = session.Append;
        statement.Clear();
        foreach (var (request, outcome) in _requests)
        {
            if (outcome == AppendOutcome.Stored)
            {
                statement.Add(request, request.Stream.Entity.ToString());
            }
        }

        foreach (var stream in _touched)
        {
            if (stream.IsInCommit && stream.MovesWake)
            {
                statement.MoveWake(stream.Shard, stream.Entity.ToString(), stream.NextWakeAt);
            }
        }

        _claimed.Clear();
        _claimed.AddRange(statement.Claimed);
        if (statement.Rows == 0)
        {
            return false;
        }

        var last = statement.Run(_held);
        Settle();
        return place.Advance(last);
    }

    /// <summary>The first event of each request let in, as the store would know it.</summary>
    public IReadOnlyCollection<(string Id, long SequenceNr)> Firsts() =>
        [.. _requests.Where(r => r.Outcome == AppendOutcome.Stored)
            .SelectMany(r => Enumerable.Range(0, r.Request.Events.Length)
                .Select(i => (r.Request.Stream.Entity.ToString(), r.Request.FirstSequenceNr + i)))];

    /// <summary>Takes out the requests of entities that somebody else has written.</summary>
    /// <returns>False where there was none to take out.</returns>
    public bool Drop(HashSet<string> entities)
    {
        if (entities.Count == 0)
        {
            return false;
        }

        Change(
            request => entities.Contains(request.Stream.Entity.ToString()), AppendOutcome.Fenced);
        return true;
    }

    /// <summary>Nothing of it is known to be stored.</summary>
    public void Refuse(AppendOutcome outcome) => Change(_ => true, outcome);

    /// <summary>Tells each request its outcome.</summary>
    public void Complete(Action<AppendRequest, AppendOutcome> tell)
    {
        foreach (var (request, outcome) in _requests)
        {
            tell(request, outcome);
        }
    }

    private AppendOutcome Admit(AppendRequest request, long bytes)
    {
        var stream = (PostgresEntityStream)request.Stream;
        if (stream.Journal != place || stream.IsFenced || stream.Shard.IsFenced)
        {
            return AppendOutcome.Fenced;
        }

        if (!stream.IsInCommit)
        {
            stream.EnterCommit();
            _touched.Add(stream);
        }

        if (request.FirstSequenceNr != stream.NextSequenceNr + 1)
        {
            return AppendOutcome.Fenced;
        }

        if (bytes > options.RequestBytesMax || request.Events.Length > AppendStatement.RowsMax)
        {
            return AppendOutcome.Failed;
        }

        stream.NextSequenceNr += request.Events.Length;
        stream.NextWakeAt = request.WakeAt?.UtcTicks ?? 0;
        stream.NextDecidedAt = request.At.UtcTicks;
        Count++;
        return AppendOutcome.Stored;
    }

    // After the statement: what it held is stored, the other shards are another node's by now.
    private void Settle()
    {
        foreach (var shard in _claimed)
        {
            if (!_held.Contains(shard))
            {
                place.Lose(shard);
            }
        }

        Change(request => !_held.Contains(((PostgresEntityStream)request.Stream).Shard), AppendOutcome.Fenced);
        foreach (var stream in _touched)
        {
            if (stream.IsInCommit)
            {
                stream.LeaveCommit();
            }
        }
    }

    private void Change(Func<AppendRequest, bool> isConcerned, AppendOutcome outcome)
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            var (request, before) = _requests[i];
            if (before == AppendOutcome.Stored && isConcerned(request))
            {
                var stream = (PostgresEntityStream)request.Stream;
                stream.IsInCommit = false;
                place.Fence(stream);
                _requests[i] = (request, outcome);
                Count--;
            }
        }
    }
}
