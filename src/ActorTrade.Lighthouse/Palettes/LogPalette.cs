using System.Runtime.CompilerServices;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>log tail</c>: the newest lines of the nodes' logs, then every new one.</summary>
internal sealed class LogPalette(LighthouseServices services, Asking asking) : IPalette
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public string Name => "log";

    public string Meaning => "The nodes' logs.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "tail",
                Meaning = "The last lines of every node, then new ones as they come.",
                Streams = true,
                Arguments = [Describe.Optional("node", "Only this node.", "nodes")],
                Options =
                [
                    Describe.Count("lines", "Lines a node to begin with.", 20, 1_000),
                    new()
                    {
                        Name = "level",
                        Default = "info",
                        Meaning = "This level and graver ones.",
                        Choices = ["debug", "info", "warn", "error"],
                    },
                    Describe.Optional("contains", "Only lines with this in them."),
                ],
            },
            Stream = call => TailAsync(call, call.Cancelled),
        },
    ];

    private async IAsyncEnumerable<StreamItem> TailAsync(
        CommandCall call, [EnumeratorCancellation] CancellationToken cancelled)
    {
        var only = call.TextOrNull("node") is { } name ? asking.Member(name).Last.Name : null;
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        var silent = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var nodes = asking.Nodes().Where(n => only is null || n.Last.Name == only).ToList();
            var batches = await Task.WhenAll(nodes.Select(n => ReadAsync(call, n, places, cancelled)));
            foreach (var item in batches.SelectMany(b => Items(b.Node.Last, b.Answer, b.Failure, silent))
                .OrderBy(i => i.At))
            {
                yield return item;
            }

            foreach (var (node, answer, _) in batches)
            {
                places[node.Last.Node] = answer?.Next ?? places.GetValueOrDefault(node.Last.Node, -1);
            }

            await Task.Delay(LookEvery, services.Time, cancelled);
        }
    }

    private async Task<(Member Node, LogAnswer? Answer, string? Failure)> ReadAsync(
        CommandCall call, Member node, Dictionary<string, long> places, CancellationToken cancelled)
    {
        var after = places.GetValueOrDefault(node.Last.Node, -1);
        var count = after < 0 ? call.Whole("lines") : NodeQuestions.RowsMax;
        var request = new LogRequest(after, count, call.Text("level"), call.TextOrNull("contains"));
        try
        {
            return (node, await asking.NodeAsync(NodeQuestions.Log, node, request, cancelled), null);
        }
        catch (OperatorException e)
        {
            return (node, null, e.Message);
        }
    }

    // A node without an answer is said to be so once, not twice a second.
    private IEnumerable<StreamItem> Items(
        ActorTrade.Cluster.Membership.Heartbeat node, LogAnswer? answer, string? failure, HashSet<string> silent)
    {
        if (answer is null)
        {
            return silent.Add(node.Node)
                ? [StreamItem.Line(services.Time.GetUtcNow(), node.Name, failure ?? "No answer.", Tones.Fail)]
                : [];
        }

        silent.Remove(node.Node);
        var lost = answer.Lost == 0
            ? Array.Empty<StreamItem>()
            : [StreamItem.Line(services.Time.GetUtcNow(), node.Name, $"{answer.Lost:N0} lines were lost.", Tones.Warn)];
        return lost.Concat(answer.Lines.Select(l => StreamItem.Line(
            l.At, node.Name, $"{l.Level,-5} {l.Source}: {l.Text}", ToneOf(l.Level))));
    }

    private static string? ToneOf(string level) => level switch
    {
        "error" => Tones.Fail,
        "warn" => Tones.Warn,
        "debug" => Tones.Muted,
        _ => null,
    };
}
