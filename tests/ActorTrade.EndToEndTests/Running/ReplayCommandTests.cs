using System.Diagnostics;
using System.Globalization;
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
