using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>doctor</c>: looks at everything that goes wrong in practice, and says what to do about it.</summary>
internal sealed class DoctorPalette(LighthouseServices services, Asking asking) : IPalette
{
    // A heartbeat is some milliseconds on its way; orders and deadlines bear a second.
    private static readonly TimeSpan SkewWarn = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SkewFail = TimeSpan.FromSeconds(2);
    private const double DiskWarn = 0.15;
    private const double DiskFail = 0.05;
    private const long LagWarn = 1_000;
    private const long LagFail = 100_000;

    public string Name => "doctor";

    public string Meaning => "Looks for what is wrong.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "run",
                IsDefault = true,
                Meaning = "Checks clocks, disks, versions, servers, queues, schema, lag. Exit code 1 where one fails.",
            },
            Run = RunAsync,
        },
    ];

    private async Task<CommandResult> RunAsync(CommandCall call)
    {
        var now = services.View.Now();
        var servers = ServersAsync(call.Cancelled);
        var nodes = await Task.WhenAll(asking.Nodes().Select(n => OfNodeAsync(n, call.Cancelled)));
        List<ServerCheck> checks =
        [
            Broker(now), Members(now), Homeless(now), Versions(now),
            .. now.Members.Where(m => m.Liveness == Liveness.Live).Select(Clock),
            .. nodes.SelectMany(n => n),
            .. await servers,
        ];
        Column[] columns =
        [
            new() { Name = "Verdict" }, new() { Name = "What" }, new() { Name = "Found", Wraps = true },
            new() { Name = "What to do", Wraps = true },
        ];
        var rows = checks.OrderByDescending(c => c.Verdict).Select(c => Row.Of(
            new Cell(c.Verdict.ToString().ToLowerInvariant(), ToneOf(c.Verdict)), c.What, c.Found, c.Next));
        var failed = checks.Count(c => c.Verdict == CheckVerdict.Fail);
        var warned = checks.Count(c => c.Verdict == CheckVerdict.Warn);
        return new CommandResult
        {
            Blocks =
            [
                ResultBlock.TableOf(null, columns, rows),
                ResultBlock.Line($"{checks.Count} checks: {failed} failed, {warned} warnings."),
            ],
            ExitCode = failed > 0 ? (int)ExitCode.Error : 0,
        };
    }

    private async Task<IReadOnlyList<ServerCheck>> ServersAsync(CancellationToken cancelled)
    {
        try
        {
            return await services.Servers.RunAsync(cancelled);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What the doctor cannot look at is ill, whatever it is; the other lines still count.
            return [new ServerCheck("servers", CheckVerdict.Fail, e.Message, "Look at the Lighthouse's own output.")];
        }
    }

    private static ServerCheck Broker(ClusterState now) => now.IsConnected
        ? new ServerCheck("broker", CheckVerdict.Ok, "reached")
        : new ServerCheck(
            "broker",
            CheckVerdict.Fail,
            "This Lighthouse does not reach it.",
            "Is RabbitMQ running, and RabbitMq:Uri right? Nodes may still trade.");

    private static ServerCheck Members(ClusterState now)
    {
        var nodes = now.Members.Where(m => m.IsNode()).ToList();
        var ill = nodes.Where(m => m.Liveness is Liveness.Suspected or Liveness.Down
            || m.Last.State == MemberState.Isolated).ToList();
        return nodes.Count == 0
            ? new ServerCheck("nodes", CheckVerdict.Fail, "none is known", "Start one: actortrade run.")
            : ill.Count == 0
                ? new ServerCheck("nodes", CheckVerdict.Ok, $"{nodes.Count(m => m.Liveness == Liveness.Live)} up")
                : new ServerCheck(
                    "nodes",
                    CheckVerdict.Warn,
                    $"not well: {string.Join(' ', ill.Select(m => m.Last.Name))}",
                    "Look at 'cluster show' and at their logs; 'cluster down NODE' gives their shards away.");
    }

    private static ServerCheck Homeless(ClusterState now)
    {
        var homeless = now.Shards.Where(s => s.Owner is null).ToList();
        return homeless.Count == 0
            ? new ServerCheck("shards", CheckVerdict.Ok, $"{now.Shards.Count} of {now.Shards.Count} served")
            : new ServerCheck(
                "shards",
                CheckVerdict.Fail,
                $"{homeless.Count} of {now.Shards.Count} are served by nobody",
                $"Is a node with the role {string.Join(" or ", homeless.Select(s => s.Shard.Role).Distinct())} up? See "
                + "'cluster-sharding list-regions'.");
    }

    private static ServerCheck Versions(ClusterState now)
    {
        var versions = now.Members.Where(m => m.Liveness == Liveness.Live)
            .Select(m => m.Last.Version).Distinct().Order().ToList();
        return versions.Count <= 1
            ? new ServerCheck("versions", CheckVerdict.Ok, versions.FirstOrDefault() ?? "none")
            : new ServerCheck(
                "versions",
                CheckVerdict.Warn,
                string.Join(", ", versions),
                "As it should be during an upgrade; otherwise replace the older ones.");
    }

    // A heartbeat takes its way, so a receiver whose clock is right hears it a little late, never early.
    private static ServerCheck Clock(Member member)
    {
        var skew = member.Skew;
        var what = $"clock of {member.Last.Name}";
        var way = skew > TimeSpan.Zero ? "ahead" : "behind, or its heartbeats are slow,";
        var found = $"{way} by {skew.Duration().TotalMilliseconds:0} ms";
        return skew.Duration() < SkewWarn
            ? new ServerCheck(what, CheckVerdict.Ok, $"within {skew.Duration().TotalMilliseconds:0} ms")
            : new ServerCheck(
                what,
                skew.Duration() < SkewFail ? CheckVerdict.Warn : CheckVerdict.Fail,
                found,
                "Is the machine's clock synchronised (chrony, systemd-timesyncd)? Deadlines depend on it.");
    }

    private async Task<IEnumerable<ServerCheck>> OfNodeAsync(Member node, CancellationToken cancelled)
    {
        var name = node.Last.Name;
        NodeHealthAnswer health;
        try
        {
            health = await asking.NodeAsync(NodeQuestions.Health, node, new NothingRequest(), cancelled);
        }
        catch (OperatorException e)
        {
            return [new ServerCheck(name, CheckVerdict.Fail, e.Message, "Is it hanging? See 'cluster show'.")];
        }

        var problems = health.Problems.Select(
            p => new ServerCheck(name, CheckVerdict.Fail, p, $"'log tail {name} --level warn' says more."));
        return problems.Append(Disk(name, health)).Append(Lag(name, health));
    }

    private static ServerCheck Disk(string name, NodeHealthAnswer health)
    {
        if (health is not { DiskFree: { } free, DiskSize: { } size and > 0 })
        {
            return new ServerCheck($"disk of {name}", CheckVerdict.Ok, "keeps nothing there");
        }

        var share = (double)free / size;
        var found = $"{share * 100:0} % free ({free / (1024.0 * 1024 * 1024):0.0} GiB)";
        return share >= DiskWarn
            ? new ServerCheck($"disk of {name}", CheckVerdict.Ok, found)
            : new ServerCheck(
                $"disk of {name}",
                share >= DiskFail ? CheckVerdict.Warn : CheckVerdict.Fail,
                found,
                "Make room: a full disk stops the journal and with it all trading.");
    }

    private static ServerCheck Lag(string name, NodeHealthAnswer health) => health.Lag switch
    {
        null => new ServerCheck($"tables of {name}", CheckVerdict.Ok, "keeps none"),
        < LagWarn => new ServerCheck($"tables of {name}", CheckVerdict.Ok, $"{health.Lag:N0} events behind"),
        _ => new ServerCheck(
            $"tables of {name}",
            health.Lag < LagFail ? CheckVerdict.Warn : CheckVerdict.Fail,
            $"{health.Lag:N0} events behind",
            "Lists are old until they catch up; trading is not affected. If it grows, look at the log."),
    };

    private static string ToneOf(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Ok => Tones.Ok,
        CheckVerdict.Warn => Tones.Warn,
        _ => Tones.Fail,
    };
}
