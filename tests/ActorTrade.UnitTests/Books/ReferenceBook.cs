using System.Numerics;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using static ActorTrade.Domain.Books.OrderBook;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>
/// The slow, obvious book: a list of orders that is scanned for everything, with prices as fractions of big integers.
/// It follows the events of the real one and says whether each look was answered rightly.
/// </summary>
internal sealed class ReferenceBook(int seed)
{
    // The real book rounds each step of a size down; see ConstantProduct.AmountInToMarginalPrice.
    private const int SizeTolerance = 4;
    private readonly List<Line> _orders = [];
    private long _number;

    public IEnumerable<Line> Orders => _orders;

    /// <summary>Fills that were less than the limit allowed, to be safe.</summary>
    public int SplitFills { get; private set; }

    public void Apply(Event e)
    {
        switch (e)
        {
            case Event.OrderReceived x:
                _orders.Add(new Line(x, ++_number));
                break;
            case Event.OrderRested x:
                Of(x.OrderId).AwaitsLook = false;
                break;
            case Event.HighSeen x:
                _orders.Where(o => o.Sells(x.TokenIn) && o.IsWaiting)
                    .ToList().ForEach(o => o.High = Fraction.Max(o.High, new Fraction(x.Price)));
                break;
            case Event.OrderTriggered x:
                (Of(x.OrderId).Limit, Of(x.OrderId).Number) = (x.Limit, ++_number);
                Of(x.OrderId).IsTriggered = true;
                break;
            case Event.SlicesDue x:
                Of(x.OrderId).Slices = x.Slices;
                break;
            case Event.FillStarted x:
                Of(x.OrderId).Fill = x;
                break;
            case Event.FillSettled x:
                Settle(Of(x.OrderId), x.At);
                break;
            case Event.FillRefused x:
                Of(x.OrderId).Refuse(x.At);
                break;
            case Event.EndRequested x:
                Of(x.OrderId).IsOver = true;
                break;
            case Event.OrderEnded x:
                Assert.False(Of(x.OrderId).HasEnded, $"seed {seed}: {x} ended before.");
                (Of(x.OrderId).IsOver, Of(x.OrderId).HasEnded) = (true, true);
                break;
            case Event.OrderForgotten x:
                _orders.Remove(Of(x.OrderId));
                break;
        }
    }

    /// <summary>Checks what a look led to, before these events are applied.</summary>
    public void Check(PoolView pool, IReadOnlyList<Event> events, DateTimeOffset now, bool isBusy)
    {
        var directions = new[] { A, B };
        var triggers = directions.SelectMany(d => TriggersOf(pool, d)).ToList();
        var highs = directions.Where(d => _orders.Exists(
            o => o.Sells(d) && o.IsWaiting && o.TrailBps > 0 && o.High < SpotOf(pool, d))).ToList();
        Assert.Equal(highs, events.OfType<Event.HighSeen>().Select(h => h.TokenIn));
        Assert.Equal(
            triggers, events.OfType<Event.OrderTriggered>().Select(t => (t.OrderId, t.Leg)));
        if (triggers.Count > 0 || highs.Count > 0)
        {
            Assert.Equal(triggers.Count + highs.Count, events.Count);
            return;
        }

        if (isBusy)
        {
            Assert.Empty(events);
            return;
        }

        CheckTrades(pool, events, now);
    }

    private void CheckTrades(PoolView pool, IReadOnlyList<Event> events, DateTimeOffset now)
    {
        var left = new Queue<Event>(events);
        foreach (var direction in new[] { A, B })
        {
            if (left.Count > 0 && CheckDirection(new SlowPool(pool, direction), left, direction, now))
            {
                Assert.True(left.Count == 0, $"seed {seed}: too much happened: {string.Join(", ", left)}");
                return;
            }

            var isIdle = MustAct(pool, direction, now) && events.Count == 0;
            Assert.False(isIdle, $"seed {seed}: nothing happened at {now}.");
        }

        Assert.Empty(left);
    }

