using System.Text.Json;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>What transactions cost in units of gas: so much for the transaction, so much for each hop by its pool's
/// kind.</summary>
public sealed record GasTable
{
    /// <summary>
    /// Measured on a dev chain: a constant-product hop is half of an arbitrage over two pairs (171,084 in all), a
    /// concentrated one <c>exactInputSingle</c> (126,768), both less the 21,000 of a transaction. The others are
    /// estimates, and say so.
    /// </summary>
    public static GasTable Default { get; } = new()
    {
        Transaction = 21_000,
        UnknownKind = new GasOfHop(250_000, IsMeasured: false),
        Hops = new Dictionary<string, GasOfHop>(StringComparer.Ordinal)
        {
            ["constant-product"] = new(75_042, IsMeasured: true),
            ["concentrated"] = new(105_768, IsMeasured: true),
            ["solidly-volatile"] = new(95_000, IsMeasured: false),
            ["solidly-stable"] = new(140_000, IsMeasured: false),
            ["stableswap-classic"] = new(130_000, IsMeasured: false),
            ["stableswap-ng"] = new(150_000, IsMeasured: false),
            ["balancer-weighted"] = new(120_000, IsMeasured: false),
            ["balancer-stable"] = new(150_000, IsMeasured: false),
            ["curve-tricrypto"] = new(250_000, IsMeasured: false),
        },
    };

    /// <summary>The transaction itself, before any hop.</summary>
    public required long Transaction { get; init; }

    /// <summary>A hop through a pool of a kind that is not in the table.</summary>
    public required GasOfHop UnknownKind { get; init; }

    /// <summary>By the kind's name in pool files.</summary>
    public required IReadOnlyDictionary<string, GasOfHop> Hops { get; init; }

    /// <summary>What a hop through a pool of a kind costs, its transfers among it.</summary>
    public GasOfHop OfHop(string kind) => Hops.GetValueOrDefault(kind, UnknownKind);

    /// <summary>
    /// Reads <c>{"transaction":21000,"unknownKind":250000,"hops":{"constant-product":75042}}</c>; what is given so
    /// counts as measured, but for unknownKind. Throws <see cref="FormatException"/> naming the field.
    /// </summary>
    public static GasTable Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var hops = new Dictionary<string, GasOfHop>(StringComparer.Ordinal);
            foreach (var hop in Field(document.RootElement, "hops").EnumerateObject())
            {
                hops[hop.Name] = new GasOfHop(Units(hop.Value, $"hops.{hop.Name}"), IsMeasured: true);
            }

            return new GasTable
            {
                Transaction = Units(Field(document.RootElement, "transaction"), "transaction"),
                UnknownKind = new GasOfHop(
                    Units(Field(document.RootElement, "unknownKind"), "unknownKind"), IsMeasured: false),
                Hops = hops,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The gas table is not what it must be: {e.Message}", e);
        }
    }

    private static JsonElement Field(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var field) ? field : throw new FormatException($"{name}: it is missing.");

    private static long Units(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var units) && units is >= 0 and <= 100_000_000
            ? units
            : throw new FormatException($"{field}: it must be a whole number of gas, 0 to 100,000,000.");
}

/// <param name="Units">Of gas.</param>
/// <param name="IsMeasured">Measured on a chain with the real contracts, else an estimate.</param>
public readonly record struct GasOfHop(long Units, bool IsMeasured);
