using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using ActorTrade.Market.Simulation;

namespace ActorTrade.EndToEndTests.Running;

/// <summary><c>actortrade replay</c> as people run it: processes of their own, files, exit codes.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-replay-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_processes_give_the_same_hashes()
    {
        // Each process hashes texts with a secret of its own, so whatever depends on the order of a table differs here.
        var data = Write("market.csv", Market(6_000));
        var (first, second) = (Path.Combine(_folder, "1.json"), Path.Combine(_folder, "2.json"));
        var journal = Path.Combine(_folder, "journal");
        var runs = await Task.WhenAll(
            RunAsync("replay", "--data", data, "--report", first, "--journal", journal),
            RunAsync("replay", "--data", data, "--report", second, "--json"));
        Assert.All(runs, run => Assert.True(run.Code == 0, run.Error));
        using var one = JsonDocument.Parse(await File.ReadAllTextAsync(first));
        using var two = JsonDocument.Parse(await File.ReadAllTextAsync(second));
        using var printed = JsonDocument.Parse(runs[1].Output);
        foreach (var hash in new[] { "orderListHash", "stateHash" })
        {
            Assert.Equal(Text(one, hash), Text(two, hash));
            Assert.Equal(Text(two, hash), Text(printed, hash));
        }

        Assert.Contains(Text(one, "orderListHash"), runs[0].Output, StringComparison.Ordinal);
        var verified = await RunAsync("journal", "verify", "--data", journal, "--json");
        Assert.True(verified.Code == 0, verified.Error);
        Assert.Contains(Text(one, "stateHash"), verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_end_with_their_code()
    {
        var bad = Write("bad.csv", Market(50) + "nonsense\n");
        var report = Path.Combine(_folder, "report.json");
        var strict = await RunAsync("replay", "--data", bad, "--report", report, "--strict");
        Assert.Equal(1, strict.Code);
        Assert.Contains("bad.csv:52", strict.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(report));

        var missing = await RunAsync("replay", "--data", Path.Combine(_folder, "none"), "--report", report);
        Assert.Equal(2, missing.Code);
        var unknown = await RunAsync("replay", "--data", bad, "--report", report, "--set", "Venue:Latancy=1");
        Assert.Equal(4, unknown.Code);
        var full = await RunAsync("replay", "--data", bad, "--report", report, "--journal", _folder);
        Assert.Equal(1, full.Code);
    }

    [Fact]
    public async Task House_pools_of_a_file_are_opened_and_traded_by_bots()
    {
        var data = Write("market.csv", Market(3_000));
        var pools = Write("pools.json", HousePools());
        var report = Path.Combine(_folder, "report.json");
        var journal = Path.Combine(_folder, "journal");
        var run = await RunAsync(
            "replay", "--data", data, "--report", report, "--house-pools", pools, "--journal", journal);
        Assert.True(run.Code == 0, run.Error);
        using var told = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        var conserved = told.RootElement.GetProperty("conservation").EnumerateArray().ToList();
        Assert.Contains(conserved, c => c.GetProperty("token").GetString() == "USDC");
        Assert.All(conserved, c => Assert.True(c.GetProperty("ok").GetBoolean()));

        // A cycle over the weighted pool, which is off, and trades of the pool of ranges against the venue.
        var text = told.RootElement.GetRawText();
        Assert.Contains("pool-triangle", text, StringComparison.Ordinal);
        Assert.True(told.RootElement.GetProperty("swaps").GetProperty("settled").GetInt64() > 0, text);
        var events = await RunAsync("journal", "export", "--data", journal);
        Assert.True(events.Code == 0, events.Error);
        foreach (var pool in new[] { "stable", "weighted", "ranges" })
        {
            var lines = events.Output.Split('\n')
                .Where(l => l.Contains($"\"pool-{pool}\"", StringComparison.Ordinal)).ToList();
            Assert.Contains(lines, l => l.Contains("pool.curve-created.v1", StringComparison.Ordinal));
            Assert.Contains(lines, l => l.Contains("pool.joined.v1", StringComparison.Ordinal));
            Assert.True(
                lines.Any(l => l.Contains("pool.swapped.v1", StringComparison.Ordinal)
                    || l.Contains("pool.leg-committed.v1", StringComparison.Ordinal)),
                $"Nobody traded with {pool}.");
        }
    }

    [Fact]
    public async Task A_house_pool_that_cannot_be_is_named_with_its_field()
    {
        var data = Write("market.csv", Market(50));
        var report = Path.Combine(_folder, "report.json");
        var bad = Write(
            "bad.json",
            HousePools().Replace("\"powVersion\":2", "\"powVersion\":1", StringComparison.Ordinal));
        var refused = await RunAsync("replay", "--data", data, "--report", report, "--house-pools", bad);
        Assert.Equal(1, refused.Code);
        Assert.Contains("pool 'weighted', powVersion: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("[not-for-house]", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(report));

        var negative = Write(
            "negative.json", HousePools().Replace("\"feeE10\":\"", "\"feeE10\":\"-", StringComparison.Ordinal));
        refused = await RunAsync("replay", "--data", data, "--report", report, "--house-pools", negative);
        Assert.Equal(1, refused.Code);
        Assert.Contains("pool 'stable', feeE10: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("[negative]", refused.Error, StringComparison.Ordinal);
        refused = await RunAsync(
            "replay", "--data", data, "--report", report, "--house-pools", Path.Combine(_folder, "none.json"));
        Assert.Equal(2, refused.Code);
    }

    // A stable pool of dollars, a weighted one where bitcoin is 3 % too cheap, and one of ranges 2 % above the market.
    private static string HousePools()
    {
        var first = new SimulatedMarket(1, Start, TimeSpan.FromSeconds(20)).Ticks()
            .First(t => t.Symbol.Base == "BTC" && t.Symbol.Quote == "USD");
        var price = (double)(first.Bid!.Value + first.Ask!.Value) / 2;
        var tick = (int)Math.Floor(Math.Log(price * 1.02 / 100) / Math.Log(1.0001));
        var root = (BigInteger)(Math.Pow(1.0001, (tick + 0.5) / 2) * Math.Pow(2, 96));
        var lower = tick / 10 * 10;
        var usdc = (BigInteger)(10 * price * 0.97 * 1e6);
        return $$"""
            {"pools":[
            {"id":"stable","chainId":0,"kind":"stableswap-ng",
             "tokens":[{"address":"USD","symbol":"USD","decimals":6},{"address":"USDC","symbol":"USDC","decimals":6}],
             "balances":["5000000000000","5000000000000"],"amplification":"400","feeE10":"1000000",
             "rates":["1000000000000000000000000000000","1000000000000000000000000000000"],
             "offpegFeeMultiplierE10":"20000000000"},
            {"id":"weighted","chainId":0,"kind":"balancer-weighted",
             "tokens":[{"address":"USDC","symbol":"USDC","decimals":6},{"address":"BTC","symbol":"BTC","decimals":8}],
             "balances":["{{usdc}}","1000000000"],"weightsE18":["500000000000000000","500000000000000000"],
             "swapFeeE18":"1000000000000000","powVersion":2,
             "scalingFactorsE18":["1000000000000000000000000000000","10000000000000000000000000000"]},
            {"id":"ranges","chainId":0,"kind":"concentrated",
             "tokens":[{"address":"BTC","symbol":"BTC","decimals":8},{"address":"USD","symbol":"USD","decimals":6}],
             "feePips":500,"tickSpacing":10,"sqrtPriceX96":"{{root}}","tick":{{tick}},"liquidity":"140000000000",
             "ticks":[[{{lower - 2000}},"100000000000","100000000000"],[{{lower - 100}},"40000000000","40000000000"],
              [{{lower + 100}},"40000000000","-40000000000"],[{{lower + 2000}},"100000000000","-100000000000"]]}
            ]}
            """;
    }

    private static string Text(JsonDocument document, string name) =>
        document.RootElement.GetProperty(name).GetString()!;

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static string Market(int ticks)
    {
        var text = new StringBuilder("timestamp,symbol,venue,bid,ask,last,volume\n");
        foreach (var t in new SimulatedMarket(1, Start, TimeSpan.FromSeconds(20)).Ticks().Take(ticks))
        {
            var at = t.At.ToUnixTimeMilliseconds();
            text.Append(CultureInfo.InvariantCulture, $"{at},{t.Symbol.Base}/{t.Symbol.Quote},");
            text.Append(CultureInfo.InvariantCulture, $"{t.Venue},{t.Bid},{t.Ask},{t.Last},{t.Volume}\n");
        }

        return text.ToString();
    }

    // The tests' build puts the program beside the tests.
    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "actortrade.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
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
