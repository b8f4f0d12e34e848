using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace ActorTrade.EndToEndTests.Running;

/// <summary><c>actortrade quote</c> and <c>scan</c> as people run them: processes of their own, files, exit
/// codes.</summary>
public sealed class QuoteCommandTests : IDisposable
{
    private const string Usdc = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
    private const string Weth = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";

    private const string Pools =
        $$$"""
        {"pools":[
        {"id":"one","chainId":1,"kind":"constant-product",
         "tokens":[{"address":"{{{Usdc}}}","symbol":"USDC","decimals":6},
         {"address":"{{{Weth}}}","symbol":"WETH","decimals":18}],"reserves":["5000000000000","2500000000000000000000"],
         "fee":{"numerator":3,"denominator":1000}},
        {"id":"two","chainId":1,"kind":"constant-product",
         "tokens":[{"address":"{{{Usdc}}}","symbol":"USDC","decimals":6},
         {"address":"{{{Weth}}}","symbol":"WETH","decimals":18}],"reserves":["5000000000000","2400000000000000000000"],
         "fee":{"numerator":3,"denominator":1000}},
        {"id":"bad","chainId":1,"kind":"constant-product",
         "tokens":[{"address":"{{{Usdc}}}","symbol":"USDC","decimals":37},
         {"address":"{{{Weth}}}","symbol":"WETH","decimals":18}],"reserves":["5","7"],
         "fee":{"numerator":3,"denominator":1000}}
        ]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-quote-test-").FullName;
    private readonly string _pools;

    public QuoteCommandTests()
    {
        _pools = Path.Combine(_folder, "pools.json");
        File.WriteAllText(_pools, Pools);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_quote_is_text_or_json_with_its_end_state()
    {
        string[] trade = ["--pool", "one", "--in", Usdc, "--out", Weth, "--amount-in", "1000000000"];
        var text = await QuoteAsync(trade);
        var json = await QuoteAsync([.. trade, "--json"]);

        Assert.Equal(0, text.Code);
        Assert.Contains("1000 USDC (1000000000 base units)", text.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 3 pools are not used", text.Error, StringComparison.Ordinal);
        var quote = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal("498400618916588032", quote.GetProperty("amountOut").GetString());
        Assert.Equal("0.000498400618916588032", quote.GetProperty("price").GetString());
        Assert.Equal("0.0005", quote.GetProperty("spotPrice").GetString());
        Assert.Equal("3000000", quote.GetProperty("fee").GetString());
        Assert.Equal("5001000000000", quote.GetProperty("endState").GetProperty("reserves")[0].GetString());

        var back = await QuoteAsync(
            "--pool", "one", "--in", Usdc, "--out", Weth, "--amount-out", "498400618916588032", "--json");
        Assert.Equal("1000000000", JsonDocument.Parse(back.Output).RootElement.GetProperty("amountIn").GetString());
    }

    [Theory]
    [InlineData(2, "unknown-pool", "--pool", "none", "--in", Usdc, "--out", Weth, "--amount-in", "1")]
    [InlineData(1, "tokens[0].decimals", "--pool", "bad", "--in", Usdc, "--out", Weth, "--amount-in", "1")]
    [InlineData(2, "unknown-token", "--pool", "one", "--in", "0x12", "--out", Weth, "--amount-in", "1")]
    [InlineData(1, "no-such-pair", "--pool", "one", "--in", Weth, "--out", Weth, "--amount-in", "1")]
    [InlineData(1, "zero-amount", "--pool", "one", "--in", Usdc, "--out", Weth, "--amount-in", "0")]
    [InlineData(4, "negative", "--pool", "one", "--in", Usdc, "--out", Weth, "--amount-in", "-1")]
    [InlineData(4, "--amount-in or --amount-out", "--pool", "one", "--in", Usdc, "--out", Weth)]
    [InlineData(4, "--pool is missing", "--in", Usdc, "--out", Weth, "--amount-in", "1")]
    [InlineData(4, "--batch goes without --pool", "--pool", "one", "--batch", "-")]
    public async Task Errors_are_named_and_end_with_their_code(int code, string named, params string[] arguments)
    {
        var run = await QuoteAsync([.. arguments, "--json"]);

        Assert.Equal(code, run.Code);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        if (run.Output.Length > 0)
        {
            Assert.False(string.IsNullOrEmpty(JsonDocument.Parse(run.Output).RootElement
                .GetProperty("error").GetProperty("code").GetString()));
        }
    }

    [Fact]
    public async Task Files_that_are_none_end_with_their_code()
    {
        var missing = await RunAsync(null, "quote", "--pools", Path.Combine(_folder, "none"), "--batch", "-");
        await File.WriteAllTextAsync(Path.Combine(_folder, "broken"), "{\"pools\":[");
        var broken = await RunAsync(null, "scan", "--pools", Path.Combine(_folder, "broken"));

        Assert.Equal(2, missing.Code);
        Assert.Equal(1, broken.Code);
        Assert.Contains("broken", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_from_a_file_or_from_standard_input_answers_each_line()
    {
        var requests = string.Join('\n', Enumerable.Range(1, 500).Select(i => i % 50 == 0
            ? "oops"
            : $$"""{"pool":"one","in":"{{Weth}}","out":"{{Usdc}}","amountIn":"{{i}}000000000000000"}"""));
        var path = Path.Combine(_folder, "requests");
        await File.WriteAllTextAsync(path, requests);

        var fromFile = await QuoteAsync("--batch", path);
        var fromInput = await RunAsync(requests, "quote", "--pools", _pools, "--batch", "-", "--json");

        Assert.Equal((0, 0), (fromFile.Code, fromInput.Code));
        Assert.Equal(fromFile.Output, fromInput.Output);
        var lines = fromFile.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(500, lines.Length);
        Assert.All(lines.Index(), line => Assert.Equal(
            (line.Index + 1) % 50 == 0 ? "malformed-request" : $"{line.Index + 1}000000000000000",
            (line.Index + 1) % 50 == 0
                ? JsonDocument.Parse(line.Item).RootElement.GetProperty("error").GetProperty("code").GetString()
                : JsonDocument.Parse(line.Item).RootElement.GetProperty("amountIn").GetString()));
        Assert.Contains("490 quotes, 10 lines answered with an error", fromFile.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_ranks_what_gains_or_says_that_nothing_does()
    {
        var json = await RunAsync(null, "scan", "--pools", _pools, "--token", Usdc, "--json");
        var text = await RunAsync(null, "scan", "--pools", _pools, "--token", Usdc);
        var none = await RunAsync(
            null, "scan", "--pools", _pools, "--token", Usdc, "--min-profit", "1000000000000", "--max-hops", "2");
        var wrong = await RunAsync(null, "scan", "--pools", _pools, "--max-hops", "5");

        var best = JsonDocument.Parse(json.Output).RootElement.GetProperty("opportunities")[0];
        Assert.Equal(Usdc.ToLowerInvariant(), best.GetProperty("token").GetString());
        Assert.Equal(
            ["one", "two"], best.GetProperty("hops").EnumerateArray().Select(h => h.GetProperty("pool").GetString()!));
        Assert.True(UInt128.Parse(best.GetProperty("netProfit").GetString()!, null) > 0);
        Assert.Contains("USDC [one] WETH [two] USDC", text.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing gains", none.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0, 4), (json.Code, text.Code, none.Code, wrong.Code));
    }

    private Task<(int Code, string Output, string Error)> QuoteAsync(params string[] arguments) =>
        RunAsync(null, ["quote", "--pools", _pools, .. arguments]);

    // The tests' build puts the program beside the tests.
    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string? input, params string[] arguments)
    {
        var program = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "actortrade.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"actortrade {string.Join(' ', arguments)} does not end.");
        }

        return (process.ExitCode, await output, await error);
    }
}
