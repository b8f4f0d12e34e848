using System.Net.Http.Headers;
using System.Net.Http.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>What <c>trade flatten</c> does with bots that hold something, and what everybody hears of it.</summary>
public sealed class FlattenTests : IAsyncLifetime
{
    private static readonly BotId Trend = BotId.Parse("trend-1");
    private static readonly Symbol BtcUsd = new("BTC", "USD");
    private static readonly UInt256 Coin = Units.FromDecimal(1, 8, Rounding.Down);

    private Endpoint _endpoint = null!;
    private int _trades;

    private FoldedEntities Entities => _endpoint.Cluster.Entities;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await Endpoint.StartAsync();
        Quote(6_000m, TimeProvider.System.GetUtcNow());
        await DoAsync(new Bot.Command.Register(
            Trend, "alice", AccountId.Parse("alice"), "trend", [],
            [new Instrument(BtcUsd, TokenId.Parse("BTC"), TokenId.Parse("USD"), 8, 6)],
            new BotLimits(10_000m, 2m, 100m, 4, 50, new Bps(100), new Bps(100))));
        await DoAsync(new Bot.Command.Start());
        var bought = (await DoAsync(new Bot.Command.PlaceOrder(
            BtcUsd, "paper", Side.Buy, OrderType.Market, Coin, null, 6_000m, TimeInForce.Ioc, null))).Single();
        await FillAsync((Bot.Event.OrderIntended)bought);
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    [Fact]
    public async Task A_position_is_closed_at_the_markets_price()
    {
        var sent = new List<Bot.Event.OrderIntended>();
        Entities.Happened = (bot, e) =>
        {
            if (e is Bot.Event.OrderIntended order)
            {
                sent.Add(order);
                _ = FillAsync(order);
            }
        };

        var row = await FlattenAsync();

        Assert.Equal(["trend-1", "Stopped", "0", "0", "flat"], row);
        var only = Assert.Single(sent);
        Assert.Equal(
            (Side.Sell, OrderType.Market, Coin, 5_999m, "paper"),
            (only.Side, only.Type, only.Quantity, only.ReferencePrice, only.Venue));
        Assert.Equal(["trend-1", "Stopped", "0", "0", "flat"], await FlattenAsync());
        Assert.Single(sent);
    }

    [Fact]
    public async Task Without_a_fresh_price_the_bot_is_stopped_and_nothing_is_sold_blindly()
    {
        Quote(6_000m, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5));

        var row = await FlattenAsync();

        Assert.Equal("Stopped", row[1]);
        Assert.Equal("+1 BTCUSD: there is no price of BTCUSD to close it at.", row[4]);
    }

    [Fact]
    public async Task While_trading_is_halted_it_says_what_would_let_it_close()
    {
        Entities.Mode = SystemMode.Paused;

        var row = await FlattenAsync();

        Assert.Equal("Stopped", row[1]);
        Assert.StartsWith("+1 BTCUSD: bot-trend-1 refuses: trading halted", row[4], StringComparison.Ordinal);
        Assert.Contains("'trade resume'", row[4], StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_operator_did_goes_through_the_cluster_where_there_is_one()
    {
        var told = new List<string>();
        using var audit = new AuditTrail(Path.Combine(_endpoint.Folder, "other.log")) { TellCluster = told.Add };
        using var following = audit.Follow(out var here);
        var values = new Dictionary<string, string> { ["reason"] = "fire", ["file"] = new string('x', 5_000) };
        audit.Tell(new AuditEntry(
            Guid.NewGuid(), default, "ended", "alice", "127.0.0.1 pbm", "trade pause", values, "ok", null));

        Assert.Equal("alice: trade pause (fire) – ok", Assert.Single(told));
        Assert.False(here.TryRead(out _));
    }

    // What the order and its venue would do.
    private async Task FillAsync(Bot.Event.OrderIntended order)
    {
        await DoAsync(new Bot.Command.RecordFill(
            order.OrderId, $"t{++_trades}", order.Side, order.Quantity, 6_000m,
            Units.FromDecimal(6_000, 6, Rounding.Down), default, TokenId.Parse("USD")));
        await DoAsync(new Bot.Command.RecordOrderClosed(order.OrderId, OrderState.Filled, null));
    }

    private async Task<IReadOnlyList<IEvent>> DoAsync(Bot.Command command)
    {
        var time = TimeProvider.System;
        var header = new CommandHeader(
            Guid.NewGuid(), CommandContext.Self, time.GetUtcNow() + TimeSpan.FromMinutes(1));
        var answer = await Entities.AskAsync(Bot.IdOf(Trend), command, header, TimeSpan.FromSeconds(5), time);
        return Assert.IsType<Answer.Accepted>(answer).Events;
    }

    private void Quote(decimal price, DateTimeOffset at) => _endpoint.Cluster.Answer(
        NodeQuestions.Rows,
        (_, request) => request.Table switch
        {
            "quotes" => new RowsAnswer(
                ["symbol", "venue", "bid", "ask", "last", "at"],
                [["BTCUSD", "simulated", $"{price - 1}", $"{price + 1}", null, at.ToString("O")]],
                0),
            _ => new RowsAnswer(["bot_id"], [["trend-1"]], 0),
        });

    private async Task<string[]> FlattenAsync()
    {
        using var client = new HttpClient { BaseAddress = _endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoint.Alice);
        var request = new RunRequest
        {
            Palette = "trade",
            Command = "flatten",
            Values = new Dictionary<string, string> { ["reason"] = "test" },
        };
        using var response = await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
        var result = (await response.Content.ReadFromJsonAsync<CommandResult>(OperatorProtocol.Json))!;
        return [.. result.Blocks[0].Rows[0].Cells.Select(c => c.Text)];
    }
}
