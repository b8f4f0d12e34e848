using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Text;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Kernel;
using ActorTrade.TestServers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>Who gets into a broker that asks for client certificates, and whom a client believes.</summary>
public sealed class BrokerTlsTests(BrokerTlsTests.Fixture fixture) : IClassFixture<BrokerTlsTests.Fixture>
{
    private readonly TestAuthority _authority = fixture.Authority;

    [Fact]
    public async Task A_certificate_of_the_authority_is_let_in_as_the_user_of_its_name()
    {
        await using var connection = await ConnectAsync(Options("node-1"));
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null));
        var queue = (await channel.QueueDeclareAsync()).QueueName;

        // The broker refuses a message that bears another user's name than the one who signed in.
        var properties = new BasicProperties { UserId = "node-1" };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes("hello"));

        var message = await channel.BasicGetAsync(queue, autoAck: true);
        Assert.Equal("hello", Encoding.UTF8.GetString(message!.Body.Span));
    }

    [Fact]
    public async Task No_certificate_is_refused() =>
        await RefusedAsync(Options("node-1"), f => f.Ssl.Certs = null);

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused() =>
        await RefusedAsync(Options("node-1") with
        {
            Certificate = fixture.Foreign.CertificateOf("node-1"),
            Key = fixture.Foreign.KeyOf("node-1"),
        });

    [Fact]
    public async Task A_revoked_certificate_is_refused() => await RefusedAsync(Options("node-2"));

    [Fact]
    public async Task A_certificate_revoked_while_the_broker_runs_is_refused()
    {
        await using (await ConnectAsync(Options("node-3")))
        {
        }

        await _authority.RevokeAsync("node-3");

        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await using var connection = await ConnectAsync(Options("node-3"));
                return false;
            }
            catch (BrokerUnreachableException)
            {
                return true;
            }
        });
    }

    [Fact]
    public async Task A_certificate_whose_name_is_no_user_is_refused()
    {
        await _authority.IssueAsync("stranger");

        var refused = await RefusedAsync(Options("stranger"));

        Assert.IsType<AuthenticationFailureException>(refused.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task Password_and_plain_connection_are_refused()
    {
        var plain = new ConnectionFactory { HostName = "localhost", Port = fixture.Server.Port };

        await Assert.ThrowsAsync<BrokerUnreachableException>(() => plain.CreateConnectionAsync());
    }

    [Fact]
    public async Task A_client_refuses_a_broker_whose_certificate_is_for_another_host()
    {
        var refused = await RefusedAsync(Options("node-1") with { ServerName = "elsewhere.example" });

        Assert.Contains("not for the host", Reason(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_refuses_a_broker_of_another_root()
    {
        var refused = await RefusedAsync(Options("node-1") with { RootCertificate = fixture.Foreign.RootCertificate });

        Assert.Contains("refused", Reason(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_refuses_a_broker_whose_certificate_is_revoked()
    {
        using var later = _authority.Copy();
        await later.RevokeAsync("server");

        var refused = await RefusedAsync(Options("node-1") with { RevocationLists = later.RevocationLists });

        Assert.Contains("CN=server is revoked", Reason(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_refuses_a_broker_without_the_revocation_list_of_each_authority()
    {
        var issuing = Path.Combine(_authority.Folder, "authority", "issuing.crl");

        var refused = await RefusedAsync(Options("node-1") with { RevocationLists = issuing });

        Assert.Contains("no revocation list of CN=ActorTrade test root", Reason(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_refuses_a_broker_when_the_revocation_list_has_run_out()
    {
        using var careless = _authority.Copy();
        await careless.IssueAsync("--list-days", "1", "server");
        var options = Options("node-1") with { RevocationLists = careless.RevocationLists };
        await using (await ConnectAsync(options))
        {
        }

        var refused = await RefusedAsync(options, time: new Later(TimeSpan.FromDays(2)));

        Assert.Contains("ran out", Reason(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broker_of_a_cluster_signs_in_with_its_certificate_and_a_revoked_one_is_kept_out()
    {
        var faults = new ConcurrentQueue<Exception>();
        await using var broker = Broker("node-1", faults);
        broker.Start();
        await Eventually.TrueAsync(() => broker.IsConnected, "a connection");
        Assert.Empty(faults);

        await using var revoked = Broker("node-2", faults);
        revoked.Start();
        await Eventually.TrueAsync(() => !faults.IsEmpty, "a refusal");
        Assert.False(revoked.IsConnected);
    }

    private RabbitMqBroker Broker(string name, ConcurrentQueue<Exception> faults) => new(
        new RabbitMqOptions { Uri = fixture.Server.Uri, Cluster = "tls", Node = name, Tls = Options(name) },
        TimeProvider.System, SynchronizedRandom.FromEntropy(), faults.Enqueue);

    private BrokerTlsOptions Options(string name) => new()
    {
        RootCertificate = _authority.RootCertificate,
        Certificate = _authority.CertificateOf(name),
        Key = _authority.KeyOf(name),
        RevocationLists = _authority.RevocationLists,
    };

    private async Task<IConnection> ConnectAsync(
        BrokerTlsOptions options, Action<ConnectionFactory>? change = null, TimeProvider? time = null)
    {
        var factory = new ConnectionFactory { Uri = fixture.Server.Uri, AutomaticRecoveryEnabled = false };
        BrokerTls.Apply(factory, options, time ?? TimeProvider.System);
        change?.Invoke(factory);
        return await factory.CreateConnectionAsync();
    }

    private Task<BrokerUnreachableException> RefusedAsync(
        BrokerTlsOptions options, Action<ConnectionFactory>? change = null, TimeProvider? time = null) =>
        Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(options, change, time));

    private static string Reason(BrokerUnreachableException refused)
    {
        Exception? e = refused;
        while (e is not (null or AuthenticationException))
        {
            e = e is AggregateException { InnerExceptions: [var first, ..] } ? first : e.InnerException;
        }

        return e?.Message ?? refused.ToString();
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    public sealed class Fixture() : TlsFixture<BrokerServer>(BrokerServer.StartAsync);
}
