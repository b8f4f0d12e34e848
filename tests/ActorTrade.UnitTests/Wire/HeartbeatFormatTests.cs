using System.Text;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.UnitTests.Wire;

public sealed class HeartbeatFormatTests
{
    private static readonly Heartbeat Sample = new(
        "node-1-7f", "node-1", "127.0.0.1:5080", "0.2.0", ["trade", "gateway"], MemberState.Up, 12, WireForms.At,
        WireForms.At.AddSeconds(12.345), SystemMode.Paused, 4, [new ShardId("trade", 0), new ShardId("trade", 127)], 99,
        0.25);

    [Fact]
    public void A_heartbeat_comes_back_as_it_was()
    {
        AssertSame(Sample, HeartbeatFormat.Read(HeartbeatFormat.Write(Sample)));
        foreach (var state in Enum.GetValues<MemberState>())
        {
            foreach (var mode in Enum.GetValues<SystemMode>())
            {
                var other = Sample with { State = state, Mode = mode, Roles = [], Shards = [], ModeVersion = -1 };
                AssertSame(other, HeartbeatFormat.Read(HeartbeatFormat.Write(other)));
            }
        }
    }

    /// <summary>The form is agreed between releases: what is here is what the release before reads.</summary>
    [Fact]
    public void Its_form_does_not_change() => Assert.Equal(
        """
        {"node":"node-1-7f","name":"node-1","address":"127.0.0.1:5080","version":"0.2.0","roles":["trade","gateway"],
        "state":"Up","sequence":12,"startedAt":"2026-04-04T10:00:00+00:00","sentAt":"2026-04-04T10:00:12.345+00:00",
        "mode":"Paused","modeVersion":4,"shards":["trade/0","trade/127"],"entities":99,"load":0.25}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(HeartbeatFormat.Write(Sample)));

    [Fact]
    public void What_a_newer_release_adds_is_passed_over()
    {
        var text = """
            {"node":"n","future":{"a":[1]},"state":"Hibernating","mode":"ClosingOnly","modeVersion":9,
             "shards":["trade/3","not a shard",null],"roles":["trade",null]}
            """;

        var read = HeartbeatFormat.Read(Encoding.UTF8.GetBytes(text));

        Assert.Equal(("n", "n", ""), (read.Node, read.Name, read.Address));
        Assert.Equal((MemberState.Leaving, SystemMode.Emergency, 9L), (read.State, read.Mode, read.ModeVersion));
        Assert.Equal([new ShardId("trade", 3)], read.Shards);
        Assert.Equal(["trade"], read.Roles);
        Assert.Equal(-1, HeartbeatFormat.Read("""{"node":"n"}"""u8.ToArray()).ModeVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"node":""}""")]
    [InlineData("""{"node":"n","sequence":"x"}""")]
    [InlineData("""{"node":"n","startedAt":"0000-01-01"}""")]
    [InlineData("[1]")]
    public void What_is_no_heartbeat_is_said_to_be_none(string text) =>
        Assert.Throws<WireFormatException>(() => HeartbeatFormat.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Damaged_bytes_are_a_heartbeat_or_none_and_nothing_else()
    {
        var bytes = HeartbeatFormat.Write(Sample);
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            byte[] damaged = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                HeartbeatFormat.Read(damaged);
            }
            catch (WireFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 5_000, $"Only {refused} were refused.");
        Assert.Throws<WireFormatException>(() => HeartbeatFormat.Read(new byte[HeartbeatFormat.LengthMax + 1]));
    }

    private static void AssertSame(Heartbeat expected, Heartbeat actual)
    {
        Assert.Equal(expected.Roles, actual.Roles);
        Assert.Equal(expected.Shards, actual.Shards);
        Assert.Equal(expected with { Roles = [], Shards = [] }, actual with { Roles = [], Shards = [] });
    }
}
