using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>A trailing stop whose price is reached.</summary>
/// <param name="Stop">Its stop price at that moment: the highest price since it was added, less its distance.</param>
public readonly record struct ReachedStop(Price Stop, long Number, Guid Order);

/// <summary>
/// Stops that follow the highest price seen since each was added, a share below it. A price move touches only what it
/// changes: O(log² n) amortised for each order over its life, O(log n) for a move that reaches nothing.
/// </summary>
/// <remarks>
/// Whoever came earlier has seen every price that a later one saw, so the highest prices never rise with the number:
/// orders with one highest price are neighbours and form a group, and the groups' prices fall from first to last. A new
/// high is above those of some of the last groups, which become one (the smaller is poured into the larger); no other
/// group changes. Within a group the stop with the smallest distance is the highest; the groups' highest stops stand in
/// an index of their own. Part of an entity's state: changed only by its <c>Evolve</c>.
/// </remarks>
/// <param name="stopOf">The stop by the highest price and the distance, falling with the distance; null for
/// <see cref="TriggerPrices.Below"/>.</param>
public sealed class TrailingStops(Func<Price, int, Price>? stopOf = null)
{
    private readonly Func<Price, int, Price> _stopOf = stopOf ?? TriggerPrices.Below;

    private readonly List<Group> _groups = [];
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly SortedSet<Group> _byStop = new(Comparer<Group>.Create(HighestStopFirst));
    private long _groupNumber;
    private int _empty;

    public int Count => _entries.Count;

    /// <summary>Stands for a highest price of an order that has seen none yet.</summary>
    public static Price NoneSeen { get; } = new(UInt256.Zero, UInt256.One);

    /// <summary>Whether this price is a new high for at least one order.</summary>
    public bool IsNewHigh(Price price) => _groups.Count > 0 && _groups[^1].High < price;

    /// <summary>The highest price that the order has seen; null for an order that is not here.</summary>
    public Price? HighOf(Guid order) => _entries.TryGetValue(order, out var entry) ? entry.Group.High : null;

    /// <summary>An order that sees the prices from now on, and is later than all that are here.</summary>
    /// <param name="distanceBps">How far below the highest price its stop lies, 1 to 9,999 in 1e-4.</param>
    public void Add(Guid order, long number, int distanceBps) => Add(order, number, distanceBps, NoneSeen);

    /// <summary>As it stood in a snapshot; in the order of the numbers.</summary>
    public void Add(Guid order, long number, int distanceBps, Price high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distanceBps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(distanceBps, Bps.One);
        if (_groups.Count == 0 || _groups[^1].High != high)
        {
            _groups.Add(new Group(++_groupNumber, high, _stopOf));
        }

        var group = _groups[^1];
        var entry = new Entry(order, number, distanceBps, group);
        _entries.Add(order, entry);
        Change(group, g => g.Orders.Add(entry));
    }

    public bool Remove(Guid order)
    {
        if (!_entries.Remove(order, out var entry))
        {
            return false;
        }

        var group = entry.Group;
        Change(group, g => g.Orders.Remove(entry));
        if (group.Orders.Count == 0)
        {
            _empty++;
            DropEmpty();
        }

        return true;
    }

    /// <summary>A price was seen; one that is a high for nobody changes nothing.</summary>
    public void See(Price price)
    {
        if (!IsNewHigh(price))
        {
            return;
        }

        var group = TakeLast();
        while (IsNewHigh(price))
        {
            group = Merge(group, TakeLast());
        }

        if (_groups.Count > 0 && _groups[^1].High == price)
        {
            group = Merge(group, TakeLast());
        }

        group.High = price;
        _groups.Add(group);
        _byStop.Add(group);
    }

    /// <summary>The stops that are at or above a price: at most so many, the highest first, then the earliest. Where
    /// more are reached than asked for, which ones follows from the groups' highest stops.</summary>
    public IReadOnlyList<ReachedStop> ReachedAt(Price now, int most)
    {
        var reached = new List<ReachedStop>();
        foreach (var group in _byStop)
        {
            if (reached.Count >= most || group.HighestStop < now)
            {
                break;
            }

            foreach (var entry in group.Orders)
            {
                var stop = group.StopOf(entry);
                if (reached.Count >= most || stop < now)
                {
                    break;
                }

                reached.Add(new ReachedStop(stop, entry.Number, entry.Order));
            }
        }

        reached.Sort(static (a, b) => b.Stop.CompareTo(a.Stop) is var c and not 0 ? c : a.Number.CompareTo(b.Number));
        return reached;
    }

    // Out of the index while its highest stop may change.
    private void Change(Group group, Action<Group> change)
    {
        if (group.Orders.Count > 0)
        {
            _byStop.Remove(group);
        }

        change(group);
        if (group.Orders.Count > 0)
        {
            _byStop.Add(group);
        }
    }

    // An empty group between others stays until it is the last, or until half of all are empty.
    private void DropEmpty()
    {
        while (_groups.Count > 0 && _groups[^1].Orders.Count == 0)
        {
            TakeLast();
        }

        if (_empty > _groups.Count / 2)
        {
            _groups.RemoveAll(g => g.Orders.Count == 0);
            _empty = 0;
        }
    }

    private Group TakeLast()
    {
        var last = _groups[^1];
        _groups.RemoveAt(_groups.Count - 1);
        if (last.Orders.Count > 0)
        {
            _byStop.Remove(last);
        }
        else
        {
            _empty--;
        }

        return last;
    }

    private static Group Merge(Group one, Group other)
    {
        var (larger, smaller) = one.Orders.Count >= other.Orders.Count ? (one, other) : (other, one);
        foreach (var entry in smaller.Orders)
        {
            entry.Group = larger;
            larger.Orders.Add(entry);
        }

        return larger;
    }

    private static int HighestStopFirst(Group a, Group b) =>
        b.HighestStop.CompareTo(a.HighestStop) is var c and not 0 ? c : a.Number.CompareTo(b.Number);

    private sealed class Group(long number, Price high, Func<Price, int, Price> stopOf)
    {
        /// <summary>Tells groups with the same stop apart.</summary>
        public long Number { get; } = number;

        public Price High { get; set; } = high;

        /// <summary>The smallest distance first, which is the highest stop.</summary>
        public SortedSet<Entry> Orders { get; } = new(Comparer<Entry>.Create(NearestFirst));

        public Price HighestStop => StopOf(Orders.Min!);

        public Price StopOf(Entry entry) => stopOf(High, entry.DistanceBps);

        private static int NearestFirst(Entry a, Entry b) =>
            a.DistanceBps != b.DistanceBps ? a.DistanceBps.CompareTo(b.DistanceBps) : a.Number.CompareTo(b.Number);
    }

    private sealed class Entry(Guid order, long number, int distanceBps, Group group)
    {
        public Guid Order { get; } = order;

        public long Number { get; } = number;

        public int DistanceBps { get; } = distanceBps;

        public Group Group { get; set; } = group;
    }
}
