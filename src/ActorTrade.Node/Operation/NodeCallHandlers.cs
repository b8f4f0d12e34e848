using System.Text.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Routing;
using ActorTrade.Gateway;
using ActorTrade.Gateway.Bots;
using ActorTrade.Kernel;
using ActorTrade.Node.Hosting;

namespace ActorTrade.Node.Operation;

/// <summary>
/// What a node answers to operators, by the names of <see cref="NodeQuestions"/>. Quick and read-only, but for the
/// registration of a bot.
/// </summary>
public sealed class NodeCallHandlers
{
    private readonly NodeHost _host;
    private readonly OperatorBots? _bots;
    private readonly OperatorTables _tables;
    private readonly FailureLedger _failures;

    /// <param name="gateway">What registrations of bots need; null where this node takes none.</param>
    public NodeCallHandlers(NodeHost host, LogRing log, FailureLedger failures, GatewayServices? gateway = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        (_host, Log, _failures) = (host, log, failures);
        _bots = gateway is null ? null : new OperatorBots(gateway);
        _tables = new OperatorTables(host, () => gateway?.Status().Market);
    }

    public LogRing Log { get; }

    /// <summary>Answers every question from now on.</summary>
    public void Register(NodeCalls calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        On(calls, NodeQuestions.Hierarchy, Hierarchy);
        On(calls, NodeQuestions.Restarts, Restarts);
        On(calls, NodeQuestions.Mailboxes, Mailboxes);
        On(calls, NodeQuestions.Log, Log.Read);
        On(calls, NodeQuestions.RegionStats, _ => RegionStats());
        On(calls, NodeQuestions.Health, _ => Health());
        On(calls, NodeQuestions.Rows, _tables.Read);
        calls.Handle(NodeQuestions.RegisterBot.Name, async (arguments, _) =>
            JsonSerializer.SerializeToElement(
                await RegisterAsync(arguments.Deserialize<RegisterBotCall>(NodeQuestions.Json)!), NodeQuestions.Json));
    }

    internal HierarchyAnswer Hierarchy(HierarchyRequest request)
    {
        var lines = new List<ActorLine>();
        var omitted = 0;
        var failures = _failures.Latest(FailureLedger.PathsMax).ToDictionary(f => f.Path, f => f.Count);
        foreach (var actor in _host.System.Inspect(request.Path, Math.Max(0, request.Depth)))
        {
            if (lines.Count >= NodeQuestions.RowsMax)
            {
                omitted++;
                continue;
            }

            var path = actor.Actor.Path;
            lines.Add(new ActorLine(
                path, actor.Depth, actor.Type, actor.Phase, actor.Waiting, actor.Capacity,
                failures.GetValueOrDefault(path), actor.Children));
        }

        return lines.Count > 0
            ? new HierarchyAnswer(lines, omitted)
            : throw new ArgumentException($"there is no actor {request.Path}");
    }

    internal RestartsAnswer Restarts(TopRequest request) => new(
        _failures.Latest(Math.Clamp(request.Top, 1, NodeQuestions.RowsMax)),
        _host.System.Counters.Failures,
        _host.System.Counters.Restarts);

    internal MailboxesAnswer Mailboxes(TopRequest request)
    {
        long sum = 0;
        var fullest = new PriorityQueue<ActorInspection, double>();
        var top = Math.Clamp(request.Top, 1, NodeQuestions.RowsMax);
        foreach (var actor in _host.System.Inspect().Where(a => a.Waiting > 0))
        {
            sum += actor.Waiting;
            fullest.Enqueue(actor, (double)actor.Waiting / Math.Max(1, actor.Capacity));
            if (fullest.Count > top)
            {
                fullest.Dequeue();
            }
        }

        var lines = new List<MailboxLine>();
        while (fullest.TryDequeue(out var actor, out _))
        {
            lines.Insert(0, new MailboxLine(actor.Actor.Path, actor.Type, actor.Waiting, actor.Capacity));
        }

        var counters = _host.System.Counters;
        return new MailboxesAnswer(lines, counters.LiveActors, sum, counters.RefusedFull, counters.DeadLetters);
    }

    internal RegionStatsAnswer RegionStats()
    {
        if (_host.Cluster is not { Board: { } board, Local: { } local })
        {
            return new RegionStatsAnswer([]);
        }

        var loaded = local.LoadedByShard();
        return new RegionStatsAnswer(
        [
            .. board.Shards.Where(s => board.PhaseOf(s) is not (SeatPhase.Out or SeatPhase.Standby)).Order().Select(
                s => new RegionLine(
                    s.ToString(),
                    board.PhaseOf(s).ToString().ToLowerInvariant(),
                    loaded.GetValueOrDefault(s))),
        ]);
    }

    internal NodeHealthAnswer Health()
    {
        var status = _host.Status(market: null);
        var disk = DiskOf(_host.Options.DataDirectory);
        string?[] problems =
        [
            status.JournalFailure is { } journal ? $"The journal has stopped: {journal}" : null,
            status.TablesFailure is { } tables ? $"The tables have stopped: {tables}" : null,
            status.Journal.HasRoom ? null : "The journal takes no more: too much waits to be stored.",
        ];
        return new NodeHealthAnswer(
            _host.System.Time.GetUtcNow(),
            status.Version,
            status.Uptime.TotalSeconds,
            status.Mode.ToString(),
            status.Journal.Events,
            status.Journal.Bytes,
            status.Journal.Entities,
            status.Journal.Snapshots,
            status.Journal.HasRoom,
            _host.Tables is null ? null : status.Lag,
            disk?.AvailableFreeSpace,
            disk?.TotalSize,
            [.. problems.OfType<string>()]);
    }

    private async Task<RegisterBotAnswer> RegisterAsync(RegisterBotCall call)
    {
        var bots = _bots ?? throw new InvalidOperationException("this node has no gateway and registers no bots");
        var bot = await bots.RegisterAsync(call.Json, call.Origin);
        return new RegisterBotAnswer(bot.Value);
    }

    private static DriveInfo? DiskOf(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory));
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void On<TRequest, TAnswer>(
        NodeCalls calls, NodeQuestion<TRequest, TAnswer> question, Func<TRequest, TAnswer> answer) =>
        calls.Handle(question.Name, (arguments, _) => Task.FromResult(
            JsonSerializer.SerializeToElement(
                answer(arguments.Deserialize<TRequest>(NodeQuestions.Json)!), NodeQuestions.Json)));
}
