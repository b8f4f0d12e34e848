using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>An order whose trigger is reached.</summary>
/// <param name="IsStop">By a stop or trailing stop; else by a take-profit.</param>
/// <param name="At">The price that its trigger stood at.</param>
public readonly record struct ReachedTrigger(Guid Order, bool IsStop, Price At);

/// <summary>
/// Orders of one direction that wait for a price: stops and trailing stops for a fall, take-profits for a rise. A price
/// that reaches nobody costs O(log n). Part of an entity's state: changed only by its <c>Evolve</c>.
/// </summary>
/// <param name="stopOf">The stop of a trailing stop by the highest price and its distance, falling with the distance;
/// null for <see cref="TriggerPrices.Below"/>.</param>
public sealed class TriggerLines(Func<Price, int, Price>? stopOf = null)
{
    private readonly PriceTimeIndex _stops = new(isLowestFirst: false);
    private readonly PriceTimeIndex _takeProfits = new(isLowestFirst: true);
    private readonly TrailingStops _trailing = new(stopOf);

    /// <summary>Triggers that are waited for; an order may have two.</summary>
    public int Count => _stops.Count + _takeProfits.Count + _trailing.Count;

    /// <summary>The highest price that a trailing stop has seen; null for an order that has none here.</summary>
    public Price? HighOf(Guid order) => _trailing.HighOf(order);

    /// <summary>Whether this price is a new high for at least one trailing stop.</summary>
    public bool IsNewHigh(Price price) => _trailing.IsNewHigh(price);

    /// <summary>A price was seen; trailing stops follow it.</summary>
    public void See(Price price) => _trailing.See(price);

    /// <summary>One trigger of an order; <see cref="TriggerKind.None"/> waits for nothing.</summary>
    /// <param name="price">Of a stop or take-profit.</param>
    /// <param name="high">Of a trailing stop, as a snapshot has it; null for one that is new.</param>
    public void Add(Guid order, long number, TriggerKind kind, Price? price, int trailBps, Price? high)
    {
        switch (kind)
        {
            case TriggerKind.Stop:
                _stops.Add(new InLine(price!.Value, number, order));
                break;
            case TriggerKind.TakeProfit:
                _takeProfits.Add(new InLine(price!.Value, number, order));
                break;
            case TriggerKind.TrailingStop:
                _trailing.Add(order, number, trailBps, high ?? TrailingStops.NoneSeen);
                break;
        }
    }

    public void Remove(Guid order, long number, TriggerKind kind, Price? price)
    {
        switch (kind)
        {
            case TriggerKind.Stop:
                _stops.Remove(new InLine(price!.Value, number, order));
                break;
            case TriggerKind.TakeProfit:
                _takeProfits.Remove(new InLine(price!.Value, number, order));
                break;
            case TriggerKind.TrailingStop:
                _trailing.Remove(order);
                break;
        }
    }

    /// <summary>Those that a price reaches, about so many: stops as the price passed them, the highest first, then the
    /// earliest; then take-profits, the lowest first. An order with two triggers may come twice.</summary>
    public IEnumerable<ReachedTrigger> ReachedAt(Price now, int most)
    {
        var stops = _trailing.ReachedAt(now, most)
            .Concat(_stops.ReachedAt(now).Take(most).Select(s => new ReachedStop(s.Price, s.Number, s.Order)))
            .OrderByDescending(s => s.Stop).ThenBy(s => s.Number)
            .Take(most)
            .Select(s => new ReachedTrigger(s.Order, IsStop: true, s.Stop));
        return stops.Concat(
            _takeProfits.ReachedAt(now).Take(most).Select(p => new ReachedTrigger(p.Order, IsStop: false, p.Price)));
    }
}
