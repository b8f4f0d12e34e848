namespace ActorTrade.Journal.Postgres;

/// <summary>A newer version has changed the database's schema.</summary>
public sealed class SchemaTooNewException(string schema, int known, int found)
    : Exception(
        $"The schema '{schema}' of the database has version {found}, this program knows version {known}. "
        + "Start the newer program; there is no way back but a backup from before the upgrade.")
{
    /// <summary>The newest version this program knows.</summary>
    public int Known { get; } = known;

    /// <summary>The database's.</summary>
    public int Found { get; } = found;
}

/// <summary>The cluster was created with another number of shards; it never changes in a cluster's life.</summary>
public sealed class ShardCountMismatchException(string role, int configured, int stored)
    : Exception(
        $"The cluster was created with {stored} shards of the role '{role}', but {configured} are configured. "
        + $"Configure {stored}, or a new database schema for a new cluster.")
{
    public string Role { get; } = role;

    public int Configured { get; } = configured;

    public int Stored { get; } = stored;
}

/// <summary>The server is too old for the journal.</summary>
public sealed class PostgresTooOldException(string found)
    : Exception($"The PostgreSQL server has version {found}; the journal needs 13 or later.");
