using System.Diagnostics;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>Nodes that leave in good order, are replaced one after the other, and join, all under load.</summary>
[Collection(ClusterCollection.Name)]
public sealed class NodeChangeTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly ClusterUnderTest _cluster = fixture.Cluster;

    private ClusterObserver Observer => _cluster.Observer;

    [Fact]
    public async Task A_node_that_leaves_fails_no_command()
    {
        var report = new ChaosReport("leave", output);
        var pauses = new List<TimeSpan>();
        await _cluster.HealAsync();
        await using var load = ClusterLoad.Start(Observer);
        await using var prober = await ShardProber.StartAsync(Observer);
        var rounds = ChaosRun.Rounds ?? 1;
        for (var round = 0; round < rounds; round++)
        {
            await _cluster.HealAsync();
            await load.MoreAsync(100);
            var leaving = ClusterUnderTest.ThreeNodes[round % 3];
            await Eventually.HoldsAsync(() => Task.FromResult(Observer.ServedBy(leaving).Count > 10), Bound);
            var shards = Observer.ServedBy(leaving);
            prober.ForgetPauses();
            var code = await _cluster.Nodes[leaving].LeaveAsync();
            Assert.True(code == 0, _cluster.Nodes[leaving].Said);
            await Observer.AllServedAsync([.. ClusterUnderTest.ThreeNodes.Where(n => n != leaving)]);
            await load.MoreAsync(50);
            pauses.AddRange(shards.Select(prober.PauseOf));
        }

        await load.StopAsync();
        report.Times(
            $"graceful leave, {rounds} times: pause of each of its shards",
            pauses,
            TimeSpan.FromMilliseconds(500),
            Bound,
            0.95);
        NoteDisturbed(report, load);
        await JournalComparison.ReportAsync(report, _cluster, load);
    }

    [Fact]
    public async Task All_nodes_are_replaced_one_after_the_other_and_no_command_fails()
    {
        var report = new ChaosReport("rolling", output);
        await _cluster.HealAsync();
        await using var load = ClusterLoad.Start(Observer);
        await using var prober = await ShardProber.StartAsync(Observer);
        foreach (var name in ClusterUnderTest.ThreeNodes)
        {
            await load.MoreAsync(50);
            Assert.Equal(0, await _cluster.Nodes[name].LeaveAsync());
            await _cluster.StartNodeAsync(name);
            await Observer.AllServedAsync(ClusterUnderTest.ThreeNodes);
        }

        await load.StopAsync();
        report.Note("longest pause of a shard", $"{Observer.Shards.Max(prober.PauseOf).TotalMilliseconds:0} ms");
        NoteDisturbed(report, load);
        await JournalComparison.ReportAsync(report, _cluster, load);
    }

    [Fact]
    public async Task A_node_that_joins_gets_its_share()
    {
        var report = new ChaosReport("join", output);
        var took = new List<TimeSpan>();
        var rounds = Math.Min(ChaosRun.Rounds ?? 1, 5);
        for (var round = 0; round < rounds; round++)
        {
            await _cluster.HealAsync();
            Assert.Equal(0, await _cluster.Nodes["node-3"].LeaveAsync());
            await Observer.AllServedAsync(["node-1", "node-2"]);
            var before = Observer.Find("node-3")!.Node;
            var share = Observer.Shards
                .Where(s => RendezvousHash.Rank(s, ClusterUnderTest.ThreeNodes)[0] == "node-3")
                .Select(s => s.ToString())
                .ToHashSet();
            var starting = _cluster.StartNodeAsync("node-3");
            await Eventually.HoldsAsync(
                () => Task.FromResult(Observer.Find("node-3") is { Last.State: MemberState.Up } m && m.Node != before),
                TimeSpan.FromSeconds(60));
            var begun = Stopwatch.GetTimestamp();
            var node = Observer.Find("node-3")!.Node;
            await Eventually.HoldsAsync(() => Task.FromResult(share.IsSubsetOf(TakenBy(node))), Bound);
            took.Add(Stopwatch.GetElapsedTime(begun));
            await starting;
        }

        report.Times("a node that joined has its share", took, TimeSpan.FromSeconds(5), Bound);
        await JournalComparison.ReportAsync(report, _cluster);
    }

    private IEnumerable<string> TakenBy(string node) => Observer.Events
        .Where(e => e.Node == node && e.Kind == ClusterEventKind.ShardTaken)
        .Select(e => e.Shard!);

    // Failed ones are counted anyway; these were repeated under their id and went well.
    private static void NoteDisturbed(ChaosReport report, ClusterLoad load)
    {
        var disturbed = load.Commands.Where(c => c.Disturbances.Count > 0).ToList();
        report.Note("commands that had to be repeated", $"{disturbed.Count} of {load.Commands.Count}");
        foreach (var (answer, count) in disturbed.SelectMany(c => c.Disturbances).CountBy(d => d).Take(5))
        {
            report.Note("repeated after", $"{answer}, {count} times");
        }

        report.Note("longest command", $"{load.Commands.Max(c => c.Took).TotalMilliseconds:0} ms");
    }
}
