using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>Dollar-cost averaging: buys a fixed notional in every interval, whatever the price.</summary>
/// <remarks>
/// Intervals are aligned to UTC (an hour begins at :00). It buys at the first tick of an interval that begins while it
/// runs, so a restart may leave one purchase out but never makes one twice.
/// </remarks>
public sealed class Dca : IStrategy
{
    private readonly Instrument _instrument;
    private readonly UInt256 _notional;
    private readonly TimeSpan _interval;
    private long? _lastInterval;

    public Dca(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _notional = Units.FromDecimal(settings.Number("notional"), instrument.QuoteDecimals, Rounding.Down);
        _interval = settings.Duration("interval");
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("100"),
        new("interval", ParameterType.Duration, "01:00:00", "Time from one purchase to the next.", Min: 1, Max: 31_536_000),
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(context);
        if (tick.Symbol != _instrument.Symbol || (tick.Ask ?? tick.Last) is not { } ask || ask <= 0)
        {
            return;
        }

        var interval = tick.At.UtcTicks / _interval.Ticks;
        var isNew = interval > _lastInterval;
        _lastInterval = Math.Max(interval, _lastInterval ?? interval);
        var quantity = isNew ? _instrument.QuantityFromNotional(_notional, ask) : default;
        if (!quantity.IsZero)
        {
            context.Send(new Intent.Order(
                _instrument.Symbol, Side.Buy, quantity, LimitPrice: null, ask, TimeInForce.Ioc, "interval began"));
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        // Opinions do not matter to it.
    }
}
