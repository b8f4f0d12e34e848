namespace ActorTrade.Operator;

/// <summary>Help that is made of a palette alone.</summary>
public static class PaletteHelp
{
    /// <summary>One line, such as <c>trade pause --reason &lt;text&gt;</c>.</summary>
    public static string Usage(Palette palette, PaletteCommand command)
    {
        ArgumentNullException.ThrowIfNull(palette);
        ArgumentNullException.ThrowIfNull(command);
        var name = command.IsDefault ? palette.Name : $"{palette.Name} {command.Name}";
        var arguments = command.Arguments.Select(a => a.IsRequired ? $" <{a.Name}>" : $" [<{a.Name}>]");
        var options = command.Options.Select(o => o.IsRequired ? $" {OptionForm(o)}" : $" [{OptionForm(o)}]");
        return name + string.Concat(arguments) + string.Concat(options);
    }

    /// <summary>Every palette with its commands.</summary>
    public static CommandResult Of(PaletteBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        var rows = book.Palettes.SelectMany(
            p => p.Commands.Select(c => Row.Of(PaletteHelp.Usage(p, c), c.Meaning)));
        return CommandResult.Of(
            ResultBlock.TableOf(
                null,
                [new Column { Name = "Command" }, new Column { Name = "Meaning", Wraps = true }],
                rows));
    }

    /// <summary>The commands of one palette.</summary>
    public static CommandResult Of(Palette palette)
    {
        ArgumentNullException.ThrowIfNull(palette);
        return CommandResult.Of(
            ResultBlock.Line(palette.Meaning),
            ResultBlock.TableOf(
                null,
                [new Column { Name = "Command" }, new Column { Name = "Meaning", Wraps = true }],
                palette.Commands.Select(c => Row.Of(Usage(palette, c), c.Meaning))));
    }

    /// <summary>Everything about one command.</summary>
    public static CommandResult Of(Palette palette, PaletteCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var head = ResultBlock.Line(Usage(palette, command), "  " + command.Meaning);
        return command.Values.Any()
            ? CommandResult.Of(
                head,
                ResultBlock.TableOf(
                    null,
                    [
                        new Column { Name = "Value" }, new Column { Name = "Default" },
                        new Column { Name = "Meaning", Wraps = true },
                    ],
                    command.Arguments.Select(a => Row.Of($"<{a.Name}>", a.Default ?? "", MeaningOf(a)))
                        .Concat(command.Options.Select(o => Row.Of(Names(o), o.Default ?? "", MeaningOf(o))))))
            : CommandResult.Of(head);
    }

    private static string Names(CommandValue option) =>
        option.Letter is { } letter ? $"--{option.Name}, -{letter}" : $"--{option.Name}";

    private static string OptionForm(CommandValue option) =>
        option.Kind == ValueKinds.Flag ? $"--{option.Name}" : $"--{option.Name} <{Word(option)}>";

    private static string Word(CommandValue option) =>
        option.Choices.Count > 0 ? string.Join('|', option.Choices)
            : option.Kind == ValueKinds.Whole ? "number"
            : option.Kind;

    private static string MeaningOf(CommandValue value)
    {
        var needed = value.IsRequired ? " Required." : "";
        return value.Meaning + needed;
    }
}
