using System.Text;
using ActorTrade.Cluster.Topics;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain.Markets;
using ActorTrade.Execution.Strategies;
using ActorTrade.Market.Signals;
using ActorTrade.Node.MarketData;

namespace ActorTrade.UnitTests.Market;

/// <summary>The forms are agreed between releases: what is here is what the release before reads.</summary>
public sealed class MarketMessageTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);

    private static readonly TicksMessage Ticks = new(
        "simulated market, seed 1, on node-2",
        40,
        4.5,
        [
            new(new Symbol("BTC", "USD"), "simulated", At, 60000.10m, 60001m, 0.5m, 1.25m, 60000.5m, 0.01m, 7),
            new(new Symbol("DOGE", "USD"), "simulated", At.AddSeconds(1), 0.1m, null, null, null, null, null, 8),
        ]);

    private static readonly Signal Signal = new(
        new Symbol("BTC", "USD"), SignalKind.EmaCross, SignalDirection.Sell, 0.75, TimeSpan.FromMinutes(5), "12 < 26",
        At);

    private static readonly OpportunityMessage Opportunity = new(
        "triangle-1", new Opportunity("triangle", "BTC→EUR→USD→BTC", "BTC", 12.5, 0.5, 0.000625, At));

    [Fact]
    public void The_form_of_ticks_does_not_change() => Assert.Equal(
        """
        {"source":"simulated market, seed 1, on node-2","position":40,"ticksPerSecond":4.5,"ticks":[
        {"symbol":"BTCUSD","venue":"simulated","at":"2026-04-04T10:00:00+00:00","bid":60000.10,"ask":60001,
        "bidSize":0.5,"askSize":1.25,"last":60000.5,"volume":0.01,"sequence":7},
        {"symbol":"DOGE/USD","venue":"simulated","at":"2026-04-04T10:00:01+00:00","bid":0.1,"sequence":8}]}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(MarketMessages.Write(Ticks)));

    [Fact]
    public void The_form_of_a_signal_does_not_change() => Assert.Equal(
        """
        {"symbol":"BTCUSD","kind":"EmaCross","direction":"Sell","confidence":0.75,"horizon":"00:05:00",
        "reason":"12 \u003C 26","at":"2026-04-04T10:00:00+00:00"}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(MarketMessages.Write(Signal)));

    [Fact]
    public void The_form_of_an_opportunity_does_not_change() => Assert.Equal(
        """
        {"bot":"triangle-1","kind":"triangle","route":"BTC\u2192EUR\u2192USD\u2192BTC","token":"BTC","gainBps":12.5,
        "size":0.5,"profit":0.000625,"at":"2026-04-04T10:00:00+00:00"}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(MarketMessages.Write(Opportunity)));

    [Fact]
    public void What_is_written_comes_back_as_it_was()
    {
        var ticks = MarketMessages.ReadTicks(MarketMessages.Write(Ticks));
        Assert.Equal(Ticks.Ticks, ticks.Ticks);
        Assert.Equal(Ticks, ticks with { Ticks = Ticks.Ticks });
        Assert.Equal(Signal, MarketMessages.ReadSignal(MarketMessages.Write(Signal)));
        Assert.Equal(Opportunity, MarketMessages.ReadOpportunity(MarketMessages.Write(Opportunity)));
    }

    [Fact]
    public void What_a_newer_release_adds_is_passed_over()
    {
        var ticks = MarketMessages.ReadTicks(
            """{"future":{"a":[1]},"ticks":[null,{"symbol":"?"},{"symbol":"ETH/USD","depth":[],"last":2}]}"""u8);
        var tick = Assert.Single(ticks.Ticks);
        Assert.Equal((new Symbol("ETH", "USD"), "", 2m), (tick.Symbol, tick.Venue, tick.Last));
        Assert.Equal(
            SignalKind.Rsi,
            MarketMessages.ReadSignal("""{"symbol":"ETH/USD","kind":"Rsi","direction":"Buy","x":1}"""u8).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"ticks\":1,\"symbol\":\"ETH/USD\",\"kind\":\"Astrology\",\"direction\":\"Buy\",\"size\":\"?\"}")]
    public void What_has_another_form_is_refused(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Throws<WireFormatException>(() => MarketMessages.ReadTicks(bytes));
        Assert.Throws<WireFormatException>(() => MarketMessages.ReadSignal(bytes));
        Assert.Throws<WireFormatException>(() => MarketMessages.ReadOpportunity(bytes));
    }

    [Fact]
    public void A_listener_shows_the_newest_quotes_whatever_comes_late()
    {
        var listener = new MarketListener();
        Assert.Null(listener.Status);
        listener.Take(Delivery(Ticks, 2, TopicOrder.Next));
        var older = Ticks with
        {
            Source = "elsewhere",
            Position = 20,
            Ticks = [Ticks.Ticks[0] with { At = At.AddSeconds(-1), Bid = 1m }],
        };
        listener.Take(Delivery(older, 1, TopicOrder.Late));
        listener.Take(Delivery(older, 3, TopicOrder.Next) with { Kind = "ticks.v2" });
        var status = listener.Status!;
        Assert.Equal((Ticks.Source, 40, 4.5), (status.Source, status.Ticks, status.TicksPerSecond));
        Assert.Equal([60000.10m, 0.1m], status.Quotes.Select(q => q.Bid));
        Assert.Equal(40, listener.Position);
    }

    private static TopicDelivery Delivery(TicksMessage message, long number, TopicOrder order) => new(
        MarketTopics.Ticks,
        MarketTopics.TicksKind,
        new TopicNumber("node-2", number),
        MarketMessages.Write(message),
        order);
}
