using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests;

/// <summary>
/// Random commands of many clients against the real entities, actors and shards on simulated time, network and disk,
/// with crashes, failed and torn commits, lost, doubled and late messages. A failing seed repeats exactly:
/// <c>make simulate SEED=… COUNT=1</c>.
/// </summary>
public sealed class SimulationRun(ITestOutputHelper output)
{
    private const int CountDefault = 200;

    [Fact]
    public void Laws_hold_after_every_run() => output.WriteLine(
        new Seeds("Seed", CountDefault).Run(seed => new SimulatedWorld(seed, new SimulationSetup()).Run()));

    [Fact]
    public void A_seed_repeats_exactly()
    {
        Assert.Equal(Fingerprint(77), Fingerprint(77));
        Assert.NotEqual(Fingerprint(77), Fingerprint(78));
    }

    private static string Fingerprint(ulong seed)
    {
        var world = new SimulatedWorld(seed, new SimulationSetup { Clients = 3, OperationsPerClient = 10 });
        world.Run();
        return string.Join('\n', world.Events.Select(
            e => $"{e.Ordering} {e.Entity} {e.At:O} {e.StoredName} {Convert.ToHexString(e.Payload.Span)}"));
    }
}
