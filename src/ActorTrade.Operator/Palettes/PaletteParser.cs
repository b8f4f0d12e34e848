using System.Globalization;

namespace ActorTrade.Operator;

/// <summary>
/// Words of a command line, or of a request, held against what a palette allows. The client and the endpoint use the
/// same checks, so a slip is named before anything is sent, and nothing unchecked runs.
/// </summary>
public static class PaletteParser
{
    private const int TextMax = 1_000;

    /// <summary>Reads palette, command, arguments and options.</summary>
    /// <param name="error">What is wrong, with the nearest known name; null where nothing is.</param>
    /// <returns>The request, and the command it is for; null with an error.</returns>
    public static (RunRequest Request, PaletteCommand Command)? Parse(
        PaletteBook book, IReadOnlyList<string> words, out OperatorError? error)
    {
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0)
        {
            error = OperatorError.Usage("no-command", "No command was given.", "Use 'help' for a list.");
            return null;
        }

        if (book.Find(words[0]) is not { } palette)
        {
            error = UnknownPalette(book, words[0]);
            return null;
        }

        var isNamed = words.Count > 1 && palette.Find(words[1]) is not null;
        var command = isNamed ? palette.Find(words[1]) : palette.Default;
        if (command is null)
        {
            error = words.Count == 1
                ? OperatorError.Usage(
                    "command-missing",
                    $"'{palette.Name}' needs a command: {List(palette.Commands.Select(c => c.Name))}.",
                    $"See 'help {palette.Name}'.")
                : UnknownCommand(palette, words[1]);
            return null;
        }

        var values = Values(palette, command, words.Skip(isNamed ? 2 : 1), out error);
        if (error is not null)
        {
            return null;
        }

