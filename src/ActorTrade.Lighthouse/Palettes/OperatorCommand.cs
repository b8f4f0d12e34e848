using System.Globalization;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>A command as it is described to clients, and what does it.</summary>
internal sealed record OperatorCommand
{
    public required PaletteCommand Description { get; init; }

    /// <summary>Of a command that answers once.</summary>
    public Func<CommandCall, Task<CommandResult>>? Run { get; init; }

    /// <summary>Of a command that streams.</summary>
    public Func<CommandCall, IAsyncEnumerable<StreamItem>>? Stream { get; init; }

    /// <summary>Makes the cluster do less. Stop beats go: it is done also where the audit cannot be written.</summary>
    public bool Stops { get; init; }
}

/// <summary>A palette and what it needs.</summary>
internal interface IPalette
{
    string Name { get; }

    string Meaning { get; }

    IReadOnlyList<OperatorCommand> Commands { get; }
}

/// <summary>A command that was asked for, with its values checked and the defaults filled in.</summary>
/// <param name="Origin">The client's address and program, for the journal's audit.</param>
/// <param name="Id">Of this request; ids of what it does are made from it.</param>
internal sealed record CommandCall(
    OperatorIdentity Operator,
    string Origin,
    Guid Id,
    IReadOnlyDictionary<string, string> Values,
    CancellationToken Cancelled)
{
    /// <summary>A value that the palette says is always there.</summary>
    public string Text(string name) => Values[name];

    public string? TextOrNull(string name) => Values.GetValueOrDefault(name);

    public int Whole(string name) => int.Parse(Values[name], CultureInfo.InvariantCulture);

    public bool Flag(string name) => Values.TryGetValue(name, out var value) && value == "true";
}

/// <summary>Short forms for the descriptions of the palettes.</summary>
internal static class Describe
{
    public static CommandValue Argument(string name, string meaning, string? completion = null) =>
        new() { Name = name, Meaning = meaning, IsRequired = true, Completion = completion };

    public static CommandValue Optional(string name, string meaning, string? completion = null) =>
        new() { Name = name, Meaning = meaning, Completion = completion };

    public static CommandValue Count(string name, string meaning, int standard, int max) => new()
    {
        Name = name,
        Meaning = meaning,
        Kind = ValueKinds.Whole,
        Default = standard.ToString(CultureInfo.InvariantCulture),
        Min = 1,
        Max = max,
    };

    public static CommandValue Flag(string name, string meaning) =>
        new() { Name = name, Meaning = meaning, Kind = ValueKinds.Flag };

    public static CommandValue Reason { get; } = new()
    {
        Name = "reason",
        Meaning = "Why, for those who read the journal and the audit later.",
        IsRequired = true,
        Max = 256,
    };
}

/// <summary>Values as the wire has them.</summary>
internal static class Wire
{
    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    public static string Of(TimeSpan duration) => duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
