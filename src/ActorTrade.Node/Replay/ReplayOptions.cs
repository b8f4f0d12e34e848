using ActorTrade.Journal.Sqlite;
using ActorTrade.Node.Configuration;

namespace ActorTrade.Node.Replay;

/// <summary>What to replay, and how.</summary>
/// <param name="Data">Files and folders of recorded data.</param>
public sealed record ReplayOptions(IReadOnlyList<string> Data)
{
    public NodeConfiguration Configuration { get; init; } = NodeConfiguration.Default;

    /// <summary>Seeds everything left to chance: the paper venue's faults, where it is told to make some.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Where the journal is kept, new or empty; null for a temporary folder that is deleted afterwards.
    /// </summary>
    public string? JournalDirectory { get; init; }

    /// <summary>Stop at the first bad row.</summary>
    public bool Strict { get; init; }

    /// <summary>The kinds of bots; null for every kind that fits.</summary>
    public IReadOnlyList<string>? BotKinds { get; init; }

    /// <summary>How arbitrage with the recorded pools is counted, where the data has some.</summary>
    public ArbitrageOptions Arbitrage { get; init; } = new();

    /// <summary>House pools that are there before the first tick, beside those the house opens itself.</summary>
    public IReadOnlyList<ReplayPool> HousePools { get; init; } = [];

    public CommitDurability Durability { get; init; } = CommitDurability.Full;

    /// <summary>Told now and then what part is done, 0 to 1, by an estimate.</summary>
    public Action<double>? Progress { get; init; }
}
