using ActorTrade.Cluster;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Gateway;
using ActorTrade.Node.MarketData;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// The market as one node of a cluster has it. The feed and the bots run on the node that serves
/// <see cref="NodeShards.Market"/>, and move with it; every node hears the ticks from the topic, so each page shows the
/// market, and the next floor goes on where the last one was.
/// </summary>
public sealed class ClusterMarket
{
    private readonly MarketListener _listener = new();
    private volatile LiveMarket? _floor;

    private ClusterMarket()
    {
    }

    /// <summary>The floor that runs on this node; null while it runs elsewhere or nowhere.</summary>
    public LiveMarket? Floor => _floor;

    /// <summary>Listens to the ticks, and runs the floor whenever it is this node's turn.</summary>
    /// <param name="host">A node of a cluster.</param>
    /// <param name="source">Makes the source of ticks, given how many of it were fed before; null where this node feeds
    /// none.</param>
    /// <param name="options">How the floor works; the same on every node.</param>
    public static ClusterMarket Start(NodeHost host, Func<long, TickSource>? source, FloorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var cluster = host.Cluster ?? throw new ArgumentException("The node is in no cluster.", nameof(host));
        var market = new ClusterMarket();
        cluster.Topics.Read(MarketTopics.Ticks, MarketListener.QueueMax, market._listener.Take);
        if (source is not null)
        {
            host.System.Spawn(
                () => new FloorKeeper(
                    () => cluster.Board!.PhaseOf(NodeShards.Market) == SeatPhase.Serving,
                    () => cluster.Ring(NodeShards.Market),
                    () => market.StartFloor(host, cluster, source, options),
                    floor => market._floor = floor),
                "floor-keeper");
        }

        return market;
    }

    /// <summary>What the page shows: of the floor here once it is fed, or as heard; null while nothing was
    /// heard.</summary>
    public MarketStatus? Status() => _floor?.Status() is { Quotes.Count: > 0 } own ? own : _listener.Status;

    private LiveMarket StartFloor(
        NodeHost host, ClusterProcess cluster, Func<long, TickSource> source, FloorOptions? options)
    {
        var from = source(_listener.Position);
        var publisher = new MarketPublisher(cluster.Topics, host.System.Time, $"{from.Name}, on {host.Options.Name}");
        return LiveMarket.Start(host, from, options, publisher);
    }
}
