using ActorTrade.Cluster.Operation;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>cluster-sharding</c>: which shard is where, and moving one.</summary>
internal sealed class ShardingPalette(LighthouseServices services, Asking asking) : IPalette
{
    public string Name => "cluster-sharding";

    public string Meaning => "Where shards and entities are.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "list-regions",
                Meaning = "Every role with its shards, by the node that serves them.",
            },
            Run = _ => Task.FromResult(ListRegions()),
        },
        new()
        {
            Description = new()
            {
                Name = "region-stats",
                Meaning = "Every shard as its owner sees it: phase, epoch, entities in memory.",
                Arguments = [Describe.Optional("node", "Only this node's.", "nodes")],
            },
            Run = RegionStatsAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "where",
                Meaning = "The shard and the node of an entity.",
                Arguments = [Describe.Argument("entity", "Category and key, such as account-alice.", "entities")],
            },
            Run = call => Task.FromResult(Where(call)),
        },
        new()
        {
            Description = new()
            {
                Name = "move",
                Meaning = "Gives a shard to a node, which drains at its owner first.",
                Acts = true,
                Arguments =
                [
                    Describe.Argument("shard", "Role and number, such as trade/17.", "shards"),
                    Describe.Argument("node", "Who is to serve it.", "nodes"),
                ],
            },
            Run = MoveAsync,
        },
    ];

    private CommandResult ListRegions()
    {
        var now = services.View.Now();
        Column[] columns =
        [
            new() { Name = "Role" }, new() { Name = "Node" }, new() { Name = "Shards", Kind = ColumnKinds.Number },
            new() { Name = "Wanted", Kind = ColumnKinds.Number }, new() { Name = "Which", Wraps = true },
        ];
        var pairs = now.Shards.SelectMany(s => new[] { (s.Shard.Role, Node: s.Owner), (s.Shard.Role, Node: s.Wanted) })
            .Distinct()
            .Where(p => p.Node is not null || now.Shards.Any(s => s.Shard.Role == p.Role && s.Owner is null))
            .OrderBy(p => p.Role, StringComparer.Ordinal).ThenBy(p => p.Node, StringComparer.Ordinal);
        var rows = pairs.Select(p =>
        {
            var owned = now.Shards.Where(s => s.Shard.Role == p.Role && s.Owner == p.Node).ToList();
            return Row.Of(
                p.Role,
                p.Node is null ? new Cell("(no owner)", Tones.Fail) : p.Node,
                Wire.Of(owned.Count),
                p.Node is null ? "" : Wire.Of(now.Shards.Count(s => s.Shard.Role == p.Role && s.Wanted == p.Node)),
                Ranges(owned.Select(s => s.Shard.Number)));
        });
        var warning = now.IsConnected ? Array.Empty<ResultBlock>() : [ClusterPalette.Blind()];
        return CommandResult.Of([.. warning, ResultBlock.TableOf(null, columns, rows)]);
    }

    private async Task<CommandResult> RegionStatsAsync(CommandCall call)
    {
        var only = call.TextOrNull("node") is { } name ? asking.Member(name) : null;
        var (question, nothing) = (NodeQuestions.RegionStats, new NothingRequest());
        var answers = only is not null
            ? [(only, await asking.NodeAsync(question, only, nothing, call.Cancelled), null)]
            : await asking.EveryNodeAsync(question, nothing, call.Cancelled);
        Column[] columns =
        [
            new() { Name = "Shard" }, new() { Name = "Node" }, new() { Name = "State" },
            new() { Name = "Epoch", Kind = ColumnKinds.Number }, new() { Name = "Entities", Kind = ColumnKinds.Number },
        ];
        var lines = answers.SelectMany(a => (a.Answer?.Shards ?? []).Select(s => (a.Node.Last.Name, Line: s)))
            .OrderBy(l => ShardId.TryParse(l.Line.Shard, out var id) ? id : default)
            .ThenBy(l => l.Name, StringComparer.Ordinal);
        var rows = lines.Select(l => Row.Of(
            l.Line.Shard,
            l.Name,
            new Cell(l.Line.State, l.Line.State == "serving" ? Tones.Ok : Tones.Warn),
            l.Line.Epoch is { } epoch ? Wire.Of(epoch) : "",
            Wire.Of(l.Line.Entities)));
        return Partial.Result(
            [ResultBlock.TableOf(null, columns, rows)], answers.Select(a => (a.Node.Last.Name, a.Failure)));
    }

    private CommandResult Where(CommandCall call)
    {
        EntityId entity;
        try
        {
            entity = EntityId.Parse(call.Text("entity"));
        }
        catch (FormatException e)
        {
            throw new OperatorException(
                ExitCode.Configuration, "entity-malformed", e.Message, "For example: account-alice, bot-trend-1.");
        }

        var now = services.View.Now();
        if (services.View.ShardOf(entity) is not { } shard)
        {
            throw new OperatorException(
                ExitCode.NotFound,
                "category-unknown",
                $"No role serves entities of the category '{entity.Category}'.",
                now.IsConnected ? "Categories are account, bot, order, pool, token, system and so on."
                    : "This Lighthouse does not reach the broker.");
        }

        var placement = now.Shards.FirstOrDefault(s => s.Shard == shard);
        return CommandResult.Of(ResultBlock.FactsOf(
            null,
            new Fact("Entity", entity.ToString()),
            new Fact("Shard", shard.ToString()),
            new Fact("Served by", placement?.Owner ?? "nobody", placement?.Owner is null ? Tones.Fail : null),
            new Fact(
                "Placed at",
                placement?.Wanted ?? "nobody",
                placement?.Wanted != placement?.Owner ? Tones.Warn : null),
            new Fact("Epoch", Wire.Of(placement?.Epoch ?? 0), Kind: ColumnKinds.Number)));
    }

    private async Task<CommandResult> MoveAsync(CommandCall call)
    {
        if (!ShardId.TryParse(call.Text("shard"), out var shard))
        {
            throw new OperatorException(
                ExitCode.Configuration,
                "shard-malformed",
                $"'{call.Text("shard")}' names no shard.",
                "A role, a slash and a number, such as trade/17.");
        }

        var placement = services.View.Now().Shards.FirstOrDefault(s => s.Shard == shard)
            ?? throw new OperatorException(
                ExitCode.NotFound,
                "shard-unknown",
                $"There is no shard {shard}.",
                "See 'cluster-sharding list-regions'.");
        var node = asking.Member(call.Text("node"));
        if (!node.Last.Roles.Contains(shard.Role))
        {
            throw new OperatorException(
                ExitCode.Configuration,
                "role-missing",
                $"{node.Last.Name} does not have the role '{shard.Role}' ({string.Join(", ", node.Last.Roles)}).",
                "Choose a node that has it: see 'cluster show'.");
        }

        await ClusterPalette.GuardAsync(() => services.Placement.MoveAsync(shard, node.Last.Name, call.Cancelled));
        return CommandResult.Of(ResultBlock.Line(
            $"{shard} moves from {placement.Owner ?? "nobody"} to {node.Last.Name}.", "'cluster tail' shows when."));
    }

    /// <summary>1,2,3,7 as 1-3 7.</summary>
    internal static string Ranges(IEnumerable<int> numbers)
    {
        var ranges = new List<(int From, int To)>();
        foreach (var number in numbers.Order())
        {
            if (ranges.Count > 0 && ranges[^1].To + 1 == number)
            {
                ranges[^1] = (ranges[^1].From, number);
            }
            else
            {
                ranges.Add((number, number));
            }
        }

        return string.Join(' ', ranges.Select(r => r.From == r.To ? $"{r.From}" : $"{r.From}-{r.To}"));
    }
}

/// <summary>Results of several nodes of which some gave none.</summary>
internal static class Partial
{
    /// <summary>The blocks, then a line for each node without an answer; where there is one, exit code 1.</summary>
    public static CommandResult Result(
        IEnumerable<ResultBlock> blocks, IEnumerable<(string Node, string? Failure)> nodes)
    {
        var failures = nodes.Where(n => n.Failure is not null).Select(n => $"No answer: {n.Failure}").ToArray();
        return new CommandResult
        {
            Blocks = failures.Length == 0 ? [.. blocks] : [.. blocks, ResultBlock.Line(failures)],
            ExitCode = failures.Length == 0 ? 0 : (int)ExitCode.Error,
        };
    }
}
