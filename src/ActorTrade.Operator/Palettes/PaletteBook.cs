namespace ActorTrade.Operator;

/// <summary>Everything an endpoint can be asked, and who is asking.</summary>
public sealed record PaletteBook
{
    public int Protocol { get; init; } = OperatorProtocol.Version;

    /// <summary>Name and version of the endpoint, for people.</summary>
    public string Server { get; init; } = "";

    /// <summary>The operator that the token belongs to.</summary>
    public string Operator { get; init; } = "";

    /// <summary>False: the token may only look.</summary>
    public bool MayAct { get; init; }

    public IReadOnlyList<Palette> Palettes { get; init; } = [];

    public Palette? Find(string palette) => Palettes.FirstOrDefault(p => p.Name == palette);
}

/// <summary>A group of commands, such as <c>cluster</c>.</summary>
public sealed record Palette
{
    public string Name { get; init; } = "";

    public string Meaning { get; init; } = "";

    public IReadOnlyList<PaletteCommand> Commands { get; init; } = [];

    /// <summary>What runs where no command is named; null where one must be.</summary>
    public PaletteCommand? Default => Commands.FirstOrDefault(c => c.IsDefault);

    public PaletteCommand? Find(string command) => Commands.FirstOrDefault(c => c.Name == command);
}

/// <summary>A command: what it does and what it takes.</summary>
public sealed record PaletteCommand
{
    public string Name { get; init; } = "";

    public string Meaning { get; init; } = "";

    /// <summary>Runs when its palette is named alone.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Changes something; needs a token that may act.</summary>
    public bool Acts { get; init; }

    /// <summary>Answers with a stream that lasts until the client goes, or the command is done.</summary>
    public bool Streams { get; init; }

    /// <summary>By place.</summary>
    public IReadOnlyList<CommandValue> Arguments { get; init; } = [];

    /// <summary>By name, <c>--name value</c>.</summary>
    public IReadOnlyList<CommandValue> Options { get; init; } = [];

    public IEnumerable<CommandValue> Values => Arguments.Concat(Options);
}

/// <summary>An argument or option of a command.</summary>
public sealed record CommandValue
{
    /// <summary>Lower case, dashed, without the leading dashes.</summary>
    public string Name { get; init; } = "";

    /// <summary>One letter, for <c>-d</c>; null for none.</summary>
    public string? Letter { get; init; }

    /// <summary>One of <see cref="ValueKinds"/>; a kind that a client does not know is a text to it.</summary>
    public string Kind { get; init; } = ValueKinds.Text;

    public string Meaning { get; init; } = "";

    public bool IsRequired { get; init; }

    /// <summary>What holds where nothing is given; null for nothing.</summary>
    public string? Default { get; init; }

    /// <summary>Of a whole number.</summary>
    public long? Min { get; init; }

    /// <summary>Of a whole number; of a text, its characters.</summary>
    public long? Max { get; init; }

    /// <summary>The only values allowed; empty for any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The source to ask for completions of it; null for none.</summary>
    public string? Completion { get; init; }
}

/// <summary>The kinds of values.</summary>
public static class ValueKinds
{
    public const string Text = "text";
    public const string Whole = "whole";

    /// <summary>Given or not; takes no value.</summary>
    public const string Flag = "flag";

    /// <summary>The name of a file at the client, whose text is sent.</summary>
    public const string File = "file";
}

/// <summary>A command to run.</summary>
public sealed record RunRequest
{
    public int Protocol { get; init; } = OperatorProtocol.Version;

    public string Palette { get; init; } = "";

    public string Command { get; init; } = "";

    /// <summary>By name, arguments and options alike; a flag is <c>true</c>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
}
