using System.Text.Encodings.Web;
using System.Text.Json;
using ActorTrade.Operator;
using Spectre.Console;

namespace ActorTrade.Node.Commands;

/// <summary>
/// Where a command writes: JSON with <c>--json</c>, tables and colour on a terminal, plain lines otherwise. Errors go
/// to stderr.
/// </summary>
public sealed class CommandOutput(bool isJson)
{
    public bool IsJson { get; } = isJson;

    /// <summary>Whether a person watches, so that progress may move.</summary>
    public bool IsTerminal { get; } = !isJson && !Console.IsOutputRedirected;

    public void Line(string text) => Console.Out.WriteLine(text);

    /// <summary>What a person would want to know meanwhile; to stderr, so that it is in nobody's way.</summary>
    public void Note(string text)
    {
        if (!IsJson)
        {
            Console.Error.WriteLine(text);
        }
    }

    /// <summary>One JSON document, written by hand so that numbers and order are as documented.</summary>
    public void Json(Action<Utf8JsonWriter> write, bool indented = true)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = indented,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>Names and values, one a line.</summary>
    public void Facts(string title, params (string Name, string Value)[] facts)
    {
        if (!IsTerminal)
        {
            Line(title);
            var width = facts.Max(f => f.Name.Length);
            foreach (var (name, value) in facts)
            {
                Line($"  {name.PadRight(width)}  {value}");
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded).HideHeaders().Title(Markup.Escape(title))
            .AddColumn("").AddColumn("");
        foreach (var (name, value) in facts)
        {
            table.AddRow($"[grey]{Markup.Escape(name)}[/]", Markup.Escape(value));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Runs long work; a bar moves on a terminal. The work is told how to report a part from 0 to 1.</summary>
    public T Progress<T>(string what, Func<Action<double>, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return IsTerminal
            ? AnsiConsole.Progress().AutoClear(true).Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: 1);
                return work(part => task.Value = part);
            })
            : work(static _ => { });
    }

    /// <summary>The end of a command that failed: <c>Error: … (code N)</c>.</summary>
    public static void Error(ExitCode code, string message) =>
        Console.Error.WriteLine($"Error: {message} (code {(int)code})");
}