    // Whether anything of this direction happened; then all of the rest of the events belongs to it.
    private bool CheckDirection(SlowPool pool, Queue<Event> left, TokenId direction, DateTimeOffset now)
    {
        var before = left.Count;
        var awaiting = _orders.Where(o => o.Sells(direction) && o.AwaitsLook && !o.IsOver);
        foreach (var order in awaiting.OrderBy(o => o.Number))
        {
            Assert.True(left.TryDequeue(out var e), $"seed {seed}: {order.Id} was not looked at.");
            var wouldTrade = pool.SellableAt(new Fraction(order.Limit!.Value)) > SizeTolerance;
            Assert.True(
                e is Event.OrderEnded { Reason: "post-only-would-trade" } || !wouldTrade, $"seed {seed}: {e}");
            Assert.Equal(order.Id, e is Event.OrderRested r ? r.OrderId : ((Event.OrderEnded)e!).OrderId);
        }

        if (left.Count < before)
        {
            return true;
        }

        var filled = CheckFills(pool, left, direction, now);
        var unfilled = Resting(direction).Where(o => o.IsImmediate && !filled.Contains(o));
        foreach (var order in unfilled.OrderBy(o => o.Number))
        {
            Assert.True(left.TryDequeue(out var e), $"seed {seed}: {order.Id} goes on.");
            Assert.Equal(order.Id, Assert.IsType<Event.OrderEnded>(e).OrderId);
        }

        return left.Count < before;
    }

    private HashSet<Line> CheckFills(SlowPool pool, Queue<Event> left, TokenId direction, DateTimeOffset now)
    {
        var filled = new HashSet<Line>();
        var line = Resting(direction)
            .OrderBy(o => new Fraction(o.Limit!.Value)).ThenBy(o => o.Number);
        foreach (var order in line)
        {
            var limit = new Fraction(order.Limit!.Value);
            if (left.TryPeek(out var e) && e is Event.FillStarted fill && fill.OrderId == order.Id)
            {
                left.Dequeue();
                var size = (BigInteger)fill.AmountIn;
                var most = order.IsFok ? order.Shown : BigInteger.Min(pool.SellableAt(limit), order.Shown);
                CheckSize(pool, order, fill, size, most);
                var least = (BigInteger)fill.MinAmountOut;
                Assert.True(limit.AtLeast(size) == least, $"seed {seed}: {fill} is not at {limit}.");
                Assert.True(pool.OutOf(size) >= least, $"seed {seed}: {fill} is beyond the pool.");
                pool.Take(size);
                filled.Add(order);
            }
            else if (order.NotBefore <= now && !MayBePassedOver(pool, order, limit))
            {
                Assert.False(IsWorthIt(pool, order, limit), $"seed {seed}: {order.Id} is passed over at {limit}.");
                break;
            }
            else if (order.NotBefore <= now && e is not Event.FillStarted && !IsWorthIt(pool, order, limit))
            {
                // So near to what is worth it, and so few units, that it may be in the way or be passed over.
                break;
            }
        }

        return filled;
    }

    // All that the limit allows, or of an order that is split one of the fewest equal parts that are safe each.
    private void CheckSize(SlowPool pool, Line order, Event.FillStarted fill, BigInteger size, BigInteger most)
    {
        var safe = pool.SafeAmount();
        var isTooLarge = (BigInteger)order.Terms.AmountIn > safe * PoolOrder.PartsMax;
        if (order.Protection != SandwichProtection.Split || (isTooLarge && fill.IsPrivate))
        {
            Assert.Equal(order.Protection != SandwichProtection.None, fill.IsPrivate);
            Assert.InRange(size, most - SizeTolerance, most);
            return;
        }

        Assert.True(pool.IsSafe(size) && !fill.IsPrivate, $"seed {seed}: {fill} can be sandwiched.");
        var parts = Enumerable.Range(0, SizeTolerance + 1).Select(t => most - t)
            .Select(m => SlowPool.DividedUp(m, SlowPool.DividedUp(m, safe)));
        Assert.Contains(size, parts);
        SplitFills += size < most - SizeTolerance ? 1 : 0;
    }

    // So few units that they round below the limit, or all or nothing that is nothing.
    private static bool MayBePassedOver(SlowPool pool, Line order, Fraction limit)
    {
        var most = order.IsFok ? order.Shown : BigInteger.Min(pool.SellableAt(limit), order.Shown);
        var tolerance = order.IsFok ? 0 : SizeTolerance;
        return most > 0 && Enumerable.Range(0, tolerance + 1).Select(t => most - t).Any(m => IsBelow(m)
            || (order.Protection == SandwichProtection.Split && m > 0
                && IsBelow(SlowPool.DividedUp(m, SlowPool.DividedUp(m, pool.SafeAmount())))));

        bool IsBelow(BigInteger amount) => pool.OutOf(amount) < limit.AtLeast(amount);
    }

    private static bool IsWorthIt(SlowPool pool, Line order, Fraction limit)
    {
        var sellable = pool.SellableAt(limit) - SizeTolerance;
        return sellable > 0 && (order.IsImmediate
            || sellable >= order.Shown || sellable >= BigInteger.Max(order.Terms.PartLeast(), 1));
    }

