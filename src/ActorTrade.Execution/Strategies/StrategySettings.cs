using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorTrade.Domain.Bots;

namespace ActorTrade.Execution.Strategies;

/// <summary>How a parameter's text is read.</summary>
public enum ParameterType
{
    /// <summary>A decimal number with a point.</summary>
    Number,

    /// <summary>A whole number.</summary>
    Count,

    /// <summary>A time span such as 00:01:00; its bounds are seconds.</summary>
    Duration,

    /// <summary>One of a few words.</summary>
    Choice,
}

/// <summary>One parameter of a strategy, with its default and its bounds (both allowed).</summary>
public sealed record StrategyParameter(
    string Name,
    ParameterType Type,
    string Default,
    string Meaning,
    decimal Min = 0,
    decimal Max = decimal.MaxValue,
    params string[] Choices)
{
    /// <summary>Null where the text is a value of the parameter, else what is wrong, beginning with its name.</summary>
    public string? Check(string text) => Type switch
    {
        ParameterType.Choice => Choices.Contains(text, StringComparer.Ordinal)
            ? null
            : $"{Name}: '{text}' is none of {string.Join(", ", Choices)}.",
        ParameterType.Duration => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
            ? CheckBounds((decimal)span.TotalSeconds, " seconds")
            : $"{Name}: '{text}' is no time span like 00:01:00.",
        ParameterType.Count =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
            ? CheckBounds(count, "")
            : $"{Name}: '{text}' is no whole number.",
        _ => decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number)
            ? CheckBounds(number, "")
            : $"{Name}: '{text}' is no decimal number.",
    };

    private string? CheckBounds(decimal value, string unit)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (value < Min)
        {
            return string.Create(invariant, $"{Name}: must be at least {Min}{unit}.");
        }

        return value > Max ? string.Create(invariant, $"{Name}: must be at most {Max}{unit}.") : null;
    }
}

/// <summary>The checked parameters of one bot's strategy; what is not given has its default.</summary>
public sealed class StrategySettings
{
    private readonly Dictionary<string, string> _values;

    private StrategySettings(Dictionary<string, string> values) => _values = values;

    /// <summary>Reads the given parameters against their descriptions. The error
    /// begins with the parameter's name.</summary>
    public static bool TryRead(
        IReadOnlyList<StrategyParameter> parameters,
        IReadOnlyList<BotParameter> given,
        [NotNullWhen(true)] out StrategySettings? settings,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(given);
        settings = null;
        var values = parameters.ToDictionary(p => p.Name, p => p.Default, StringComparer.Ordinal);
        foreach (var (name, value) in given)
        {
            var parameter = parameters.FirstOrDefault(p => p.Name == name);
            error = parameter is null
                ? $"{name}: is no parameter of this strategy; it has {string.Join(", ", parameters.Select(p => p.Name))}."
                : parameter.Check(value);
            if (error is not null)
            {
                return false;
            }

            values[name] = value;
        }

        error = null;
        settings = new StrategySettings(values);
        return true;
    }

    public decimal Number(string name) => decimal.Parse(_values[name], CultureInfo.InvariantCulture);

    public int Count(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);

    public TimeSpan Duration(string name) => TimeSpan.Parse(_values[name], CultureInfo.InvariantCulture);

    public string Choice(string name) => _values[name];
}
