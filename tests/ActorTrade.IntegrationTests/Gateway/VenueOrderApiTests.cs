using System.Globalization;
using System.Net;
using System.Text.Json;
using ActorTrade.Domain.Markets;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Hosting;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>Orders that a desk works at the paper venue, from outside, on a node with a real journal and a market whose
/// price the test sets.</summary>
public sealed class VenueOrderApiTests : IAsyncLifetime
{
    private const string Orders = "/api/venues/paper/orders";
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;
    private LiveMarket _market = null!;
    private long _bid = 7_000;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await _node.OpenAsync("alice", ("BTC", "2"), ("USD", "100000"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_stop_holds_its_funds_waits_for_its_price_and_sells_by_one_child()
    {
        const string body =
            """{"account":"alice","symbol":"BTCUSD","side":"sell","quantity":"1","stopPrice":"6900"}""";
        var placed = await PlaceAsync(body, "a");
        var id = placed.String("order");
        await StateAsync(id, "Waiting");
        Assert.Equal(("1", "1"), await BalanceAsync("BTC"));
        Assert.Equal(id, (await PlaceAsync(body, "a")).String("order"));
        SetBid(6_890);
        var filled = await StateAsync(id, "Filled");
        Assert.Equal(("1", "stop"), (filled.String("filled"), filled.String("type")));
        var child = Assert.Single(filled.Json.GetProperty("children").EnumerateArray());
        Assert.Equal("Filled", child.GetProperty("state").GetString());
        await Eventually.TrueAsync(async () => await BalanceAsync("BTC") == ("1", "0"), "the sold token is gone");
    }

    [Fact]
    public async Task What_waits_goes_on_after_a_restart_and_what_is_over_has_expired()
    {
        var expiresAt = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5);
        var dated = (await PlaceAsync(
            $$"""
            {"account":"alice","symbol":"BTCUSD","side":"buy","quantity":"1","limitPrice":"6000",
             "expiresAt":"{{expiresAt.ToString("O", CultureInfo.InvariantCulture)}}"}
            """,
            "dated")).String("order");
        var oco = (await PlaceAsync(
            """
            {"account":"alice","symbol":"BTCUSD","side":"sell","quantity":"1","limitPrice":"7500","stopPrice":"6900"}
            """,
            "oco")).String("order");
        await StateAsync(oco, "Working");
        await StopAsync();
        await Eventually.TrueAsync(() => Task.FromResult(DateTimeOffset.UtcNow > expiresAt), "the date has come");
        await StartAsync();
        await StateAsync(dated, "Expired");
        await Eventually.TrueAsync(async () => await BalanceAsync("USD") == ("100000", "0"), "the funds are back");
        SetBid(6_890);
        var filled = await StateAsync(oco, "Filled");
        Assert.Equal(("oco", "1"), (filled.String("type"), filled.String("filled")));
        Assert.Equal(
            ["Filled", "Cancelled"],
            filled.Json.GetProperty("children").EnumerateArray().Select(c => c.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task An_order_is_listed_while_it_is_open_and_its_cancel_cancels_its_child()
    {
        var id = (await PlaceAsync(
            """
            {"account":"alice","symbol":"BTCUSD","side":"sell","quantity":"1","limitPrice":"7500","visible":"0.25"}
            """,
            "i")).String("order");
        await StateAsync(id, "Working");
        var shown = (await _node.GetAsync("/api/status")).Expect(HttpStatusCode.OK).Json.GetProperty("venueOrders");
        Assert.Equal(
            (id, "iceberg limit", "Working"),
            Assert.Single(shown.EnumerateArray()) is var row
                ? (Text(row, "order"), Text(row, "type"), Text(row, "state"))
                : default);
        var open = (await _node.GetAsync("/api/venue-orders?account=alice&open=true")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(id, Assert.Single(open.EnumerateArray()).GetProperty("order").GetString());
        var other = await _node.PostAsync($"/api/venue-orders/{id}/cancel", """{"why":"mine"}""", principal: "mallory");
        Assert.Equal("not-permitted", other.Expect(HttpStatusCode.Forbidden).Code);
        (await _node.PostAsync($"/api/venue-orders/{id}/cancel", """{"why":"enough"}""")).Expect(HttpStatusCode.OK);
        var ended = await StateAsync(id, "Cancelled");
        Assert.Equal("enough", ended.String("reason"));
        var child = Assert.Single(ended.Json.GetProperty("children").EnumerateArray());
        Assert.Equal(("0.25", "Cancelled"), (
            child.GetProperty("quantity").GetString(), child.GetProperty("state").GetString()));
        await Eventually.TrueAsync(async () => await BalanceAsync("BTC") == ("2", "0"), "the funds are back");
    }

    [Theory]
    [InlineData(""" "stopPrice":"6900","trailBps":10 """, 400, "trailBps")]
    [InlineData(""" "stopLimitPrice":"6900" """, 400, "stopLimitPrice")]
    [InlineData(""" "limitPrice":"7000","timeInForce":"gtd" """, 422, "expiresAt")]
    [InlineData(""" "stopPrice":"6900","postOnly":true """, 422, "postOnly")]
    [InlineData(""" "limitPrice":"7000","slices":1,"sliceSeconds":1 """, 422, "slices")]
    [InlineData(""" "limitPrice":"7000","visible":"2" """, 422, "visible")]
    [InlineData(""" "limitPrice":"7000","triggerBy":"noon" """, 400, "triggerBy")]
    public async Task Wrong_terms_name_their_field(string terms, int status, string field)
    {
        var reply = await _node.PostAsync(
            Orders, $$"""{"account":"alice","symbol":"BTCUSD","side":"sell","quantity":"1",{{terms}}}""", "w");
        Assert.Equal(field, reply.Expect((HttpStatusCode)status).Field);
    }

    private async Task StartAsync()
    {
        _node = await RunningNode.StartAsync(_folder.Root);
        _market = LiveMarket.Start(
            _node.Host, new TickSource("the test's market", Steps(), TimeSpan.FromMilliseconds(20)));
    }

    private async Task StopAsync()
    {
        await _market.StopAsync();
        await _node.DisposeAsync();
    }

    private IEnumerable<IReadOnlyList<Tick>> Steps()
    {
        for (var i = 1L; ; i++)
        {
            decimal bid = Volatile.Read(ref _bid);
            yield return
            [
                new Tick(
                    new Symbol("BTC", "USD"), "paper", default, bid, bid + 1, null, null, Last: null, Volume: null, i),
            ];
        }
    }

    private void SetBid(long bid) => Volatile.Write(ref _bid, bid);

    private async Task<Reply> PlaceAsync(string body, string key) =>
        (await _node.PostAsync(Orders, body, key)).Expect(HttpStatusCode.OK);

    private async Task<Reply> StateAsync(string id, string state)
    {
        Reply? now = null;
        await Eventually.TrueAsync(
            async () =>
            {
                now = (await _node.GetAsync($"/api/venue-orders/{id}")).Expect(HttpStatusCode.OK);
                return now.String("state") == state;
            },
            $"the order to be {state}: {now?.Text}");
        return now!;
    }

    private async Task<(string Available, string Held)> BalanceAsync(string token)
    {
        var account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK).Json;
        foreach (var balance in account.GetProperty("balances").EnumerateArray())
        {
            if (balance.GetProperty("token").GetString() == token)
            {
                return (Text(balance, "available"), Text(balance, "held"));
            }
        }

        return ("0", "0");
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
