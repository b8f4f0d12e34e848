using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.IntegrationTests.Gateway;
using ActorTrade.IntegrationTests.RecordedData;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Operation;
using ActorTrade.Operator;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>Operators and orders that desks work: <c>trade cancel-all</c>, <c>trade flatten</c> and <c>orders</c>,
/// with a real node and a market whose price the test sets.</summary>
public sealed class DeskOrderStopTests : IAsyncLifetime
{
    private static readonly Symbol BtcUsd = new("BTC", "USD");
    private static readonly BotId Trend = BotId.Parse("trend-1");
    private static readonly VenueLeg Stop = new(TriggerKind.Stop, 6_900m, 0, null);
    private readonly TemporaryFolder _folder = new();
    private RunningNode _node = null!;
    private LiveMarket _market = null!;
    private Endpoint _endpoint = null!;
    private long _bid = 7_000;
    private int _keys;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync(_folder.Root);
        _market = LiveMarket.Start(
            _node.Host, new TickSource("the test's market", Steps(), TimeSpan.FromMilliseconds(20)));
        _endpoint = await Endpoint.StartAsync(change: s => s with { Entities = _node.Host.Door });
        var tables = new OperatorTables(_node.Host, () => null);
        _endpoint.Cluster.Answer(
            NodeQuestions.Rows,
            (_, request) => request.Table == "quotes" ? Quotes() : tables.Read(request));
        await _node.OpenAsync("alice", ("BTC", "2"), ("USD", "100000"));
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _market.StopAsync();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Cancel_all_ends_every_order_of_a_desk_whatever_it_waits_for()
    {
        string[] orders =
        [
            await PlaceAsync(""" "side":"sell","stopPrice":"6900" """, "Waiting"),
            await PlaceAsync(""" "side":"buy","takeProfitPrice":"6500","trailBps":900 """, "Waiting"),
            await PlaceAsync(""" "side":"sell","limitPrice":"7500","visible":"0.05" """, "Working"),
            await PlaceAsync(""" "side":"buy","limitPrice":"6000","slices":4,"sliceSeconds":60 """, "Working"),
        ];

        var said = await RunAsync("cancel-all");

        Assert.Contains("4 orders of desks", said, StringComparison.Ordinal);
        foreach (var order in orders)
        {
            Assert.Equal("drill", (await StateAsync(order, "Cancelled")).String("reason"));
        }

        await Eventually.TrueAsync(async () => await MoneyAsync() == ("2", "0", "100000", "0"), "all funds are free");
        Assert.Contains("0 orders of desks", await RunAsync("cancel-all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pbm_lists_shows_and_cancels_orders_of_desks()
    {
        var (_, none, _) = await PbmAsync("orders", "list");
        Assert.Contains("There is no such order.", none, StringComparison.Ordinal);
        var oco = await PlaceAsync(""" "side":"sell","limitPrice":"7500","stopPrice":"6900" """, "Working");
        var stop = await PlaceAsync(""" "side":"sell","stopPrice":"6800" """, "Waiting");

        var (code, listed, error) = await PbmAsync("orders", "list", "--json");
        Assert.Equal((0, ""), (code, error));
        var rows = JsonDocument.Parse(listed).RootElement.GetProperty("blocks")[0].GetProperty("rows");
        Assert.Equal(
            [(stop, "stop", "Waiting"), (oco, "oco", "Working")],
            rows.EnumerateArray().Select(r => (Text(r, "order"), Text(r, "type"), Text(r, "state"))));

        var (_, shown, _) = await PbmAsync("orders", "show", oco);
        Assert.Contains("BTCUSD", shown, StringComparison.Ordinal);
        Assert.Contains("7500", shown, StringComparison.Ordinal);
        var (_, childless, _) = await PbmAsync("orders", "show", stop);
        Assert.Contains("No child has been sent.", childless, StringComparison.Ordinal);

        var (cancelled, answer, _) = await PbmAsync("orders", "cancel", oco, "--reason", "drill");
        Assert.Equal((0, "It was asked to end: 'orders show' says how it stands."), (cancelled, answer.Trim()));
        await StateAsync(oco, "Cancelled");
        var (_, open, _) = await PbmAsync("orders", "list", "--open");
        Assert.Contains(stop, open, StringComparison.Ordinal);
        Assert.DoesNotContain(oco, open, StringComparison.Ordinal);

        var (unknown, _, why) = await PbmAsync("orders", "show", Guid.NewGuid().ToString());
        Assert.NotEqual(0, unknown);
        Assert.Contains("There is no such order.", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flatten_cancels_what_waits_for_a_bot_at_its_desk_and_sells_what_it_holds()
    {
        await HoldOneCoinAsync();
        await DoAsync(AtDesk(Side.Sell, Stop));
        await DoAsync(AtDesk(Side.Buy, new VenueLeg(TriggerKind.TakeProfit, 6_500m, 0, null)));
        await Eventually.TrueAsync(
            async () => await OpenAsync("alice") is ["Waiting", "Waiting"], "two orders that wait at the desk");

        await RunAsync("flatten");

        await Eventually.TrueAsync(
            async () => await BotAsync() is { OpenOrders: [] } bot && bot.PositionOf(BtcUsd).Quantity.IsZero,
            "the bot is flat");
        Assert.Empty(await OpenAsync("alice"));
        await Eventually.TrueAsync(async () => await HeldAsync() == ("0", "0"), "all funds are free");
    }

    [Fact]
    public async Task What_the_desk_trades_for_a_bot_is_the_bots_position()
    {
        await HoldOneCoinAsync();
        await DoAsync(AtDesk(Side.Sell, new VenueLeg(TriggerKind.TakeProfit, 7_500m, 0, null), Stop));
        await Eventually.TrueAsync(async () => await OpenAsync("alice") is ["Waiting"], "a bracket that waits");

        Volatile.Write(ref _bid, 6_890);

        await Eventually.TrueAsync(
            async () => await BotAsync() is { OpenOrders: [] } bot && bot.PositionOf(BtcUsd).Quantity.IsZero,
            "the bot's stop has sold");
        var position = (await BotAsync()).PositionOf(BtcUsd);
        Assert.Equal(position.Bought, position.Sold);
        Assert.True(position.Realised.IsNegative);
        await Eventually.TrueAsync(async () => await HeldAsync() == ("0", "0"), "all funds are free");
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static Bot.Command.PlaceDeskOrder AtDesk(Side side, params VenueLeg[] legs) => new(
        BtcUsd, "paper", side, Units.FromDecimal(1m, 8, Rounding.Down),
        new DeskTerms(legs, side == Side.Sell ? TriggerSource.Bid : TriggerSource.Ask), ReferencePrice: 7_000m);

    // A bot whose strategy wants nothing by itself within the test, with a coin that it has bought.
    private async Task HoldOneCoinAsync()
    {
        await DoAsync(new Bot.Command.Register(
            Trend, "alice", AccountId.Parse("alice"), "trend", [],
            [new Instrument(BtcUsd, TokenId.Parse("BTC"), TokenId.Parse("USD"), 8, 6)],
            new BotLimits(20_000m, 3m, 10_000m, 8, 50, new Bps(500), new Bps(100))));
        await DoAsync(new Bot.Command.Start());
        await DoAsync(new Bot.Command.PlaceOrder(
            BtcUsd, "paper", Side.Buy, OrderType.Market, Units.FromDecimal(1m, 8, Rounding.Down), null, 7_001m,
            TimeInForce.Gtc, null));
        await Eventually.TrueAsync(
            async () => await BotAsync() is { OpenOrders: [] } bot && !bot.PositionOf(BtcUsd).Quantity.IsZero,
            "the bot holds a coin");
    }

    private async Task DoAsync(Bot.Command command)
    {
        var time = TimeProvider.System;
        var header = new CommandHeader(
            Guid.NewGuid(), CommandContext.Self, time.GetUtcNow() + TimeSpan.FromMinutes(1));
        var answer = await _node.Host.Door.AskAsync(
            Bot.IdOf(Trend), command, header, TimeSpan.FromSeconds(20), time);
        Assert.IsType<Answer.Accepted>(answer);
    }

    private async Task<BotView> BotAsync()
    {
        var answer = await _node.Host.Door.QueryAsync(Bot.IdOf(Trend), TimeSpan.FromSeconds(20), TimeProvider.System);
        return Assert.IsType<BotView>(Assert.IsType<Answer.Viewed>(answer).View);
    }

    private RowsAnswer Quotes()
    {
        var bid = Volatile.Read(ref _bid);
        return new RowsAnswer(
            ["symbol", "venue", "bid", "ask", "last", "at"],
            [["BTCUSD", "paper", $"{bid}", $"{bid + 1}", null, DateTimeOffset.UtcNow.ToString("O")]],
            0);
    }

    private IEnumerable<IReadOnlyList<Tick>> Steps()
    {
        for (var i = 1L; ; i++)
        {
            decimal bid = Volatile.Read(ref _bid);
            yield return
            [
                new Tick(BtcUsd, "paper", default, bid, bid + 1, null, null, Last: null, Volume: null, i),
            ];
        }
    }

    private async Task<string> PlaceAsync(string terms, string state)
    {
        var reply = await _node.PostAsync(
            "/api/venues/paper/orders",
            $$"""{"account":"alice","symbol":"BTCUSD","quantity":"0.5",{{terms}}}""",
            $"order {_keys++}");
        var id = reply.Expect(HttpStatusCode.OK).String("order");
        await StateAsync(id, state);
        return id;
    }

    private async Task<Reply> StateAsync(string id, string state)
    {
        Reply? now = null;
        await Eventually.TrueAsync(
            async () =>
            {
                now = (await _node.GetAsync($"/api/venue-orders/{id}")).Expect(HttpStatusCode.OK);
                return now.String("state") == state;
            },
            $"the order to be {state}");
        return now!;
    }

    private async Task<string[]> OpenAsync(string account) =>
    [
        .. (await _node.GetAsync($"/api/venue-orders?account={account}&open=true")).Expect(HttpStatusCode.OK).Json
            .EnumerateArray().Select(o => Text(o, "state")),
    ];

    private async Task<(string Btc, string Usd)> HeldAsync()
    {
        var (_, btc, _, usd) = await MoneyAsync();
        return (btc, usd);
    }

    private async Task<(string Btc, string BtcHeld, string Usd, string UsdHeld)> MoneyAsync()
    {
        var account = (await _node.GetAsync("/api/accounts/alice")).Expect(HttpStatusCode.OK).Json;
        var money = account.GetProperty("balances").EnumerateArray()
            .ToDictionary(b => Text(b, "token"), b => (Text(b, "available"), Text(b, "held")));
        var ((btc, btcHeld), (usd, usdHeld)) = (money["BTC"], money["USD"]);
        return (btc, btcHeld, usd, usdHeld);
    }

    private Task<(int Code, string Output, string Error)> PbmAsync(params string[] words) =>
        PbmProcess.RunAsync(_endpoint.Folder, Endpoint.Alice, null, [_endpoint.HostAndPort, .. words]);

    // All lines of the answer.
    private async Task<string> RunAsync(string command)
    {
        using var client = new HttpClient { BaseAddress = _endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoint.Alice);
        var request = new RunRequest
        {
            Palette = "trade",
            Command = command,
            Values = new Dictionary<string, string> { ["reason"] = "drill" },
        };
        using var response = await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var result = (await response.Content.ReadFromJsonAsync<CommandResult>(OperatorProtocol.Json))!;
        return string.Join('\n', result.Blocks.SelectMany(b => b.Lines));
    }
}
