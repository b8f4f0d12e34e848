namespace ActorTrade.Journal.Sqlite;

/// <summary>What a commit waits for.</summary>
public enum CommitDurability
{
    /// <summary>The disk has it: what was acknowledged survives a power cut. SQLite's
    /// <c>synchronous=FULL</c>.</summary>
    Full = 0,

    /// <summary>
    /// The operating system has it: what was acknowledged survives the death of the process, but the newest commits may
    /// be lost in a power cut. SQLite's <c>synchronous=NORMAL</c>.
    /// </summary>
    Normal = 1,
}

/// <summary>Settings of a journal in SQLite.</summary>
public sealed record SqliteJournalOptions
{
    public CommitDurability Durability { get; init; } = CommitDurability.Full;

    /// <summary>Pages of 4 KiB in the write-ahead log before the writer copies them into the
    /// file; a pause of 5–40 ms each time.</summary>
    public int CheckpointPages { get; init; } = 4000;

    /// <summary>Requests not yet answered at which <see cref="IJournal.HasRoom"/> turns false.</summary>
    public int WaitingRequestsMax { get; init; } = 65_536;

    /// <summary>Bytes of payload not yet answered at which <see cref="IJournal.HasRoom"/> turns false.</summary>
    public long WaitingBytesMax { get; init; } = 64L << 20;

    /// <summary>Payload bytes of one request at most; a larger one fails. SQLite's
    /// own limit is 10^9 bytes a row.</summary>
    public long RequestBytesMax { get; init; } = 64L << 20;

    /// <summary>Events after which the head of every entity is written down, so that
    /// opening reads only what follows.</summary>
    public int HeadsEveryEvents { get; init; } = 250_000;

    /// <summary>Entities recovered at the same time.</summary>
    public int RecoveryThreads { get; init; } = 2;

    /// <summary>
    /// Entities without any event whose epoch is remembered; beyond it the oldest must
    /// be recovered again before it can append.
    /// </summary>
    public int EmptyEntitiesMax { get; init; } = 65_536;

    /// <summary>Deletes every snapshot when the journal is opened: all entities are then
    /// folded from their first event.</summary>
    public bool DropsSnapshots { get; init; }

    /// <summary>Pages the file may have; 0 for as many as SQLite can. At the bound
    /// commits fail as on a full disk.</summary>
    public long PagesMax { get; init; }
}
