using ActorTrade.Operator;

namespace ActorTrade.Pbm.Prompt;

/// <summary>What may stand where the cursor is.</summary>
/// <param name="Prefix">What is typed of the word already.</param>
/// <param name="Words">Known words that begin with it.</param>
/// <param name="Source">The source of the endpoint to ask for more; null for none.</param>
/// <param name="IsFile">Names of files fit here.</param>
internal sealed record Candidates(string Prefix, IReadOnlyList<string> Words, string? Source, bool IsFile);

/// <summary>Completion from the palette alone: palettes, commands, options, choices; for names it tells whom to
/// ask.</summary>
internal static class Completion
{
    private static readonly string[] OfPrompt = ["help", "exit"];

    public static Candidates At(PaletteBook book, string line)
    {
        ArgumentNullException.ThrowIfNull(book);
        var words = Words.Split(line, out _).ToList();
        var prefix = "";
        if (words.Count > 0 && line.Length > 0 && !char.IsWhiteSpace(line[^1]))
        {
            prefix = words[^1];
            words.RemoveAt(words.Count - 1);
        }

        if (words is ["help", ..])
        {
            return words.Count switch
            {
                1 => Of(prefix, book.Palettes.Select(p => p.Name)),
                2 when book.Find(words[1]) is { } of => Of(prefix, of.Commands.Select(c => c.Name)),
                _ => Of(prefix, []),
            };
        }

        if (words.Count == 0)
        {
            return Of(prefix, book.Palettes.Select(p => p.Name).Concat(OfPrompt));
        }

        if (book.Find(words[0]) is not { } palette)
        {
            return Of(prefix, []);
        }

        if (words.Count == 1)
        {
            var own = palette.Default is { } standard ? Options(standard, []) : [];
            return Of(prefix, palette.Commands.Where(c => !c.IsDefault).Select(c => c.Name).Concat(own));
        }

        var isNamed = palette.Find(words[1]) is not null;
        return (isNamed ? palette.Find(words[1]) : palette.Default) is { } command
            ? InCommand(command, [.. words.Skip(isNamed ? 2 : 1)], prefix)
            : Of(prefix, []);
    }

    /// <summary>What all of the words begin with.</summary>
    public static string CommonPrefix(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0)
        {
            return "";
        }

        var length = words[0].Length;
        foreach (var word in words)
        {
            var same = 0;
            while (same < Math.Min(length, word.Length) && word[same] == words[0][same])
            {
                same++;
            }

            length = same;
        }

        return words[0][..length];
    }

    private static Candidates InCommand(PaletteCommand command, IReadOnlyList<string> words, string prefix)
    {
        var given = new List<CommandValue>();
        var place = 0;
        CommandValue? waiting = null;
        foreach (var word in words)
        {
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (OptionOf(command, word) is { } option)
            {
                given.Add(option);
                var isWhole = option.Kind == ValueKinds.Flag || word.Contains('=', StringComparison.Ordinal);
                waiting = isWhole ? null : option;
            }
            else
            {
                place++;
            }
        }

        if (waiting is not null)
        {
            return OfValue(waiting, prefix);
        }

        return prefix.StartsWith('-') || place >= command.Arguments.Count
            ? Of(prefix, Options(command, given))
            : OfValue(command.Arguments[place], prefix);
    }

    private static CommandValue? OptionOf(PaletteCommand command, string word)
    {
        var name = word.Split('=')[0];
        return command.Options.FirstOrDefault(o => name == "--" + o.Name || (o.Letter is { } l && name == "-" + l));
    }

    private static IEnumerable<string> Options(PaletteCommand command, IReadOnlyList<CommandValue> given) =>
        command.Options.Except(given).Select(o => "--" + o.Name);

    private static Candidates OfValue(CommandValue value, string prefix) =>
        Of(prefix, value.Choices) with { Source = value.Completion, IsFile = value.Kind == ValueKinds.File };

    private static Candidates Of(string prefix, IEnumerable<string> words) => new(
        prefix,
        [.. words.Where(w => w.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)],
        Source: null,
        IsFile: false);
}
