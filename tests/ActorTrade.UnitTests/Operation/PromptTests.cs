using ActorTrade.Pbm.Prompt;

namespace ActorTrade.UnitTests.Operation;

public sealed class PromptTests
{
    [Theory]
    [InlineData("", "cluster,doctor,exit,help,log")]
    [InlineData("c", "cluster")]
    [InlineData("cluster ", "down,show")]
    [InlineData("cluster s", "show")]
    [InlineData("help c", "cluster")]
    [InlineData("help cluster ", "down,show")]
    [InlineData("log tail ", "--level,--lines")]
    [InlineData("log tail --lines 5 ", "--level")]
    [InlineData("log tail --level ", "info,warn")]
    [InlineData("log tail --level w", "warn")]
    [InlineData("cluster down n --", "--force")]
    [InlineData("nothing ", "")]
    public void Tab_offers_what_may_stand_there(string line, string expected) =>
        Assert.Equal(expected, string.Join(',', Completion.At(PaletteParserTests.Book, line).Words));

    [Fact]
    public void For_names_the_endpoint_is_asked()
    {
        var candidates = Completion.At(PaletteParserTests.Book, "cluster down no");

        Assert.Equal(("nodes", "no"), (candidates.Source, candidates.Prefix));
    }

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a   b ", "a|b")]
    [InlineData("--reason \"two words\"", "--reason|two words")]
    [InlineData("'it \"is\"' x", "it \"is\"|x")]
    [InlineData("a\\ b", "a b")]
    [InlineData("\"\"", "")]
    public void Words_are_split_as_by_a_shell(string line, string expected)
    {
        Assert.Equal(expected, string.Join('|', Words.Split(line, out var isOpen)));
        Assert.False(isOpen);
    }

    [Fact]
    public void An_open_quote_is_told()
    {
        Words.Split("--reason 'x", out var isOpen);

        Assert.True(isOpen);
    }

    [Theory]
    [InlineData("node-1,node-2", "node-")]
    [InlineData("a", "a")]
    [InlineData("a,b", "")]
    public void What_all_words_begin_with_is_inserted(string words, string expected) =>
        Assert.Equal(expected, Completion.CommonPrefix(words.Split(',')));

    [Fact]
    public void History_goes_back_and_forth_and_keeps_what_was_being_typed()
    {
        var history = new History(["one", "two"]);

        Assert.Equal("two", history.Older("dra"));
        Assert.Equal("one", history.Older("two"));
        Assert.Equal("one", history.Older("one"));
        Assert.Equal("two", history.Newer("one"));
        Assert.Equal("dra", history.Newer("two"));
    }

    [Fact]
    public void History_leaves_out_repeats_and_lines_with_a_leading_space_and_is_bounded()
    {
        var history = new History([]);

        Assert.True(history.Add("a"));
        Assert.False(history.Add("a"));
        Assert.False(history.Add(" secret"));
        Assert.False(history.Add("  "));
        for (var i = 0; i < History.LinesMax + 5; i++)
        {
            history.Add($"line {i}");
        }

        Assert.Equal(History.LinesMax, history.Lines.Count);
    }

    [Fact]
    public void Editing_keys_do_what_they_do_elsewhere()
    {
        var line = LineBuffer.Of("trade pause now");

        Assert.Equal(new LineBuffer("trade pause ", 12), line.Edit(Control(ConsoleKey.W)));
        Assert.Equal(new LineBuffer("", 0), line.Edit(Control(ConsoleKey.U)));
        Assert.Equal(0, line.Edit(Control(ConsoleKey.A)).Cursor);
        Assert.Equal("rade", new LineBuffer("trade", 0).Edit(Key(ConsoleKey.Delete)).Text);
        Assert.Equal("tr", new LineBuffer("trade", 2).Edit(Control(ConsoleKey.K)).Text);
        Assert.Equal(new LineBuffer("tra", 2), new LineBuffer("trxa", 3).Edit(Key(ConsoleKey.Backspace)));
    }

    private static ConsoleKeyInfo Control(ConsoleKey key) => new('\0', key, shift: false, alt: false, control: true);

    private static ConsoleKeyInfo Key(ConsoleKey key) => new('\0', key, shift: false, alt: false, control: false);
}
