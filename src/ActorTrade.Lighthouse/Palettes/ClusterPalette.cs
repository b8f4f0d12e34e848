using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>cluster</c>: members, what happens, and who has to go.</summary>
internal sealed class ClusterPalette(LighthouseServices services, Asking asking, AuditTrail audit) : IPalette
{
    // The longest kind, so that the texts stand below each other.
    private const int KindWidth = 17;
    private static readonly TimeSpan LeftShownFor = TimeSpan.FromSeconds(15);

    public string Name => "cluster";

    public string Meaning => "The processes of the cluster.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "show",
                Meaning = "Every member: where it is, what it serves and how it is.",
            },
            Run = _ => Task.FromResult(Show()),
        },
        new()
        {
            Description = new() { Name = "status", Meaning = "The whole cluster in a few lines." },
            Run = _ => Task.FromResult(Status()),
        },
        new()
        {
            Description = new()
            {
                Name = "tail",
                Meaning = "Joins, leaves, moves, fencings, failures and operators' commands as they happen.",
                Streams = true,
            },
            Stream = call => TailAsync(call.Cancelled),
        },
        new()
        {
            Description = new()
            {
                Name = "leave",
                Meaning = "Asks a node to hand its shards over and stop; no command fails.",
                Acts = true,
                Arguments = [Describe.Argument("node", "The node, as 'cluster show' names it.", "nodes")],
            },
            Run = LeaveAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "down",
                Meaning = "Takes a node for dead: others serve its shards, and what it writes late is fenced.",
                Acts = true,
                Arguments = [Describe.Argument("node", "The node, as 'cluster show' names it.", "nodes")],
                Options = [Describe.Flag("force", "Also where the node was heard a moment ago.")],
            },
            Run = DownAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "down-unreachable",
                Meaning = "As 'down', for every node that is suspected.",
                Acts = true,
            },
            Run = DownUnreachableAsync,
        },
    ];

    private CommandResult Show()
    {
        var now = services.View.Now();
        Column[] columns =
        [
            new() { Name = "Node" }, new() { Name = "Address" }, new() { Name = "Roles" }, new() { Name = "State" },
            new() { Name = "Version" }, new() { Name = "Shards", Kind = ColumnKinds.Number },
            new() { Name = "Entities", Kind = ColumnKinds.Number }, new() { Name = "Load", Kind = ColumnKinds.Share },
            new() { Name = "Heard", Kind = ColumnKinds.Duration, Unit = "ago" },
        ];
        var shown = now.Members.Where(m => !IsSuperseded(m, now)).ToList();
        var rows = shown
            .OrderBy(m => !m.IsNode()).ThenBy(m => m.Last.Name, StringComparer.Ordinal).ThenBy(m => m.HeardAt)
            .Select(m => Row.Of(
                m.Last.Name,
                m.Last.Address,
                string.Join(',', m.Last.Roles),
                StateOf(m),
                m.Last.Version,
                m.IsNode() ? Wire.Of(m.Last.Shards.Count) : "",
                m.IsNode() ? Wire.Of(m.Last.Entities) : "",
                Wire.Of(m.Last.Load),
                Wire.Of(now.At - m.HeardAt)));
        var nodes = shown.Count(m => m.IsNode() && m.Liveness is Liveness.Live or Liveness.Suspected);
        var warning = now.IsConnected ? Array.Empty<ResultBlock>() : [Blind()];
        return CommandResult.Of(
            [.. warning, ResultBlock.TableOf(null, columns, rows), ResultBlock.Line($"Count: {nodes} nodes")]);
    }

    // A process that left in order, or whose name has a new process, is history.
    private static bool IsSuperseded(Member member, ClusterState now) => member.Liveness switch
    {
        Liveness.Left => now.At - member.HeardAt > LeftShownFor,
        Liveness.Live => false,
        _ => now.Members.Any(m => m.Name == member.Name && m.Last.StartedAt > member.Last.StartedAt),
    };

    private CommandResult Status()
    {
        var now = services.View.Now();
        var nodes = now.Members.Where(m => m.IsNode()).ToList();
        var (up, suspected) = (nodes.Count(IsServing), nodes.Count(m => m.Liveness == Liveness.Suspected));
        var homeless = now.Shards.Count(s => s.Owner is null);
        var moving = now.Shards.Count(s => s.Owner is not null && s.Wanted is not null && s.Owner != s.Wanted);
        var mode = nodes.Where(IsServing).OrderByDescending(m => m.Last.ModeVersion).FirstOrDefault();
        var disagreeing = mode is null ? 0 : nodes.Count(m => IsServing(m) && m.Last.Mode != mode.Last.Mode);
        var state = mode is null ? "unknown: no node is up" : mode.Last.Mode.ToString();
        return CommandResult.Of(ResultBlock.FactsOf(
            null,
            new Fact(
                "Broker",
                now.IsConnected ? "reached" : "NOT reached: what follows is old",
                now.IsConnected ? Tones.Ok : Tones.Fail),
            new Fact("Nodes up", Wire.Of(up), up > 0 ? Tones.Ok : Tones.Fail, ColumnKinds.Number),
            new Fact("Suspected", Wire.Of(suspected), suspected > 0 ? Tones.Warn : null, ColumnKinds.Number),
            new Fact(
                "Down",
                Wire.Of(nodes.Count(m => m.Liveness == Liveness.Down)),
                nodes.Any(m => m.Liveness == Liveness.Down) ? Tones.Warn : null,
                ColumnKinds.Number),
            new Fact("Lighthouses", Wire.Of(now.Members.Count(m => !m.IsNode())), Kind: ColumnKinds.Number),
            new Fact(
                "Versions", string.Join(", ", nodes.Where(IsServing).Select(m => m.Last.Version).Distinct().Order())),
            new Fact("Shards", Wire.Of(now.Shards.Count), Kind: ColumnKinds.Number),
            new Fact(
                "Without owner", Wire.Of(homeless), homeless > 0 ? Tones.Fail : Tones.Ok, ColumnKinds.Number),
            new Fact("Moving", Wire.Of(moving), moving > 0 ? Tones.Warn : null, ColumnKinds.Number),
            new Fact(
                "Trading",
                disagreeing > 0 ? $"{state}; {disagreeing} nodes say otherwise" : state,
                disagreeing > 0 ? Tones.Warn : mode is null ? Tones.Fail : TradePalette.ToneOf(mode.Last.Mode))));
    }

    private async IAsyncEnumerable<StreamItem> TailAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        using var following = audit.Follow(out var operators);
        var events = Channel.CreateBounded<ClusterEvent>(
            new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.Wait });
        var copies = Task.WhenAll(
            CopyAsync(services.View.FollowAsync(stop.Token), events.Writer, stop.Token),
            CopyAsync(operators.ReadAllAsync(stop.Token), events.Writer, stop.Token));
        try
        {
            await foreach (var e in events.Reader.ReadAllAsync(cancelled))
            {
                yield return StreamItem.Line(e.At, e.Shard ?? e.Node, TextOf(e), ToneOf(e.Kind));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await copies;
        }
    }

    private static async Task CopyAsync(
        IAsyncEnumerable<ClusterEvent> from, ChannelWriter<ClusterEvent> to, CancellationToken stop)
    {
        try
        {
            await foreach (var e in from.WithCancellation(stop))
            {
                await to.WriteAsync(e, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The operator has gone.
        }
    }

    private async Task<CommandResult> LeaveAsync(CommandCall call)
    {
        var node = Node(call.Text("node"));
        await GuardAsync(() => services.Placement.LeaveAsync(node.Last.Node, call.Cancelled));
        return CommandResult.Of(ResultBlock.Line(
            $"{node.Last.Name} is asked to leave; it hands {node.Last.Shards.Count} shards over first.",
            "'cluster tail' shows them move; 'cluster show' shows when it is gone."));
    }

    private async Task<CommandResult> DownAsync(CommandCall call)
    {
        var node = Node(call.Text("node"));
        if (node.Liveness == Liveness.Live && !call.Flag("force"))
        {
            throw new OperatorException(
                ExitCode.Error,
                "node-is-up",
                $"{node.Last.Name} was heard {(services.Time.GetUtcNow() - node.HeardAt).TotalSeconds:0.0} s ago.",
                $"'cluster leave {node.Last.Name}' is the gentle way; --force takes it for dead nevertheless.");
        }

        await GuardAsync(() => services.Placement.DownAsync(node.Last.Node, call.Cancelled));
        return CommandResult.Of(ResultBlock.Line(
            $"{node.Last.Name} is taken for dead; {node.Last.Shards.Count} shards go to others.",
            "What it still writes is fenced. Stop its process before you start it anew."));
    }

    private async Task<CommandResult> DownUnreachableAsync(CommandCall call)
    {
        var suspected = services.View.Now().Members
            .Where(m => m.IsNode() && m.Liveness == Liveness.Suspected).ToList();
        foreach (var node in suspected)
        {
            await GuardAsync(() => services.Placement.DownAsync(node.Last.Node, call.Cancelled));
        }

        return CommandResult.Of(ResultBlock.Line(
            suspected.Count == 0
                ? "No node is suspected; nothing was done."
                : $"Taken for dead: {string.Join(", ", suspected.Select(n => n.Last.Name))}."));
    }

    private Member Node(string name)
    {
        var member = asking.Member(name);
        return member.IsNode() ? member : throw new OperatorException(
            ExitCode.Configuration,
            "not-a-node",
            $"{member.Last.Name} is a Lighthouse: it serves no shards.",
            "Stop its process where it runs.");
    }

    internal static async Task GuardAsync(Func<Task> order)
    {
        try
        {
            await order();
        }
        catch (ControlException e)
        {
            throw new OperatorException(ExitCode.Error, "order-refused", e.Message, "Look at 'cluster status'.");
        }
    }

    internal static ResultBlock Blind() => ResultBlock.Line(
        "WARNING: this Lighthouse does not reach the broker; what it knows is old.");

    private static bool IsServing(Member member) =>
        member.Liveness == Liveness.Live && member.Last.State == MemberState.Up;

    private static Cell StateOf(Member member) => (member.Liveness, member.Last.State) switch
    {
        (Liveness.Live, MemberState.Up) => new Cell("up", Tones.Ok),
        (Liveness.Live, MemberState.Isolated) => new Cell("isolated", Tones.Fail),
        (Liveness.Live, var state) => new Cell(state.ToString().ToLowerInvariant(), Tones.Warn),
        (Liveness.Suspected, _) => new Cell("suspected", Tones.Warn),
        (Liveness.Left, _) => new Cell("left", Tones.Muted),
        _ => new Cell("down", Tones.Fail),
    };

    private static string TextOf(ClusterEvent e)
    {
        var node = e.Shard is null ? "" : $"{e.Node}: ";
        var took = e.Duration is { } duration ? $" ({duration.TotalMilliseconds:0} ms)" : "";
        return $"{e.Kind.PadRight(KindWidth)} {node}{e.Text}{took}";
    }

    // What a newer version tells has no tone here.
    private static string? ToneOf(string kind) => kind switch
    {
        ClusterEventKind.MemberJoined or ClusterEventKind.MemberBack or ClusterEventKind.NodeBack
            or ClusterEventKind.BrokerBack => Tones.Ok,
        ClusterEventKind.MemberSuspected or ClusterEventKind.MemberLeaving or ClusterEventKind.MemberLeft
            or ClusterEventKind.ShardDropped or ClusterEventKind.ModeChanged => Tones.Warn,
        ClusterEventKind.MemberDown or ClusterEventKind.ShardFenced or ClusterEventKind.TakeOverFailed
            or ClusterEventKind.NodeCutOff or ClusterEventKind.BrokerLost or ClusterEventKind.CommandPoisoned =>
            Tones.Fail,
        _ => null,
    };
}
