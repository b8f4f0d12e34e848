namespace ActorTrade.Configuration;

/// <summary>The configuration cannot be used. Nothing was started.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One line each: the key, the value, where it came from, and what was expected.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
