using System.Text.Json;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>What transactions cost in units of gas: so much for the transaction, so much for each hop by its pool's
/// kind, so much for a loan.</summary>
public sealed record GasTable
{
    private const string MeasuredTable = "gas-table.json";

    /// <summary>
    /// The file <c>gas-table.json</c> beside this one: its measured rows are written by
    /// <c>contracts/script/gas.mjs</c>, which runs our executor over real pools on a dev chain. The other rows are
    /// estimates, and say so.
    /// </summary>
    public static GasTable Default { get; } = ReadMeasured();

    /// <summary>The transaction itself and the executor's own work, before any hop.</summary>
    public required long Transaction { get; init; }

    /// <summary>A hop through a pool of a kind that is not in the table.</summary>
    public required GasOfHop UnknownKind { get; init; }

    /// <summary>By the kind's name in pool files.</summary>
    public required IReadOnlyDictionary<string, GasOfHop> Hops { get; init; }

    /// <summary>What a loan adds to the hops, by the lender's kind: <c>aave-like</c>, <c>balancer-like</c>,
    /// <c>flash-swap</c>.</summary>
    public required IReadOnlyDictionary<string, GasOfHop> Lenders { get; init; }

    /// <summary>What a hop through a pool of a kind costs, its transfers among it.</summary>
    public GasOfHop OfHop(string kind) => Hops.GetValueOrDefault(kind, UnknownKind);

    /// <summary>
    /// Reads <c>{"transaction":21000,"unknownKind":250000,"hops":{"constant-product":75042}}</c>; <c>lenders</c> may
    /// stand beside the hops, in their form. A number counts as measured, but for unknownKind; an estimate is
    /// <c>{"gas":95000,"measured":false}</c>. Throws <see cref="FormatException"/> naming the field.
    /// </summary>
    public static GasTable Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The gas table is not what it must be: {e.Message}", e);
        }
    }

    private static GasTable ReadMeasured()
    {
#pragma warning disable RS0030 // A resource of this assembly is as constant as its code.
        using var resource = typeof(GasTable).Assembly.GetManifestResourceStream(MeasuredTable)!;
        using var document = JsonDocument.Parse(resource);
#pragma warning restore RS0030
        return Read(document.RootElement);
    }

    private static GasTable Read(JsonElement table) => new()
    {
        Transaction = Units(Field(table, "transaction"), "transaction"),
        UnknownKind = new GasOfHop(Units(Field(table, "unknownKind"), "unknownKind"), IsMeasured: false),
        Hops = Rows(Field(table, "hops"), "hops"),
        Lenders = table.TryGetProperty("lenders", out var lenders)
            ? Rows(lenders, "lenders")
            : new Dictionary<string, GasOfHop>(StringComparer.Ordinal),
    };

    private static Dictionary<string, GasOfHop> Rows(JsonElement rows, string field) =>
        rows.EnumerateObject()
            .ToDictionary(r => r.Name, r => Row(r.Value, $"{field}.{r.Name}"), StringComparer.Ordinal);

    private static GasOfHop Row(JsonElement row, string field) => row.ValueKind == JsonValueKind.Object
        ? new GasOfHop(Units(Field(row, "gas"), field), Field(row, "measured").GetBoolean())
        : new GasOfHop(Units(row, field), IsMeasured: true);

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
