using ActorTrade.Domain.Markets;

namespace ActorTrade.Market.Candles;

/// <summary>Prices and volume of one symbol in one interval of time.</summary>
/// <param name="OpenAt">The interval's start, a multiple of the interval since the Unix epoch, UTC.</param>
/// <param name="Interval">1 s to 1 d.</param>
/// <param name="Volume">Base tokens traded; 0 where the ticks carried no trades.</param>
/// <param name="TickCount">Ticks that went in, at least 1: an interval without a tick has no candle.</param>
public sealed record Candle(
    Symbol Symbol,
    DateTimeOffset OpenAt,
    TimeSpan Interval,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Close,
    decimal Volume,
    int TickCount)
{
    /// <summary>The interval's end, from when on the candle may be known.</summary>
    public DateTimeOffset CloseAt => OpenAt + Interval;
}

/// <summary>Which price of a tick counts.</summary>
public enum PriceSource
{
    /// <summary>The last trade, or where the tick is a mere quote halfway between bid and ask.</summary>
    TradeElseMid,

    /// <summary>Only trades.</summary>
    Trade,

    /// <summary>Only quotes: halfway between bid and ask.</summary>
    Mid,
}

/// <summary>To which interval a tick on the border of two belongs.</summary>
public enum IntervalBorder
{
    /// <summary>To the later one: [start, end). The rule for trades and quotes as they happen.</summary>
    StartIncluded,

    /// <summary>
    /// To the earlier one: (start, end]. The rule for recorded bars, whose close is stamped with their end.
    /// </summary>
    EndIncluded,
}

/// <summary>Reads the price that counts from a tick.</summary>
public static class TickPrices
{
    /// <summary>The price, or null where the tick has none of this source.</summary>
    public static decimal? Price(this Tick tick, PriceSource source) => source switch
    {
        PriceSource.Trade => tick.Last,
        PriceSource.Mid => tick.Mid,
        _ => tick.Last ?? tick.Mid,
    };
}
