using System.CommandLine;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using ActorTrade.Cluster.Hosting;
using ActorTrade.Configuration;
using ActorTrade.Domain;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Lighthouse.Endpoint;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Commands;

/// <summary><c>lighthouse run</c>: listens to operators until it is told to stop.</summary>
internal static class RunCommand
{
    public static string Version { get; } =
        typeof(RunCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static Command Create()
    {
        var config = new Option<string[]>("--config", "-c")
        {
            Description = "A file of differences from cluster-config/reference.json; later files win.",
            HelpName = "file",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "One setting, such as Lighthouse:Port=9111; wins over files and environment.",
            HelpName = "Section:Key=value",
        };
        var port = new Option<int?>("--port", "-p")
        {
            Description = "Port of the operator endpoint; 0 takes a free one.",
            HelpName = "port",
        };
        var json = new Option<bool>("--json") { Description = "Write JSON instead of text." };
        var command = new Command("run", "Starts a Lighthouse.") { config, set, port, json };
        command.SetAction((parsed, cancelled) =>
        {
            List<string> settings = [.. parsed.GetValue(set) ?? []];
            if (parsed.GetValue(port) is { } given)
            {
                settings.Add($"Lighthouse:Port={given}");
            }

            var sources = ConfigurationSources.OfProcess(parsed.GetValue(config) ?? [], settings);
            return RunAsync(LighthouseConfiguration.Load(sources), parsed.GetValue(json), cancelled);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        LighthouseConfiguration configuration, bool isJson, CancellationToken cancelled)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var cancel = cancelled.Register(() => stop.TrySetResult());

        var section = configuration.Lighthouse;
        var tokens = OperatorTokens.Open(
            section.TokenFile, Environment.GetEnvironmentVariable(OperatorTokens.Variable));
        OperatorEndpoint? opened = null;
        await using var cluster = ConnectionOf(configuration, () => opened?.Address.ToString().TrimEnd('/') ?? "");
        using var audit = new AuditTrail(section.AuditFile)
        {
            TellCluster = cluster is null ? null : cluster.TellActed,
        };
        var pools = new PoolDirectory(configuration.Registry);
        var services = (cluster?.Services(section.CommandTimeout) ?? Unconnected(configuration)) with { Pools = pools };
        await using var endpoint = opened =
            await OperatorEndpoint.StartAsync(services, tokens, audit, OptionsOf(section));
        cluster?.Start();
        Announce(endpoint, tokens, isJson);
        await stop.Task;
        return (int)ExitCode.Ok;

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
    }

    private static ConnectedCluster? ConnectionOf(LighthouseConfiguration configuration, Func<string> address)
    {
        if (!configuration.Cluster.Enabled)
        {
            return null;
        }

        var servers = ClusterServers.Of(
            configuration.Lighthouse.Name,
            configuration.Postgres,
            configuration.RabbitMq,
            configuration.Cluster,
            EntityKinds.RoleOf);
        return new ConnectedCluster(servers, Version, address);
    }

    private static LighthouseServices Unconnected(LighthouseConfiguration configuration) =>
        LighthouseServices.Unconnected(
            "This Lighthouse is configured for no cluster: Cluster:Enabled is false.", TimeProvider.System) with
        {
            Patience = configuration.Lighthouse.CommandTimeout,
        };

    private static EndpointOptions OptionsOf(LighthouseSection section) => new()
    {
        Server = $"{section.Name} {Version}",
        Address = IPAddress.TryParse(section.Address, out var address) ? address : throw new ConfigurationException(
            [$"Lighthouse:Address is '{section.Address}': expected an IP address, such as 127.0.0.1."]),
        Port = section.Port,
        TailsMax = section.TailsMax,
        CommandTimeout = section.CommandTimeout,
    };

    private static void Announce(OperatorEndpoint endpoint, OperatorTokens tokens, bool isJson)
    {
        if (isJson)
        {
            var ready = new
            {
                @event = "ready",
                address = endpoint.Address.ToString().TrimEnd('/'),
                tokens = tokens.From,
                version = Version,
            };
            Console.Out.WriteLine(JsonSerializer.Serialize(ready, OperatorProtocol.Json));
            return;
        }

        Console.Out.WriteLine($"Lighthouse {Version} is running");
        Console.Out.WriteLine($"  Operators  {endpoint.Address.Authority}");
        Console.Out.WriteLine($"  Tokens     {tokens.From}{(tokens.IsNew ? " (made just now)" : "")}");
        Console.Out.WriteLine($"  Try        pbm {endpoint.Address.Authority} cluster show --token-file {tokens.From}");
        Console.Out.WriteLine("  Stop       Ctrl+C");
    }
}
