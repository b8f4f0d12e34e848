using System.Text.Json;

namespace ActorTrade.EndToEndTests.Running;

public sealed class RunTests : IDisposable
{
    private const string Swap = """{"account":"alice","pool":"BTC-USD","tokenIn":"USD","amountIn":"100"}""";
    private readonly string _directory = Directory.CreateTempSubdirectory("actortrade-run-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_node_starts_trades_stops_and_comes_back_with_the_same_state()
    {
        string receipt, account;
        using (var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Source=None"))
        {
            Assert.InRange(node.StartedWithin, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            await node.PostAsync("/api/accounts", """{"account":"alice"}""");
            await node.PostAsync("/api/accounts/alice/deposits", """{"token":"USD","amount":"1000"}""", "d");
            receipt = await node.PostAsync("/api/swaps", Swap, "s");
            account = await BalancesAsync(node);
            Assert.Equal(0, await node.TerminateAsync());
        }

        using (var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Source=None"))
        {
            Assert.Equal(account, await BalancesAsync(node));
            Assert.Equal(receipt, await node.PostAsync("/api/swaps", Swap, "s"));
            Assert.Equal(account, await BalancesAsync(node));
            Assert.Equal(0, await node.TerminateAsync());
        }

        var (code, output, _) = await NodeProcess.CommandAsync("journal", "verify", "--json", "--data", _directory);
        Assert.Equal(0, code);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_first_run_shows_life()
    {
        using var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Interval=00:00:00.050");
        for (var tries = 0; tries < 100; tries++)
        {
            var market = JsonDocument.Parse(await node.GetAsync("/api/status")).RootElement.GetProperty(
                "node").GetProperty("market");
            if (market.GetProperty("ticks").GetInt64() >= 50)
            {
                Assert.Equal(5, market.GetProperty("quotes").GetArrayLength());
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("No ticks came.");
    }

    [Fact]
    public async Task A_second_process_on_the_directory_ends_with_4_and_names_the_holder()
    {
        using var node = await NodeProcess.RunAsync(_directory);
        foreach (var arguments in new[]
        {
            new[] { "run", "--data", _directory, "--port", "0" },
            ["journal", "verify", "--data", _directory],
        })
        {
            var (code, _, error) = await NodeProcess.CommandAsync(arguments);
            Assert.Equal(4, code);
            Assert.Contains($"process {node.Id}", error, StringComparison.Ordinal);
            Assert.EndsWith("(code 4)", error.TrimEnd(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_record_is_found_with_its_position()
    {
        using (var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Source=None"))
        {
            await node.TerminateAsync();
        }

        // In the payload of one of the last events: the name of a pool.
        var path = Path.Combine(_directory, "journal.db");
        var bytes = await File.ReadAllBytesAsync(path);
        var position = bytes.AsSpan().LastIndexOf("BTC-EUR"u8);
        Assert.True(position > 0);
        bytes[position] ^= 0x01;
        await File.WriteAllBytesAsync(path, bytes);

        var (code, output, error) = await NodeProcess.CommandAsync("journal", "verify", "--json", "--data", _directory);
        Assert.Equal(1, code);
        Assert.Contains("(code 1)", error, StringComparison.Ordinal);
        var records = JsonDocument.Parse(output).RootElement.GetProperty("problems").EnumerateArray()
            .Select(p => p.GetProperty("record").GetInt64()).Where(r => r > 0).ToList();
        Assert.NotEmpty(records);
        Assert.Contains($"at record {records[0]}:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_and_export_show_every_event()
    {
        using (var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Source=None"))
        {
            await node.TerminateAsync();
        }

        var (_, stats, _) = await NodeProcess.CommandAsync("journal", "stats", "--json", "--data", _directory);
        var (code, export, _) = await NodeProcess.CommandAsync("journal", "export", "--data", _directory);
        var lines = export.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, code);
        Assert.Equal(JsonDocument.Parse(stats).RootElement.GetProperty("events").GetInt64(), lines.Length);
        Assert.Equal(
            Enumerable.Range(1, lines.Length).Select(i => (long)i),
            lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("ordering").GetInt64()));
    }

    [Theory]
    [InlineData(2, "journal", "verify", "--data", "/nowhere/at/all")]
    [InlineData(4, "run", "--set", "Http:Prot=1")]
    [InlineData(4, "run", "--config", "/nowhere.json")]
    [InlineData(4, "rnu")]
    public async Task Errors_have_their_codes(int expected, params string[] arguments)
    {
        var (code, _, error) = await NodeProcess.CommandAsync(arguments);
        Assert.Equal(expected, code);
        Assert.StartsWith("Error: ", error, StringComparison.Ordinal);
        Assert.EndsWith($"(code {expected})", error.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_told() =>
        Assert.StartsWith("0.", (await NodeProcess.CommandAsync("--version")).Output, StringComparison.Ordinal);

    private static async Task<string> BalancesAsync(NodeProcess node) =>
        JsonDocument.Parse(await node.GetAsync("/api/accounts/alice")).RootElement.GetProperty("balances").GetRawText();
}
