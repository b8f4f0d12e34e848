namespace ActorTrade.Configuration;

/// <summary>The database that holds a cluster's journal.</summary>
public sealed record PostgresSection(
    string ConnectionString,
    string ReadConnectionString,
    string Schema,
    TimeSpan StatementTimeout,
    int PoolSizeMax,
    int RecoveriesAtOnce);

/// <summary>The message broker that carries a cluster's commands.</summary>
public sealed record RabbitMqSection(
    string Uri,
    TimeSpan Heartbeat,
    int Prefetch,
    string RootCertificate,
    string Certificate,
    string Key,
    string RevocationLists);

/// <summary>What a process is in a cluster, and the times it goes by.</summary>
public sealed record ClusterSection(
    bool Enabled,
    string Name,
    string Roles,
    int ShardCount,
    TimeSpan HeartbeatEvery,
    TimeSpan SuspectAfter,
    TimeSpan DownAfter,
    TimeSpan SilenceMax,
    TimeSpan DrainMax,
    int MovesAtOnce);
