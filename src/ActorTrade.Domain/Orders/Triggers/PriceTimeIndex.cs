using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>One order where it stands in line.</summary>
/// <param name="Price">What it waits for.</param>
/// <param name="Number">Its place among those of the same price: smaller is earlier. No two in an index are
/// equal.</param>
public readonly record struct InLine(Price Price, long Number, Guid Order);

/// <summary>
/// Orders by price, then by time: adding, removing and finding the first cost O(log n), walking in order O(1) a step.
/// Prices compare exactly. Part of an entity's state: changed only by its <c>Evolve</c>.
/// </summary>
/// <param name="isLowestFirst">Whether the lowest price stands first, or the highest.</param>
public sealed class PriceTimeIndex(bool isLowestFirst)
{
    private readonly SortedSet<InLine> _line = new(
        isLowestFirst ? Comparer<InLine>.Create(LowestFirst) : Comparer<InLine>.Create(HighestFirst));

    public int Count => _line.Count;

    /// <summary>The first in line; null where nobody is.</summary>
    public InLine? First => _line.Count == 0 ? null : _line.Min;

    /// <summary>All, in order. The index must not change meanwhile.</summary>
    public IEnumerable<InLine> InOrder => _line;

    public bool Add(InLine order) => _line.Add(order);

    public bool Remove(InLine order) => _line.Remove(order);

    /// <summary>Whether an order that waits for this price is reached at <paramref name="now"/>.</summary>
    public bool IsReached(Price price, Price now) => isLowestFirst ? price <= now : price >= now;

    /// <summary>Those that are reached at a price, first in line first.</summary>
    public IEnumerable<InLine> ReachedAt(Price now)
    {
        foreach (var order in _line)
        {
            if (!IsReached(order.Price, now))
            {
                yield break;
            }

            yield return order;
        }
    }

    private static int LowestFirst(InLine a, InLine b) => ByTime(a.Price.CompareTo(b.Price), a, b);

    private static int HighestFirst(InLine a, InLine b) => ByTime(b.Price.CompareTo(a.Price), a, b);

    private static int ByTime(int byPrice, InLine a, InLine b) => byPrice != 0 ? byPrice : a.Number.CompareTo(b.Number);
}
