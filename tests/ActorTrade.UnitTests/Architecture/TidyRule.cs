using System.Text.RegularExpressions;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>One habit of the style guide, as a function from a file's lines to the lines that break it.</summary>
internal sealed record TidyRule(string Name, string Why, Func<string, string[], IEnumerable<int>> Broken)
{
    // Written in parts, so that this file keeps the rules it states.
    private static readonly Regex Unfinished =
        new(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|NotImplemented" + "Exception");
    private static readonly Regex VagueName =
        new(@"\b(class|struct|interface|record|enum)\s+\w*(Help" + "er|Mana" + @"ger|Util\w*)\b");
    private static readonly Regex MachinePath = new(@"(^|[\s""'(=])/(work|root|home|Users|tmp/[a-z]+)/");
    private static readonly Regex Generated = new(@"\[(LibraryImport|GeneratedRegex|JsonSerializable|LoggerMessage)\(");
    private static readonly Regex CatchAll = new(@"\bcatch(\s*$|\s*\{|\s*\(Exception( \w+)?\)(?! when))");

    /// <summary>For the C# files.</summary>
    public static IReadOnlyList<TidyRule> OfCode { get; } =
    [
        new("file-length", "above 600 lines a file is more than one idea",
            (_, lines) => lines.Length > 600 ? [601] : []),
        new("line-length", "lines end at 120 columns", (_, lines) => Where(lines, l => l.Length > 120)),
        new("tab", "indentation is by spaces",
            (_, lines) => Where(lines, l => l.Contains('\t', StringComparison.Ordinal))),
        new("unfinished", "what is not finished is left out", (_, lines) => Where(lines, Unfinished.IsMatch)),
        new("partial", "a type is in one file, unless a source generator writes the rest", Partial),
        new("catch-all", "who catches everything says why: in the line before or within the two after",
            CatchAllWithoutReason),
        new("vague-name", "a name says what the type does", (_, lines) => Where(lines, VagueName.IsMatch)),
        new("using-inside", "usings open the file",
            (_, lines) => Where(lines, l => Regex.IsMatch(l, @"^\s+using [\w.]+;"))),
        new("blank-lines", "one blank line parts enough", (_, lines) =>
            Enumerable.Range(1, Math.Max(0, lines.Length - 1))
                .Where(i => lines[i].Length == 0 && lines[i - 1].Length == 0).Select(i => i + 1)),
    ];

    /// <summary>For every text file.</summary>
    public static IReadOnlyList<TidyRule> OfText { get; } =
    [
        new("machine-path", "a path of one machine works on no other", (_, lines) => Where(lines, MachinePath.IsMatch)),
        new("trailing-space", "lines end where their text ends",
            (_, lines) => Where(lines, l => l.Length > 0 && char.IsWhiteSpace(l[^1]))),
    ];

    private static IEnumerable<int> Where(string[] lines, Func<string, bool> isBroken) =>
        Enumerable.Range(0, lines.Length).Where(i => isBroken(lines[i])).Select(i => i + 1);

    private static IEnumerable<int> Partial(string path, string[] lines) =>
        lines.Any(Generated.IsMatch) ? []
            : Where(lines, l => Regex.IsMatch(l, @"\bpartial (class|struct|interface|record)\b"));

    private static IEnumerable<int> CatchAllWithoutReason(string path, string[] lines) =>
        Enumerable.Range(0, lines.Length)
            .Where(i => CatchAll.IsMatch(lines[i]) && !lines[i].TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Where(i => !lines[Math.Max(0, i - 1)..Math.Min(lines.Length, i + 4)]
                .Any(l => l.Contains("//", StringComparison.Ordinal)))
            .Select(i => i + 1);
}
