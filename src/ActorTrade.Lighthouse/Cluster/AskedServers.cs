using ActorTrade.Cluster.Hosting;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Journal;
using ActorTrade.Journal.Postgres;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>PostgreSQL and RabbitMQ as <c>doctor</c> sees them.</summary>
internal sealed class AskedServers(
    PostgresDatabase database, ClusterServers servers, HeardCluster view, PlacementKeeper keeper) : IServerChecks
{
    private const uint WaitingWarn = 1_000;
    private const uint WaitingFail = 50_000;
    private static readonly TimeSpan WriterWarn = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ServerCheck>> RunAsync(CancellationToken cancelled)
    {
        var ofDatabase = DatabaseAsync(cancelled);
        var ofBroker = BrokerAsync(cancelled);
        return [.. await ofDatabase, .. await ofBroker, Placement()];
    }

    private async Task<IReadOnlyList<ServerCheck>> DatabaseAsync(CancellationToken cancelled)
    {
        try
        {
            return ChecksOf(await database.ReadStatusAsync(cancelled));
        }
        catch (JournalUnavailableException e)
        {
            return
            [
                new ServerCheck(
                    "PostgreSQL",
                    CheckVerdict.Fail,
                    e.Message,
                    "Is it running, and Postgres:ConnectionString right? Nodes refuse new work until it is back."),
            ];
        }
    }

    private static ServerCheck[] ChecksOf(DatabaseStatus status)
    {
        var known = PostgresDatabase.SchemaVersionKnown;
        return
        [
            new ServerCheck("PostgreSQL", CheckVerdict.Ok, status.ServerVersion),
            status.IsDurable
                ? new ServerCheck("commits", CheckVerdict.Ok, "on the disk when acknowledged")
                : new ServerCheck(
                    "commits",
                    CheckVerdict.Fail,
                    "acknowledged before they are on the disk",
                    "Set fsync and synchronous_commit to on: a power cut would lose acknowledged trades."),
            status.SchemaVersion == known
                ? new ServerCheck("schema", CheckVerdict.Ok, $"version {known}")
                : new ServerCheck(
                    "schema",
                    status.SchemaVersion > known ? CheckVerdict.Warn : CheckVerdict.Fail,
                    $"version {status.SchemaVersion}, this Lighthouse knows {known}",
                    status.SchemaVersion > known
                        ? "Newer nodes are at work: replace this Lighthouse too."
                        : "Start a node of this version: it brings the schema up to date."),
            status.OldestWriter < WriterWarn
                ? new ServerCheck("open transactions", CheckVerdict.Ok, "none that lasts")
                : new ServerCheck(
                    "open transactions",
                    CheckVerdict.Warn,
                    $"one has been writing for {status.OldestWriter.TotalSeconds:0} s",
                    "Tables and bots wait for it: look at pg_stat_activity."),
            .. status.IsReplica
                ? [ReplicaCheck(status.ReplicaLag)]
                : Array.Empty<ServerCheck>(),
        ];
    }

    private static ServerCheck ReplicaCheck(TimeSpan lag) => new(
        "database role",
        CheckVerdict.Fail,
        $"this is a replica, {lag.TotalSeconds:0} s behind",
        "Postgres:ConnectionString must name the server that writes; a replica belongs to ReadConnectionString.");

    private async Task<IReadOnlyList<ServerCheck>> BrokerAsync(CancellationToken cancelled)
    {
        try
        {
            var shards = view.Now().Shards.Select(s => s.Shard);
            return ChecksOf(await BrokerInspection.ReadAsync(
                servers.BrokerOptions(), shards, TimeProvider.System, cancelled));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever the client library throws where the server is away or refuses: the line says it.
            return
            [
                new ServerCheck(
                    "RabbitMQ",
                    CheckVerdict.Fail,
                    e.Message,
                    "Is it running, and RabbitMq:Uri right? Nodes that do not reach it pause themselves."),
            ];
        }
    }

    private static ServerCheck[] ChecksOf(BrokerStatus status)
    {
        var waiting = status.Queues.Sum(q => (long)q.Waiting);
        var alone = status.Queues.Where(q => q.Consumers == 0).ToList();
        var isDeadlocking = Version.TryParse(status.Version, out var version)
            && version >= new Version(4, 3, 0) && version <= new Version(4, 3, 5);
        return
        [
            isDeadlocking
                ? new ServerCheck(
                    "RabbitMQ",
                    CheckVerdict.Fail,
                    status.Version,
                    "4.3.0 to 4.3.5 can stop delivering to a single active consumer for ever: use 4.2 or a later one.")
                : new ServerCheck("RabbitMQ", CheckVerdict.Ok, status.Version),
            waiting < WaitingWarn
                ? new ServerCheck("queues", CheckVerdict.Ok, $"{waiting} messages wait")
                : new ServerCheck(
                    "queues",
                    waiting < WaitingFail ? CheckVerdict.Warn : CheckVerdict.Fail,
                    $"{waiting} messages wait, most in {status.Queues.MaxBy(q => q.Waiting)!.Shard}",
                    "The nodes do not keep up: look at 'cluster-sharding region-stats' and the load of the nodes."),
            alone.Count == 0
                ? new ServerCheck("consumers", CheckVerdict.Ok, "every queue has one")
                : new ServerCheck(
                    "consumers",
                    CheckVerdict.Fail,
                    $"{alone.Count} queues have none, such as {alone[0].Shard}",
                    "No node of that role is connected: start one."),
        ];
    }

    private ServerCheck Placement() => keeper.Problem is { } problem
        ? new ServerCheck(
            "placement", CheckVerdict.Fail, problem, "Shards stay where they are until the database is back.")
        : new ServerCheck(
            "placement",
            CheckVerdict.Ok,
            $"version {keeper.Current.Version}, {(keeper.IsLeading ? "led from here" : "led by another Lighthouse")}");
}
