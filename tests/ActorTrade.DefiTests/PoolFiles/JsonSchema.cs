using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorTrade.DefiTests.PoolFiles;

/// <summary>Validates by a JSON Schema of 2020-12, as far as docs/schema uses its words; another word throws.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Notes =
        ["$schema", "$id", "$defs", "title", "description", "default", "format"];

    public JsonElement Root => root;

    public JsonElement Definition(string name) => root.GetProperty("$defs").GetProperty(name);

    public bool Accepts(JsonElement value) => Accepts(root, value);

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(word => Keeps(schema, word.Name, word.Value, value));

    private bool Keeps(JsonElement schema, string word, JsonElement rule, JsonElement value) => word switch
    {
        "$ref" => Accepts(Definition(rule.GetString()!["#/$defs/".Length..]), value),
        "type" => rule.ValueKind == JsonValueKind.Array
            ? rule.EnumerateArray().Any(t => IsOf(t.GetString()!, value))
            : IsOf(rule.GetString()!, value),
        "const" => JsonElement.DeepEquals(rule, value),
        "enum" => rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
        "anyOf" => rule.EnumerateArray().Any(one => Accepts(one, value)),
        "oneOf" => rule.EnumerateArray().Count(one => Accepts(one, value)) == 1,
        "required" => value.ValueKind != JsonValueKind.Object
            || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "dependentRequired" => value.ValueKind != JsonValueKind.Object || rule.EnumerateObject().All(one =>
            !value.TryGetProperty(one.Name, out _)
            || one.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _))),
        "properties" => value.ValueKind != JsonValueKind.Object || rule.EnumerateObject().All(property =>
            !value.TryGetProperty(property.Name, out var inner) || Accepts(property.Value, inner)),
        "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(one => Accepts(rule, one)),
        "prefixItems" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Zip(rule.EnumerateArray())
            .All(pair => Accepts(pair.Second, pair.First)),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32(),
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32(),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
        _ when Notes.Contains(word) => true,
        _ => throw new NotSupportedException($"The word {word} in {schema}"),
    };

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        _ => throw new NotSupportedException($"The type {type}"),
    };
}
