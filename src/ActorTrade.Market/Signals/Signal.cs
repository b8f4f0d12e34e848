using ActorTrade.Domain.Markets;
using ActorTrade.Market.Candles;

namespace ActorTrade.Market.Signals;

public enum SignalKind
{
    SmaCross,
    EmaCross,
    Rsi,
    ZScore,
    Breakout,
}

public enum SignalDirection
{
    Buy,
    Sell,
}

/// <summary>An opinion on where a price goes. It moves no money: bots weigh it, risk checks decide.</summary>
/// <param name="Confidence">
/// 0 to 1, how far the evidence exceeds the model's threshold. It ranks signals of one model; it is not a probability.
/// </param>
/// <param name="Horizon">For how long the opinion is meant to hold.</param>
/// <param name="Reason">The numbers behind it, for people.</param>
/// <param name="At">When the evidence was complete: a candle's close or the tick.</param>
public sealed record Signal(
    Symbol Symbol,
    SignalKind Kind,
    SignalDirection Direction,
    double Confidence,
    TimeSpan Horizon,
    string Reason,
    DateTimeOffset At);

/// <summary>
/// A model of one symbol: a state machine without clock, chance or I/O. The same input gives the same signals.
/// </summary>
/// <remarks>A model speaks on a change (a cross, an excursion, a break), not for as long as a state lasts.</remarks>
public interface ISignalModel
{
    /// <summary>Takes the next closed candle.</summary>
    Signal? OnCandle(Candle candle);

    /// <summary>Takes a tick, after the candles that it closed. Most models wait for candles.</summary>
    Signal? OnTick(Tick tick) => null;
}
