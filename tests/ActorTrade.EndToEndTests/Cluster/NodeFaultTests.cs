using System.Diagnostics;
using System.Text.Json;
using ActorTrade.Journal.Sharding;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>
/// Nodes that die, hang and are cut off under load: others serve their shards soon, nothing acknowledged is lost,
/// nothing happens twice, and a node that wakes late changes nothing.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class NodeFaultTests(ClusterFixture fixture, ITestOutputHelper output)
{
    // In these tests a machine may be busy with much else.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    private readonly ClusterUnderTest _cluster = fixture.Cluster;

    private ClusterObserver Observer => _cluster.Observer;

    [Fact]
    public async Task Killed_nodes_lose_and_double_nothing_and_others_serve_their_shards()
    {
        var report = new ChaosReport("kill", output);
        var served = new List<TimeSpan>();
        var random = new Random(1);
        await _cluster.HealAsync();
        await using var load = ClusterLoad.Start(Observer);
        await using var prober = await ShardProber.StartAsync(Observer);
        var rounds = ChaosRun.Rounds ?? 3;
        for (var round = 0; round < rounds; round++)
        {
            await _cluster.HealAsync();
            await load.MoreAsync(50 + random.Next(200));
            var victim = ClusterUnderTest.ThreeNodes[random.Next(3)];
            var shards = Observer.ServedBy(victim);
            _cluster.Nodes[victim].Kill();
            served.AddRange(await prober.Fault()(shards, Bound));
            await load.MoreAsync(50);
        }

        await load.StopAsync();
        report.Times(
            $"kill -9, {rounds} times: each of its shards serves again", served, TimeSpan.FromSeconds(1), Bound, 0.95);
        await CompareAsync(report, load);
    }

    [Fact]
    public async Task A_frozen_node_changes_nothing_after_it_wakes()
    {
        var report = new ChaosReport("freeze", output);
        await _cluster.HealAsync();
        await using var load = ClusterLoad.Start(Observer);
        await using var prober = await ShardProber.StartAsync(Observer);
        await load.MoreAsync(100);
        var shards = await SomeShardsAsync("node-2");
        _cluster.Nodes["node-2"].Freeze();
        var frozen = Stopwatch.GetTimestamp();
        var served = await prober.Fault()(shards, Bound);
        await load.MoreAsync(100);
        var rest = (ChaosRun.IsFull ? TimeSpan.FromSeconds(30) : TimeSpan.Zero) - Stopwatch.GetElapsedTime(frozen);
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        _cluster.Nodes["node-2"].Wake();
        await load.MoreAsync(200);
        await Observer.AllServedAsync(ClusterUnderTest.ThreeNodes);
        await load.StopAsync();
        report.Times("frozen: each of its shards is served by others", served, TimeSpan.FromSeconds(8), Bound);
        await CompareAsync(report, load);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_pauses_itself_and_others_serve_its_shards()
    {
        var report = new ChaosReport("cut", output);
        await _cluster.HealAsync();
        Assert.Equal(0, await _cluster.Nodes["node-3"].LeaveAsync());
        var node = await _cluster.StartNodeAsync("node-3", isCuttable: true);
        await Observer.AllServedAsync(ClusterUnderTest.ThreeNodes);
        await using var load = ClusterLoad.Start(Observer);
        await using var prober = await ShardProber.StartAsync(Observer);
        await load.MoreAsync(100);
        var shards = await SomeShardsAsync("node-3");
        IReadOnlyList<TimeSpan> served;
        TimeSpan paused;
        _cluster.CutOff("node-3");
        try
        {
            var cut = Stopwatch.GetTimestamp();
            var serving = prober.Fault();
            await Eventually.HoldsAsync(async () => await ModeAsync(node) == "paused", Bound);
            paused = Stopwatch.GetElapsedTime(cut);
            served = await serving(shards, Bound);
            await load.MoreAsync(100);
        }
        finally
        {
            _cluster.Connect("node-3");
        }

        await Eventually.HoldsAsync(async () => await ModeAsync(node) == "active", Bound);
        await load.MoreAsync(200);
        await Observer.AllServedAsync(ClusterUnderTest.ThreeNodes);
        await load.StopAsync();
        report.Times("cut off: it pauses itself", [paused], SilenceMax + TimeSpan.FromSeconds(1), Bound);
        report.Times("cut off: each of its shards is served by others", served, TimeSpan.FromSeconds(8), Bound);
        await CompareAsync(report, load);
    }

    /// <summary>What a node says that the trading system allows.</summary>
    internal static async Task<string> ModeAsync(ProgramProcess node)
    {
        using var response = await node.Http.GetAsync("/api/health");
        var health = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return health.GetProperty("mode").GetString()!.ToLowerInvariant();
    }

    // After another fault a node may have no shards for a while.
    private async Task<IReadOnlyList<ShardId>> SomeShardsAsync(string name)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Observer.ServedBy(name).Count > 10), Bound);
        return Observer.ServedBy(name);
    }

    private Task CompareAsync(ChaosReport report, ClusterLoad load) =>
        JournalComparison.ReportAsync(report, _cluster, load);
}
