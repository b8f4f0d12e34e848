using System.Diagnostics.CodeAnalysis;
using ActorTrade.Domain.Markets;

namespace ActorTrade.Market.Views;

/// <summary>
/// Keeps one pending tick per symbol and venue for a consumer that is slower than the feed: the newest values win, and
/// every merge is counted. Market data may be conflated; nothing else may.
/// </summary>
/// <remarks>
/// Ticks leave in the order in which their key became pending, so a busy symbol cannot starve a quiet one. At most one
/// tick waits per key, and at most <c>keysMax</c> keys; a tick beyond that is refused and counted, never dropped in
/// silence. Not thread-safe: it belongs to one actor or one stream stage.
/// </remarks>
public sealed class TickConflator
{
    private readonly Dictionary<(Symbol Symbol, string Venue), Tick> _pending = [];
    private readonly Queue<(Symbol Symbol, string Venue)> _order = new();
    private readonly int _keysMax;

    /// <param name="keysMax">Symbols × venues that may wait at once, at least 1.</param>
    public TickConflator(int keysMax = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        _keysMax = keysMax;
    }

    public int Count => _pending.Count;

    /// <summary>Ticks merged into a newer one before anybody saw them.</summary>
    public long Conflated { get; private set; }

    /// <summary>Ticks refused because too many keys waited.</summary>
    public long Refused { get; private set; }

    /// <summary>
    /// One tick for two of the same symbol and venue: each field from the newer one that has it, volumes added, so that
    /// candles keep their volume. A quote and a trade become a tick with both.
    /// </summary>
    public static Tick Merge(Tick older, Tick newer)
    {
        ArgumentNullException.ThrowIfNull(older);
        ArgumentNullException.ThrowIfNull(newer);
        return newer with
        {
            Bid = newer.Bid ?? older.Bid,
            Ask = newer.Ask ?? older.Ask,
            BidSize = newer.Bid is null ? older.BidSize : newer.BidSize,
            AskSize = newer.Ask is null ? older.AskSize : newer.AskSize,
            Last = newer.Last ?? older.Last,
            Volume = older.Volume is null ? newer.Volume : older.Volume + (newer.Volume ?? 0),
        };
    }

    /// <summary>Takes a tick, merging it with a pending one of its key. False if it was refused.</summary>
    public bool Offer(Tick tick)
    {
        ArgumentNullException.ThrowIfNull(tick);
        var key = (tick.Symbol, tick.Venue);
        if (_pending.TryGetValue(key, out var older))
        {
            Conflated++;
            _pending[key] = Merge(older, tick);
            return true;
        }

        if (_pending.Count >= _keysMax)
        {
            Refused++;
            return false;
        }

        _pending.Add(key, tick);
        _order.Enqueue(key);
        return true;
    }

    /// <summary>Gives the pending tick whose key has waited longest; false if none waits.</summary>
    public bool TryTake([MaybeNullWhen(false)] out Tick tick)
    {
        if (_order.TryDequeue(out var key) && _pending.Remove(key, out var pending))
        {
            tick = pending;
            return true;
        }

        tick = null;
        return false;
    }
}
