using System.Collections;

namespace ActorTrade.Configuration;

/// <summary>
/// Where settings come from; a later one wins over an earlier one: files in their order, environment, settings.
/// </summary>
public sealed record ConfigurationSources
{
    /// <summary>Environment variables of this form are settings: <c>ACTORTRADE__SECTION__KEY</c>.</summary>
    public const string EnvironmentPrefix = "ACTORTRADE__";

    public IReadOnlyList<ConfigurationFile> Files { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What <c>--set</c> was given: <c>Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The sources of this process.</summary>
    /// <exception cref="ConfigurationException">A file cannot be read.</exception>
    public static ConfigurationSources OfProcess(IEnumerable<string> files, IEnumerable<string> settings) => new()
    {
        Files = [.. files.Select(ConfigurationFile.Read)],
        Environment = global::System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(e => ((string)e.Key).StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal),
        Settings = [.. settings],
    };
}

/// <summary>A file of differences from the reference, in JSON; comments and trailing commas are allowed.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Json">Its text.</param>
public sealed record ConfigurationFile(string Name, string Json)
{
    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public static ConfigurationFile Read(string path)
    {
        try
        {
            return new ConfigurationFile(path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException([$"The configuration file '{path}' cannot be read: {e.Message}"]);
        }
    }
}
