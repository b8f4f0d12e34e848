using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Routing;
using ActorTrade.EventSourcing;
using ActorTrade.SimulationTests.Entities;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What a cluster of real nodes does when nodes come, go, and are of two versions.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ClusterBench _bench = new();

    [Fact]
    public void Nodes_of_two_versions_work_side_by_side_and_nothing_fails_while_they_are_replaced()
    {
        StartThree();
        var callers = new List<Caller>();
        using var load = _bench.Time.CreateTimer(_ => Load(callers), null, Second, Second / 20);
        _bench.Run(Second * 2);
        foreach (var node in _bench.Nodes.ToList())
        {
            _bench.Replace(node, Gauge.Newer);
            _bench.Run(Second);
        }

        load.Dispose();
        _bench.RunUntil(() => callers.TrueForAll(c => c.HasHeard));
        Assert.True(callers.Count > 100);
        Assert.All(callers, c => Assert.IsType<Answer.Accepted>(c.Answer));
        Assert.Equal(callers.Count, _bench.Store.History().Count);
        Assert.Empty(_bench.Failures);
    }

    [Fact]
    public void A_command_that_its_owner_is_too_old_for_is_answered_and_does_not_stay_in_the_queue()
    {
        StartThree();
        _bench.Replace(_bench.Nodes[0], Gauge.Newer);
        var newer = _bench.Nodes.Single(n => n.Version == Gauge.Newer);
        var key = Enumerable.Range(0, 100).Select(i => Gauge.IdOf($"g{i}"))
            .First(id => _bench.OwnerOf(id).Version == Gauge.Older);
        var caller = _bench.Send(newer, key, new Gauge.NewCommand.Lower());
        _bench.RunUntil(() => caller.HasHeard);
        Assert.Contains(
            "not known to this version",
            Assert.IsType<Answer.OutcomeUnknown>(caller.Answer).ToString(),
            StringComparison.Ordinal);
        _bench.Run(Second);
        Assert.Equal((0, 0), _bench.Broker.Depth(_bench.ShardOf(key)));

        // A field more is no hindrance.
        var note = _bench.Send(newer, key, new Gauge.NewCommand.Note(5, "a word that the owner does not know"));
        _bench.RunUntil(() => note.HasHeard);
        Assert.IsType<Answer.Accepted>(note.Answer);
    }

    [Fact]
    public void A_node_leaves_also_while_the_broker_is_away()
    {
        StartThree();
        _bench.Broker.Stop();
        _bench.Run(Second / 2);
        var leaver = _bench.Nodes[1];
        leaver.Run(leaver.Cluster.Leave);
        _bench.RunUntil(() => leaver.Cluster.HasLeft.IsCompleted);
        _bench.Broker.Start();
        _bench.Run(Second * 10);
        Assert.All(_bench.Shards, s => Assert.Equal(SeatPhase.Out, leaver.Cluster.Board!.PhaseOf(s)));
    }

    [Fact]
    public void A_node_that_leaves_gets_none_of_the_shards_that_others_hand_on()
    {
        StartThree();
        var leaver = _bench.Nodes[0];
        var taken = _bench.Shards.Where(s => leaver.Cluster.Board!.PhaseOf(s) == SeatPhase.Standby).ToList();
        Assert.NotEmpty(taken);
        var epochs = _bench.Shards.ToDictionary(s => s, _bench.Store.EpochOf);
        leaver.Run(leaver.Cluster.Leave);
        _bench.RunUntil(() => leaver.Cluster.HasLeft.IsCompleted);
        _bench.Run(Second);
        Assert.All(taken, s => Assert.Equal(epochs[s], _bench.Store.EpochOf(s)));
        Assert.All(_bench.Shards, s => Assert.Equal(SeatPhase.Out, leaver.Cluster.Board!.PhaseOf(s)));
    }

    [Fact]
    public void A_wish_moves_a_shard_and_only_that()
    {
        StartThree();
        var shard = _bench.Shards[0];
        var owner = _bench.Nodes.Single(n => n.Cluster.Board!.PhaseOf(shard) == SeatPhase.Serving);
        var other = _bench.Nodes.First(n => n != owner);
        var epochs = _bench.Shards.ToDictionary(s => s, _bench.Store.EpochOf);
        _bench.Placement.Wish(shard.ToString(), other.Name);
        _bench.RunUntil(() => other.Cluster.Board!.PhaseOf(shard) == SeatPhase.Serving);
        _bench.Run(Second * 5);
        Assert.True(_bench.IsSettled());
        Assert.All(_bench.Shards.Skip(1), s => Assert.Equal(epochs[s], _bench.Store.EpochOf(s)));
    }

    [Fact]
    public void A_node_that_is_cut_off_gives_its_shards_up_before_the_broker_gives_them_to_another()
    {
        StartThree();
        var cut = _bench.Nodes[0];
        var mine = cut.Cluster.Board!.Serving;
        Assert.NotEmpty(mine);
        var since = _bench.Time.GetUtcNow();
        cut.Client.Link.Cut();
        _bench.RunUntil(() => cut.Cluster.Members.Self == MemberState.Isolated);
        Assert.InRange(_bench.Time.GetUtcNow() - since, Second, Second * 3.3);
        Assert.False(cut.IsServing);
        Assert.All(mine, s => Assert.Equal(cut.Node, _bench.Broker.ActiveNode(s)));
        _bench.RunUntil(() => _bench.Nodes.Skip(1).Sum(n => n.Cluster.Board!.Serving.Count) == _bench.Shards.Count);
        cut.Client.Link.Heal();
        _bench.RunUntil(_bench.IsSettled);
    }

    [Fact]
    public void A_node_that_is_cut_off_while_it_leaves_pauses_and_gives_up_too()
    {
        StartThree();
        var leaver = _bench.Nodes[0];
        leaver.Client.Link.Cut();
        _bench.Run(Second * 2);
        leaver.Run(leaver.Cluster.Leave);
        _bench.Run(Second / 10);
        Assert.False(leaver.Mode.IsCutOff);
        _bench.Run(Second * 1.3);
        Assert.True(leaver.Mode.IsCutOff);
        Assert.Equal(MemberState.Leaving, leaver.Cluster.Members.Self);
        _bench.RunUntil(() => leaver.Cluster.HasLeft.IsCompleted);
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public void The_lease_does_not_feel_that_the_clock_is_set(int seconds)
    {
        StartThree();
        var cut = _bench.Nodes[0];
        cut.Client.Link.Cut();
        _bench.Run(Second);
        Assert.True(cut.IsServing);
        cut.Process.ClockSkew = Second * seconds;
        _bench.Run(Second);
        Assert.True(cut.IsServing);
        _bench.Run(Second * 1.4);
        Assert.False(cut.IsServing);
    }

    [Fact]
    public void Members_that_fail_and_start_anew_are_still_heard()
    {
        StartThree();
        _bench.Run(Second * 20);
        _bench.FailingMembers.UnionWith(_bench.Nodes.Select(n => n.Name));
        _bench.Run(Second * 2);
        Assert.NotEmpty(_bench.Failures);
        _bench.FailingMembers.Clear();
        _bench.Run(Second * 3);
        Assert.All(_bench.Nodes, n => Assert.Equal(
            Liveness.Live, _bench.Lighthouse.Cluster.Members.Members.Single(m => m.Node == n.Node).Liveness));
        _bench.RunUntil(_bench.IsSettled);
    }

    [Fact]
    public void A_member_that_fails_while_it_leaves_goes_on_leaving()
    {
        StartThree();
        var leaver = _bench.Nodes[0];
        _bench.FailingMembers.Add(leaver.Name);
        leaver.Run(leaver.Cluster.Leave);
        _bench.Run(Second);
        Assert.NotEmpty(_bench.Failures);
        _bench.FailingMembers.Clear();
        _bench.RunUntil(() => leaver.Cluster.HasLeft.IsCompleted);
        _bench.Run(Second * 10);
        Assert.Equal(MemberState.Leaving, leaver.Cluster.Members.Self);
        Assert.All(_bench.Shards, s => Assert.Equal(SeatPhase.Out, leaver.Cluster.Board!.PhaseOf(s)));
    }

    [Fact]
    public void A_member_that_fails_again_and_again_while_it_is_cut_off_gives_up_in_the_end()
    {
        StartThree();
        var cut = _bench.Nodes[0];
        Assert.True(cut.IsServing);
        cut.Client.Link.Cut();
        _bench.FailingMembers.Add(cut.Name);
        _bench.RunUntil(() => cut.Mode.IsCutOff);
        Assert.False(cut.IsServing);
    }

    [Fact]
    public void The_eldest_node_of_a_role_rings_at_its_shards_also_beside_an_older_one_of_another()
    {
        var gateway = _bench.StartGateway("gateway");
        _bench.RunUntil(() => gateway.Cluster.Members.Self == MemberState.Up);
        var (first, second) = (_bench.Start("n1", Gauge.Older), _bench.Start("n2", Gauge.Older));
        _bench.RunUntil(() => first.IsServing && second.IsServing);
        first.Kill();
        _bench.RunUntil(() => second.Cluster.Board!.Serving.Count == _bench.Shards.Count);
    }

    private void StartThree()
    {
        foreach (var name in new[] { "n1", "n2", "n3" })
        {
            _bench.Start(name, Gauge.Older);
        }

        _bench.RunUntil(_bench.IsSettled);
    }

    // From every node, in the form of its version.
    private void Load(List<Caller> callers)
    {
        foreach (var node in _bench.Nodes.Where(n => n.Cluster.Members.Self == MemberState.Up))
        {
            ICommand note = node.Version == Gauge.Newer
                ? new Gauge.NewCommand.Note(1, "why")
                : new Gauge.OldCommand.Note(1);
            callers.Add(_bench.Send(node, Gauge.IdOf($"g{callers.Count % 40}"), note));
        }
    }
}