    private bool MustAct(PoolView pool, TokenId direction, DateTimeOffset now) =>
        _orders.Exists(o => o.Sells(direction) && o.AwaitsLook && !o.IsOver)
        || Resting(direction).Any(o => o.IsImmediate)
        || (Resting(direction).Where(o => o.NotBefore <= now)
            .OrderBy(o => new Fraction(o.Limit!.Value)).ThenBy(o => o.Number).FirstOrDefault() is { } first
            && new SlowPool(pool, direction) is var slow && new Fraction(first.Limit!.Value) is var limit
            && IsWorthIt(slow, first, limit) && !MayBePassedOver(slow, first, limit));

    private IEnumerable<Line> Resting(TokenId direction) => _orders.Where(
        o => o.Sells(direction) && !o.IsOver && !o.AwaitsLook && o.Fill is null && o.Limit is not null && o.Shown > 0);

    private IEnumerable<(Guid, int)> TriggersOf(PoolView pool, TokenId direction)
    {
        var spot = SpotOf(pool, direction);
        var waiting = _orders.Where(o => o.Sells(direction) && o.IsWaiting).ToList();
        var stops = waiting.Where(o => o.StopAt(spot) is { } stop && stop >= spot)
            .OrderByDescending(o => o.StopAt(spot)).ThenBy(o => o.Number)
            .Select(o => (o.Id, o.Terms.Legs.Length - 1)).ToList();
        var profits = waiting.Where(o => o.Terms.Legs[0].Trigger == TriggerKind.TakeProfit
                && new Fraction(o.Terms.Legs[0].TriggerPrice!.Value) <= spot)
            .OrderBy(o => new Fraction(o.Terms.Legs[0].TriggerPrice!.Value)).ThenBy(o => o.Number)
            .Select(o => (o.Id, 0));
        return stops.Concat(profits.Where(p => !stops.Exists(s => s.Id == p.Id)));
    }

    private static Fraction SpotOf(PoolView pool, TokenId direction) => direction == A
        ? new Fraction((BigInteger)pool.Reserve1, (BigInteger)pool.Reserve0)
        : new Fraction((BigInteger)pool.Reserve0, (BigInteger)pool.Reserve1);

    private void Settle(Line order, DateTimeOffset at)
    {
        order.Rest(at);
        order.Sold += (BigInteger)order.Fill!.AmountIn;
        var part = order.Fill.AmountIn;
        (order.Fill, order.Refusals) = (null, 0);
        if (order.Terms.Style == ExecutionStyle.Iceberg && (order.Visible -= (BigInteger)part) == 0)
        {
            (order.Visible, order.Number) = ((BigInteger)order.Terms.Visible, ++_number);
        }
    }

    private Line Of(Guid id) => _orders.Single(o => o.Id == id);

    internal sealed class Line(Event.OrderReceived received, long number)
    {
        public Guid Id => received.OrderId;

        public PoolOrder Terms => received.Order;

        public long Number { get; set; } = number;

        public bool AwaitsLook { get; set; } = received.Order.PostOnly;

        public bool IsTriggered { get; set; }

        public bool IsOver { get; set; }

        public bool HasEnded { get; set; }

        public Price? Limit { get; set; } =
            received.Order.Legs[0].Trigger == TriggerKind.None ? received.Order.Legs[0].Limit : null;

        public Fraction High { get; set; } = new(0, 1);

        public Event.FillStarted? Fill { get; set; }

        public int Refusals { get; set; }

        public DateTimeOffset NotBefore { get; private set; }

        public int Slices { get; set; } = 1;

        public BigInteger Visible { get; set; } = (BigInteger)received.Order.Visible;

        public BigInteger Sold { get; set; }

        public SandwichProtection Protection => received.Protection;

        public bool IsWaiting => !IsTriggered && !IsOver;

        public bool IsFok => Terms.TimeInForce == TimeInForce.Fok;

        public bool IsImmediate => IsFok || Terms.TimeInForce == TimeInForce.Ioc;

        public int TrailBps => Terms.Legs[^1].TrailBps;

        public BigInteger Shown
        {
            get
            {
                var taken = Sold + (BigInteger)(Fill?.AmountIn ?? UInt256.Zero);
                var amount = (BigInteger)Terms.AmountIn;
                return Terms.Style switch
                {
                    ExecutionStyle.Iceberg => BigInteger.Min(Visible, amount - taken),
                    ExecutionStyle.Twap => BigInteger.Max(0, (amount * Slices / Terms.Slices) - taken),
                    _ => amount - taken,
                };
            }
        }

