using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain;
using ActorTrade.Journal.Postgres;
using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>
/// A whole cluster of real processes on a database and a virtual host of its own: nodes, a Lighthouse, and an observer
/// in the test's own process that sends load and sees who serves what.
/// </summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    /// <summary>The default of the product, as in the goals.</summary>
    public const int ShardCount = 128;

    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-cluster-").FullName;
    private readonly Dictionary<string, ProgramProcess> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TcpLink[]> _links = new(StringComparer.Ordinal);
    private readonly string _database;
    private readonly Uri _broker;
    private ProgramProcess? _lighthouse;

    private ClusterUnderTest(string database, Uri broker)
    {
        (_database, _broker) = (database, broker);
        Observer = new ClusterObserver(broker, ShardCount);
    }

    public static IReadOnlyList<string> ThreeNodes { get; } = ["node-1", "node-2", "node-3"];

    /// <summary>Sees the cluster as a Lighthouse does, and is the way in for load.</summary>
    public ClusterObserver Observer { get; }

    public IReadOnlyDictionary<string, ProgramProcess> Nodes => _nodes;

    /// <summary>Starts three nodes and a Lighthouse, and waits until every shard is served.</summary>
    public static async Task<ClusterUnderTest> StartAsync(string database, Uri broker)
    {
        var cluster = new ClusterUnderTest(database, broker);
        try
        {
            await cluster.Observer.StartAsync();
            await cluster.HealAsync();
            return cluster;
        }
        catch (Exception e)
        {
            // Whatever it was, no process stays behind.
            var said = cluster.Said();
            await cluster.DisposeAsync();
            throw new InvalidOperationException($"The cluster did not start: {e.Message}\n{said}", e);
        }
    }

    /// <summary>Brings back whoever is missing, and waits until every shard is served.</summary>
    public async Task HealAsync()
    {
        if (_lighthouse is not { IsRunning: true })
        {
            await StartLighthouseAsync();
        }

        var missing = ThreeNodes.Where(n => !_nodes.TryGetValue(n, out var node) || !node.IsRunning).ToList();
        foreach (var name in missing)
        {
            await BeginNodeAsync(name);
        }

        foreach (var name in missing)
        {
            await _nodes[name].ReadyAsync();
        }

        await Observer.AllServedAsync(ThreeNodes);
    }

    /// <summary>Starts a node under a name, again or for the first time.</summary>
    /// <param name="name">Its old shards are its new ones.</param>
    /// <param name="isCuttable">Reaches the servers by lines that <see cref="CutOff"/> holds up.</param>
    public async Task<ProgramProcess> StartNodeAsync(string name, bool isCuttable = false)
    {
        await BeginNodeAsync(name, isCuttable);
        await _nodes[name].ReadyAsync();
        return _nodes[name];
    }

    /// <summary>Runs a node with other settings to its end; it is none of <see cref="Nodes"/>.</summary>
    public async Task<(int Code, string Said)> RunToEndAsync(string name, params string[] settings)
    {
        await using var node = ProgramProcess.Start(
            "actortrade", [.. Arguments(name), .. settings.SelectMany(s => new[] { "--set", s })],
            Environment(_database, _broker));
        return (await node.ExitAsync(), node.Said);
    }

    /// <summary>From here on nothing passes between the node and the servers, either way, and no connection
    /// ends.</summary>
    public void CutOff(string name) => Array.ForEach(_links[name], link => link.HoldUp());

    /// <summary>What was sent meanwhile arrives late.</summary>
    public void Connect(string name) => Array.ForEach(_links[name], link => link.Flow());

    /// <summary>Takes the node for good out of <see cref="Nodes"/>.</summary>
    public async Task ForgetAsync(string name)
    {
        if (_nodes.Remove(name, out var node))
        {
            await node.DisposeAsync();
        }

        foreach (var link in _links.Remove(name, out var links) ? links : [])
        {
            await link.DisposeAsync();
        }
    }

    /// <summary>The journal, for reading.</summary>
    public Task<PostgresJournal> OpenJournalAsync()
    {
        var shards = new NodeShards(ShardCount, EntityKinds.RoleOf);
        return PostgresJournal.OpenAsync(
            new PostgresJournalOptions
            {
                ConnectionString = _database,
                Owner = "test-reader",
                ShardOf = shards.ShardOf,
                ShardCounts = shards.Counts,
                StatementTimeout = TimeSpan.FromMinutes(1),
            },
            CancellationToken.None);
    }

    /// <summary>What every program said last and what happened in the cluster, for the text of a failure.</summary>
    public string Said() => string.Join(
        "\n",
        _nodes.Append(new("lighthouse", _lighthouse!)).Select(p => $"== {p.Key}\n{p.Value?.Said}")
            .Append("== events")
            .Concat(Observer.Events.TakeLast(300).Select(
                e => $"{e.At:HH:mm:ss.fff} {e.Node} {e.Kind} {e.Shard} {e.Text} {e.Duration?.TotalMilliseconds:0}")));

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _nodes.Keys.ToList())
        {
            await ForgetAsync(name);
        }

        if (_lighthouse is not null)
        {
            await _lighthouse.DisposeAsync();
        }

        await Observer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginNodeAsync(string name, bool isCuttable = false)
    {
        await ForgetAsync(name);
        var (database, broker) = (_database, _broker);
        if (isCuttable)
        {
            var postgres = new NpgsqlConnectionStringBuilder(_database);
            var toPostgres = new TcpLink(postgres.Host!, postgres.Port);
            var toBroker = new TcpLink(_broker);
            _links[name] = [toPostgres, toBroker];
            (postgres.Host, postgres.Port) = ("127.0.0.1", toPostgres.Port);
            (database, broker) = (postgres.ConnectionString, toBroker.Uri);
        }

        _nodes[name] = ProgramProcess.Start("actortrade", Arguments(name), Environment(database, broker));
    }

    private async Task StartLighthouseAsync()
    {
        if (_lighthouse is not null)
        {
            await _lighthouse.DisposeAsync();
        }

        _lighthouse = ProgramProcess.Start(
            "lighthouse",
            [
                "run", "--json", "--config", "cluster-config/three-nodes.json", "--port", "0",
                "--set", "Lighthouse:Name=lighthouse-1",
                "--set", $"Lighthouse:TokenFile={Path.Combine(_folder, "operators.tokens")}",
                "--set", $"Lighthouse:AuditFile={Path.Combine(_folder, "audit.log")}",
            ],
            Environment(_database, _broker));
        await _lighthouse.ReadyAsync();
    }

    private string[] Arguments(string name) =>
    [
        "run", "--json", "--config", "cluster-config/three-nodes.json",
        "--data", Path.Combine(_folder, name),
        "--set", $"Node:Name={name}", "--set", "Http:Port=0", "--set", "Market:Source=None",
    ];

    private static (string Name, string Value)[] Environment(string database, Uri broker) =>
    [
        ("ACTORTRADE__POSTGRES__CONNECTIONSTRING", database),
        ("ACTORTRADE__RABBITMQ__URI", broker.ToString()),
    ];
}
