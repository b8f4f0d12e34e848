using ActorTrade.Operator;

namespace ActorTrade.UnitTests.Operation;

public sealed class PaletteParserTests
{
    internal static readonly PaletteBook Book = new()
    {
        Palettes =
        [
            new()
            {
                Name = "cluster",
                Commands =
                [
                    new() { Name = "show" },
                    new()
                    {
                        Name = "down",
                        Arguments = [new() { Name = "node", IsRequired = true, Completion = "nodes" }],
                        Options = [new() { Name = "force", Kind = ValueKinds.Flag }],
                    },
                ],
            },
            new()
            {
                Name = "log",
                Commands =
                [
                    new()
                    {
                        Name = "tail",
                        Options =
                        [
                            new()
                            {
                                Name = "lines",
                                Letter = "l",
                                Kind = ValueKinds.Whole,
                                Default = "20",
                                Min = 1,
                                Max = 99,
                            },
                            new() { Name = "level", Choices = ["info", "warn"] },
                        ],
                    },
                ],
            },
            new() { Name = "doctor", Commands = [new() { Name = "run", IsDefault = true }] },
        ],
    };

    [Fact]
    public void Arguments_and_options_stand_in_any_order()
    {
        var parsed = PaletteParser.Parse(Book, ["cluster", "down", "--force", "node-1"], out _);

        Assert.Equal("node-1", parsed!.Value.Request.Values["node"]);
        Assert.Equal("true", parsed.Value.Request.Values["force"]);
    }

    [Theory]
    [InlineData("--lines", "5")]
    [InlineData("-l", "5")]
    [InlineData("--lines=5", null)]
    [InlineData("-l=5", null)]
    public void An_option_has_a_name_a_letter_and_two_forms(string first, string? second)
    {
        string[] words = second is null ? ["log", "tail", first] : ["log", "tail", first, second];

        Assert.Equal("5", PaletteParser.Parse(Book, words, out _)!.Value.Request.Values["lines"]);
    }

    [Fact]
    public void A_palette_alone_runs_its_default() =>
        Assert.Equal("run", PaletteParser.Parse(Book, ["doctor"], out _)!.Value.Request.Command);

    [Fact]
    public void After_two_dashes_nothing_is_an_option() =>
        Assert.Equal(
            "-x", PaletteParser.Parse(Book, ["cluster", "down", "--", "-x"], out _)!.Value.Request.Values["node"]);

    [Theory]
    [InlineData("palette-unknown", "Did you mean 'cluster'?", "clustre", "show")]
    [InlineData("palette-unknown", "Use 'help' for a list.", "xyzzyxyzzy")]
    [InlineData("command-unknown", "Did you mean 'show'?", "cluster", "shwo")]
    [InlineData("command-missing", "See 'help cluster'.", "cluster")]
    [InlineData("option-unknown", "Did you mean '--force'?", "cluster", "down", "n", "--froce")]
    [InlineData("option-unknown", "See 'help cluster show'.", "cluster", "show", "--anything")]
    [InlineData("option-twice", "Usage: log tail", "log", "tail", "-l", "1", "--lines", "2")]
    [InlineData("value-missing", "Usage: cluster down <node> [--force]", "cluster", "down")]
    [InlineData("value-missing", "Usage: log tail", "log", "tail", "--lines")]
    [InlineData("value-invalid", "Usage: log tail", "log", "tail", "--lines", "100")]
    [InlineData("value-invalid", "Usage: log tail", "log", "tail", "--lines", "x")]
    [InlineData("value-invalid", "Usage: log tail", "log", "tail", "--level", "loud")]
    [InlineData("argument-unexpected", "Usage: cluster show", "cluster", "show", "x")]
    public void A_slip_is_named_with_what_to_do(string code, string next, params string[] words)
    {
        Assert.Null(PaletteParser.Parse(Book, words, out var error));
        Assert.Equal(code, error!.Code);
        Assert.StartsWith(next, error.Next, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Configuration, error.ExitCode);
    }

    [Fact]
    public void A_request_over_the_wire_gets_defaults_and_the_same_checks()
    {
        var request = new RunRequest { Palette = "log", Command = "tail" };
        var wrong = request with { Values = new Dictionary<string, string> { ["lines"] = "0" } };
        var unknown = request with { Values = new Dictionary<string, string> { ["lnes"] = "1" } };

        Assert.Equal("20", PaletteParser.Check(Book, request, out _)!.Value.Values["lines"]);
        Assert.Null(PaletteParser.Check(Book, wrong, out var error));
        Assert.Equal("value-invalid", error!.Code);
        Assert.Null(PaletteParser.Check(Book, unknown, out error));
        Assert.Equal("Did you mean '--lines'?", error!.Next);
    }

    [Fact]
    public void Nothing_known_is_no_reason_to_fail() => Assert.Null(EditDistance.Meant("x", []));
}
