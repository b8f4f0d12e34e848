using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Lighthouse.Endpoint;
using ActorTrade.Lighthouse.Operators;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>A real endpoint on a free port over a cluster on paper, with three operators.</summary>
internal sealed class Endpoint : IAsyncDisposable
{
    public const string Alice = "alice-alice-alice-alice";
    public const string Bob = "bob-bob-bob-bob-bob-bob";
    public const string Eve = "eve-eve-eve-eve-eve-eve";

    private readonly OperatorEndpoint _endpoint;
    private readonly AuditTrail _audit;

    private Endpoint(OperatorEndpoint endpoint, AuditTrail audit, string folder, FakeCluster cluster) =>
        (_endpoint, _audit, Folder, Cluster) = (endpoint, audit, folder, cluster);

    public string Folder { get; }

    public FakeCluster Cluster { get; }

    public Uri Address => _endpoint.Address;

    public string HostAndPort => Address.Authority;

    public string AuditText
    {
        get
        {
            var path = Path.Combine(Folder, "audit.log");
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
    }

    public static async Task<Endpoint> StartAsync(
        EndpointOptions? options = null, Func<LighthouseServices, LighthouseServices>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("actortrade-operator-").FullName;
        var tokens = OperatorTokens.Open("", $"alice act {Alice}\nbob act {Bob}\neve look {Eve}");
        var audit = new AuditTrail(Path.Combine(folder, "audit.log"));
        var cluster = new FakeCluster();
        var services = change is null ? cluster.Services : change(cluster.Services);
        var endpoint = await OperatorEndpoint.StartAsync(
            services, tokens, audit, options ?? new EndpointOptions { Server = "lighthouse-1 0.2.0" });
        return new Endpoint(endpoint, audit, folder, cluster);
    }

    /// <summary>A file with a token, as an operator keeps it.</summary>
    public string TokenFile(string token)
    {
        var path = Path.Combine(Folder, token);
        File.WriteAllText(path, token + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        _audit.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
