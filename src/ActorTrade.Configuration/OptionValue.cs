using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorTrade.Configuration;

/// <summary>Reads the text of a value as the type it must have, within the option's range.</summary>
internal static class OptionValue
{
    public static bool TryParse(
        string text, Type type, ConfigurationOption option, [NotNullWhen(true)] out object? value)
    {
        value = Parse(text, type);
        return value is not null
            && (option.Min is null || Compare(value, option.Min, type) >= 0)
            && (option.Max is null || Compare(value, option.Max, type) <= 0);
    }

    /// <summary>What is expected, for people: "a whole number from 0 to 65535 (TCP port)".</summary>
    public static string Expected(Type type, ConfigurationOption option)
    {
        var form = type == typeof(string) ? "a text that is not empty"
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a duration as hh:mm:ss"
            : type == typeof(decimal) ? "a number"
            : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
            : "a whole number";
        var range = (option.Min, option.Max) switch
        {
            (null, null) => "",
            (not null, null) => $" of at least {option.Min}",
            (null, not null) => $" of at most {option.Max}",
            _ => $" from {option.Min} to {option.Max}",
        };
        return form + range + (option.Unit is null ? "" : $" ({option.Unit})");
    }

    private static int Compare(object value, string bound, Type type) =>
        ((IComparable)value).CompareTo(
            Parse(bound, type) ?? throw new InvalidOperationException($"'{bound}' is no bound of a {type.Name}."));

    private static object? Parse(string text, Type type)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(string))
        {
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var i) ? i : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var l) ? l : null;
        }

        if (type == typeof(decimal))
        {
            const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
            return decimal.TryParse(text, Plain, culture, out var d) ? d : null;
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var b) ? b : null;
        }

        if (type == typeof(TimeSpan))
        {
            // A bare number would be read as days.
            return text.Contains(':', StringComparison.Ordinal)
                && TimeSpan.TryParseExact(text, "c", culture, out var t) ? t : null;
        }

        if (type.IsEnum)
        {
            // Names only: a number would pass as any value.
            var name = Enum.GetNames(type).FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
            return name is null ? null : Enum.Parse(type, name);
        }

        throw new InvalidOperationException($"No option has the type {type.Name}.");
    }
}
