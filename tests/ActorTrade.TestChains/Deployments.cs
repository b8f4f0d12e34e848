using System.Collections.Immutable;
using System.Text.Json;

namespace ActorTrade.TestChains;

/// <summary>A token of a deployment.</summary>
public sealed record DeployedToken(string Symbol, string Address, int Decimals);

/// <summary>A pool of a deployment, as far as it does not change.</summary>
/// <param name="Kind">As pool files name kinds.</param>
/// <param name="Venue">Whose pool it is, as in <c>UniswapV2</c>.</param>
/// <param name="Tokens">Their symbols, in the pool's order.</param>
/// <param name="TickSpacing">Of concentrated pools; else 0.</param>
/// <param name="PoolId">Of Balancer's pools; else null.</param>
/// <param name="Version">Of the curve, where a kind has several; else 0.</param>
/// <param name="TellsRates">A pool of Balancer's that answers how it scales its tokens.</param>
public sealed record DeployedPool(
    string Name,
    string Venue,
    string Kind,
    string Address,
    ImmutableArray<string> Tokens,
    int FeePips,
    int TickSpacing,
    string? PoolId,
    int Version = 0,
    bool TellsRates = false);

/// <summary>A <c>deployments.json</c>: what stands on a chain and where. See contracts/README.md.</summary>
public sealed record Deployments(
    long ChainId,
    long Block,
    ImmutableDictionary<string, string> Contracts,
    ImmutableDictionary<string, DeployedToken> Tokens,
    ImmutableArray<DeployedPool> Pools)
{
    private const int SchemaKnown = 1;

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="FormatException">It is of another form; names what is missing.</exception>
    public static Deployments Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.GetProperty("schema").GetInt32() != SchemaKnown)
            {
                throw new FormatException($"schema is {root.GetProperty("schema")}; {SchemaKnown} is known.");
            }

            return new Deployments(
                root.GetProperty("chainId").GetInt64(),
                root.GetProperty("block").GetInt64(),
                root.GetProperty("contracts").EnumerateObject()
                    .ToImmutableDictionary(c => c.Name, c => Text(c.Value, "address")),
                root.GetProperty("tokens").EnumerateObject().ToImmutableDictionary(
                    t => t.Name,
                    t => new DeployedToken(
                        t.Name, Text(t.Value, "address"), t.Value.GetProperty("decimals").GetInt32())),
                [.. root.GetProperty("pools").EnumerateArray().Select(ReadPool)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"The deployments are not of schema {SchemaKnown}: {e.Message}", e);
        }
    }

    /// <summary>The address of a contract. <see cref="KeyNotFoundException"/> where it does not stand.</summary>
    public string AddressOf(string contract) => Contracts[contract];

    public DeployedPool Pool(string name) => Pools.Single(p => p.Name == name);

    private static DeployedPool ReadPool(JsonElement pool) => new(
        Text(pool, "name"),
        Text(pool, "venue"),
        Text(pool, "kind"),
        Text(pool, "address"),
        [.. pool.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!)],
        pool.GetProperty("feePips").GetInt32(),
        pool.TryGetProperty("tickSpacing", out var spacing) ? spacing.GetInt32() : 0,
        pool.TryGetProperty("poolId", out var id) ? id.GetString() : null,
        pool.TryGetProperty("version", out var version) ? version.GetInt32() : 0,
        pool.TryGetProperty("tellsRates", out var tells) && tells.GetBoolean());

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new InvalidOperationException($"{name} is null.");
}
