namespace ActorTrade.SimulationTests.Cluster;

/// <summary>
/// Random commands of many clients against a cluster of real nodes on a simulated broker, store and time, with
/// crashes, pauses, partitions, restarts, moves and leaving. A failing seed repeats exactly:
/// <c>make simulate SEED=… COUNT=1</c>.
/// </summary>
public sealed class ClusterSimulationRun(ITestOutputHelper output)
{
    private const int CountDefault = 100;

    [Fact]
    public void Laws_hold_after_every_run() => output.WriteLine(
        new Seeds("Cluster seed", CountDefault).Run(seed => new ClusterWorld(seed, new ClusterSetup()).Run()));

    [Fact]
    public void A_seed_repeats_exactly()
    {
        Assert.Equal(Fingerprint(77), Fingerprint(77));
        Assert.NotEqual(Fingerprint(77), Fingerprint(78));
    }

    private static string Fingerprint(ulong seed)
    {
        var world = new ClusterWorld(seed, new ClusterSetup { Clients = 3, OperationsPerClient = 6 });
        world.Run();
        return string.Join('\n', world.Store.History().Select(
            e => $"{e.Event.Entity} {e.Node} {e.Epoch} {Convert.ToHexString(e.Event.Payload.Span)}"));
    }
}
