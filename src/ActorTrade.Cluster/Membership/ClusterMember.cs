using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Topics;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// One process's part in the cluster: says every second that it lives, hears the others, knows from its own heartbeats
/// whether the broker still hears it, and tells its seats when to stand in line, to hand over and to drop.
/// </summary>
/// <remarks>
/// It decides nothing that must be right. Invariants (ClusterWorld, ClusterTests): a process that has not heard its own
/// heartbeat for <see cref="ClusterMemberOptions.SilenceMax"/> serves nothing; a shard is moved only towards a live
/// member and never twice at once.
/// </remarks>
internal sealed class ClusterMember(ClusterMemberOptions options, ClusterCore core) : Actor<ClusterMember.Message>
{
    private const string PlacementTopic = "placement";
    internal const string ModeTopic = "mode";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RingEvery = TimeSpan.FromMilliseconds(400);

    private readonly MemberDirectory _directory = new(options.Membership);
    private readonly ProcessLoad _load = new(core.Time);
    private readonly List<IDisposable> _subscriptions = [];
    private SeatPlan? _seats;
    private DateTimeOffset _nextHeartbeatAt;
    private DateTimeOffset _nextRingAt;
    private MemberState _state = MemberState.Joining;
    private bool _isConnected;
    private long? _endedAt;
    private bool _hasLeft;

    protected override void PreStart()
    {
        var self = Context.Self;
        _seats = core.Seats is { } seats ? new SeatPlan(options, seats, core.Board!) : null;
        Subscribe("heartbeat.#", 10_000, m => new Message.Heard(HeartbeatFormat.Read(m.Message.Body)));
        Subscribe(PlacementTopic, 100, m => Placement.FromJson(m.Message.Body.Span) is { } placement
            ? new Message.Placed(placement)
            : null);
        Subscribe(ModeTopic, 1000, m =>
        {
            if (ModeNotice.FromJson(m.Message.Body.Span) is { } notice)
            {
                core.Mode.Hear(notice.Mode, notice.Version);
                if (notice is { From: { } from, Number: > 0 })
                {
                    core.Topics.Modes.Take(ModeTopic, new TopicNumber(from, notice.Number));
                }
            }

            return null;
        });
        _subscriptions.Add(core.Broker.OnConnection(up => self.TellReserved(new Message.Connection(up))));
        Context.SchedulePeriodic("look", LookEvery, new Message.LookDue());
        if (core.IsLeaving)
        {
            _state = MemberState.Leaving;
            HandOn();
        }
    }

