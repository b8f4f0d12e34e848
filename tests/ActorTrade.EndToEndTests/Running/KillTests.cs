using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ActorTrade.EndToEndTests.Running;

/// <summary>
/// <c>kill -9</c> in the middle of many swaps, again and again: what was acknowledged is there once, what was not is
/// asked again with the same key and ends once, and the journal verifies clean.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20;
    private const int Clients = 6;
    private readonly string _directory = Directory.CreateTempSubdirectory("actortrade-kill-").FullName;
    private readonly ConcurrentDictionary<string, string> _receipts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _unanswered = new(StringComparer.Ordinal);
    private int _keys;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Twenty_kills_under_load_lose_and_double_nothing()
    {
        var ready = new List<double>();
        for (var round = 0; round <= Kills; round++)
        {
            using var node = await NodeProcess.RunAsync(_directory, "--set", "Market:Source=None");
            ready.Add(node.StartedWithin.TotalSeconds);
            if (round == 0)
            {
                await FundAsync(node);
            }

            await AskAgainAsync(node);
            await CheckSomeAsync(node, round);
            if (round < Kills)
            {
                await KillUnderLoadAsync(node, TimeSpan.FromMilliseconds(150 + (round * 25)));
            }
            else
            {
                await CheckSomeAsync(node, round, all: true);
                Assert.Equal(0, await node.TerminateAsync());
            }
        }

        Assert.Empty(_unanswered);
        output.WriteLine(
            $"{_receipts.Count} swaps acknowledged over {Kills} kills; ready after "
            + $"{ready.Skip(1).Order().ElementAt(Kills / 2):0.00} s (median), {ready.Skip(1).Max():0.00} s (most).");
        await VerifyAsync();
    }

    private static async Task FundAsync(NodeProcess node)
    {
        for (var i = 0; i < Clients; i++)
        {
            await node.PostAsync("/api/accounts", $$"""{"account":"client{{i}}"}""");
            const string deposit = """{"token":"USD","amount":"1000000"}""";
            await node.PostAsync($"/api/accounts/client{i}/deposits", deposit, $"fund{i}");
        }
    }

    // Every client sends one swap after the other until the process is gone under it.
    private async Task KillUnderLoadAsync(NodeProcess node, TimeSpan after)
    {
        var clients = Enumerable.Range(0, Clients).Select(i => SwapUntilGoneAsync(node, i)).ToArray();
        await Task.Delay(after);
        node.KillHard();
        await Task.WhenAll(clients);
    }

    private async Task SwapUntilGoneAsync(NodeProcess node, int client)
    {
        while (true)
        {
            var number = Interlocked.Increment(ref _keys);
            var key = $"key{number}";
            var pool = number % 2 == 0 ? "BTC-USD" : "ETH-USD";
            var body = Body($"client{client}", pool, $"1.{(number % 90) + 10}");
            _unanswered[key] = body;
            if (!await TrySwapAsync(node, key, body))
            {
                return;
            }
        }
    }

    private async Task AskAgainAsync(NodeProcess node)
    {
        foreach (var (key, body) in _unanswered.OrderBy(u => u.Key, StringComparer.Ordinal))
        {
            Assert.True(await TrySwapAsync(node, key, body), $"{key} was not answered after the restart.");
        }
    }

    private async Task CheckSomeAsync(NodeProcess node, int round, bool all = false)
    {
        foreach (var (key, receipt) in _receipts.Where(
            r => all || r.Key.GetHashCode(StringComparison.Ordinal) % 10 == round % 10))
        {
            var again = await SendAsync(node, key, BodyOf(receipt));
            Assert.Equal(receipt, again.Text);
        }
    }

    // The receipt names what was asked; the request is made from it anew.
    private static string BodyOf(string receipt)
    {
        var json = JsonDocument.Parse(receipt).RootElement;
        return Body(
            json.GetProperty("account").GetString()!,
            json.GetProperty("route")[0].GetString()!,
            json.GetProperty("amountIn").GetString()!);
    }

    private static string Body(string account, string pool, string amountIn) =>
        $$"""{"account":"{{account}}","pool":"{{pool}}","tokenIn":"USD","amountIn":"{{amountIn}}"}""";

    private async Task<bool> TrySwapAsync(NodeProcess node, string key, string body)
    {
        try
        {
            var (status, text) = await SendAsync(node, key, body);
            for (var tries = 0; status == HttpStatusCode.GatewayTimeout && tries < 100; tries++)
            {
                // Under way since before the kill: the answer says to repeat with the same key.
                await Task.Delay(100);
                (status, text) = await SendAsync(node, key, body);
            }

            Assert.True(status == HttpStatusCode.OK, text);
            _receipts[key] = text;
            _unanswered.TryRemove(key, out _);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<(HttpStatusCode Status, string Text)> SendAsync(NodeProcess node, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/swaps");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        using var response = await node.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task VerifyAsync()
    {
        var (code, report, error) = await NodeProcess.CommandAsync("journal", "verify", "--json", "--data", _directory);
        Assert.True(code == 0, report + error);

        // Independent of the node's own answers: every acknowledged trade started,
        // swapped and settled once, and no other did.
        var (_, export, _) = await NodeProcess.CommandAsync("journal", "export", "--data", _directory);
        var events = export.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(e => e.GetProperty("event").GetString(), e => e.GetProperty("data"));
        var acknowledged = _receipts.Values
            .Select(r => JsonDocument.Parse(r).RootElement.GetProperty("tradeId").GetString())
            .Order(StringComparer.Ordinal)
            .ToList();
        foreach (var kind in new[] { "account.swap-started.v1", "pool.swapped.v1", "account.trade-settled.v1" })
        {
            var trades = events[kind].Select(
                e => e.GetProperty("tradeId").GetString()).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(acknowledged, trades);
        }
    }
}
