using ActorTrade.Domain.Markets;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Buys what fell too far and sells when it has risen too far again, or when the
/// opinion's horizon has passed without that.
/// </summary>
/// <remarks>
/// Warm-up: none of its own. After a restart with a position it has forgotten the horizon, so it sells the position at
/// the next sell signal or one default horizon after its first tick.
/// </remarks>
public sealed class MeanReversion : IStrategy
{
    private readonly Instrument _instrument;
    private readonly SignalKind _kind;
    private readonly double _confidenceMin;
    private readonly TimeSpan _holdMax;
    private readonly LongOrFlat _target;
    private DateTimeOffset? _exitAt;

    public MeanReversion(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _kind = settings.Choice("measure") == "rsi" ? SignalKind.Rsi : SignalKind.ZScore;
        _confidenceMin = (double)settings.Number("confidence-min");
        _holdMax = settings.Duration("hold-max");
        _target = new LongOrFlat(
            instrument, settings.Number("notional"), settings.Duration("retry-after"), settings.Count("trail-bps"));
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("1000"),
        CommonParameters.RetryAfter,
        new("measure", ParameterType.Choice, "zscore", "What says that a price went too far.", Choices: [
            "zscore", "rsi"]),
        CommonParameters.ConfidenceMin,
        CommonParameters.TrailBps,
        new("hold-max", ParameterType.Duration, "04:00:00", "Longest time a position is held.", Min: 1, Max: 31_536_000),
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(context);
        if (tick.Symbol != _instrument.Symbol)
        {
            return;
        }

        _exitAt ??= context.PositionOf(_instrument.Symbol).IsZero ? null : context.Now + _holdMax;
        if (context.Now >= _exitAt)
        {
            _exitAt = null;
            _target.Aim(isLong: false, "held long enough");
        }

        _target.OnTick(tick, context);
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(context);
        if (signal.Symbol != _instrument.Symbol || signal.Kind != _kind || signal.Confidence < _confidenceMin)
        {
            return;
        }

        var isBuy = signal.Direction == SignalDirection.Buy;
        _exitAt = isBuy ? context.Now + (signal.Horizon < _holdMax ? signal.Horizon : _holdMax) : null;
        _target.Aim(isBuy, signal.Reason);
    }
}