        var request = new RunRequest { Palette = palette.Name, Command = command.Name, Values = values };
        error = Check(palette, command, request);
        return error is null ? (request, command) : null;
    }

    /// <summary>Holds a request that came over the wire against the palette.</summary>
    /// <returns>The command, and the values with the defaults filled in; null with an error.</returns>
    public static (PaletteCommand Command, IReadOnlyDictionary<string, string> Values)? Check(
        PaletteBook book, RunRequest request, out OperatorError? error)
    {
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(request);
        if (book.Find(request.Palette) is not { } palette)
        {
            error = UnknownPalette(book, request.Palette);
            return null;
        }

        if ((request.Command.Length == 0 ? palette.Default : palette.Find(request.Command)) is not { } command)
        {
            error = UnknownCommand(palette, request.Command);
            return null;
        }

        error = Check(palette, command, request);
        if (error is not null)
        {
            return null;
        }

        var values = command.Values.Where(v => v.Default is not null)
            .ToDictionary(v => v.Name, v => v.Default!, StringComparer.Ordinal);
        foreach (var (name, value) in request.Values)
        {
            values[name] = value;
        }

        return (command, values);
    }

    private static OperatorError UnknownPalette(PaletteBook book, string name) => OperatorError.Usage(
        "palette-unknown",
        $"There is no palette '{name}'.",
        Meant(name, book.Palettes.Select(p => p.Name)) ?? "Use 'help' for a list.");

    private static OperatorError UnknownCommand(Palette palette, string name) => OperatorError.Usage(
        "command-unknown",
        $"'{palette.Name}' has no command '{name}'.",
        Meant(name, palette.Commands.Select(c => c.Name))
            ?? $"It has {List(palette.Commands.Select(c => c.Name))}.");

    private static string? Meant(string name, IEnumerable<string> known) =>
        EditDistance.Meant(name, known) is { } near ? $"Did you mean '{near}'?" : null;

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static Dictionary<string, string> Values(
        Palette palette, PaletteCommand command, IEnumerable<string> words, out OperatorError? error)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var waiting = new Queue<CommandValue>(command.Arguments);
        using var word = words.GetEnumerator();
        var isPlain = false;
        while (word.MoveNext())
        {
            if (!isPlain && word.Current == "--")
            {
                isPlain = true;
            }
            else if (!isPlain && word.Current.Length > 1 && word.Current[0] == '-')
            {
                error = Option(palette, command, word, values);
                if (error is not null)
                {
                    return values;
                }
            }
            else if (waiting.TryDequeue(out var argument))
            {
                values[argument.Name] = word.Current;
            }
            else
            {
                error = Misuse(palette, command, "argument-unexpected", $"'{word.Current}' is one word too many.");
                return values;
            }
        }

        error = null;
        return values;
    }

    private static OperatorError? Option(
        Palette palette, PaletteCommand command, IEnumerator<string> word, Dictionary<string, string> values)
    {
        var text = word.Current;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var option = command.Options.FirstOrDefault(
            o => name == "--" + o.Name || (o.Letter is not null && name == "-" + o.Letter));
        if (option is null)
        {
            var near = EditDistance.Meant(name.TrimStart('-'), command.Options.Select(o => o.Name));
            return OperatorError.Usage(
                "option-unknown",
                $"'{palette.Name} {command.Name}' has no option '{name}'.",
                near is null ? $"See 'help {palette.Name} {command.Name}'." : $"Did you mean '--{near}'?");
        }

        if (values.ContainsKey(option.Name))
        {
            return Misuse(palette, command, "option-twice", $"--{option.Name} stands twice.");
        }

        if (option.Kind == ValueKinds.Flag)
        {
            values[option.Name] = equals < 0 ? "true" : text[(equals + 1)..];
        }
        else if (equals >= 0)
        {
            values[option.Name] = text[(equals + 1)..];
        }
        else if (word.MoveNext())
        {
            values[option.Name] = word.Current;
        }
        else
        {
            return Misuse(palette, command, "value-missing", $"--{option.Name} needs a value.");
        }

        return null;
    }

    private static OperatorError? Check(Palette palette, PaletteCommand command, RunRequest request)
    {
        foreach (var (name, text) in request.Values)
        {
            if (command.Values.FirstOrDefault(v => v.Name == name) is not { } value)
            {
                return OperatorError.Usage(
                    "option-unknown",
                    $"'{palette.Name} {command.Name}' has no option '--{name}'.",
                    EditDistance.Meant(name, command.Values.Select(v => v.Name)) is { } near
                        ? $"Did you mean '--{near}'?"
                        : $"See 'help {palette.Name} {command.Name}'.");
            }

            if (Wrong(value, text) is { } expected)
            {
                return Misuse(
                    palette, command, "value-invalid", $"{Shown(command, value)} is '{Cut(text)}': {expected}.");
            }
        }

        return command.Values.FirstOrDefault(v => v.IsRequired && !request.Values.ContainsKey(v.Name)) is { } missing
            ? Misuse(palette, command, "value-missing", $"{Shown(command, missing)} is missing: {missing.Meaning}")
            : null;
    }

    private static string? Wrong(CommandValue value, string text)
    {
        if (value.Kind == ValueKinds.Whole)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= (value.Min ?? long.MinValue) && number <= (value.Max ?? long.MaxValue)
                ? null
                : $"expected a whole number{Range(value)}";
        }

        if (value.Kind == ValueKinds.Flag)
        {
            return text is "true" or "false" ? null : "expected true or false";
        }

        if (value.Choices.Count > 0)
        {
            return value.Choices.Contains(text) ? null : $"expected one of {List(value.Choices)}";
        }

        var max = value.Kind == ValueKinds.File ? OperatorProtocol.RequestBytesMax : value.Max ?? TextMax;
        return text.Length == 0 ? "expected a text that is not empty"
            : text.Length > max ? $"expected at most {max} characters"
            : null;
    }

    private static string Range(CommandValue value) => (value.Min, value.Max) switch
    {
        (null, null) => "",
        ({ } min, null) => $" of at least {min}",
        (null, { } max) => $" of at most {max}",
        ({ } min, { } max) => $" from {min} to {max}",
    };

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string Shown(PaletteCommand command, CommandValue value) =>
        command.Options.Contains(value) ? "--" + value.Name : $"<{value.Name}>";

    private static OperatorError Misuse(Palette palette, PaletteCommand command, string code, string message) =>
        OperatorError.Usage(code, message, $"Usage: {PaletteHelp.Usage(palette, command)}");
}
