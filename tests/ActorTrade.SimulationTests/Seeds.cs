using System.Globalization;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests;

/// <summary>The seeds of one simulation, one after the other: <c>make simulate SEED=… COUNT=…</c>.</summary>
/// <param name="name">Begins the lines for people.</param>
/// <param name="countDefault">How many, where nothing says otherwise.</param>
internal sealed class Seeds(string name, ulong countDefault)
{
    private readonly ulong _first = Read("ACTORTRADE_SIM_SEED", 1);
    private readonly ulong _count = Read("ACTORTRADE_SIM_COUNT", countDefault);

    /// <summary>Runs each, and says what they did together.</summary>
    public string Run(Func<ulong, SimulationReport> run)
    {
        var reports = new List<SimulationReport>();
        for (var seed = _first; seed < _first + _count; seed++)
        {
            reports.Add(One(seed, run));
        }

        return $"{name} {_first} to {_first + _count - 1}: {Sum(r => r.Operations)} operations, "
            + $"{Sum(r => r.Acknowledged)} acknowledged, {Sum(r => r.Events)} events, {Sum(r => r.Orders)} orders, "
            + $"{Sum(r => r.Fills)} fills, {Sum(r => r.PoolOrders)} pool orders, "
            + $"{Sum(r => r.PoolFills)} fills of them, {Sum(r => r.DeskOrders)} orders of desks, "
            + $"{Sum(r => r.Triggers)} triggers, {Sum(r => r.BotFills)} fills of bots, "
            + $"{Sum(r => r.Stops)} stops, {Sum(r => r.Crashes)} crashes; every law held.";

        long Sum(Func<SimulationReport, long> of) => reports.Sum(of);
    }

    private SimulationReport One(ulong seed, Func<ulong, SimulationReport> run)
    {
        try
        {
            return run(seed);
        }
        catch (Exception e)
        {
            // Whatever went wrong, the seed is what a person needs first.
            throw new InvalidOperationException($"{name} {seed} fails: make simulate SEED={seed} COUNT=1", e);
        }
    }

    private static ulong Read(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
