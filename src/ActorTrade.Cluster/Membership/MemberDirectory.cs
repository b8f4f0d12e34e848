namespace ActorTrade.Cluster.Membership;

/// <summary>How fresh a member's heartbeats are.</summary>
public enum Liveness
{
    Live = 0,

    /// <summary>Silent longer than <see cref="MembershipOptions.SuspectAfter"/>.</summary>
    Suspected = 1,

    /// <summary>Silent longer than <see cref="MembershipOptions.DownAfter"/>; forgotten after a while.</summary>
    Down = 2,

    /// <summary>It said that it leaves, and is silent since.</summary>
    Left = 3,
}

/// <summary>Times of the membership; the same on every process of a cluster.</summary>
public sealed record MembershipOptions
{
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan DownAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a member that is gone is still shown.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>A member as seen from here.</summary>
/// <param name="Last">Its last heartbeat.</param>
/// <param name="HeardAt">When it arrived, by this process's clock.</param>
/// <param name="Skew">Its clock minus this one's, less the way here: at least so much.</param>
/// <param name="Missed">Heartbeats that did not arrive.</param>
public sealed record Member(
    Heartbeat Last, DateTimeOffset HeardAt, Liveness Liveness, TimeSpan Skew, long Missed)
{
    public string Node => Last.Node;

    public string Name => Last.Name;

    public bool HasRole(string role) => Last.Roles.Contains(role, StringComparer.Ordinal);

    /// <summary>Takes part in the placement of shards.</summary>
    public bool IsEligible => Liveness is Liveness.Live or Liveness.Suspected && Last.State is not MemberState.Leaving;
}

/// <summary>A change of the membership, for whoever watches.</summary>
public sealed record MemberChange(Member Member, Liveness? From);

/// <summary>
/// Who is in the cluster, from heartbeats alone. Every process keeps its own; nothing that must be right rests on it.
/// Not safe for concurrent use.
/// </summary>
public sealed class MemberDirectory(MembershipOptions options)
{
    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);

    /// <summary>All known members, by node.</summary>
    public IReadOnlyCollection<Member> Members => _members.Values;

    public Member? Find(string node) => _members.GetValueOrDefault(node);

    /// <summary>The live member of a configured name, the newest process of it.</summary>
    public Member? FindName(string name) => _members.Values
        .Where(m => m.Name == name)
        .OrderBy(m => m.Liveness)
        .ThenByDescending(m => m.Last.StartedAt)
        .FirstOrDefault();

    /// <summary>Takes a heartbeat in. Older ones than the last known change nothing.</summary>
    public MemberChange? Hear(Heartbeat heartbeat, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        var known = _members.GetValueOrDefault(heartbeat.Node);
        if (known is not null && heartbeat.Sequence <= known.Last.Sequence)
        {
            return null;
        }

        var missed = known is null ? 0 : known.Missed + heartbeat.Sequence - known.Last.Sequence - 1;
        var skew = heartbeat.SentAt - now;
        var member = new Member(heartbeat, now, Liveness.Live, skew, missed);
        _members[heartbeat.Node] = member;
        var isNews = known is null || known.Liveness != Liveness.Live || known.Last.State != heartbeat.State;
        return isNews ? new MemberChange(member, known?.Liveness) : null;
    }

    /// <summary>Looks at the clock: who has been silent for too long changes, who is long gone is forgotten.</summary>
    public IReadOnlyList<MemberChange> Look(DateTimeOffset now)
    {
        var changes = new List<MemberChange>();
        foreach (var member in _members.Values.ToList())
        {
            var silence = now - member.HeardAt;
            if (silence > options.ForgetAfter)
            {
                _members.Remove(member.Node);
                continue;
            }

            var liveness = LivenessOf(member, silence);
            if (liveness != member.Liveness)
            {
                var changed = member with { Liveness = liveness };
                _members[member.Node] = changed;
                changes.Add(new MemberChange(changed, member.Liveness));
            }
        }

        return changes;
    }

    private Liveness LivenessOf(Member member, TimeSpan silence)
    {
        if (silence <= options.SuspectAfter)
        {
            return member.Liveness == Liveness.Left ? Liveness.Left : Liveness.Live;
        }

        return member.Last.State == MemberState.Leaving ? Liveness.Left
            : silence > options.DownAfter ? Liveness.Down
            : Liveness.Suspected;
    }
}
