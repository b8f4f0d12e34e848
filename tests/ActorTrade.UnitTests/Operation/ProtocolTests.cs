using System.Text.Json;
using ActorTrade.Operator;

namespace ActorTrade.UnitTests.Operation;

public sealed class ProtocolTests
{
    [Fact]
    public void A_palette_comes_back_as_it_went()
    {
        var back = Again(PaletteParserTests.Book);

        Assert.Equal(Json(PaletteParserTests.Book), Json(back));
        Assert.Equal(["info", "warn"], back.Find("log")!.Find("tail")!.Options[1].Choices);
    }

    [Fact]
    public void A_result_comes_back_as_it_went()
    {
        var result = CommandResult.Of(
            ResultBlock.Line("one"),
            ResultBlock.FactsOf("Title", new Fact("a", "1", Tones.Warn, ColumnKinds.Number)),
            ResultBlock.TableOf(null, [new Column { Name = "x", Unit = "s" }], [Row.Of(new Cell("y", Tones.Ok))]));

        var back = Again(result);

        Assert.Equal(Json(result), Json(back));
        Assert.Equal(new Cell("y", Tones.Ok), back.Blocks[2].Rows[0].Cells[0]);
    }

    [Fact]
    public void What_a_newer_version_adds_is_passed_over_and_what_is_absent_has_its_default()
    {
        var item = JsonSerializer.Deserialize<StreamItem>(
            """{"kind":"hologram","depth":3}""", OperatorProtocol.Json)!;
        var book = JsonSerializer.Deserialize<PaletteBook>(
            """{"protocol":9,"palettes":[{"name":"new"}],"more":[1]}""", OperatorProtocol.Json)!;

        Assert.Equal("hologram", item.Kind);
        Assert.Empty(book.Palettes[0].Commands);
        Assert.Null(book.Palettes[0].Default);
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, OperatorProtocol.Json);

    private static T Again<T>(T value) => JsonSerializer.Deserialize<T>(Json(value), OperatorProtocol.Json)!;
}
