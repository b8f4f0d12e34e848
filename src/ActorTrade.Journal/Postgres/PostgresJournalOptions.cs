using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.Journal.Postgres;

/// <summary>Settings of a journal in PostgreSQL. Encryption and client certificates are the connection string's
/// (<c>SSL Mode</c>, <c>Root Certificate</c>, <c>SSL Certificate</c>, <c>SSL Key</c>).</summary>
public sealed record PostgresJournalOptions
{
    /// <summary>Of the server that writes, in Npgsql's form.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Of the server that <see cref="IJournal.ReadAll"/> asks, such as a replica; null for the one that
    /// writes.</summary>
    public string? ReadConnectionString { get; init; }

    /// <summary>The database schema that holds this cluster's tables: lower-case letters, digits and '_', 63 at
    /// most.</summary>
    public string Schema { get; init; } = "actortrade";

    /// <summary>This node's name, told to the server and kept with the shards it takes.</summary>
    public required string Owner { get; init; }

    /// <summary>Which shard an entity belongs to; the same function on every node.</summary>
    public required Func<EntityId, ShardId> ShardOf { get; init; }

    /// <summary>How many shards each role has. Stored when first told; another number is refused from then
    /// on.</summary>
    public IReadOnlyDictionary<string, int> ShardCounts { get; init; } = new Dictionary<string, int>();

    /// <summary>A recovery takes its shard over where it is not held: for one node alone.</summary>
    public bool TakesShardsOnDemand { get; init; }

    /// <summary>After which the server gives a statement up.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time to connect to the server, in whole seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections to each server at most; above <see cref="RecoveriesAtOnce"/> by four at least.</summary>
    public int PoolSizeMax { get; init; } = 16;

    /// <summary>Entities recovered at the same time.</summary>
    public int RecoveriesAtOnce { get; init; } = 8;

    /// <summary>How long an append may wait for its turn while the server does not answer, before it fails.</summary>
    public TimeSpan AppendPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The wait before the second attempt to connect; doubles to <see cref="ReconnectMax"/>.</summary>
    public TimeSpan ReconnectMin { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan ReconnectMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often commits of other nodes are looked for while anybody listens.</summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a reader of everything waits for this node's own newest event while another writer's open
    /// transaction, or the replica, holds it back. It then gives what there is.</summary>
    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Requests not yet answered at which <see cref="IJournal.HasRoom"/> turns false.</summary>
    public int WaitingRequestsMax { get; init; } = 65_536;

    /// <summary>Bytes of payload not yet answered at which <see cref="IJournal.HasRoom"/> turns false.</summary>
    public long WaitingBytesMax { get; init; } = 64L << 20;

    /// <summary>Payload bytes of one request at most; a larger one fails.</summary>
    public long RequestBytesMax { get; init; } = 64L << 20;

    /// <summary>Payload bytes of one commit, unless a single request is larger.</summary>
    public long CommitBytesMax { get; init; } = 8L << 20;

    /// <summary>Entities whose right to append is remembered; beyond it the oldest must be recovered again.</summary>
    public int StreamsMax { get; init; } = 1_000_000;

    /// <summary>Snapshots waiting to be written; more are dropped.</summary>
    public int WaitingSnapshotsMax { get; init; } = 1_000;

    /// <summary>Clock for wake-ups.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
