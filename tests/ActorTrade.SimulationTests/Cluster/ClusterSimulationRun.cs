using System.Globalization;
using ActorTrade.SimulationTests.Ledger;

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
    public void Laws_hold_after_every_run()
    {
        var first = Read("ACTORTRADE_SIM_SEED", 1);
        var count = Read("ACTORTRADE_SIM_COUNT", CountDefault);
        long operations = 0, acknowledged = 0, events = 0, orders = 0, fills = 0, crashes = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            var report = RunOne(seed);
            operations += report.Operations;
            acknowledged += report.Acknowledged;
            events += report.Events;
            orders += report.Orders;
            fills += report.Fills;
            crashes += report.Crashes;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Cluster seeds {first} to {first + count - 1}: {operations} operations, {acknowledged} acknowledged, "
                + $"{events} events, {orders} orders, {fills} fills, {crashes} crashes; every law held."));
    }

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

    private static SimulationReport RunOne(ulong seed)
    {
        try
        {
            return new ClusterWorld(seed, new ClusterSetup()).Run();
        }
        catch (Exception e)
        {
            // Whatever went wrong, the seed is what a person needs first.
            throw new InvalidOperationException($"Cluster seed {seed} fails: make simulate SEED={seed} COUNT=1", e);
        }
    }

    private static ulong Read(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