    protected override void PostStop() => _subscriptions.ForEach(s => s.Dispose());

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Message.LookDue:
                OnLook();
                break;
            case Message.Heard heard:
                OnHeartbeat(heard.Heartbeat);
                break;
            case Message.Placed placed:
                OnPlacement(placed.Placement);
                break;
            case Message.Connection connection:
                OnConnection(connection.IsUp);
                break;
            case Message.Leave:
                BeginLeave();
                break;
            case Message.SeatLeft left when left.Plan == _seats:
                OnSeatLeft(left.HadTurn);
                break;
        }
    }

    private void Subscribe(string pattern, int queueMax, Func<TopicMessage, Message?> read)
    {
        var self = Context.Self;
        _subscriptions.Add(core.Broker.Subscribe(pattern, queueMax, m =>
        {
            try
            {
                if (read(m) is { } message)
                {
                    // Bounded by the subscription's own queue and by the number of members.
                    self.TellReserved(message);
                }
            }
            catch (WireFormatException)
            {
                // Of a version that is more than one release away, or of somebody else: not for this one.
            }
        }));
    }

    private void OnConnection(bool isUp)
    {
        if (_isConnected == isUp)
        {
            return;
        }

        _isConnected = isUp;
        core.Report(
            isUp ? ClusterEventKind.BrokerBack : ClusterEventKind.BrokerLost,
            isUp ? "Connected to the broker." : "The connection to the broker is lost.");
        if (isUp)
        {
            core.Links.SendAgain();
            SendHeartbeat();
        }

        _seats?.Reset();
    }

    private void OnLook()
    {
        var now = Context.Time.GetUtcNow();
        core.Links.Sweep(node => _directory.Find(node) is { Liveness: Liveness.Live or Liveness.Suspected });
        foreach (var change in _directory.Look(now))
        {
            ReportChange(change);
        }

        if (!core.Mode.IsCutOff && core.Lease.Silence > options.SilenceMax)
        {
            CutOff();
        }

        if (now >= _nextHeartbeatAt)
        {
            SendHeartbeat();
        }

        if (_state == MemberState.Up && _isConnected)
        {
            _seats?.Follow(now, _directory);
        }

        if (now >= _nextRingAt && _state == MemberState.Up)
        {
            _nextRingAt = now + RingEvery;
            _seats?.Ring(now, _directory, core.Broker);
        }

        EndWhenReplied();
        core.Publish(_directory, _state);
    }

    private void CutOff()
    {
        var silence = core.Lease.Silence;
        _state = _state == MemberState.Leaving ? MemberState.Leaving : MemberState.Isolated;
        core.Mode.IsCutOff = true;
        core.Report(
            ClusterEventKind.NodeCutOff,
            $"Nothing came back from the broker for {silence.TotalSeconds:0.0} s: paused, all shards given up.");
        _seats?.DropAll("The node is cut off from the broker.");
    }

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        var now = Context.Time.GetUtcNow();
        if (heartbeat.Node == core.Broker.Node)
        {
            OnOwnHeartbeat(heartbeat.Sequence);
        }

        if (_directory.Hear(heartbeat, now) is { } change)
        {
            ReportChange(change);
        }

        core.Mode.Hear(heartbeat.Mode, heartbeat.ModeVersion);
    }

    private void OnOwnHeartbeat(long sequence)
    {
        core.Lease.Hear(sequence);
        if (_state == MemberState.Leaving || core.Lease.Silence > options.SilenceMax)
        {
            return;
        }

        if (_state == MemberState.Isolated)
        {
            core.Report(ClusterEventKind.NodeBack, "The broker hears this node again.");
        }

        if (_state != MemberState.Up)
        {
            _state = MemberState.Up;
            core.Mode.IsCutOff = false;
            _seats?.Reset();
            SendHeartbeat();
        }
    }

    private void OnPlacement(Placement placement)
    {
        if (_seats is not { } seats || !seats.Take(placement, Context.Time.GetUtcNow()))
        {
            return;
        }

        var me = core.Broker.Node;
        if (placement.Downed.Contains(me, StringComparer.Ordinal))
        {
            core.Report(ClusterEventKind.MemberLeaving, "An operator has taken this node out of the cluster.");
            SetLeaving();
            seats.DropAll("An operator has taken the node out of the cluster.");
            SendHeartbeat();
            End();
        }
        else if (placement.Leaving.Contains(me, StringComparer.Ordinal))
        {
            BeginLeave();
        }
    }

    private void BeginLeave()
    {
        if (_state == MemberState.Leaving)
        {
            return;
        }

        SetLeaving();
        SendHeartbeat();
        HandOn();
    }

    private void SetLeaving()
    {
        core.IsLeaving = true;
        _state = MemberState.Leaving;
    }

    private void HandOn()
    {
        var (self, seats) = (Context.Self, _seats);
        if (seats is null || !seats.BeginLeave(turn => self.TellReserved(new Message.SeatLeft(seats, turn))))
        {
            End();
        }
    }

    private void OnSeatLeft(bool hadTurn)
    {
        if (_seats!.SeatLeft(hadTurn))
        {
            SendHeartbeat();
            End();
        }
    }

    private void End()
    {
        _endedAt ??= Context.Time.GetTimestamp();
        EndWhenReplied();
    }

    // A message that was acknowledged comes to nobody else, so its answer must be out before the process ends.
    private void EndWhenReplied()
    {
        if (_endedAt is { } ended && !_hasLeft
            && (core.Links.HasReplied || Context.Time.GetElapsedTime(ended) > options.DrainMax))
        {
            _hasLeft = true;
            core.HasLeft();
        }
    }

    private void SendHeartbeat()
    {
        var now = Context.Time.GetUtcNow();
        _nextHeartbeatAt = now + options.Membership.HeartbeatEvery;
        var (mode, version) = core.Mode.Known;
        var heartbeat = new Heartbeat(
            core.Broker.Node,
            options.Name,
            options.Address(),
            options.Version,
            options.Roles,
            _state,
            core.Lease.Next(),
            core.StartedAt,
            now,
            mode,
            version,
            core.Board?.Serving ?? [],
            core.Loaded(),
            _load.Next());
        core.Broker.PublishToTopic(
            $"heartbeat.{core.Broker.Node}", new BrokerMessage("heartbeat.v1", HeartbeatFormat.Write(heartbeat)));
    }

    private void ReportChange(MemberChange change)
    {
        var member = change.Member;
        var kind = (member.Liveness, member.Last.State, change.From) switch
        {
            (Liveness.Suspected, _, _) => ClusterEventKind.MemberSuspected,
            (Liveness.Down, _, _) => ClusterEventKind.MemberDown,
            (Liveness.Left, _, _) => ClusterEventKind.MemberLeft,
            (_, MemberState.Leaving, _) => ClusterEventKind.MemberLeaving,
            (_, MemberState.Isolated, _) => ClusterEventKind.NodeCutOff,
            (_, _, null) => ClusterEventKind.MemberJoined,
            _ => ClusterEventKind.MemberBack,
        };
        core.Notice(kind, member.Node, $"{member.Name} {member.Last.Address}".TrimEnd());
    }

    internal abstract record Message
    {
        private Message()
        {
        }

        internal sealed record LookDue : Message;

        internal sealed record Heard(Heartbeat Heartbeat) : Message;

        internal sealed record Placed(Placement Placement) : Message;

        internal sealed record Connection(bool IsUp) : Message;

        /// <summary>Hand everything over and leave the cluster.</summary>
        internal sealed record Leave : Message;

        /// <param name="Plan">Whose seats are counted: a member that was started anew counts anew.</param>
        internal sealed record SeatLeft(SeatPlan Plan, bool HadTurn) : Message;
    }
}
