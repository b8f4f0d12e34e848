using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorTrade.Operator;

namespace ActorTrade.Pbm.Output;

/// <summary>
/// Results for programs: facts as an object, each row of a table as an object. Whole numbers, bytes and seconds are
/// numbers; amounts stay texts, because a reader's numbers may not hold them.
/// </summary>
internal static class JsonText
{
    public static string Of(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Write(
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", result.ExitCode == 0);
                json.WriteNumber("exitCode", result.ExitCode);
                json.WriteStartArray("blocks");
                foreach (var block in result.Blocks)
                {
                    Block(json, block);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            },
            isIndented: true);
    }

    public static string Of(OperatorError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Write(
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", false);
                json.WriteNumber("exitCode", error.ExitCode);
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
                json.WriteString("next", error.Next);
                json.WriteEndObject();
            },
            isIndented: false);
    }

    /// <summary>One line; a beat is none.</summary>
    public static string? Of(StreamItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Kind switch
        {
            StreamKinds.Beat => null,
            StreamKinds.Block when item.Block is { } block => Write(json => Block(json, block), isIndented: false),
            _ => JsonSerializer.Serialize(item, OperatorProtocol.Json),
        };
    }

    private static string Write(Action<Utf8JsonWriter> write, bool isIndented)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = isIndented,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Block(Utf8JsonWriter json, ResultBlock block)
    {
        json.WriteStartObject();
        json.WriteString("kind", block.Kind);
        if (block.Title is { } title)
        {
            json.WriteString("title", title);
        }

        switch (block.Kind)
        {
            case BlockKinds.Facts:
                json.WriteStartObject("facts");
                foreach (var fact in block.Facts)
                {
                    Value(json, fact.Name, fact.Value, fact.Kind);
                }

                json.WriteEndObject();
                break;
            case BlockKinds.Table:
                Rows(json, block);
                break;
            default:
                json.WriteStartArray("lines");
                foreach (var line in block.Lines)
                {
                    json.WriteStringValue(line);
                }

                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
    }

    private static void Rows(Utf8JsonWriter json, ResultBlock block)
    {
        json.WriteStartArray("rows");
        foreach (var row in block.Rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < block.Columns.Count; i++)
            {
                var text = i < row.Cells.Count ? row.Cells[i].Text : "";
                Value(json, block.Columns[i].Name, text, block.Columns[i].Kind);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, string name, string text, string kind)
    {
        var key = NameOf(name);
        var isNumber = kind is ColumnKinds.Number or ColumnKinds.Bytes or ColumnKinds.Duration or ColumnKinds.Share;
        if (text.Length == 0)
        {
            json.WriteNull(key);
        }
        else if (isNumber
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumber(key, number);
        }
        else
        {
            json.WriteString(key, text);
        }
    }

    // "Last heartbeat" becomes lastHeartbeat.
    private static string NameOf(string heading)
    {
        var name = new StringBuilder();
        var isNext = false;
        foreach (var c in heading)
        {
            if (!char.IsLetterOrDigit(c))
            {
                isNext = name.Length > 0;
                continue;
            }

            name.Append(isNext ? char.ToUpperInvariant(c) : name.Length == 0 ? char.ToLowerInvariant(c) : c);
            isNext = false;
        }

        return name.ToString();
    }
}
