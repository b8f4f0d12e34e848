using System.Globalization;
using ActorTrade.Operator;

namespace ActorTrade.Pbm.Output;

/// <summary>Values of the wire as people read them.</summary>
internal static class ValueText
{
    private static readonly string[] Sizes = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>What is not of its kind is shown as it came; control characters never reach the terminal.</summary>
    public static string Of(string text, string kind) => kind switch
    {
        _ when text.Length == 0 => "",
        ColumnKinds.Number when long.TryParse(text, CultureInfo.InvariantCulture, out var n) =>
            n.ToString("N0", CultureInfo.InvariantCulture),
        ColumnKinds.Bytes when long.TryParse(text, CultureInfo.InvariantCulture, out var n) => Bytes(n),
        ColumnKinds.Duration when TryNumber(text, out var seconds) => Duration(seconds),
        ColumnKinds.Share when TryNumber(text, out var share) =>
            (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %",
        ColumnKinds.Time when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) =>
            at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => Clean(text),
    };

    /// <summary>Text of the cluster may hold anything; a terminal obeys control characters.</summary>
    public static string Clean(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(c => c is '\n' or '\t' ? ' ' : char.IsControl(c) ? '·' : c))
        : text;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (Math.Abs(size) >= 1024 && unit < Sizes.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Sizes[unit];
    }

    private static string Duration(double seconds)
    {
        var culture = CultureInfo.InvariantCulture;
        var size = Math.Abs(seconds);
        return size < 1 ? (seconds * 1000).ToString("0", culture) + " ms"
            : size < 60 ? seconds.ToString("0.0", culture) + " s"
            : size < 3600 ? string.Create(culture, $"{Math.Truncate(seconds / 60):0}m {size % 60:00}s")
            : size < 86_400 ? string.Create(culture, $"{Math.Truncate(seconds / 3600):0}h {size % 3600 / 60:00}m")
            : string.Create(culture, $"{Math.Truncate(seconds / 86_400):0}d {size % 86_400 / 3600:00}h");
    }
}
