using ActorTrade.Domain.Markets;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>Follows a trend: long from an upward cross of two moving averages to the next downward one.</summary>
/// <remarks>Warm-up: none of its own; after a restart it waits for the next cross and
/// keeps the position until then.</remarks>
public sealed class Trend : IStrategy
{
    private readonly Instrument _instrument;
    private readonly SignalKind _kind;
    private readonly double _confidenceMin;
    private readonly LongOrFlat _target;

    public Trend(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _kind = settings.Choice("average") == "sma" ? SignalKind.SmaCross : SignalKind.EmaCross;
        _confidenceMin = (double)settings.Number("confidence-min");
        _target = new LongOrFlat(
            instrument, settings.Number("notional"), settings.Duration("retry-after"), settings.Count("trail-bps"));
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("1000"),
        CommonParameters.RetryAfter,
        new("average", ParameterType.Choice, "ema", "Whose cross it follows: simple or exponential averages.", Choices: ["sma", "ema"]),
        CommonParameters.ConfidenceMin,
        CommonParameters.TrailBps,
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        if (tick.Symbol == _instrument.Symbol)
        {
            _target.OnTick(tick, context);
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (signal.Symbol == _instrument.Symbol && signal.Kind == _kind && signal.Confidence >= _confidenceMin)
        {
            _target.Aim(signal.Direction == SignalDirection.Buy, signal.Reason);
        }
    }
}
