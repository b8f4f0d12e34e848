using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Execution.Strategies;
using ActorTrade.Gateway;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Operation;
using ActorTrade.Node.Trading;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary><c>actortrade run</c>: a node with its page and API, until it is told to stop.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    public static Command Create(CommonOptions common)
    {
        var port = new Option<int?>("--port", "-p")
        {
            Description = "Port of the page and the API; 0 takes a free one.",
            HelpName = "port",
        };
        var command = new Command(
            "run", "Starts a node: its page, its API, and a simulated market unless the configuration says otherwise.")
        {
            common.Data, port, common.Config, common.Set,
        };
        command.SetAction((parsed, cancelled) =>
        {
            string[] more = parsed.GetValue(port) is { } given ? [$"Http:Port={given}"] : [];
            return RunAsync(common.Configuration(parsed, more), common.Output(parsed), cancelled);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        NodeConfiguration configuration, CommandOutput output, CancellationToken cancelled)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var cancel = cancelled.Register(() => stop.TrySetResult());

        GatewayServer? gateway = null;
        var log = new LogRing(TimeProvider.System);
        await using var host = configuration.Cluster.Enabled
            ? await ClusterStart.StartAsync(
                configuration, OptionsOf(configuration), () => AddressOf(gateway), Say, cancelled)
            : await NodeHost.StartAsync(OptionsOf(configuration));
        var market = StartMarket(configuration, host);
        var services = ServicesOf(configuration, host, market);
        if (host.Cluster is { } cluster)
        {
            NodeOperation.Attach(host, cluster, log, services);
        }

        await using var opened = gateway = await GatewayServer.StartAsync(
            services,
            new GatewayOptions { Address = AddressOf(configuration), Port = configuration.Http.Port });
        Announce(output, host, gateway);

        await Task.WhenAny(stop.Task, host.Cluster?.HasLeft ?? stop.Task);
        output.Line(output.IsJson ? """{"event":"stopping"}""" : "Stopping…");

        // In a cluster the shards go first, while requests that came here are still answered, now by other nodes.
        await host.LeaveAsync(StopWithin / 2);
        await gateway.StopAsync(StopWithin / 2);
        await host.StopAsync(StopWithin);
        output.Line(output.IsJson ? """{"event":"stopped"}""" : "Stopped; everything acknowledged is in the journal.");
        return (int)ExitCode.Ok;

        void Say(string text)
        {
            log.Write("warn", configuration.Node.Name, text);
            output.Note(text);
        }

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
    }

    // What the page shows of the market, wherever it runs.
    private static Func<MarketStatus?> StartMarket(NodeConfiguration configuration, NodeHost host)
    {
        var isFed = configuration.Market.Source == MarketSourceKind.Simulated;
        if (host.Cluster is not null)
        {
            return ClusterMarket.Start(host, isFed ? SourceFrom : null, FloorOf(configuration)).Status;
        }

        return isFed ? LiveMarket.Start(host, SourceFrom(0), FloorOf(configuration)).Status : static () => null;

        TickSource SourceFrom(long position) => TickSource.Simulated(
            (ulong)configuration.Market.Seed,
            configuration.Market.Interval,
            host.System.Time.GetUtcNow(),
            position);
    }

    private static GatewayServices ServicesOf(
        NodeConfiguration configuration, NodeHost host, Func<MarketStatus?> market) => new()
        {
            Entities = host.Door,
            Tables = new NodeTables(host),
            Time = host.System.Time,
            Status = () => host.Status(market()),
            StrategyProblem = static (strategy, instruments, parameters) =>
                StrategyCatalog.TryCreate(strategy, instruments, parameters, out _, out var error) ? null : error,
            RememberFor = configuration.Http.IdempotencyRetention,
            PoolOrderProtection = configuration.PoolOrders.Protection,
            HasOperatorEndpoint = host.Cluster is not null,
        };

    private static string AddressOf(GatewayServer? gateway) => gateway?.Address.ToString().TrimEnd('/') ?? "";

    private static void Announce(CommandOutput output, NodeHost host, GatewayServer gateway)
    {
        var directory = Path.GetFullPath(host.Options.DataDirectory);
        var address = gateway.Address.ToString().TrimEnd('/');
        if (output.IsJson)
        {
            output.Json(
                json =>
                {
                    json.WriteStartObject();
                    json.WriteString("event", "ready");
                    json.WriteString("address", address);
                    json.WriteString("dataDirectory", directory);
                    json.WriteString("mode", host.Door.Mode.ToString());
                    json.WriteString("version", NodeHost.Version);
                    json.WriteNumber("events", host.Journal.Statistics().Events);
                    json.WriteEndObject();
                },
                indented: false);
            return;
        }

        output.Facts(
            $"ActorTrade {NodeHost.Version} is running",
            ("Page", address),
            ("Data", directory),
            ("Journal", $"{host.Journal.Statistics().Events:N0} events"),
            ("State", host.Door.Mode.ToString()),
            ("Stop", "Ctrl+C"));
    }

    // Candles of five steps of the simulated market: averages are warm in minutes, so a first run shows trades.
    private static FloorOptions FloorOf(NodeConfiguration configuration) => new()
    {
        SignalInterval = TimeSpan.FromTicks(
            Math.Max(TimeSpan.TicksPerSecond, configuration.Market.Interval.Ticks * 5)),
        Terms = new PaperTerms(
            new Bps(configuration.Venue.TakerFeeBps),
            configuration.Venue.Latency,
            configuration.Venue.DefaultDepth,
            configuration.Venue.FaultPerMille,
            configuration.Market.Seed),
        OpensPools = false,
        RegistersBots = configuration.Bots.RegisterAtStart,
        BotCapital = configuration.Bots.Capital,
    };

    private static NodeHostOptions OptionsOf(NodeConfiguration configuration) => new()
    {
        Name = configuration.Node.Name,
        DataDirectory = configuration.Node.DataDirectory,
        Journal = new SqliteJournalOptions
        {
            Durability = configuration.Journal.Synchronous,
            CheckpointPages = configuration.Journal.CheckpointPages,
            RecoveryThreads = configuration.Entities.RecoveriesAtOnce,
        },
        Shards = new LocalShardsOptions
        {
            PassivateAfter = configuration.Entities.PassivateAfter,
            LoadedMax = configuration.Entities.LoadedMax,
        },
    };

    private static IPAddress AddressOf(NodeConfiguration configuration) =>
        IPAddress.TryParse(configuration.Http.Address, out var address)
            ? address
            : throw new ConfigurationException([$"Http:Address: '{configuration.Http.Address}' is no IP address."]);
}
