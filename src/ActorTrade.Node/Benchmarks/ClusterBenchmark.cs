using System.Diagnostics;
using System.Security.Cryptography;
using ActorTrade.Cluster;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;
using ActorTrade.Node.Configuration;
using Npgsql;

namespace ActorTrade.Node.Benchmarks;

/// <summary>A cluster of real processes against its servers alone, in one run.</summary>
/// <param name="RoundTripP50Ms">Publish to a quorum queue with one active consumer, deliver, reply to a node's queue;
/// one in flight.</param>
/// <param name="CommitP50Ms">One row inserted and durable; one in flight.</param>
/// <param name="CommandP50Ms">A command to an entity of another process until its durable answer; one in
/// flight.</param>
/// <param name="CommandP99Ms">The same.</param>
/// <param name="Limit">Closed load of swaps.</param>
/// <param name="NodesCpu">Processors that the nodes used during it.</param>
/// <param name="ClientCpu">The process that asks.</param>
/// <param name="ServersCpu">Of the processes named as servers; 0 where none is.</param>
public sealed record ClusterBenchmarkResult(
    double RoundTripP50Ms,
    double CommitP50Ms,
    double CommandP50Ms,
    double CommandP99Ms,
    SwapLoadResult Limit,
    double NodesCpu,
    double ClientCpu,
    IReadOnlyList<double> ServersCpu)
{
    public double CommandToServers => CommandP50Ms / (RoundTripP50Ms + CommitP50Ms);
}

/// <summary>Runs the cluster benchmark: starts nodes as processes of this program, and asks them.</summary>
/// <param name="configuration">Says where the servers are; their data should be empty.</param>
/// <param name="serverPids">Whose processor time, with that of their children, is measured.</param>
internal sealed class ClusterBenchmark(NodeConfiguration configuration, IReadOnlyList<int> serverPids)
{
    private const int Nodes = 3;
    private const int Rounds = 4;
    private const int Accounts = 1_000;
    private const int Pools = 100;
    private const int InFlight = 1_024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly ActorSystem _system = new(
        "bench", new ActorSystemOptions { GuardianStrategy = ClusterProcess.GuardianStrategy });
    private readonly NodeShards _shards = new(configuration.Cluster.ShardCount, EntityKinds.RoleOf);

