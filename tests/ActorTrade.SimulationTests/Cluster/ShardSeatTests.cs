using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Routing;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Simulated;
using ActorTrade.SimulationTests.Entities;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>How a node comes to a shard, serves it, and gives it on.</summary>
public sealed class ShardSeatTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly SeatBench _bench = new();

    [Fact]
    public void Nobody_takes_a_shard_that_nobody_asks_for()
    {
        var seat = _bench.Seat("n1");
        seat.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        Assert.Equal(SeatPhase.Standby, seat.Phase);
        Assert.Equal(0, _bench.Store.EpochOf(SeatBench.Shard));

        Assert.False(_bench.Send("a", new Probe.Command.Add(1)).HasHeard);
        _bench.Run(Second);
        Assert.Equal(SeatPhase.Serving, seat.Phase);
        Assert.Equal(1, _bench.Store.EpochOf(SeatBench.Shard));
    }

    [Fact]
    public void What_comes_while_the_epoch_is_taken_waits_in_its_order()
    {
        var seat = _bench.Seat("n1");
        seat.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        seat.Journal.Link.Cut();
        var callers = new List<Caller>();
        for (var i = 1; i <= 5; i++)
        {
            callers.Add(_bench.Send("a", new Probe.Command.Add(i)));
            _bench.Run(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(SeatPhase.Taking, seat.Phase);
        Assert.All(callers, c => Assert.False(c.HasHeard));
        seat.Journal.Link.Heal();
        _bench.RunUntil(() => callers.TrueForAll(c => c.HasHeard));
        Assert.Equal([1L, 2, 3, 4, 5], callers.Select(c => c.Accepted.SequenceNr));
        Assert.Equal((0, 0), _bench.Broker.Depth(SeatBench.Shard));
    }

    [Fact]
    public void A_take_over_that_fails_is_tried_again()
    {
        var seat = _bench.Seat("n1");
        seat.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        _bench.Store.Stop();
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(Second * 5);
        Assert.Equal(SeatPhase.Taking, seat.Phase);
        Assert.Contains(_bench.Reports, r => r.Kind == ClusterEventKind.TakeOverFailed);
        _bench.Store.Start();
        _bench.RunUntil(() => caller.HasHeard);
        Assert.IsType<Answer.Accepted>(caller.Answer);
    }

    [Fact]
    public void A_message_stays_with_the_broker_until_its_events_are_durable()
    {
        var seat = _bench.Serving("n1");
        seat.Journal.Link.Cut();
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(Second);
        Assert.False(caller.HasHeard);
        Assert.Equal((0, 1), _bench.Broker.Depth(SeatBench.Shard));
        seat.Journal.Link.Heal();
        _bench.RunUntil(() => caller.HasHeard);
        _bench.Run(TimeSpan.FromMilliseconds(20));
        Assert.Equal((0, 0), _bench.Broker.Depth(SeatBench.Shard));
    }

    [Fact]
    public void Handed_over_under_load_nothing_is_refused_lost_or_done_twice()
    {
        var first = _bench.Serving("n1");
        var second = _bench.Seat("n2");
        second.Tell(new ShardSeat.Message.Join());
        var callers = new List<Caller>();
        for (var i = 0; i < 100; i++)
        {
            callers.Add(_bench.Send($"k{i % 20}", new Probe.Command.Add(1)));
            _bench.Run(TimeSpan.FromMilliseconds(3));
            if (i == 40)
            {
                first.Tell(new ShardSeat.Message.HandOver(ComesBack: true, Done: null));
            }
        }

        _bench.RunUntil(() => callers.TrueForAll(c => c.HasHeard));
        Assert.All(callers, c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.Equal(100, Enumerable.Range(0, 20).Sum(k => _bench.TotalStored($"k{k}")));
        Assert.Empty(first.Failures);
        Assert.Equal((SeatPhase.Standby, SeatPhase.Serving), (first.Phase, second.Phase));
        Assert.InRange(
            _bench.Reports.Single(r => r.Kind == ClusterEventKind.ShardReleased).Duration!.Value,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void A_caller_at_the_owner_does_not_notice_that_the_shard_moves()
    {
        var first = _bench.Serving("n1");
        var second = _bench.Seat("n2");
        second.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        var callers = new List<Caller>();
        for (var i = 0; i < 60; i++)
        {
            var caller = new Caller(_bench.Time, _bench.Heard);
            first.Shards.Send(
                HostBench.IdOf($"k{i % 12}"), new Probe.Command.Add(1), _bench.Header(), caller);
            callers.Add(caller);
            if (i == 30)
            {
                first.Tell(new ShardSeat.Message.HandOver(ComesBack: true, Done: null));
            }

            _bench.Run(TimeSpan.FromMilliseconds(2));
        }

        _bench.RunUntil(() => callers.TrueForAll(c => c.HasHeard));
        Assert.All(callers, c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.Equal(60, Enumerable.Range(0, 12).Sum(k => _bench.TotalStored($"k{k}")));
        Assert.Equal(SeatPhase.Serving, second.Phase);
    }

    [Fact]
    public void A_hand_over_that_takes_too_long_is_cut_short_and_nothing_is_lost()
    {
        var first = _bench.Serving("n1");
        var second = _bench.Seat("n2");
        second.Tell(new ShardSeat.Message.Join());
        _bench.Send("a", new Probe.Command.Nothing());
        _bench.Run(Second);
        first.Journal.Link.Cut();
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(TimeSpan.FromMilliseconds(50));
        first.Tell(new ShardSeat.Message.HandOver(ComesBack: false, Done: null));
        _bench.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(SeatPhase.Draining, first.Phase);
        _bench.Run(SeatBench.DrainMax);
        Assert.Equal(SeatPhase.Out, first.Phase);
        _bench.RunUntil(() => caller.HasHeard);
        Assert.IsType<Answer.Accepted>(caller.Answer);
        first.Journal.Link.Heal();
        _bench.Run(Second * 5);
        Assert.Equal(1, _bench.TotalStored("a"));
    }

    [Fact]
    public void An_entity_whose_append_fails_while_it_departs_leaves_at_once()
    {
        var first = _bench.Serving("n1");
        var second = _bench.Seat("n2");
        second.Tell(new ShardSeat.Message.Join());
        _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(Second);
        var faults = new Queue<CommitFault>([CommitFault.Fail]);
        _bench.Store.Faults = node => node == "n1" && faults.TryDequeue(out var f) ? f : CommitFault.None;
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.RunUntil(() => _bench.Broker.Depth(SeatBench.Shard).Unacknowledged == 1);
        _bench.Run(TimeSpan.FromMilliseconds(6));
        first.Tell(new ShardSeat.Message.HandOver(ComesBack: false, Done: null));
        _bench.RunUntil(() => first.Phase == SeatPhase.Out);
        _bench.RunUntil(() => caller.HasHeard);
        Assert.IsType<Answer.Accepted>(caller.Answer);
        Assert.Empty(faults);
        Assert.Equal(2, _bench.TotalStored("a"));
        Assert.DoesNotContain(_bench.Reports, r => r.Kind == ClusterEventKind.ShardDropped);
    }

    [Fact]
    public void A_fenced_shard_is_dropped_and_its_node_stands_in_line_again()
    {
        var first = _bench.Serving("n1");
        Assert.Null(TakeOver("thief").Failure);
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.RunUntil(() => caller.HasHeard);
        Assert.IsType<Answer.Accepted>(caller.Answer);
        Assert.Contains(_bench.Reports, r => r.Kind == "shard-fenced");
        Assert.Equal(SeatPhase.Serving, first.Phase);
        Assert.Equal(3, _bench.Store.EpochOf(SeatBench.Shard));
        Assert.Equal(1, _bench.TotalStored("a"));
    }

    [Fact]
    public void A_seat_that_is_to_stay_out_does_not_come_back_because_it_was_fenced()
    {
        var first = _bench.Serving("n1");
        first.Tell(new ShardSeat.Message.Drop(ComesBack: false, ClusterEventKind.ShardDropped, "Told to."));
        first.Tell(new ShardSeat.Message.Drop(ComesBack: true, ClusterEventKind.ShardFenced, "Late."));
        _bench.Run(Second * 5);
        Assert.Equal(SeatPhase.Out, first.Phase);
        Assert.Null(_bench.Broker.ActiveNode(SeatBench.Shard));
    }

    [Fact]
    public void A_take_over_whose_result_comes_too_late_gives_the_shard_up()
    {
        var seat = _bench.Seat("n1");
        seat.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        seat.Journal.Link.Cut(toServer: false);
        _bench.Send("a", new Probe.Command.Add(1));
        _bench.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal(SeatPhase.Taking, seat.Phase);
        seat.Tell(new ShardSeat.Message.HandOver(ComesBack: false, Done: null));
        seat.Journal.Link.Heal();
        _bench.Run(Second);
        Assert.Equal(SeatPhase.Out, seat.Phase);
        Assert.Equal(0, seat.Shards.Local.Loaded);
        Assert.Empty(seat.Shards.Local.LoadedByShard());
    }

    [Fact]
    public void An_expired_query_is_answered_and_does_not_stay_in_the_queue()
    {
        var seat = _bench.Seat("n1");
        seat.Tell(new ShardSeat.Message.Join());
        _bench.Run(Second);
        _bench.Store.Stop();
        var caller = new Caller(_bench.Time, _bench.Heard);
        _bench.Links.Query(HostBench.IdOf("a"), caller);
        _bench.Run(Second * 15);
        _bench.Store.Start();
        _bench.RunUntil(() => seat.Phase == SeatPhase.Serving);
        _bench.Run(Second);
        Assert.Equal((0, 0), _bench.Broker.Depth(SeatBench.Shard));
    }

    [Fact]
    public void A_lost_connection_drains_the_shard_and_the_next_one_may_take_it_again()
    {
        var first = _bench.Serving("n1");
        _bench.Broker.Stop();
        _bench.RunUntil(() => first.Phase == SeatPhase.Out);
        _bench.Broker.Start();
        _bench.RunUntil(() => first.Client.IsConnected && _bench.Asker.IsConnected);
        first.Tell(new ShardSeat.Message.Join());
        var caller = _bench.Send("a", new Probe.Command.Add(1));
        _bench.RunUntil(() => caller.HasHeard);
        Assert.IsType<Answer.Accepted>(caller.Answer);
        Assert.Equal(SeatPhase.Serving, first.Phase);
    }

    private Journal.Sharding.ShardTakeOver TakeOver(string node)
    {
        var thief = _bench.Seat(node);
        Journal.Sharding.ShardTakeOver? result = null;
        thief.Journal.TakeOver(SeatBench.Shard, taken => result = taken);
        _bench.RunUntil(() => result is not null);
        return result!;
    }
}
