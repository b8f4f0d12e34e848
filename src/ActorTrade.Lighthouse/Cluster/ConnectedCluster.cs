using ActorTrade.Cluster;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Hosting;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.Journal.Postgres;
using ActorTrade.Kernel;
using Npgsql;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>
/// A Lighthouse's place in the cluster: a member that serves no entity, hears all heartbeats and events, and takes part
/// in the placement. Servers that are away are waited for: operators can ask meanwhile, and hear what is amiss.
/// </summary>
internal sealed class ConnectedCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stopping = new();
    private readonly NpgsqlDataSource _source;
    private readonly LeaderLock _lock;
    private readonly ActorSystem _system;
    private readonly RabbitMqBroker _broker;
    private readonly PostgresDatabase _database;
    private readonly ClusterServers _servers;
    private Task _keeping = Task.CompletedTask;

    /// <param name="servers">With the Lighthouse's own name.</param>
    /// <param name="address">Of the operator endpoint; empty until it is known.</param>
    public ConnectedCluster(ClusterServers servers, string version, Func<string> address)
    {
        _servers = servers;
        var time = TimeProvider.System;
        _source = servers.Database();
        _lock = new LeaderLock(_source, $"actortrade:{servers.Postgres.Schema}:placement");
        _database = new PostgresDatabase(servers.Postgres.ConnectionString, servers.Postgres.Schema, servers.Node);
        _broker = servers.Broker(time);
        _system = new ActorSystem(servers.Name, new ActorSystemOptions
        {
            GuardianStrategy = ClusterProcess.GuardianStrategy,
        });
        Member = ClusterProcess.Asking(
            servers.Member([ClusterRoles.Lighthouse], version, address),
            new ClusterParts
            {
                System = _system,
                Broker = _broker,
                Wire = new WireCatalog(EntityKinds.All, EntityKinds.Catalog()),
                ShardOf = servers.Shards.ShardOf,
                Mode = new ModeBoard(),
            });
        Keeper = new PlacementKeeper(
            new ClusterDocuments(_source), _lock, _broker, () => Member.Members, time);
        Keeper.Decided += (before, after) => Member.Events.Tell(
            ClusterEventKind.PlacementChanged, shard: null, DifferenceOf(before, after));
        View = new HeardCluster(Member, Keeper, _broker, _database, servers.Shards, time);
        _broker.Start();
    }

    public ClusterProcess Member { get; }

    public PlacementKeeper Keeper { get; }

    public HeardCluster View { get; }

    /// <summary>Begins to take part in the placement, once the cluster's tables are there.</summary>
    public void Start() => _keeping = KeepAsync();

    /// <summary>An operator did something here: every Lighthouse's tail and every node's log shows it.</summary>
    public void TellActed(string text) => Member.Events.Tell(ClusterEventKind.OperatorActed, shard: null, text);

    /// <summary>Everything the palettes ask for.</summary>
    public LighthouseServices Services(TimeSpan patience) => new()
    {
        View = View,
        Entities = Member.Entities,
        Nodes = new BrokerNodeCalls(Member.Calls),
        Placement = new KeptPlacement(Keeper),
        Servers = new AskedServers(_database, _servers, View, Keeper),
        Journal = new ReadJournal(_servers),
        Patience = patience,
    };

    public async ValueTask DisposeAsync()
    {
        Member.Leave();
        await _stopping.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_keeping, Member.HasLeft), Task.Delay(StopWithin, TimeProvider.System));
        await View.DisposeAsync();
        await _lock.DisposeAsync();
        await _system.DisposeAsync();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
        await _source.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        // The first process of a cluster makes its tables, and this may be the first.
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using var journal = await _servers.OpenJournalAsync(
                    TimeSpan.FromDays(1), _ => { }, TimeProvider.System, _stopping.Token);
                break;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A database of a newer version, or of other settings: 'doctor' says so.
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, _stopping.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        await Keeper.RunAsync(_stopping.Token);
    }

    private static string DifferenceOf(Placement before, Placement after)
    {
        var (old, now) = (before.Nodes.Select(n => n.Node).ToList(), after.Nodes.Select(n => n.Node).ToList());
        string[] parts =
        [
            .. now.Except(old).Select(n => $"{n} takes part"),
            .. old.Except(now).Select(n => $"{n} takes no part any more"),
            .. after.Wishes.Except(before.Wishes).Select(w => $"shard {w.Key} is wanted on {w.Value}"),
            .. before.Wishes.Keys.Except(after.Wishes.Keys).Select(s => $"shard {s} goes where the hash says"),
        ];
        return parts.Length == 0 ? $"placement {after.Version}" : string.Join("; ", parts);
    }
}
