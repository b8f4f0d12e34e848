using ActorTrade.Domain.Markets;
using ActorTrade.Market.Candles;

namespace ActorTrade.UnitTests.Market;

/// <summary>Short ways to write ticks and candles; seconds count from a fixed Monday.</summary>
internal static class MarketTicks
{
    public static readonly Symbol Btc = new("BTC", "USD");
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Tick Trade(double seconds, decimal price, decimal volume = 1, long sequence = 0) =>
        new(Btc, "test", Start.AddSeconds(seconds), null, null, null, null, price, volume, sequence);

    public static Tick Quote(double seconds, decimal bid, decimal ask, long sequence = 0) =>
        new(Btc, "test", Start.AddSeconds(seconds), bid, ask, 1, 2, null, null, sequence);

    public static Candle Minute(int index, decimal close, decimal? high = null, decimal? low = null) => new(
        Btc,
        Start.AddMinutes(index),
        TimeSpan.FromMinutes(1),
        close,
        high ?? close,
        low ?? close,
        close,
        Volume: 1,
        TickCount: 1);
}