        public bool Sells(TokenId token) => Terms.TokenIn == token;

        public Fraction? StopAt(Fraction spot) => Terms.Legs[^1].Trigger switch
        {
            TriggerKind.Stop => new Fraction(Terms.Legs[^1].TriggerPrice!.Value),
            TriggerKind.TrailingStop => Fraction.Max(High, spot > High ? spot : High).Times(10_000 - TrailBps, 10_000),
            _ => null,
        };

        public void Rest(DateTimeOffset at) =>
            NotBefore = Protection == SandwichProtection.Split ? at + SliceApart : NotBefore;

        public void Refuse(DateTimeOffset at)
        {
            Fill = null;
            NotBefore = at + (AgainAfter * (1 << Math.Min(Refusals++, 6)));
        }
    }

    /// <summary>A pool in one direction, in big integers.</summary>
    private sealed class SlowPool(PoolView pool, TokenId direction)
    {

        private readonly BigInteger _kept = 1_000_000 - pool.LiquidityFeePips - pool.TreasuryFeePips;
        private BigInteger _in = (BigInteger)(direction == A ? pool.Reserve0 : pool.Reserve1);
        private BigInteger _out = (BigInteger)(direction == A ? pool.Reserve1 : pool.Reserve0);

        public BigInteger OutOf(BigInteger amountIn) =>
            amountIn <= 0 ? 0 : _out * amountIn * _kept / ((_in * 1_000_000) + (amountIn * _kept));

        public void Take(BigInteger amountIn)
        {
            var given = OutOf(amountIn);
            _in += amountIn - (amountIn * pool.TreasuryFeePips / 1_000_000);
            _out -= given;
        }

        /// <summary>An infinitely small trade in front does not earn: γ²·(1+u)·(1+γu) is at most 1, u = amount /
        /// reserve.</summary>
        public bool IsSafe(BigInteger amount) => _kept * _kept * (_in + amount) * ((_in * 1_000_000) + (_kept * amount))
            <= BigInteger.Pow(1_000_000, 3) * _in * _in;

        /// <summary>By bisection: the most that is safe.</summary>
        public BigInteger SafeAmount()
        {
            var (low, high) = (BigInteger.Zero, BigInteger.One << 128);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = IsSafe(middle) ? (middle, high) : (low, middle - 1);
            }

            return low;
        }

        public static BigInteger DividedUp(BigInteger amount, BigInteger by) => (amount + by - 1) / by;

        /// <summary>By bisection: the most after which the next infinitely small trade pays the limit.</summary>
        public BigInteger SellableAt(Fraction limit)
        {
            var (low, high) = (BigInteger.Zero, BigInteger.One << 128);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = PaysAfter(middle, limit) ? (middle, high) : (low, middle - 1);
            }

            return low;
        }

        // γ·k / (in + γ·x)² >= n / d, with γ = kept / 10^6.
        private bool PaysAfter(BigInteger amountIn, Fraction limit)
        {
            var depth = (_in * 1_000_000) + (amountIn * _kept);
            return _kept * _in * _out * limit.Denominator * 1_000_000 >= limit.Numerator * depth * depth;
        }
    }
}

/// <summary>A fraction of big integers, compared by cross multiplication.</summary>
internal readonly record struct Fraction(BigInteger Numerator, BigInteger Denominator) : IComparable<Fraction>
{
    public Fraction(Price price)
        : this((BigInteger)price.Numerator, (BigInteger)price.Denominator)
    {
    }

    public static bool operator <(Fraction a, Fraction b) => a.CompareTo(b) < 0;

    public static bool operator >(Fraction a, Fraction b) => a.CompareTo(b) > 0;

    public static bool operator <=(Fraction a, Fraction b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Fraction a, Fraction b) => a.CompareTo(b) >= 0;

    public static Fraction Max(Fraction a, Fraction b) => a >= b ? a : b;

    public Fraction Times(BigInteger numerator, BigInteger denominator) =>
        new(Numerator * numerator, Denominator * denominator);

    /// <summary>What an amount brings at least, rounded up.</summary>
    public BigInteger AtLeast(BigInteger amount) => ((amount * Numerator) + Denominator - 1) / Denominator;

    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);
}

internal static class ReferenceTerms
{
    public static BigInteger PartLeast(this PoolOrder order) => (BigInteger)order.AmountIn / 1_000;
}
