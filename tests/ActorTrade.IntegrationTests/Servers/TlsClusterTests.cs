using System.Collections.Concurrent;
using ActorTrade.Cluster.Hosting;
using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Domain;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Node.Configuration;
using ActorTrade.Node.Hosting;
using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>Nodes of a cluster that knows its members by certificates, by configuration alone.</summary>
public sealed class TlsClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-tls-").FullName;
    private TestAuthority _authority = null!;
    private PostgresServer? _postgres;
    private BrokerServer? _broker;

    public async ValueTask InitializeAsync()
    {
        _authority = await TestAuthority.CreateAsync("lighthouse-1", "node-1", "node-2", "node-3");
        await _authority.RevokeAsync("node-3");
        _postgres = await PostgresServer.StartAsync(_authority.Folder);
        _broker = await BrokerServer.StartAsync(_authority.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new TestServer?[] { _broker, _postgres })
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Commands_cross_between_nodes_and_a_revoked_one_hears_why_it_is_refused()
    {
        await using var lighthouse = new ConnectedCluster(ServersOf("lighthouse-1"), NodeHost.Version, () => "");
        lighthouse.Start();
        await using var first = await StartAsync("node-1");
        await using var second = await StartAsync("node-2");
        await Eventually.TrueAsync(() => Serves(first) && Serves(second), "shards on both nodes");
        var accounts = Enumerable.Range(0, 24).Select(i => AccountId.Parse($"tls-{i}")).ToList();
        foreach (var account in accounts)
        {
            Assert.IsType<Answer.Accepted>(await OpenAsync(first, account));
        }

        Assert.Contains(accounts, a => IsServedBy(second, Account.IdOf(a)));

        var revoked = await Assert.ThrowsAsync<ServersAwayException>(() => StartAsync("node-3"));
        Assert.StartsWith(
            "PostgreSQL refuses this process: The certificate of CN=node-3 is revoked. Have another issued",
            revoked.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broker_refuses_a_revoked_node_in_words()
    {
        var said = new ConcurrentQueue<string>();
        var servers = ServersOf("node-3");
        await using var broker = servers.Broker(
            TimeProvider.System, e => said.Enqueue(servers.BrokerFault(e, TimeProvider.System)));
        broker.Start();
        await Eventually.TrueAsync(() => !said.IsEmpty, "a refusal");
        Assert.All(said, words => Assert.StartsWith(
            "RabbitMQ refuses this process: The certificate of CN=node-3 is revoked.",
            words,
            StringComparison.Ordinal));
        Assert.False(broker.IsConnected);
    }

    private ClusterServers ServersOf(string name)
    {
        var configuration = ConfigurationOf(name);
        return ClusterServers.Of(
            name, configuration.Postgres, configuration.RabbitMq, configuration.Cluster, EntityKinds.RoleOf);
    }

    private static bool Serves(NodeHost host) =>
        host.Cluster!.Board!.Shards.Any(s => host.Cluster.Board.PhaseOf(s) == SeatPhase.Serving);

    private static bool IsServedBy(NodeHost host, EntityId entity)
    {
        var shard = new NodeShards(8, EntityKinds.RoleOf).ShardOf(entity);
        return host.Cluster!.Board!.PhaseOf(shard) == SeatPhase.Serving;
    }

    private static async Task<Answer> OpenAsync(NodeHost host, AccountId account)
    {
        var time = TimeProvider.System;
        var header = new CommandHeader(
            DeterministicGuid.FromText(account.Value), "alice", time.GetUtcNow() + TimeSpan.FromMinutes(5));
        Answer answer = new Answer.Refused(RefusalReason.Unavailable);
        await Eventually.HoldsAsync(async () =>
        {
            // Shards are on the move at first; the command's id makes a repeat harmless.
            answer = await host.Cluster!.Entities.AskAsync(
                Account.IdOf(account), new Account.Command.Open("alice"), header, TimeSpan.FromSeconds(5), time);
            return answer is Answer.Accepted;
        });
        return answer;
    }

    private Task<NodeHost> StartAsync(string name)
    {
        var options = new NodeHostOptions { Name = name, DataDirectory = Path.Combine(_folder, name) };
        return ClusterStart.StartAsync(ConfigurationOf(name), options, () => "", _ => { }, CancellationToken.None)
            .WaitAsync(Patience);
    }

    private NodeConfiguration ConfigurationOf(string name)
    {
        var connection = new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString)
        {
            RootCertificate = _authority.RootCertificate,
            SslCertificate = _authority.CertificateOf(name),
            SslKey = _authority.KeyOf(name),
        };
        return NodeConfiguration.Load(new ConfigurationSources
        {
            Settings =
            [
                $"Node:Name={name}", "Cluster:Enabled=true", "Cluster:ShardCount=8",
                $"Postgres:ConnectionString={connection.ConnectionString}",
                $"RabbitMq:Uri={_broker!.Uri}",
                $"RabbitMq:RootCertificate={_authority.RootCertificate}",
                $"RabbitMq:Certificate={_authority.CertificateOf(name)}",
                $"RabbitMq:Key={_authority.KeyOf(name)}",
                $"RabbitMq:RevocationLists={_authority.RevocationLists}",
            ],
        });
    }
}
