using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// A grid of prices below a reference: one lot is bought at each level the ask falls to, and sold when the bid is back
/// one level above where it was bought. Level n lies at reference × (1 − spacing)^n.
/// </summary>
/// <remarks>
/// Orders are limits at the level, good at once or not at all: a price that has moved on is tried again at the
/// next tick that crosses. How many lots are held is read from the position, so only the reference is lost in a
/// restart; with a position it is placed so that the lots held are the ones bought down to the present price.
/// While flat, the reference follows the price up.
/// </remarks>
public sealed class Grid : IStrategy
{
    private readonly Instrument _instrument;
    private readonly decimal _notional;
    private readonly decimal _step;
    private readonly int _levels;
    private decimal? _reference;
    private UInt256 _lot;

    public Grid(Instrument instrument, StrategySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _instrument = instrument;
        _notional = settings.Number("notional");
        _step = 1 - (settings.Number("spacing-bps") / Bps.One);
        _levels = settings.Count("levels");
    }

    internal static IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        CommonParameters.Notional("1000"),
        new("spacing-bps", ParameterType.Number, "50", "Distance of two levels, in basis points.", Min: 1, Max: 5_000),
        new("levels", ParameterType.Count, "5", "Lots held at most.", Min: 1, Max: 100),
    ];

    public void OnTick(Tick tick, StrategyContext context)
    {
        ArgumentNullException.ThrowIfNull(tick);
        ArgumentNullException.ThrowIfNull(context);
        if (tick.Symbol != _instrument.Symbol || tick.Bid is not { } bid || tick.Ask is not { } ask || bid <= 0
            || ask < bid)
        {
            return;
        }

        var position = context.PositionOf(_instrument.Symbol);
        var held = position.IsNegative ? default : position.Magnitude;
        var lots = Centre(held, bid + ((ask - bid) / 2));
        if (context.OpenCount > 0 || _lot.IsZero)
        {
            return;
        }

        if (lots < _levels && ask <= Level(lots + 1))
        {
            Send(context, Side.Buy, _lot, Level(lots + 1), lots + 1);
        }
        else if (lots > 0 && bid >= Level(lots - 1))
        {
            // The last lot takes what fees and rounding have left of the others.
            Send(context, Side.Sell, lots == 1 ? held : UInt256.Min(_lot, held), Level(lots - 1), lots);
        }
    }

    public void OnSignal(Signal signal, StrategyContext context)
    {
        // The grid knows only prices.
    }

    // Sets the reference if there is none or nothing is held, and counts the lots held, rounded to the nearest.
    private int Centre(UInt256 held, decimal mid)
    {
        if (_reference is null || (mid > _reference && Lots(held) == 0))
        {
            _reference = mid;
            _lot = _instrument.QuantityFromNotional(
                Units.FromDecimal(_notional, _instrument.QuoteDecimals, Rounding.Down), mid);
            var lots = Lots(held);
            for (var i = 0; i < lots; i++)
            {
                _reference /= _step;
            }

            return lots;
        }

        return Lots(held);
    }

    // More than half a lot counts as one; more lots than levels count as the last level's.
    private int Lots(UInt256 held)
    {
        if (_lot.IsZero)
        {
            return 0;
        }

        var lots = (held + (_lot / 2)) / _lot;
        return lots > (uint)_levels ? _levels : (int)(ulong)lots;
    }

    private decimal Level(int number)
    {
        var price = _reference!.Value;
        for (var i = 0; i < number; i++)
        {
            price *= _step;
        }

        return Math.Round(price, 8);
    }

    private void Send(StrategyContext context, Side side, UInt256 quantity, decimal level, int number) => context.Send(
        new Intent.Order(
            _instrument.Symbol, side, quantity, level, level, TimeInForce.Ioc, $"{(side == Side.Buy ? "fell to" : "rose from")} level {number}"));
}
