using System.Diagnostics;
using System.Text;
using ActorTrade.Domain.System;
using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>An emergency declared at any node holds on all of them soon; and a node that does not belong to the
/// cluster does not start.</summary>
[Collection(ClusterCollection.Name)]
public sealed class EmergencyTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const int Configuration = 4;
    private readonly ClusterUnderTest _cluster = fixture.Cluster;

    [Fact]
    public async Task An_emergency_declared_at_any_node_holds_on_all_of_them()
    {
        var report = new ChaosReport("emergency", output);
        var holds = new List<TimeSpan>();
        await _cluster.HealAsync();
        for (var round = 0; round < (ChaosRun.Rounds ?? 3); round++)
        {
            var name = ClusterUnderTest.ThreeNodes[round % 3];
            using var body = new StringContent(
                """{"action":"DeclareEmergency","why":"test"}""", Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/system") { Content = body };
            request.Headers.Add("X-Principal", "alice");
            var begun = Stopwatch.GetTimestamp();
            var sending = _cluster.Nodes[name].Http.SendAsync(request);
            holds.AddRange(await Task.WhenAll(_cluster.Nodes.Values.Select(node => HoldsAfterAsync(node, begun))));
            using var response = await sending;
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            await GoOnAsync();
        }

        report.Times(
            "emergency from any node holds on every node",
            holds,
            TimeSpan.FromMilliseconds(250),
            TimeSpan.FromSeconds(5));
        report.Close();
    }

    [Fact]
    public async Task A_node_with_another_number_of_shards_does_not_start()
    {
        await _cluster.HealAsync();
        const int Other = ClusterUnderTest.ShardCount + 1;
        var (code, said) = await _cluster.RunToEndAsync("node-9", $"Cluster:ShardCount={Other}");
        Assert.True(code == Configuration, said);
        Assert.Contains($"{Other}", said, StringComparison.Ordinal);
        await _cluster.Observer.AllServedAsync(ClusterUnderTest.ThreeNodes);
    }

    private static async Task<TimeSpan> HoldsAfterAsync(ProgramProcess node, long begun)
    {
        await Eventually.TrueAsync(
            async () => await NodeFaultTests.ModeAsync(node) == "emergency", "the emergency on every node");
        return Stopwatch.GetElapsedTime(begun);
    }

    private async Task GoOnAsync()
    {
        var observer = _cluster.Observer;
        await observer.DoAsync(TradingSystem.Id, new TradingSystem.Command.ProposeRecovery("over"), "alice");
        await observer.DoAsync(TradingSystem.Id, new TradingSystem.Command.ConfirmRecovery("over"), "bob");
        await observer.DoAsync(TradingSystem.Id, new TradingSystem.Command.Activate("over"), "bob");
        foreach (var node in _cluster.Nodes.Values)
        {
            await Eventually.HoldsAsync(async () => await NodeFaultTests.ModeAsync(node) == "active");
        }
    }
}
