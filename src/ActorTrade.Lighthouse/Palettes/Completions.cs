using ActorTrade.Cluster.Membership;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Names for the tab key, by the sources that the palettes name.</summary>
internal sealed class Completions(LighthouseServices services, Asking asking)
{
    public static IReadOnlyList<string> Sources { get; } = ["nodes", "shards", "bots", "accounts", "pools", "entities"];

    /// <summary>Sorted, at most <see cref="OperatorProtocol.CompletionsMax"/>; none where none is known.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(string source, string prefix, CancellationToken cancelled)
    {
        var now = services.View.Now();
        var names = source switch
        {
            "nodes" => now.Members.Where(m => m.IsNode() && m.Liveness != Liveness.Left).Select(m => m.Last.Name),
            "shards" => now.Shards.Select(s => s.Shard.ToString()),
            "bots" or "accounts" or "pools" => await KeysAsync(source, prefix, cancelled),
            "entities" => await EntitiesAsync(prefix, cancelled),
            _ => [],
        };
        return
        [
            .. names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Distinct()
                .Order(StringComparer.Ordinal).Take(OperatorProtocol.CompletionsMax),
        ];
    }

    private async Task<IEnumerable<string>> EntitiesAsync(string prefix, CancellationToken cancelled)
    {
        string[] categories = ["account-", "bot-", "pool-"];
        if (categories.FirstOrDefault(c => prefix.StartsWith(c, StringComparison.Ordinal)) is not { } category)
        {
            return [.. categories, "system-main"];
        }

        var keys = await KeysAsync(category[..^1] + "s", prefix[category.Length..], cancelled);
        return keys.Select(k => category + k);
    }

    private async Task<IEnumerable<string>> KeysAsync(string table, string prefix, CancellationToken cancelled)
    {
        try
        {
            var rows = await asking.RowsAsync(table, OperatorProtocol.CompletionsMax, prefix, cancelled);
            return rows.Rows.Select(r => r[0] ?? "");
        }
        catch (OperatorException)
        {
            // A tab key that finds nothing is no error.
            return [];
        }
    }
}
