using System.Diagnostics.Metrics;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// The numbers of a node for monitors, through the meter <see cref="MeterName"/>; each has the label <c>node</c>.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "ActorTrade.Node";

    private readonly Meter _meter;

    public NodeMetrics(NodeHost host)
    {
        _meter = new Meter(MeterName, NodeHost.Version, [new("node", host.Options.Name)]);
        _meter.CreateObservableGauge("actortrade.system.mode", () => (int)host.Door.Mode);
        _meter.CreateObservableCounter("actortrade.journal.events", () => host.Journal.Statistics().Events, "{event}");
        _meter.CreateObservableGauge("actortrade.tables.lag", () => host.Tables?.Lag ?? 0, "{event}");
        _meter.CreateObservableGauge("actortrade.entities.loaded", () => host.Shards.Loaded, "{entity}");
        _meter.CreateObservableCounter("actortrade.entities.commands", () => host.Shards.Metrics.Commands, "{command}");
        _meter.CreateObservableCounter(
            "actortrade.entities.recoveries", () => host.Shards.Metrics.Recoveries, "{recovery}");
        _meter.CreateObservableCounter(
            "actortrade.entities.poisoned", () => host.Shards.Metrics.Poisoned, "{command}");
        _meter.CreateObservableCounter("actortrade.entities.drops", () => host.Shards.Metrics.Drops, "{entity}");
        _meter.CreateObservableCounter(
            "actortrade.effects.retries", () => host.Shards.Metrics.EffectRetries, "{effect}");
        _meter.CreateObservableUpDownCounter(
            "actortrade.topics.missed", () => host.Cluster?.Topics.Missed ?? 0, "{message}");
        _meter.CreateObservableGauge("actortrade.door.waiting", () => host.Door.Waiting, "{request}");
    }

    public void Dispose() => _meter.Dispose();
}
