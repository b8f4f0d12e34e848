namespace ActorTrade.TestServers;

/// <summary>A RabbitMQ broker for tests. It takes five to ten seconds to start: share it where you can.</summary>
public sealed class BrokerServer : TestServer
{
    private int _hosts;

    private BrokerServer(string? certificates) : base("rabbitmq.sh", "rabbitmq", certificates)
    {
    }

    /// <summary>AMQP address, with user and password unless TLS is on, of the virtual host <c>/</c>.</summary>
    public Uri Uri => new(Value("URI"));

    /// <summary>Process id of the broker's own Erlang port mapper.</summary>
    public int PortMapperPid => Number("EPMD_PID");

    /// <summary>Starts an empty broker.</summary>
    /// <param name="certificates">A folder made by <c>eng/test-authority.sh</c> to allow client certificates only;
    /// null for user and password on the loopback address.</param>
    /// <exception cref="ServerScriptException">Not installed, or it does not start.</exception>
    public static Task<BrokerServer> StartAsync(string? certificates = null) =>
        StartedAsync(new BrokerServer(certificates));

    /// <summary>Runs <c>rabbitmqctl</c> and gives its output; takes about a second.</summary>
    public Task<string> ControlAsync(params string[] arguments) =>
        ScriptAsync(["ctl", Folder, "--quiet", .. arguments]);

    /// <summary>Makes an empty virtual host, so that tests that share a broker do not meet. Not with TLS.</summary>
    /// <returns>The address of it.</returns>
    public async Task<Uri> CreateVirtualHostAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _hosts)}";
        await ControlAsync("eval", $"""
            ok = rabbit_vhost:add(<<"{name}">>, <<"guest">>),
            ok = rabbit_auth_backend_internal:set_permissions(
                <<"guest">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"guest">>).
            """);
        return new Uri(Uri, $"/{name}");
    }
}
