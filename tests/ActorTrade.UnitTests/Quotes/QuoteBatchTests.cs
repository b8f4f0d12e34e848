using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Quotes;

namespace ActorTrade.UnitTests.Quotes;

public class QuoteBatchTests
{
    private const string A = "0xaaaa";
    private const string B = "0xbbbb";

    private static readonly PoolFile File = PoolFile.Read(Encoding.UTF8.GetBytes(
        $$$"""
        {"pools":[
        {"id":"p","chainId":1,"kind":"constant-product","tokens":[{"address":"{{{A}}}","symbol":"A","decimals":18},
         {"address":"{{{B}}}","symbol":"B","decimals":18}],"reserves":["5000000000000000000","10000000000000000000"],
         "fee":{"numerator":3,"denominator":1000}},
        {"id":"empty","chainId":1,"kind":"constant-product","tokens":[{"address":"{{{A}}}","symbol":"A","decimals":18},
         {"address":"{{{B}}}","symbol":"B","decimals":18}],"reserves":["5","0"],
         "fee":{"numerator":3,"denominator":1000}},
        {"id":"range","chainId":1,"kind":"concentrated","tokens":[{"address":"{{{A}}}","symbol":"A","decimals":18},
         {"address":"{{{B}}}","symbol":"B","decimals":18}],"feePips":3000,"tickSpacing":60,"tick":0,
         "sqrtPriceX96":"79228162514264337593543950336","liquidity":"1000000000000000000",
         "ticks":[[-60,"1000000000000000000","1000000000000000000"],[60,"1000000000000000000","-1000000000000000000"]]}
        ]}
        """));

    [Fact]
    public void Each_line_is_answered_by_one_in_order()
    {
        // The published vector of a pair of 5 and 10: 1 in gives 1662497915624478906.
        var lines = Run(
            Request("p", A, B, "\"amountIn\":\"1000000000000000000\""),
            Request("p", B, A, "\"amountOut\":1"),
            Request("p", A.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal), B, "\"amountIn\":7"));

