using System.Text;
using ActorTrade.Cluster.Membership;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Cluster;

public sealed class MembershipTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly MemberDirectory _directory = new(new MembershipOptions());

    [Fact]
    public void A_member_joins_is_suspected_goes_down_and_comes_back()
    {
        Assert.Null(_directory.Hear(Beat("a", 1), Start)!.From);
        Assert.Empty(_directory.Look(Start.AddSeconds(3)));
        Assert.Equal(Liveness.Suspected, Assert.Single(_directory.Look(Start.AddSeconds(3.1))).Member.Liveness);
        Assert.Empty(_directory.Look(Start.AddSeconds(9)));
        Assert.Equal(Liveness.Down, Assert.Single(_directory.Look(Start.AddSeconds(10.1))).Member.Liveness);
        var back = _directory.Hear(Beat("a", 9), Start.AddSeconds(12));
        Assert.Equal((Liveness.Live, Liveness.Down), (back!.Member.Liveness, back.From));
        Assert.Equal(7, back.Member.Missed);
    }

    [Fact]
    public void A_late_heartbeat_changes_nothing()
    {
        _directory.Hear(Beat("a", 5, MemberState.Leaving), Start);
        Assert.Null(_directory.Hear(Beat("a", 4), Start.AddSeconds(1)));
        Assert.Equal(MemberState.Leaving, _directory.Find("a")!.Last.State);
    }

    [Fact]
    public void One_that_said_goodbye_has_left_and_is_forgotten_in_the_end()
    {
        _directory.Hear(Beat("a", 1, MemberState.Leaving), Start);
        Assert.Equal(Liveness.Left, Assert.Single(_directory.Look(Start.AddSeconds(4))).Member.Liveness);
        Assert.Empty(_directory.Look(Start.AddSeconds(30)));
        _directory.Look(Start.AddMinutes(11));
        Assert.Empty(_directory.Members);
    }

    [Fact]
    public void Of_two_processes_of_one_name_the_live_and_newest_counts()
    {
        _directory.Hear(Beat("node-1-old", 1) with { Name = "node-1", StartedAt = Start.AddDays(-1) }, Start);
        _directory.Hear(Beat("node-1-new", 1) with { Name = "node-1", StartedAt = Start }, Start);
        Assert.Equal("node-1-new", _directory.FindName("node-1")!.Node);
        Assert.Null(_directory.FindName("node-2"));
    }

    [Fact]
    public void Those_that_live_and_stay_are_placed_suspected_ones_too()
    {
        _directory.Hear(Beat("a", 1), Start);
        _directory.Hear(Beat("b", 1, MemberState.Leaving), Start.AddSeconds(3));
        _directory.Hear(Beat("c", 1, MemberState.Joining), Start.AddSeconds(3));
        _directory.Hear(Beat("d", 1), Start.AddSeconds(3));
        _directory.Look(Start.AddSeconds(4));
        var placement = PlacementLead.Next(Placement.None, _directory.Members);
        Assert.Equal(["a", "d"], placement.Nodes.Select(n => n.Name));
        Assert.Equal(1, placement.Version);
        Assert.Same(placement, PlacementLead.Next(placement, _directory.Members));
        _directory.Look(Start.AddSeconds(11));
        Assert.Equal(["d"], PlacementLead.Next(placement, _directory.Members).Nodes.Select(n => n.Name));
    }

    [Fact]
    public void Who_is_told_to_go_is_not_placed_and_is_forgotten_when_it_is_gone()
    {
        _directory.Hear(Beat("a", 1), Start);
        _directory.Hear(Beat("b", 1), Start);
        var told = PlacementLead.Next(Placement.None, _directory.Members) with { Downed = ["a"], Leaving = ["b", "x"] };
        var next = PlacementLead.Next(told, _directory.Members);
        Assert.Empty(next.Nodes);
        Assert.Equal(["a"], next.Downed);
        Assert.Equal(["b"], next.Leaving);
    }

    [Fact]
    public void A_wish_comes_first_where_its_node_is_there()
    {
        var shard = new ActorTrade.Journal.Sharding.ShardId("trade", 7);
        var placement = new Placement(
            1,
            [new("a", "a-1", ["trade"]), new("b", "b-1", ["trade"]), new("g", "g-1", ["gateway"])],
            new Dictionary<string, string> { ["trade/7"] = "b", ["trade/8"] = "gone" },
            [],
            []);
        Assert.Equal("b", placement.RankOf(shard)[0]);
        Assert.Equal(["a", "b"], placement.RankOf(shard).Order());
        Assert.Equal(["a", "b"], placement.RankOf(shard with { Number = 8 }).Order());
        Assert.True(Placement.FromJson(placement.ToJson())!.SaysTheSameAs(placement));
        Assert.Null(Placement.FromJson("{\"Version\":1}"u8));
        Assert.Null(Placement.FromJson("nonsense"u8));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"Node":"a-1","Roles":["trade"]}""")]
    [InlineData("""{"Name":"a","Roles":["trade"]}""")]
    [InlineData("""{"Name":"a","Node":"a-1"}""")]
    public void A_placement_with_half_a_node_cannot_be_read(string node)
    {
        Assert.NotNull(Read("""{"Name":"a","Node":"a-1","Roles":["trade"]}"""));
        Assert.Null(Read(node));

        static Placement? Read(string node) => Placement.FromJson(Encoding.UTF8.GetBytes(
            $$"""{"Version":1,"Nodes":[{{node}}],"Wishes":{},"Downed":[],"Leaving":[]}"""));
    }

    [Fact]
    public void The_mode_follows_the_version_and_a_node_that_is_cut_off_is_paused()
    {
        var board = new ModeBoard();
        var heard = new List<(SystemMode, long, bool)>();
        board.Changed += (mode, version, isFirstHand) => heard.Add((mode, version, isFirstHand));
        Assert.False(board.IsKnown);
        Assert.Equal(SystemMode.Init, board.Effective);
        board.Hear(SystemMode.Active, 3);
        board.Hear(SystemMode.Paused, 2);
        board.Hear(SystemMode.Emergency, -1);
        Assert.Equal(SystemMode.Active, board.Effective);
        board.IsCutOff = true;
        Assert.Equal(SystemMode.Paused, board.Effective);
        board.Learn(SystemMode.Emergency, 4);
        Assert.Equal(SystemMode.Emergency, board.Effective);
        Assert.Equal([(SystemMode.Active, 3L, false), (SystemMode.Emergency, 4L, true)], heard);
    }

    private static Heartbeat Beat(string node, long sequence, MemberState state = MemberState.Up) => new(
        node, node, "", "1.0.0", ["trade"], state, sequence, Start, Start, SystemMode.Active, 1, [], 0, 0);
}
