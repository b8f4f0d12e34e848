namespace ActorTrade.Pbm.Prompt;

/// <summary>Reads a line from a terminal: editing, history with the arrows, completion with tab.</summary>
internal sealed class LineEditor(string prompt, History history, Func<string, Task<Candidates>> complete)
{
    /// <returns>The line; null at the end of input (Ctrl-D on an empty line).</returns>
    public async Task<string?> ReadAsync()
    {
        var buffer = LineBuffer.Empty;
        Paint(buffer);
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Paint(buffer with { Cursor = buffer.Text.Length });
                    Console.WriteLine();
                    return buffer.Text;
                case ConsoleKey.D when isControl && buffer.Text.Length == 0:
                    Console.WriteLine();
                    return null;
                case ConsoleKey.C when isControl:
                    Console.WriteLine("^C");
                    buffer = LineBuffer.Empty;
                    break;
                case ConsoleKey.L when isControl:
                    Console.Write("\e[2J\e[H");
                    break;
                case ConsoleKey.UpArrow:
                    buffer = LineBuffer.Of(history.Older(buffer.Text));
                    break;
                case ConsoleKey.DownArrow:
                    buffer = LineBuffer.Of(history.Newer(buffer.Text));
                    break;
                case ConsoleKey.Tab:
                    buffer = await CompletedAsync(buffer);
                    break;
                default:
                    buffer = buffer.Edit(key);
                    break;
            }

            Paint(buffer);
        }
    }

    // The line is shown from as far left as lets the cursor be seen.
    private void Paint(LineBuffer buffer)
    {
        var room = Math.Max(10, Width() - prompt.Length - 1);
        var from = Math.Max(0, buffer.Cursor - room);
        var shown = buffer.Text.Substring(from, Math.Min(room, buffer.Text.Length - from));
        Console.Write($"\r\e[K{prompt}{shown}\r\e[{prompt.Length + buffer.Cursor - from}C");
    }

    private async Task<LineBuffer> CompletedAsync(LineBuffer buffer)
    {
        var found = await complete(buffer.Text[..buffer.Cursor]);
        if (found.Words.Count == 0)
        {
            Console.Write('\a');
            return buffer;
        }

        var common = Completion.CommonPrefix(found.Words);
        var isWhole = found.Words.Count == 1 && !common.EndsWith(Path.DirectorySeparatorChar);
        if (common.Length > found.Prefix.Length || isWhole)
        {
            return buffer.Insert(common[found.Prefix.Length..] + (isWhole ? " " : ""));
        }

        Console.WriteLine();
        foreach (var row in found.Words.Take(60).Chunk(Math.Max(1, Width() / 26)))
        {
            Console.WriteLine(string.Concat(row.Select(w => w.PadRight(26))).TrimEnd());
        }

        if (found.Words.Count > 60)
        {
            Console.WriteLine($"… and {found.Words.Count - 60} more");
        }

        return buffer;
    }

    private static int Width() => Console.WindowWidth is var width and >= 20 ? width : 80;
}
