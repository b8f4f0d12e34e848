using System.Security.Cryptography;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.RabbitMq;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Journal.Postgres;
using ActorTrade.Kernel;
using Npgsql;

namespace ActorTrade.Cluster.Hosting;

/// <summary>What the configuration says of the servers and the membership, for every kind of process.</summary>
/// <param name="Name">The configured name of this process.</param>
/// <param name="Shards">The cluster's.</param>
public sealed record ClusterServers(
    string Name, PostgresSection Postgres, RabbitMqSection RabbitMq, ClusterSection Cluster, NodeShards Shards)
{
    /// <summary>What stands in a text setting that is not set.</summary>
    public const string NotSet = "none";

    private const int NameLengthMax = 80;

    /// <summary>Unlike any earlier process's.</summary>
    public string Node { get; } = $"{Name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>The roles of a node, in order.</summary>
    public IReadOnlyList<string> Roles { get; } = Words(Cluster.Roles);

    /// <summary>Checks the settings, before anything is opened.</summary>
    /// <param name="roleOf">As in <see cref="NodeShards"/>.</param>
    /// <exception cref="ConfigurationException">Names everything that makes no sense.</exception>
    public static ClusterServers Of(
        string name,
        PostgresSection postgres,
        RabbitMqSection rabbitMq,
        ClusterSection cluster,
        Func<string, string> roleOf)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var servers = new ClusterServers(
            name, postgres, rabbitMq, cluster, new NodeShards(cluster.ShardCount, roleOf));
        servers.Validate();
        return servers;
    }

    /// <summary>A broker that is not started yet.</summary>
    /// <param name="fault">Hears what went wrong and is tried again; for a log.</param>
    public RabbitMqBroker Broker(TimeProvider time, Action<Exception>? fault = null) =>
        new(BrokerOptions(), time, SynchronizedRandom.FromEntropy(), fault);

    /// <summary>How the broker is reached.</summary>
    public RabbitMqOptions BrokerOptions() => new()
    {
        Uri = new Uri(RabbitMq.Uri),
        Cluster = Cluster.Name,
        Node = Node,
        Heartbeat = RabbitMq.Heartbeat,
        Prefetch = (ushort)RabbitMq.Prefetch,
        Tls = Tls(),
    };

    /// <summary>Opens the journal, and tries for a while where the server is not reached: it may be starting
    /// too.</summary>
    /// <param name="within">How long it is tried.</param>
    /// <param name="waiting">Told, in words, what is waited for; once.</param>
    /// <exception cref="ServersAwayException">The server is not reached in time.</exception>
    public async Task<PostgresJournal> OpenJournalAsync(
        TimeSpan within, Action<string> waiting, TimeProvider time, CancellationToken cancelled)
    {
        var begun = time.GetTimestamp();
        var options = Journal(time);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await PostgresJournal.OpenAsync(options, cancelled).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (e is not PostgresException { IsTransient: false })
            {
                var refusal = DatabaseCertificate()?.Explain(e, time.GetUtcNow());
                if (refusal is { IsFinal: true } final)
                {
                    throw new ServersAwayException(final.Words);
                }

                var why = refusal?.Words ?? e.Message;
                if (time.GetElapsedTime(begun) > within)
                {
                    throw new ServersAwayException(
                        $"PostgreSQL is not reached ({why}): does it run where Postgres:ConnectionString says?");
                }

                if (attempt == 1)
                {
                    waiting($"PostgreSQL is not reached yet ({why}); trying for {within.TotalSeconds:0} s.");
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancelled).ConfigureAwait(false);
        }
    }

    /// <summary>What a fault of the broker means, for a log.</summary>
    public string BrokerFault(Exception fault, TimeProvider time) =>
        (Tls() is { } tls
            ? new RefusedCertificate("RabbitMQ", tls.Certificate, tls.RevocationLists)
                .Explain(fault, time.GetUtcNow())?.Words
            : null)
        ?? $"RabbitMQ: {fault.Message}";

    /// <summary>Connections to the database, for what is not the journal's.</summary>
    public NpgsqlDataSource Database() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Postgres.ConnectionString)
        {
            SearchPath = Postgres.Schema,
            ApplicationName = Node,
            Timeout = 2,
            CommandTimeout = 5,
            MaxPoolSize = 4,
        });

    /// <param name="address">Where this process is reached.</param>
    public ClusterMemberOptions Member(IReadOnlyList<string> roles, string version, Func<string> address) => new()
    {
        Name = Name,
        Roles = roles,
        Version = version,
        Address = address,
        Membership = new MembershipOptions
        {
            HeartbeatEvery = Cluster.HeartbeatEvery,
            SuspectAfter = Cluster.SuspectAfter,
            DownAfter = Cluster.DownAfter,
        },
        SilenceMax = Cluster.SilenceMax,
        DrainMax = Cluster.DrainMax,
        MovesAtOnce = Cluster.MovesAtOnce,
    };

    private PostgresJournalOptions Journal(TimeProvider time) => new()
    {
        ConnectionString = Postgres.ConnectionString,
        ReadConnectionString = Given(Postgres.ReadConnectionString),
        Schema = Postgres.Schema,
        Owner = Node,
        ShardOf = Shards.ShardOf,
        ShardCounts = Shards.Counts,
        StatementTimeout = Postgres.StatementTimeout,
        PoolSizeMax = Postgres.PoolSizeMax,
        RecoveriesAtOnce = Postgres.RecoveriesAtOnce,
        Time = time,
    };

    private RefusedCertificate? DatabaseCertificate() =>
        new NpgsqlConnectionStringBuilder(Postgres.ConnectionString).SslCertificate is { Length: > 0 } certificate
            ? new RefusedCertificate("PostgreSQL", certificate, Given(RabbitMq.RevocationLists))
            : null;

    private BrokerTlsOptions? Tls() => Given(RabbitMq.RootCertificate) is { } root
        ? new BrokerTlsOptions
        {
            RootCertificate = root,
            Certificate = RabbitMq.Certificate,
            Key = RabbitMq.Key,
            RevocationLists = Given(RabbitMq.RevocationLists),
        }
        : null;

    private static string? Given(string setting) => setting == NotSet ? null : setting;

    private void Validate()
    {
        var problems = new List<string>();
        if (Name.Length > NameLengthMax || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            problems.Add(
                $"Node:Name is '{Name}': in a cluster it has at most {NameLengthMax} letters, digits, '-' and '_'.");
        }

        if (Roles.Except(ClusterRoles.OfNodes, StringComparer.Ordinal).FirstOrDefault() is { } role)
        {
            problems.Add($"Cluster:Roles names '{role}': there are {string.Join(", ", ClusterRoles.OfNodes)}.");
        }

        if (Cluster.SilenceMax >= RabbitMq.Heartbeat * 2)
        {
            problems.Add(
                $"Cluster:SilenceMax is {Cluster.SilenceMax}: it must be shorter than two heartbeats of the broker "
                + $"(RabbitMq:Heartbeat is {RabbitMq.Heartbeat}), or another node takes over first.");
        }

        if (Cluster.SuspectAfter <= Cluster.HeartbeatEvery || Cluster.DownAfter <= Cluster.SuspectAfter)
        {
            problems.Add("Cluster: HeartbeatEvery must be shorter than SuspectAfter, and that than DownAfter.");
        }

        if (!Uri.TryCreate(RabbitMq.Uri, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
        {
            problems.Add("RabbitMq:Uri is no address of the form amqp://user:password@host:port/.");
        }

        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }
    }

    private static string[] Words(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A server of the cluster is not reached.</summary>
public sealed class ServersAwayException(string message) : Exception(message);
