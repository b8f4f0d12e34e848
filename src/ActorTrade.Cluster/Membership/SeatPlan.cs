using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// When each seat of a node stands in line, goes to its end, or hands over. The better a node suits a shard, the sooner
/// it registers, so the line of each queue is in the order of the placement; shards owned by a worse node are handed
/// on, a few at a time. Used by one actor.
/// </summary>
internal sealed class SeatPlan(
    ClusterMemberOptions options, IReadOnlyDictionary<ShardId, ActorRef<ShardSeat.Message>> seats, SeatBoard board)
{
    // A leaving node hands on a quarter as many at once as a move may. Two at once, where eight may move, is the
    // measured best of 2, 4 and 8: a shard's pause was 391, 496 and more than 500 ms (p95) on two full cores.
    private const int LeaveShare = 4;

    private static readonly TimeSpan FreshMax = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan MoveAgainMin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MoveAgainMax = TimeSpan.FromMinutes(1);

    // A little more than a heartbeat and its way: who is silent for longer may have lost its shards already.
    private readonly TimeSpan _ringAfter = options.Membership.HeartbeatEvery * 1.6;

    private readonly Dictionary<ShardId, DateTimeOffset> _due = [];
    private readonly Dictionary<ShardId, string[]> _ahead = [];
    private readonly Dictionary<ShardId, (DateTimeOffset NotBefore, TimeSpan Wait)> _moved = [];

    // Seats that wait for their turn to hand over, while the node leaves.
    private readonly Queue<ActorRef<ShardSeat.Message>> _turns = new();
    private Placement _placement = Placement.None;
    private DateTimeOffset _quietSince;
    private string[] _names = [];
    private bool _isJoining = true;
    private Action<bool>? _left;
    private int _leaving;

    /// <summary>True where it is newer than the last one.</summary>
    public bool Take(Placement placement, DateTimeOffset now)
    {
        if (placement.Version <= _placement.Version)
        {
            return false;
        }

        _placement = placement;
        _quietSince = now;
        _moved.Clear();

        // Wishes may have changed who is ahead of whom.
        _names = [];
        return true;
    }

    /// <summary>After a reconnection: nobody stands in any line.</summary>
    public void Reset()
    {
        _isJoining = true;
        _names = [];
    }

    /// <summary>Looks at who is there, and tells the seats what is due.</summary>
    public void Follow(DateTimeOffset now, MemberDirectory directory)
    {
        var names = directory.Members
            .Where(m => m.IsEligible && !_placement.Downed.Contains(m.Node, StringComparer.Ordinal))
            .Where(m => seats.Keys.Any(s => m.HasRole(s.Role)))
            .Select(m => m.Name)
            .Append(options.Name)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (_isJoining || !names.SequenceEqual(_names, StringComparer.Ordinal))
        {
            Line(now, names);
        }

        TellDue(now);
        if (now - _quietSince >= options.MovesAfter)
        {
            Move(now, directory);
        }
    }

    /// <summary>
    /// Rings at shards that nobody says to serve, so that whoever is first in their line knows. Of the nodes that may
    /// serve them, the one that is up for longest does so.
    /// </summary>
    public void Ring(DateTimeOffset now, MemberDirectory directory, IBroker broker)
    {
        var roles = seats.Keys
            .Select(s => s.Role)
            .Distinct(StringComparer.Ordinal)
            .Where(role => EldestOf(role, directory) == broker.Node)
            .ToHashSet(StringComparer.Ordinal);
        if (roles.Count == 0)
        {
            return;
        }

        var served = directory.Members
            .Where(m => now - m.HeardAt < _ringAfter)
            .SelectMany(m => m.Last.Shards)
            .ToHashSet();
        foreach (var shard in seats.Keys.Where(s => roles.Contains(s.Role) && !served.Contains(s)))
        {
            ShardRing.At(broker, shard);
        }
    }

    public void DropAll(string why)
    {
        foreach (var seat in seats.Values)
        {
            seat.TellReserved(new ShardSeat.Message.Drop(ComesBack: false, ClusterEventKind.ShardDropped, why));
        }

        Reset();
    }

    /// <summary>
    /// Hands every shard on, a few at a time: the fewer move at once, the shorter each of them stands still. False
    /// where there is nothing to wait for.
    /// </summary>
    /// <param name="left">Runs once for each seat, with true where it had to wait its turn.</param>
    public bool BeginLeave(Action<bool> left)
    {
        _leaving = seats.Count;
        _left = left;

        // Those that only stand in line go first, so that none of them gets what another node hands on.
        foreach (var (shard, seat) in seats)
        {
            if (board.PhaseOf(shard) == SeatPhase.Serving)
            {
                _turns.Enqueue(seat);
            }
            else
            {
                seat.TellReserved(new ShardSeat.Message.HandOver(ComesBack: false, () => left(false)));
            }
        }

        for (var i = 0; i < Math.Max(1, options.MovesAtOnce / LeaveShare); i++)
        {
            LeaveNext();
        }

        return _leaving > 0;
    }

    /// <summary>True for the last one.</summary>
    public bool SeatLeft(bool hadTurn)
    {
        if (hadTurn)
        {
            LeaveNext();
        }

        return --_leaving == 0;
    }

    private void LeaveNext()
    {
        if (_turns.TryDequeue(out var seat))
        {
            var left = _left!;
            seat.TellReserved(new ShardSeat.Message.HandOver(ComesBack: false, () => left(true)));
        }
    }

    private void Line(DateTimeOffset now, string[] names)
    {
        foreach (var (shard, _) in seats)
        {
            var rank = _placement.WishedFirst(shard, RendezvousHash.Rank(shard, names));
            var ahead = rank.TakeWhile(name => name != options.Name).ToArray();
            var isBehindNew = _ahead.TryGetValue(shard, out var before)
                && ahead.Except(before, StringComparer.Ordinal).Any();
            if (_isJoining || isBehindNew)
            {
                _due[shard] = now + (options.RegisterStep * ahead.Length);
            }

            _ahead[shard] = ahead;
        }

        _isJoining = false;
        _names = names;
        _quietSince = now;
    }

    private void TellDue(DateTimeOffset now)
    {
        foreach (var (shard, _) in _due.Where(d => d.Value <= now).ToList())
        {
            _due.Remove(shard);
            var phase = board.PhaseOf(shard);
            seats[shard].TellReserved(
                phase == SeatPhase.Standby ? new ShardSeat.Message.Renew() : new ShardSeat.Message.Join());
        }
    }

    private void Move(DateTimeOffset now, MemberDirectory directory)
    {
        var free = options.MovesAtOnce - board.Shards.Count(s => board.PhaseOf(s) == SeatPhase.Draining);
        foreach (var shard in board.Serving)
        {
            if (free <= 0)
            {
                return;
            }

            var wanted = _placement.RankOf(shard);
            if (wanted.Count == 0 || wanted[0] == options.Name || !MayMove(shard, now)
                || directory.FindName(wanted[0]) is not { Last.State: MemberState.Up } member
                || now - member.HeardAt > FreshMax)
            {
                continue;
            }

            // Should it come back, because the other did not stand in line, the next try waits longer.
            var wait = _moved.TryGetValue(shard, out var last) ? last.Wait * 2 : MoveAgainMin;
            _moved[shard] = (now + wait, wait > MoveAgainMax ? MoveAgainMax : wait);
            seats[shard].TellReserved(new ShardSeat.Message.HandOver(ComesBack: true, Done: null));
            free--;
        }
    }

    private static string? EldestOf(string role, MemberDirectory directory) => directory.Members
        .Where(m => m.Liveness == Liveness.Live && m.Last.State == MemberState.Up && m.HasRole(role))
        .OrderBy(m => m.Last.StartedAt)
        .ThenBy(m => m.Node, StringComparer.Ordinal)
        .FirstOrDefault()?.Node;

    private bool MayMove(ShardId shard, DateTimeOffset now) =>
        !_moved.TryGetValue(shard, out var last) || last.NotBefore <= now;
}