    public async Task<ClusterBenchmarkResult> RunAsync(string directory, TimeSpan perCase)
    {
        var nodes = Enumerable.Range(1, Nodes).Select(n => Start(directory, $"node-{n}")).ToList();
        try
        {
            await using var broker = await ConnectedAsync("bench");
            var process = Join(broker);
            await ServedAsync(process);
            var field = await SwapField.CreateAsync(_system, process.Entities, Accounts, Pools);
            List<double> commits = [], trips = [], commands = [];
            for (var round = 0; round < Rounds; round++)
            {
                // In turns, so that what else runs on the machine is in all three.
                commits.AddRange(await CommitsAsync(perCase / Rounds));
                trips.AddRange(await RoundTripsAsync(perCase / Rounds));
                commands.AddRange(await CommandsAsync(process.Entities, perCase / Rounds));
            }

            var before = Cpu(nodes);
            var watch = Stopwatch.StartNew();
            var limit = await SwapLoad.ClosedAsync(field, InFlight, Pools, perCase / 4, perCase);
            var used = Cpu(nodes).Zip(before, (a, b) => (a - b) / watch.Elapsed).ToList();
            return new ClusterBenchmarkResult(
                Percentile(trips, 0.5),
                Percentile(commits, 0.5),
                Percentile(commands, 0.5),
                Percentile(commands, 0.99),
                limit,
                used[0],
                used[1],
                used[2..]);
        }
        finally
        {
            nodes.ForEach(n => n.Kill(entireProcessTree: true));
            nodes.ForEach(n => n.Dispose());
            await _system.DisposeAsync();
        }
    }

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)(share * (values.Count - 1))];
    }

    private async Task<List<double>> CommitsAsync(TimeSpan duration)
    {
        await using var source = NpgsqlDataSource.Create(configuration.Postgres.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync("create table bench_commit(id bigint primary key, body bytea not null)");
        await using var insert = new NpgsqlCommand("insert into bench_commit values($1, $2)", connection);
        insert.Parameters.Add(new NpgsqlParameter<long>());
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = new byte[200] });
        await insert.PrepareAsync();
        var id = (NpgsqlParameter<long>)insert.Parameters[0];
        var times = await RepeatAsync(duration, () =>
        {
            id.TypedValue++;
            return insert.ExecuteNonQueryAsync();
        });
        await ExecuteAsync("drop table bench_commit");
        return times;

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task<List<double>> RoundTripsAsync(TimeSpan duration)
    {
        await using var asking = await ConnectedAsync("bench-asking", "bench");
        await using var serving = await ConnectedAsync("bench-serving", "bench");
        TaskCompletionSource reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        asking.OnNodeMessage(_ => reply.TrySetResult());
        var shard = new ShardId("bench", 0);
        serving.Register(shard, new Echo(serving, asking.Node));
        return await RepeatAsync(duration, () =>
        {
            reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            asking.PublishToShard(shard, new BrokerMessage("bench.v1", new byte[200]), static _ => { });
            return reply.Task.WaitAsync(Patience, _time);
        });
    }

    // Holds funds: one event of one account, in turn of all of them.
    private Task<List<double>> CommandsAsync(IEntities entities, TimeSpan duration)
    {
        var number = 0;
        return RepeatAsync(duration, async () =>
        {
            var id = _system.Random.NextGuid();
            var deadline = _time.GetUtcNow() + Patience;
            var account = Account.IdOf(AccountId.Parse($"trader{++number % Accounts:D5}"));
            var answer = await entities.AskAsync(
                account,
                new Account.Command.HoldFunds(id, SwapField.BaseToken, UInt256.One, deadline),
                new CommandHeader(id, CommandContext.Self, deadline),
                Patience,
                _time);
            if (answer is not Answer.Accepted)
            {
                throw new InvalidOperationException($"A hold was answered {answer}.");
            }
        });
    }

    private static async Task<List<double>> RepeatAsync(TimeSpan duration, Func<Task> step)
    {
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < duration;)
        {
            var from = Stopwatch.GetTimestamp();
            await step();
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        // The first ones warm up the code and the connections.
        return times[(times.Count / 5)..];
    }

    private async Task<RabbitMqBroker> ConnectedAsync(string node, string? cluster = null)
    {
        var broker = new RabbitMqBroker(
            new RabbitMqOptions
            {
                Uri = new Uri(configuration.RabbitMq.Uri),
                Cluster = cluster ?? configuration.Cluster.Name,
                Node = $"{node}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
                Heartbeat = configuration.RabbitMq.Heartbeat,
            },
            _time,
            SynchronizedRandom.FromEntropy());
        broker.Start();
        await UntilAsync(() => broker.IsConnected, "RabbitMQ is not reached.");
        return broker;
    }

    private ClusterProcess Join(IBroker broker) => ClusterProcess.Asking(
        new ClusterMemberOptions { Name = "bench", Roles = [ClusterRoles.Lighthouse], Version = "bench" },
        new ClusterParts
        {
            System = _system,
            Broker = broker,
            Wire = new WireCatalog(EntityKinds.All, EntityKinds.Catalog()),
            ShardOf = _shards.ShardOf,
            Mode = new ModeBoard(),
        });

    // Three nodes that are there, and all shards with somebody.
    private Task ServedAsync(ClusterProcess process) => UntilAsync(
        () => process.Members.Members.Count(m => m.Last.State == MemberState.Up && m.Last.Shards.Count > 0) is var up
            && up > 0
            && process.Members.Members.Count(m => m.Last.Mode == SystemMode.Active) >= Nodes
            && process.Members.Members.Sum(m => m.Last.Shards.Count) >= _shards.All.Count,
        "The nodes do not serve all shards.");

    private async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        for (var begun = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(TimeSpan.FromMilliseconds(20), _time))
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException(otherwise);
            }
        }
    }

    private Process Start(string directory, string name)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [
                .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                    ? [Environment.GetCommandLineArgs()[0]]
                    : Array.Empty<string>(),
                "run", "--json", "--data", Path.Combine(directory, name),
                "--set", "Cluster:Enabled=true", "--set", $"Node:Name={name}", "--set", "Http:Port=0",
                "--set", "Market:Source=None",
                "--set", $"Cluster:ShardCount={configuration.Cluster.ShardCount}",
            ])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["ACTORTRADE__POSTGRES__CONNECTIONSTRING"] = configuration.Postgres.ConnectionString;
        start.Environment["ACTORTRADE__RABBITMQ__URI"] = configuration.RabbitMq.Uri;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    // The nodes together, this process, then each server.
    private List<TimeSpan> Cpu(List<Process> nodes)
    {
        nodes.ForEach(n => n.Refresh());
        return
        [
            nodes.Aggregate(TimeSpan.Zero, (sum, n) => sum + n.TotalProcessorTime),
            Environment.CpuUsage.TotalTime,
            .. serverPids.Select(ProcessTree.CpuOf),
        ];
    }

    private sealed class Echo(IBroker broker, string node) : IShardConsumer
    {
        public void Delivered(IShardChannel channel, in ShardDelivery delivery)
        {
            broker.PublishToNode(node, delivery.Message, static _ => { });
            channel.Acknowledge(delivery.Tag);
        }

        public void Closed(IShardChannel channel, string? why)
        {
        }
    }
}
