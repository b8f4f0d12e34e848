using ActorTrade.Cluster.Operation;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>actor</c>: what goes on inside the nodes.</summary>
internal sealed class ActorPalette(Asking asking) : IPalette
{
    private static readonly CommandValue NodeOption = Describe.Optional("node", "Only this node.", "nodes");
    private static readonly CommandValue TopOption = Describe.Count("top", "Lines a node at most.", 20, 500);

    public string Name => "actor";

    public string Meaning => "The actors within the nodes.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "hierarchy",
                Meaning = "The tree of actors, one a line.",
                Options =
                [
                    Describe.Optional("start", "Path to begin at, such as /user/wake-scheduler.") with { Letter = "s" },
                    Describe.Count("depth", "Levels below the start.", 1, 20) with { Letter = "d" },
                    NodeOption with { Letter = "n" },
                ],
            },
            Run = HierarchyAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "restarts",
                Meaning = "Actors that failed: how often, when last, and why.",
                Options = [NodeOption, TopOption],
            },
            Run = RestartsAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "poisoned",
                Meaning = "Commands at which an entity's rules failed again and again, and which it refuses since.",
                Arguments = [Describe.Optional("entity", "Only this one, or those whose names begin so.")],
                Options = [Describe.Count("limit", "Commands at most.", 50, 1_000)],
            },
            Run = PoisonedAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "mailboxes",
                Meaning = "The fullest mailboxes, and what was refused.",
                Options = [NodeOption, TopOption],
            },
            Run = MailboxesAsync,
        },
    ];

    private async Task<CommandResult> HierarchyAsync(CommandCall call)
    {
        var request = new HierarchyRequest(call.TextOrNull("start"), call.Whole("depth"));
        var answers = await AnswersAsync(NodeQuestions.Hierarchy, request, call);
        Column[] columns =
        [
            new() { Name = "Actor" }, new() { Name = "Type" }, new() { Name = "State" },
            new() { Name = "Children", Kind = ColumnKinds.Number },
            new() { Name = "Waiting", Kind = ColumnKinds.Number },
            new() { Name = "Failures", Kind = ColumnKinds.Number },
        ];
        var blocks = answers.Where(a => a.Answer is not null).SelectMany(a =>
        {
            var rows = a.Answer!.Actors.Select(l => Row.Of(
                new string(' ', l.Depth * 2) + (l.Depth == 0 ? l.Path : l.Path[(l.Path.LastIndexOf('/') + 1)..]),
                l.Type,
                new Cell(l.State, l.State == "running" ? Tones.Ok : Tones.Warn),
                Wire.Of(l.Children),
                Wire.Of(l.Waiting),
                new Cell(Wire.Of(l.Restarts), l.Restarts > 0 ? Tones.Warn : null)));
            var table = ResultBlock.TableOf(a.Node, columns, rows);
            return a.Answer.Omitted == 0
                ? [table]
                : new[]
                {
                    table,
                    ResultBlock.Line($"… and {a.Answer.Omitted:N0} more: begin deeper with --start, or less --depth."),
                };
        });
        return Partial.Result(blocks, answers.Select(a => (a.Node, a.Failure)));
    }

    private async Task<CommandResult> RestartsAsync(CommandCall call)
    {
        var answers = await AnswersAsync(NodeQuestions.Restarts, new TopRequest(call.Whole("top")), call);
        Column[] columns =
        [
            new() { Name = "Node" }, new() { Name = "Actor" }, new() { Name = "Failures", Kind = ColumnKinds.Number },
            new() { Name = "Last", Kind = ColumnKinds.Time }, new() { Name = "Then" },
            new() { Name = "Cause", Wraps = true },
        ];
        var rows = answers.Where(a => a.Answer is not null)
            .SelectMany(a => a.Answer!.Actors.Select(l => (a.Node, Line: l)))
            .OrderByDescending(l => l.Line.LastAt)
            .Select(l => Row.Of(
                l.Node,
                l.Line.Path,
                Wire.Of(l.Line.Count),
                Wire.Of(l.Line.LastAt),
                l.Line.Directive,
                l.Line.LastCause));
        var sums = answers.Where(a => a.Answer is not null).Select(a =>
            $"{a.Node}: {a.Answer!.Failures:N0} failures, {a.Answer.Restarts:N0} restarts since it started");
        return Partial.Result(
            [ResultBlock.TableOf(null, columns, rows), ResultBlock.Line([.. sums])],
            answers.Select(a => (a.Node, a.Failure)));
    }

    private async Task<CommandResult> PoisonedAsync(CommandCall call)
    {
        var rows = await asking.RowsAsync(
            "poisoned", call.Whole("limit"), call.TextOrNull("entity"), call.Cancelled);
        return rows.Rows.Count == 0
            ? CommandResult.Of(ResultBlock.Line("No command was ever set aside."))
            : RowTable.Of(rows);
    }

    private async Task<CommandResult> MailboxesAsync(CommandCall call)
    {
        var answers = await AnswersAsync(NodeQuestions.Mailboxes, new TopRequest(call.Whole("top")), call);
        Column[] columns =
        [
            new() { Name = "Node" }, new() { Name = "Actor" }, new() { Name = "Type" },
            new() { Name = "Waiting", Kind = ColumnKinds.Number }, new() { Name = "Room", Kind = ColumnKinds.Number },
            new() { Name = "Full", Kind = ColumnKinds.Share },
        ];
        var rows = answers.Where(a => a.Answer is not null)
            .SelectMany(a => a.Answer!.Actors.Select(l => (a.Node, Line: l)))
            .OrderByDescending(l => (double)l.Line.Waiting / Math.Max(1, l.Line.Capacity))
            .Select(l =>
            {
                var share = (double)l.Line.Waiting / Math.Max(1, l.Line.Capacity);
                var tone = share >= 0.9 ? Tones.Fail : share >= 0.5 ? Tones.Warn : null;
                return Row.Of(
                    l.Node, l.Line.Path, l.Line.Type, Wire.Of(l.Line.Waiting), Wire.Of(l.Line.Capacity),
                    new Cell(Wire.Of(share), tone));
            });
        var sums = answers.Where(a => a.Answer is not null).Select(a =>
            $"{a.Node}: {a.Answer!.Live:N0} actors, {a.Answer.Waiting:N0} messages waiting; since it started "
            + $"{a.Answer.RefusedFull:N0} refused by a full mailbox, {a.Answer.DeadLetters:N0} dropped at a stop");
        return Partial.Result(
            [ResultBlock.TableOf(null, columns, rows), ResultBlock.Line([.. sums])],
            answers.Select(a => (a.Node, a.Failure)));
    }

    private async Task<List<(string Node, TAnswer? Answer, string? Failure)>> AnswersAsync<TRequest, TAnswer>(
        NodeQuestion<TRequest, TAnswer> question, TRequest request, CommandCall call)
        where TAnswer : class
    {
        if (call.TextOrNull("node") is { } name)
        {
            var node = asking.Member(name);
            return [(node.Last.Name, await asking.NodeAsync(question, node, request, call.Cancelled), null)];
        }

        var answers = await asking.EveryNodeAsync(question, request, call.Cancelled);
        return [.. answers.Select(a => (a.Node.Last.Name, a.Answer, a.Failure))];
    }
}
