using ActorTrade.Cluster.Operation;
using ActorTrade.Configuration;
using ActorTrade.Kernel;
using ActorTrade.Lighthouse;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Operation;
using ActorTrade.UnitTests.Kernel;

namespace ActorTrade.UnitTests.Operation;

public sealed class NodeOperationTests
{
    [Fact]
    public void A_log_is_read_from_its_end_then_on_and_a_gap_is_counted()
    {
        var ring = new LogRing(TimeProvider.System);
        for (var i = 0; i < 30; i++)
        {
            ring.Write(i % 2 == 0 ? "info" : "debug", "x", $"line {i}");
        }

        var first = ring.Read(new LogRequest(Max: 5, Level: "info"));
        ring.Write("error", "y", "broken");
        var second = ring.Read(new LogRequest(first.Next, Level: "info"));

        Assert.Equal(["line 20", "line 22", "line 24", "line 26", "line 28"], first.Lines.Select(l => l.Text));
        Assert.Equal(["broken"], second.Lines.Select(l => l.Text));
        Assert.Empty(ring.Read(new LogRequest(second.Next)).Lines);
        for (var i = 0; i < LogRing.LinesMax + 10; i++)
        {
            ring.Write("info", "x", "more");
        }

        Assert.Equal(10, ring.Read(new LogRequest(second.Next)).Lost);
    }

    [Fact]
    public void A_long_answer_is_read_in_parts_without_loss()
    {
        var ring = new LogRing(TimeProvider.System);
        ring.Write("info", "x", "first");
        var next = ring.Read(new LogRequest()).Next;
        for (var i = 0; i < 25; i++)
        {
            ring.Write("info", "x", $"{i}");
        }

        var read = new List<string>();
        for (var answer = ring.Read(new LogRequest(next, 10)); answer.Lines.Count > 0;
            answer = ring.Read(new LogRequest(answer.Next, 10)))
        {
            read.AddRange(answer.Lines.Select(l => l.Text));
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{i}"), read);
    }

    [Fact]
    public void Actors_can_be_looked_at_with_what_waits_for_them()
    {
        var world = new KernelWorld();
        var parent = world.System.Spawn(() => new Parent(), "parent");
        world.Run();
        parent.Tell("a");
        parent.Tell("b");

        var seen = world.System.Inspect().ToDictionary(a => a.Actor.Path);

        Assert.Equal(["/user", "/user/parent", "/user/parent/child"], seen.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 1, "running"), (
            seen["/user/parent"].Waiting, seen["/user/parent"].Children, seen["/user/parent"].Phase));
        Assert.Equal("Parent", seen["/user/parent"].Type);
        Assert.Equal(["/user"], world.System.Inspect(depth: 0).Select(a => a.Actor.Path));
        Assert.Equal("/user/parent/child", world.System.Inspect("/user/parent/child").Single().Actor.Path);
        Assert.Empty(world.System.Inspect("/user/nobody"));
        Assert.Empty(world.System.Inspect("/elsewhere/parent"));
    }

    [Fact]
    public void A_failure_is_remembered_with_its_cause_and_told_to_the_log()
    {
        var world = new KernelWorld();
        var log = new LogRing(world.System.Time);
        var failures = new FailureLedger(world.System, log);
        var actor = world.System.Spawn(() => new Parent(), "parent");
        world.Run();
        actor.Tell("fail");
        world.Run();

        var line = Assert.Single(failures.Latest(10));
        Assert.Equal(("/user/parent", 1), (line.Path, line.Count));
        Assert.Contains("on purpose", line.LastCause, StringComparison.Ordinal);
        Assert.Equal("warn", Assert.Single(log.Read(new LogRequest()).Lines).Level);
    }

    [Fact]
    public void Every_option_of_the_reference_has_a_program()
    {
        var sections = new[] { typeof(NodeConfiguration), typeof(LighthouseConfiguration) }
            .SelectMany(c => c.GetConstructors().Single(k => k.GetParameters().Length != 1
                || k.GetParameters()[0].ParameterType != c).GetParameters().Select(p => p.Name!))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.All(OptionCatalogue.Reference.Options, o => Assert.Contains(o.Key.Split(':')[0], sections));
        Assert.Equal(9110, LighthouseConfiguration.Default.Lighthouse.Port);
    }

    [Theory]
    [InlineData("alice act 01234567890123456789", null)]
    [InlineData("# x\n\nalice look 01234567890123456789\nbob act 11234567890123456789", null)]
    [InlineData("alice act short", "shorter than 20")]
    [InlineData("alice may 01234567890123456789", "'act' or 'look'")]
    [InlineData("al:ice act 01234567890123456789", "a name has")]
    [InlineData("alice 01234567890123456789", "expected a name")]
    [InlineData("a act 01234567890123456789\na act 11234567890123456789", "stands twice")]
    [InlineData("a act 01234567890123456789\nb act 01234567890123456789", "somebody else")]
    [InlineData("# nobody", "expected 1 to")]
    public void Tokens_are_checked_and_never_named(string text, string? problem)
    {
        var e = Record.Exception(() => OperatorTokens.Open("", text));

        Assert.Equal(problem is null, e is null);
        Assert.Contains(problem ?? "", e?.Message ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", e?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_finds_its_operator()
    {
        var tokens = OperatorTokens.Open("", "alice act 01234567890123456789\nbob look 11234567890123456789");

        Assert.Equal(new OperatorIdentity("bob", false), tokens.Find("11234567890123456789"));
        Assert.Equal("operator:alice", tokens.Find("01234567890123456789")!.Principal);
        Assert.Null(tokens.Find("0123456789012345678"));
        Assert.Null(tokens.Find(""));
    }

    private sealed class Parent : Actor<string>
    {
        protected override void PreStart() => Context.Spawn(() => new Child(), "child");

        protected override void Receive(string message)
        {
            if (message == "fail")
            {
                throw new InvalidOperationException("on purpose");
            }
        }
    }

    private sealed class Child : Actor<string>
    {
        protected override void Receive(string message)
        {
        }
    }
}
