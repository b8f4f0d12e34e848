using System.Text.Json;

namespace ActorTrade.Configuration;

/// <summary>A value somebody gave, and where.</summary>
internal readonly record struct Setting(string Text, string Source);

/// <summary>
/// Lays the sources over each other. Only known keys pass; every other is a problem that names the nearest one.
/// </summary>
internal static class ConfigurationLayers
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static Dictionary<string, Setting> Merge(
        ConfigurationSources sources, OptionCatalogue catalogue, List<string> problems)
    {
        var settings = new Dictionary<string, Setting>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, setting) in All(sources, problems))
        {
            if (catalogue.Find(key) is { } option)
            {
                settings[option.Key] = setting;
            }
            else
            {
                problems.Add($"Unknown option '{key}' ({setting.Source}). Did you mean '{catalogue.NearestTo(key)}'?");
            }
        }

        return settings;
    }

    /// <summary>The text of a JSON scalar; null where it is none.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    private static IEnumerable<(string Key, Setting Setting)> All(
        ConfigurationSources sources, List<string> problems) =>
        sources.Files.SelectMany(file => InFile(file, problems))
            .Concat(sources.Environment
                .Where(e => e.Key.StartsWith(
                    ConfigurationSources.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                .OrderBy(e => e.Key, StringComparer.Ordinal)
                .Select(InEnvironment))
            .Concat(sources.Settings.SelectMany(text => OnCommandLine(text, problems)));

    private static List<(string, Setting)> InFile(ConfigurationFile file, List<string> problems)
    {
        var found = new List<(string, Setting)>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(file.Json, Lenient);
            foreach (var section in Members(document.RootElement, file.Name, "the file", problems))
            {
                foreach (var option in Members(section.Value, file.Name, $"'{section.Name}'", problems))
                {
                    var key = $"{section.Name}:{option.Name}";
                    if (TextOf(option.Value) is not { } text)
                    {
                        problems.Add($"{key} in {file.Name}: expected a text, a number, true or false.");
                    }
                    else if (!seen.Add(key))
                    {
                        problems.Add($"{key} stands twice in {file.Name}.");
                    }
                    else
                    {
                        found.Add((key, new Setting(text, file.Name)));
                    }
                }
            }
        }
        catch (JsonException e)
        {
            problems.Add($"{file.Name} is not JSON: {e.Message}");
        }

        return found;
    }

    private static IEnumerable<JsonProperty> Members(
        JsonElement element, string file, string what, List<string> problems)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            // A '$' begins a remark.
            return element.EnumerateObject().Where(p => !p.Name.StartsWith('$')).ToList();
        }

        problems.Add($"{file}: expected {what} to be an object in braces.");
        return [];
    }

    private static (string, Setting) InEnvironment(KeyValuePair<string, string> variable) =>
        (variable.Key[ConfigurationSources.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
            new Setting(variable.Value, $"environment {variable.Key}"));

    private static IEnumerable<(string, Setting)> OnCommandLine(string text, List<string> problems)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            problems.Add($"--set {text}: expected Section:Key=value.");
            return [];
        }

        return [(text[..equals].Trim(), new Setting(text[(equals + 1)..].Trim(), "--set"))];
    }
}
