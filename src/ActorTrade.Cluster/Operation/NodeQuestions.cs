using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorTrade.Cluster.Operation;

/// <summary>
/// Everything a node can be asked. The records travel as JSON between versions: a member may be added with a default,
/// none renamed or removed while the version before is supported.
/// </summary>
public static class NodeQuestions
{
    /// <summary>The most rows of any answer, so that one fits into a message.</summary>
    public const int RowsMax = 1_000;

    public static readonly NodeQuestion<HierarchyRequest, HierarchyAnswer> Hierarchy = new("actor.hierarchy");
    public static readonly NodeQuestion<TopRequest, RestartsAnswer> Restarts = new("actor.restarts");
    public static readonly NodeQuestion<TopRequest, MailboxesAnswer> Mailboxes = new("actor.mailboxes");
    public static readonly NodeQuestion<LogRequest, LogAnswer> Log = new("log.read");
    public static readonly NodeQuestion<NothingRequest, RegionStatsAnswer> RegionStats = new("region.stats");
    public static readonly NodeQuestion<NothingRequest, NodeHealthAnswer> Health = new("node.health");
    public static readonly NodeQuestion<RowsRequest, RowsAnswer> Rows = new("tables.rows");
    public static readonly NodeQuestion<RegisterBotCall, RegisterBotAnswer> RegisterBot = new("bots.register");

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

public sealed record NothingRequest;

/// <param name="Path">Where to begin; null for the top.</param>
/// <param name="Depth">Levels below it, at least 0.</param>
public sealed record HierarchyRequest(string? Path = null, int Depth = 2);

/// <param name="Actors">Parents before children, children by name; at most <see cref="NodeQuestions.RowsMax"/>.</param>
/// <param name="Omitted">Actors of these levels that did not fit.</param>
public sealed record HierarchyAnswer(IReadOnlyList<ActorLine> Actors, int Omitted);

/// <summary>An actor.</summary>
/// <param name="Depth">Levels below the start.</param>
/// <param name="Type">The kind of actor, for people.</param>
/// <param name="State">running, restarting, stopping and so on.</param>
/// <param name="Children">How many it has.</param>
public sealed record ActorLine(
    string Path, int Depth, string Type, string State, int Waiting, int Capacity, long Restarts, int Children);

/// <param name="Top">How many lines at most, 1 to <see cref="NodeQuestions.RowsMax"/>.</param>
public sealed record TopRequest(int Top = 50);

/// <param name="Actors">The latest failure first.</param>
/// <param name="Failures">Of all actors since the node's start.</param>
/// <param name="Restarts">Of all actors since the node's start.</param>
public sealed record RestartsAnswer(IReadOnlyList<RestartLine> Actors, long Failures, long Restarts);

/// <param name="Count">Failures of this path that are remembered.</param>
/// <param name="Directive">What the supervisor did the last time.</param>
public sealed record RestartLine(string Path, long Count, DateTimeOffset LastAt, string LastCause, string Directive);

/// <param name="Actors">The fullest first.</param>
/// <param name="Live">Actors of the node.</param>
/// <param name="RefusedFull">Messages refused since the node's start because a mailbox was full.</param>
/// <param name="DeadLetters">Messages dropped since the node's start because their actor had stopped.</param>
public sealed record MailboxesAnswer(
    IReadOnlyList<MailboxLine> Actors, long Live, long Waiting, long RefusedFull, long DeadLetters);

public sealed record MailboxLine(string Path, string Type, int Waiting, int Capacity);

/// <param name="After">Lines with higher numbers; -1 for the last <paramref name="Max"/>.</param>
/// <param name="Max">Lines at most, 1 to <see cref="NodeQuestions.RowsMax"/>.</param>
/// <param name="Level">debug, info, warn or error: this one and graver ones.</param>
/// <param name="Contains">Only lines with this in them; null for all.</param>
public sealed record LogRequest(long After = -1, int Max = 200, string Level = "debug", string? Contains = null);

/// <param name="Next">What to ask with as After for what follows.</param>
/// <param name="Lost">Lines between After and the oldest that is still kept.</param>
public sealed record LogAnswer(IReadOnlyList<LogLine> Lines, long Next, long Lost);

public sealed record LogLine(long Number, DateTimeOffset At, string Level, string Source, string Text);

public sealed record RegionStatsAnswer(IReadOnlyList<RegionLine> Shards);

/// <summary>A shard as its owner sees it.</summary>
/// <param name="State">serving, draining and so on.</param>
/// <param name="Entities">In memory.</param>
/// <param name="Epoch">Under which it appends; null where the node does not tell.</param>
public sealed record RegionLine(string Shard, string State, int Entities, long? Epoch = null);

/// <summary>A node's own numbers.</summary>
/// <param name="At">Its clock.</param>
/// <param name="Uptime">Seconds.</param>
/// <param name="Lag">Durable events that are not in its tables yet; null where it keeps none.</param>
/// <param name="DiskFree">Bytes free where its data is; null where unknown.</param>
/// <param name="DiskSize">Bytes of that disk.</param>
/// <param name="Problems">What has stopped there, in words.</param>
public sealed record NodeHealthAnswer(
    DateTimeOffset At,
    string Version,
    double Uptime,
    string Mode,
    long JournalEvents,
    long JournalBytes,
    long JournalEntities,
    long JournalSnapshots,
    bool JournalHasRoom,
    long? Lag,
    long? DiskFree,
    long? DiskSize,
    IReadOnlyList<string> Problems);

/// <summary>Rows of a list that only the tables know.</summary>
/// <param name="Table">accounts, bots, pools, orders or in-doubt.</param>
/// <param name="Limit">1 to <see cref="NodeQuestions.RowsMax"/>.</param>
/// <param name="Prefix">Only rows whose first column begins with it; null for all.</param>
public sealed record RowsRequest(string Table, int Limit = 100, string? Prefix = null);

/// <param name="Rows">As many cells as columns; null where there is nothing.</param>
/// <param name="Lag">Durable events that are not in these rows yet.</param>
public sealed record RowsAnswer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, long Lag);

/// <param name="Json">The file, in the form of the API's request to register a bot.</param>
/// <param name="Origin">Who asks and from where, for the audit; the owner of the account will own the bot.</param>
public sealed record RegisterBotCall(string Json, string Origin);

public sealed record RegisterBotAnswer(string Bot);

/// <summary>A question that nodes answer: its name and the records that travel.</summary>
public sealed record NodeQuestion<TRequest, TAnswer>(string Name);
