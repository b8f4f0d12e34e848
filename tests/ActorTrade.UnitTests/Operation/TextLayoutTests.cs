using ActorTrade.Operator;
using ActorTrade.Pbm.Output;

namespace ActorTrade.UnitTests.Operation;

public sealed class TextLayoutTests
{
    private static readonly ResultBlock Table = ResultBlock.TableOf(
        null,
        [
            new Column { Name = "Node" }, new Column { Name = "Shards", Kind = ColumnKinds.Number },
            new Column { Name = "What", Wraps = true },
        ],
        [
            Row.Of("node-1", "12345", new Cell("short", Tones.Ok)),
            Row.Of("long-name", "7", "a sentence that is rather long for a narrow terminal"),
        ]);

    [Fact]
    public void Columns_are_aligned_and_numbers_stand_right() => Assert.Equal(
        """
        Node       Shards  What
        node-1     12,345  short
        long-name       7  a sentence that is rather long for a narrow terminal
        """,
        Lines(width: null));

    [Fact]
    public void A_narrow_terminal_wraps_what_may_wrap() => Assert.Equal(
        """
        Node       Shards  What
        node-1     12,345  short
        long-name       7  a sentence that is
                           rather long for a
                           narrow terminal
        """,
        Lines(width: 40));

    [Fact]
    public void A_very_narrow_terminal_gets_a_list_a_row() => Assert.Equal(
        """
          Node    node-1
          Shards  12,345
          What    short

          Node    long-name
          Shards  7
          What    a sentence that
                  is rather long
                  for a narrow
                  terminal
        """,
        Lines(width: 24));

    [Fact]
    public void Colour_changes_no_width_and_is_left_out_where_not_wanted()
    {
        var coloured = string.Join('\n', new TextLayout(null, isColoured: true).Lines(Table));

        Assert.Contains("\e[32mshort\e[0m", coloured, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', Lines(width: null));
    }

    [Fact]
    public void Control_characters_of_others_never_reach_the_terminal()
    {
        var block = ResultBlock.Line("evil \e[2J\r\nline");

        Assert.DoesNotContain('\e', string.Concat(new TextLayout(null, false).Lines(block)));
    }

    [Fact]
    public void An_unknown_block_says_so() => Assert.Contains(
        "cannot show",
        string.Concat(new TextLayout(null, false).Lines(new ResultBlock { Kind = "hologram" })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("0.25", ColumnKinds.Share, "25 %")]
    [InlineData("1536", ColumnKinds.Bytes, "1.5 KiB")]
    [InlineData("0.0123", ColumnKinds.Duration, "12 ms")]
    [InlineData("75", ColumnKinds.Duration, "1m 15s")]
    [InlineData("90061", ColumnKinds.Duration, "1d 01h")]
    [InlineData("2026-11-21T18:00:00.123Z", ColumnKinds.Time, "2026-11-21 18:00:00Z")]
    [InlineData("not a number", ColumnKinds.Number, "not a number")]
    [InlineData("123456789012345678901234567890.5", ColumnKinds.Amount, "123456789012345678901234567890.5")]
    public void Values_are_read_by_their_kind(string text, string kind, string expected) =>
        Assert.Equal(expected, ValueText.Of(text, kind));

    [Fact]
    public void Json_has_rows_as_objects_and_amounts_as_texts()
    {
        var block = ResultBlock.TableOf(
            null,
            [
                new Column { Name = "Last heard", Kind = ColumnKinds.Number },
                new Column { Name = "x", Kind = ColumnKinds.Amount },
            ],
            [Row.Of("5", "1.10")]);
        var json = System.Text.Json.JsonDocument.Parse(JsonText.Of(CommandResult.Of(block)));
        var row = json.RootElement.GetProperty("blocks")[0].GetProperty("rows")[0];

        Assert.Equal(5, row.GetProperty("lastHeard").GetInt32());
        Assert.Equal("1.10", row.GetProperty("x").GetString());
    }

    private static string Lines(int? width) =>
        string.Join(Environment.NewLine, new TextLayout(width, isColoured: false).Lines(Table));
}
