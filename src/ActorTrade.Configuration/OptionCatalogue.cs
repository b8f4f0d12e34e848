using System.Text.Json;
using ActorTrade.Operator;

namespace ActorTrade.Configuration;

/// <summary>One option as <c>reference.json</c> describes it.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Default">In the form a file would hold it.</param>
/// <param name="Min">Least value allowed; null for no bound.</param>
/// <param name="Max">Greatest value allowed; null for no bound.</param>
public sealed record ConfigurationOption(
    string Key, string Default, string? Min, string? Max, string? Unit, string Meaning);

/// <summary>All options there are.</summary>
public sealed class OptionCatalogue
{
    private readonly Dictionary<string, ConfigurationOption> _options;

    private OptionCatalogue(IEnumerable<ConfigurationOption> options) =>
        _options = options.ToDictionary(o => o.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>The one built into this program.</summary>
    public static OptionCatalogue Reference { get; } = LoadReference();

    /// <summary>In the order of the file.</summary>
    public IReadOnlyCollection<ConfigurationOption> Options => _options.Values;

    /// <summary>How many options a section has.</summary>
    public int CountIn(string section) =>
        _options.Keys.Count(k => k.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase));

    public ConfigurationOption? Find(string key) => _options.GetValueOrDefault(key);

    /// <summary>The known key most like this one, for "did you mean".</summary>
    public string NearestTo(string key) => EditDistance.Nearest(key, _options.Values.Select(o => o.Key));

    /// <exception cref="JsonException">The text is not of the form of a reference file.</exception>
    public static OptionCatalogue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new OptionCatalogue(
            [.. document.RootElement.EnumerateObject()
                .Where(section => section.Name[0] != '$')
                .SelectMany(section => section.Value.EnumerateObject()
                    .Select(o => Read($"{section.Name}:{o.Name}", o.Value)))]);
    }

    private static ConfigurationOption Read(string key, JsonElement option)
    {
        foreach (var field in option.EnumerateObject())
        {
            if (field.Name is not ("default" or "min" or "max" or "unit" or "meaning"))
            {
                throw new JsonException($"{key}: '{field.Name}' describes no option.");
            }
        }

        return new ConfigurationOption(
            key,
            Text("default") ?? throw new JsonException($"{key} has no default."),
            Text("min"),
            Text("max"),
            Text("unit"),
            Text("meaning") ?? throw new JsonException($"{key} has no meaning."));

        string? Text(string name) =>
            option.TryGetProperty(name, out var value) ? ConfigurationLayers.TextOf(value) : null;
    }

    private static OptionCatalogue LoadReference()
    {
        using var stream = typeof(OptionCatalogue).Assembly.GetManifestResourceStream("reference.json")
            ?? throw new InvalidOperationException("The program was built without reference.json.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }
}
