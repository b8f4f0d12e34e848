namespace ActorTrade.Pbm.Prompt;

/// <summary>A line being typed and the cursor in it.</summary>
internal sealed record LineBuffer(string Text, int Cursor)
{
    public static LineBuffer Empty { get; } = new("", 0);

    public static LineBuffer Of(string text) => new(text, text.Length);

    public LineBuffer Insert(string text) => new(Text.Insert(Cursor, text), Cursor + text.Length);

    /// <summary>What a key of editing makes of it; the same where it is none.</summary>
    public LineBuffer Edit(ConsoleKeyInfo key)
    {
        var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        return key.Key switch
        {
            ConsoleKey.Backspace when Cursor > 0 => new(Text.Remove(Cursor - 1, 1), Cursor - 1),
            ConsoleKey.Delete when Cursor < Text.Length => this with { Text = Text.Remove(Cursor, 1) },
            ConsoleKey.LeftArrow => this with { Cursor = Math.Max(0, Cursor - 1) },
            ConsoleKey.RightArrow => this with { Cursor = Math.Min(Text.Length, Cursor + 1) },
            ConsoleKey.Home => this with { Cursor = 0 },
            ConsoleKey.End => this with { Cursor = Text.Length },
            ConsoleKey.A when isControl => this with { Cursor = 0 },
            ConsoleKey.E when isControl => this with { Cursor = Text.Length },
            ConsoleKey.U when isControl => new(Text[Cursor..], 0),
            ConsoleKey.K when isControl => this with { Text = Text[..Cursor] },
            ConsoleKey.W when isControl => WithoutWord(),
            _ when !isControl && !char.IsControl(key.KeyChar) => Insert(key.KeyChar.ToString()),
            _ => this,
        };
    }

    private LineBuffer WithoutWord()
    {
        var start = Cursor;
        while (start > 0 && char.IsWhiteSpace(Text[start - 1]))
        {
            start--;
        }

        while (start > 0 && !char.IsWhiteSpace(Text[start - 1]))
        {
            start--;
        }

        return new(Text.Remove(start, Cursor - start), start);
    }
}