        Assert.Equal(3, lines.Count);
        Assert.Equal(
            """
            {"pool":"p","in":"0xaaaa","out":"0xbbbb","amountIn":"1000000000000000000","amountOut":"1662497915624478906",
            "fee":"3000000000000000","feeToken":"0xaaaa","protocolFee":"0","leftover":"0"}
            """.ReplaceLineEndings(""),
            lines[0].GetRawText());
        Assert.Equal(("3", "1"), (Text(lines[1], "amountIn"), Text(lines[1], "amountOut")));
        Assert.Equal(("0xAAAA", "7"), (Text(lines[2], "in"), Text(lines[2], "amountIn")));
    }

    [Fact]
    public void An_error_answers_its_line_and_the_next_one_is_read()
    {
        var lines = Run(
            Request("q", A, B, "\"amountIn\":\"1\""),
            Request("empty", A, B, "\"amountIn\":\"1\""),
            Request("p", A, "0xcc", "\"amountIn\":\"1\""),
            Request("p", "0xdd", B, "\"amountIn\":\"1\""),
            Request("p", A, A, "\"amountIn\":\"1\""),
            Request("p", A, B, "\"amountIn\":\"0\""),
            Request("p", A, B, "\"amountIn\":\"-1\""),
            Request("p", A, B, "\"amountIn\":\"1.5\""),
            Request("p", A, B, $"\"amountIn\":\"{UInt256.MaxValue}0\""),
            Request("p", A, B, "\"amountOut\":\"10000000000000000000\""),
            Request("p", A, B, "\"amountIn\":\"1\",\"amountOut\":\"1\""),
            "{\"pool\":\"p\",\"in\":\"0xaaaa\",\"amountIn\":\"1\"}",
            Request("p", A, B, "\"amountIn\":{}"),
            "nonsense",
            "[]",
            Request("p", A, B, "\"amountIn\":\"1\"") + " more",
            Request("range", A, B, "\"amountOut\":\"1000000000000000000\""),
            Request("p", A, B, "\"amountIn\":\"1000\""));

        Assert.Equal(
        [
            "unknown-pool pool", "no-liquidity reserves[1]", "unknown-token out", "unknown-token in",
            "no-such-pair out", "zero-amount amountIn", "negative amountIn", "not-an-integer amountIn",
            "overflow amountIn", "insufficient-liquidity amountOut", "malformed-request amountIn",
            "malformed-request out", "malformed-request amountIn", "malformed-request line",
            "malformed-request line", "malformed-request line",
            "insufficient-liquidity amountOut", "-",
        ],
            lines.Select(CodeOf));
        Assert.Equal("q", Text(lines[0], "pool"));
        Assert.Equal("1", Text(lines[0], "amountIn"));
        Assert.Contains("'empty'", MessageOf(lines[1]), StringComparison.Ordinal);
        Assert.Contains(B, MessageOf(lines[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_pool_would_not_take_is_left_over()
    {
        var line = Assert.Single(Run(Request("range", A, B, "\"amountIn\":\"1000000000000000000\"")));

        var (amountIn, leftover) = (UInt256.Parse(Text(line, "amountIn")), UInt256.Parse(Text(line, "leftover")));
        Assert.Equal(UInt256.Parse("1000000000000000000"), amountIn + leftover);
        Assert.False(leftover.IsZero);
        var range = File.Find("range")!.Pool;
        Assert.Equal(QuoteError.None, range.QuoteExactIn(0, 1, amountIn, out var least, out var received));
        Assert.Equal((received.ToString(), UInt256.Zero), (Text(line, "amountOut"), least.Leftover));
    }

    [Fact]
    public void Blank_lines_are_no_requests_and_the_last_one_needs_no_end()
    {
        var request = Request("p", A, B, "\"amountIn\":\"1000\"");

        Assert.Equal(3, Answer($"\n{request}\r\n \n\t{request}\n\n{request}").Count);
        Assert.Empty(Answer(""));
        Assert.Empty(Answer("\n\n"));
    }

    [Fact]
    public void Texts_are_echoed_as_json_has_them()
    {
        var line = Assert.Single(
            Run("{\"pool\":\"\\u0022\\n\\ud83d\\ude00ü\",\"in\":\"\",\"out\":\"x\",\"amountIn\":1}"));

        Assert.Equal("\"\n😀ü", Text(line, "pool"));
        Assert.Equal("unknown-pool pool", CodeOf(line));
        Assert.Equal("malformed-request pool", CodeOf(Assert.Single(
            Run($"{{\"pool\":\"{new string('x', 600)}\",\"in\":\"\",\"out\":\"x\",\"amountIn\":1}}"))));
    }

    [Fact]
    public void A_line_that_is_too_long_is_answered_once_and_passed_over()
    {
        var request = Request("p", A, B, "\"amountIn\":\"1000\"");
        foreach (var length in new[] { QuoteBatch.LineBytesMax + 1, 3 * QuoteBatch.LineBytesMax, 1_000_000 })
        {
            var lines = Run(request, $"{{\"pool\":\"{new string('x', length)}\"}}", request);

            Assert.Equal(["-", "malformed-request line", "-"], lines.Select(CodeOf));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(70_000)]
    public void However_the_input_comes_the_answers_are_the_same(int chunk)
    {
        var random = new Random(3);
        var requests = Enumerable.Range(0, 3_000).Select(_ => random.Next(5) == 0
            ? new string('y', random.Next(50))
            : Request("p", A, B, $"\"amountIn\":\"{random.NextInt64()}\"")).ToArray();

        var whole = Run(requests);
        using var output = new MemoryStream();
        using (var batch = new QuoteBatch(File, new Drops(string.Join('\n', requests), chunk), output))
        {
            batch.Run();
            Assert.Equal(whole.Count, batch.Quotes + batch.Failures);
            Assert.True(batch.Failures > 0);
        }

        Assert.Equal(whole.Select(l => l.GetRawText()), Lines(output).Select(l => l.GetRawText()));
    }

    [Fact]
    public void What_is_asked_is_answered_before_more_is_waited_for()
    {
        using var output = new MemoryStream();
        var request = Encoding.UTF8.GetBytes(Request("p", A, B, "\"amountIn\":\"1000\"") + "\n");
        var answered = new List<long>();
        using var input = new Asked(() =>
        {
            answered.Add(output.Length);
            return answered.Count <= 3 ? request : [];
        });
        using var batch = new QuoteBatch(File, input, output);
        batch.Run();

        Assert.Equal(4, answered.Count);
        Assert.Equal([0, 1, 2, 3], answered.Select(length => length / answered[1]));
    }

    private static string Request(string pool, string tokenIn, string tokenOut, string amount) =>
        $"{{\"pool\":\"{pool}\",\"in\":\"{tokenIn}\",\"out\":\"{tokenOut}\",{amount}}}";

    private static List<JsonElement> Run(params string[] requests) => Answer(string.Join('\n', requests) + "\n");

    private static List<JsonElement> Answer(string input)
    {
        using var output = new MemoryStream();
        using var batch = new QuoteBatch(File, new MemoryStream(Encoding.UTF8.GetBytes(input)), output);
        batch.Run();
        return Lines(output);
    }

    private static List<JsonElement> Lines(MemoryStream output) =>
    [
        .. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement),
    ];

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static string MessageOf(JsonElement line) => Text(line.GetProperty("error"), "message");

    private static string CodeOf(JsonElement line) => line.TryGetProperty("error", out var error)
        ? string.Create(CultureInfo.InvariantCulture, $"{Text(error, "code")} {Text(error, "field")}")
        : "-";

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Drops(string text, int chunk) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, chunk));
    }

    /// <summary>A stream that is filled when it is read.</summary>
    private sealed class Asked(Func<byte[]> next) : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            var content = next();
            content.CopyTo(buffer, offset);
            return content.Length;
        }
    }
}
