namespace ActorTrade.Cluster.Topics;

/// <summary>What a number says about its message.</summary>
public enum TopicOrder
{
    /// <summary>Newer than all before.</summary>
    Next = 0,

    /// <summary>Older than one that came before it, and not heard yet.</summary>
    Late = 1,

    /// <summary>Heard already.</summary>
    Repeated = 2,
}

/// <summary>
/// Counts the messages of one publisher on one topic from their numbers: how many came, came twice, are missing.
/// </summary>
/// <remarks>
/// Invariant (TopicSequenceTests): after any loss, doubling and reordering, <see cref="Missed"/> is the count of
/// numbers between the lowest and the highest heard that were not heard; as long as no more than
/// <see cref="RangesMax"/> holes are open at once. The oldest hole is closed for good when another opens beyond that:
/// what is missing in it stays counted, and a message of it that comes after all counts as repeated. Not safe for
/// concurrent use.
/// </remarks>
public sealed class TopicSequence
{
    /// <summary>Holes that may still be filled by late messages.</summary>
    public const int RangesMax = 256;

    // From and to, both missing, in rising order.
    private readonly List<(long From, long To)> _holes = [];
    private long _lowest;
    private long _highest;

    /// <summary>Messages heard, each once.</summary>
    public long Received { get; private set; }

    /// <summary>Messages that others came after and that have not come.</summary>
    public long Missed { get; private set; }

    public long Repeated { get; private set; }

    public TopicOrder Take(long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        if (Received == 0)
        {
            (_lowest, _highest) = (number, number);
            Received++;
            return TopicOrder.Next;
        }

        if (number > _highest)
        {
            Open(_highest + 1, number - 1);
            _highest = number;
            Received++;
            return TopicOrder.Next;
        }

        if (number < _lowest)
        {
            OpenFirst(number + 1, _lowest - 1);
            _lowest = number;
            Received++;
            return TopicOrder.Late;
        }

        return Fill(number);
    }

    private void Open(long from, long to)
    {
        if (from > to)
        {
            return;
        }

        Missed += to - from + 1;
        if (_holes.Count == RangesMax)
        {
            _holes.RemoveAt(0);
        }

        _holes.Add((from, to));
    }

    private void OpenFirst(long from, long to)
    {
        if (from > to)
        {
            return;
        }

        Missed += to - from + 1;
        if (_holes.Count < RangesMax)
        {
            _holes.Insert(0, (from, to));
        }
    }

    private TopicOrder Fill(long number)
    {
        var place = _holes.FindIndex(h => h.From <= number && number <= h.To);
        if (place < 0)
        {
            Repeated++;
            return TopicOrder.Repeated;
        }

        var (from, to) = _holes[place];
        _holes.RemoveAt(place);
        if (number < to)
        {
            _holes.Insert(place, (number + 1, to));
        }

        if (from < number)
        {
            _holes.Insert(place, (from, number - 1));
        }

        // One hole may have become two.
        if (_holes.Count > RangesMax)
        {
            _holes.RemoveAt(0);
        }

        Received++;
        Missed--;
        return TopicOrder.Late;
    }
}
