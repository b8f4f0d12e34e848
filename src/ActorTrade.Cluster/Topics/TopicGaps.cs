namespace ActorTrade.Cluster.Topics;

/// <summary>What was heard of one publisher on one topic.</summary>
/// <param name="Missed">Lost on the way, or dropped because this process was slower than its bound.</param>
public sealed record TopicCount(string Topic, string From, long Received, long Missed, long Repeated);

/// <summary>Messages are missing.</summary>
/// <param name="Missed">Since the last time it was told.</param>
/// <param name="MissedInAll">Of this publisher on this topic.</param>
public sealed record TopicGap(string Topic, string From, long Missed, long MissedInAll);

/// <summary>
/// Watches the numbers of all publishers of the topics that one subscription hears, and tells of gaps: of the first at
/// once, then of all that came to it at most once in <see cref="TellEvery"/>. Safe for concurrent use.
/// </summary>
/// <param name="tell">Must only hand on.</param>
public sealed class TopicGaps(TimeProvider time, Action<TopicGap> tell)
{
    /// <summary>Publishers and topics that are remembered; beyond it the one not heard for longest is
    /// forgotten.</summary>
    public const int SequencesMax = 256;

    /// <summary>A burst of losses is told of once.</summary>
    public static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, string From), Heard> _heard = [];
    private long _missedOfForgotten;
    private long _takes;

    /// <summary>Messages that are missing, of all publishers there were.</summary>
    public long Missed
    {
        get
        {
            lock (_gate)
            {
                return _missedOfForgotten + _heard.Values.Sum(h => h.Sequence.Missed);
            }
        }
    }

    /// <summary>By topic and publisher, in order.</summary>
    public IReadOnlyList<TopicCount> Counts
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _heard
                        .Select(h => new TopicCount(
                            h.Key.Topic,
                            h.Key.From,
                            h.Value.Sequence.Received,
                            h.Value.Sequence.Missed,
                            h.Value.Sequence.Repeated))
                        .OrderBy(c => c.Topic, StringComparer.Ordinal)
                        .ThenBy(c => c.From, StringComparer.Ordinal),
                ];
            }
        }
    }

    public TopicOrder Take(string topic, TopicNumber number)
    {
        TopicOrder order;
        TopicGap? gap;
        lock (_gate)
        {
            var heard = Of(topic, number.From);
            heard.At = ++_takes;
            order = heard.Sequence.Take(number.Number);
            gap = heard.GapToTell(topic, number.From, time);
        }

        if (gap is not null)
        {
            tell(gap);
        }

        return order;
    }

    private Heard Of(string topic, string from)
    {
        if (_heard.TryGetValue((topic, from), out var known))
        {
            return known;
        }

        if (_heard.Count >= SequencesMax)
        {
            var oldest = _heard.MinBy(h => h.Value.At);
            _missedOfForgotten += oldest.Value.Sequence.Missed;
            _heard.Remove(oldest.Key);
        }

        var heard = new Heard();
        _heard.Add((topic, from), heard);
        return heard;
    }

    private sealed class Heard
    {
        private long? _toldAt;
        private long _told;

        public TopicSequence Sequence { get; } = new();

        public long At { get; set; }

        public TopicGap? GapToTell(string topic, string from, TimeProvider time)
        {
            // Late ones fill gaps that were told of; what is told next counts from there.
            var missed = Sequence.Missed;
            _told = Math.Min(_told, missed);
            if (missed == _told || (_toldAt is { } at && time.GetElapsedTime(at) < TellEvery))
            {
                return null;
            }

            var gap = new TopicGap(topic, from, missed - _told, missed);
            (_toldAt, _told) = (time.GetTimestamp(), missed);
            return gap;
        }
    }
}
