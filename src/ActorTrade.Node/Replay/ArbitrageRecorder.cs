using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>A gain with its size and cost, at one moment.</summary>
/// <param name="Gas">In base units of the token; null where nothing prices it.</param>
/// <param name="Block">Of the newest recorded pool's state; 0 without one.</param>
internal readonly record struct SizedArbitrage(CycleTrade Trade, UInt256? Gas, bool EndsAtKnownTicks, long Block)
{
    public SignedAmount Profit => Trade.Gain - (Gas ?? UInt256.Zero);
}

/// <summary>
/// Counts opportunities. One lasts from the change after which a cycle's prices gain to the one after which they do
/// not, or until it is taken; it counts as it was at its best moment.
/// </summary>
internal sealed class ArbitrageRecorder
{
    private const int LargestMax = 20;

    private readonly SortedDictionary<string, Open> _open = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _missed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly List<(SignedAmount Profit, ArbitrageEntry Entry)> _largest = [];

    public long Found { get; private set; }

    public long Sized { get; private set; }

    public long Taken { get; private set; }

    public long Missed { get; private set; }

    public IReadOnlyDictionary<string, long> MissedByReason => _missed;

    public IReadOnlyList<ArbitrageSum> Sums => [.. _sums.Select(s => s.Value.Report(s.Key))];

    public IReadOnlyList<ArbitrageEntry> Largest => [.. _largest.Select(l => l.Entry)];

    /// <summary>The cycle's prices gain, and it is not taken now.</summary>
    /// <param name="sized">Null where no size gains.</param>
    public void Miss(ArbitrageRoute route, string reason, SizedArbitrage? sized, DateTimeOffset at)
    {
        var open = OpenOf(route, at);
        if (open.Reason is null || (sized is { } now && (open.Best is not { } best || IsBetter(now, best))))
        {
            (open.Reason, open.Best) = (reason, sized ?? open.Best);
        }
    }

    public void Take(ArbitrageRoute route, SizedArbitrage taken, DateTimeOffset at)
    {
        var open = OpenOf(route, at);
        (open.Reason, open.Best) = ("taken", taken);
        _open.Remove(route.Key);
        Taken++;
        var sum = SumOf(open.Route);
        sum.TakenGain += taken.Trade.AmountOut - taken.Trade.AmountIn;
        sum.TakenGas += taken.Gas ?? UInt256.Zero;
        End(open, at);
    }

    /// <summary>The cycle's prices do not gain any more.</summary>
    public void Close(ArbitrageRoute route, DateTimeOffset at)
    {
        if (!_open.Remove(route.Key, out var open))
        {
            return;
        }

        Missed++;
        _missed[open.Reason!] = _missed.GetValueOrDefault(open.Reason!) + 1;
        if (open.Best is { } best)
        {
            SumOf(open.Route).MissedGain += best.Trade.AmountOut - best.Trade.AmountIn;
        }

        End(open, at);
    }

    /// <summary>Nothing more comes.</summary>
    public void CloseAll(DateTimeOffset at)
    {
        foreach (var open in _open.Values.ToList())
        {
            Close(open.Route, at);
        }
    }

    // What is priced stands before what is not.
    private static bool IsBetter(SizedArbitrage now, SizedArbitrage best) =>
        (now.Gas is null) == (best.Gas is null) ? now.Profit > best.Profit : now.Gas is not null;

    private Open OpenOf(ArbitrageRoute route, DateTimeOffset at)
    {
        if (!_open.TryGetValue(route.Key, out var open))
        {
            Found++;
            _open.Add(route.Key, open = new Open(route, at));
        }

        return open;
    }

    private Sum SumOf(ArbitrageRoute route)
    {
        if (!_sums.TryGetValue(route.Token.Value, out var sum))
        {
            _sums.Add(route.Token.Value, sum = new Sum(route.Decimals));
        }

        return sum;
    }

    private void End(Open open, DateTimeOffset at)
    {
        if (open.Best is not { } best)
        {
            return;
        }

        Sized++;
        var (route, trade) = (open.Route, best.Trade);
        var place = _largest.FindIndex(l => l.Profit < best.Profit);
        _largest.Insert(place < 0 ? _largest.Count : place, (best.Profit, new ArbitrageEntry(
            open.At, at, best.Block, open.Reason!, route.Hops[0].Pool, route.Hops[^1].Pool, route.Token.Value,
            trade.AmountIn.ToString(), trade.Hops[0].Received.ToString(), trade.AmountOut.ToString(),
            best.Gas?.ToString(), best.Gas is null ? null : best.Profit.ToString(), best.EndsAtKnownTicks,
            [.. route.Hops.Zip(trade.Hops, HopOf)])));
        if (_largest.Count > LargestMax)
        {
            _largest.RemoveAt(LargestMax);
        }
    }

    private static ArbitrageHop HopOf(RouteHop hop, HopTrade trade) => new(
        hop.Pool, hop.IsHouse ? "house" : "recorded", hop.TokenIn.Value, trade.Sent.ToString(), hop.TokenOut.Value,
        trade.Received.ToString());

    private sealed class Open(ArbitrageRoute route, DateTimeOffset at)
    {
        public ArbitrageRoute Route { get; } = route;

        public DateTimeOffset At { get; } = at;

        public string? Reason { get; set; }

        public SizedArbitrage? Best { get; set; }
    }

    private sealed class Sum(int decimals)
    {
        public UInt256 TakenGain { get; set; }

        public UInt256 TakenGas { get; set; }

        public UInt256 MissedGain { get; set; }

        public ArbitrageSum Report(string token) => new(
            token, decimals, (TakenGain + MissedGain).ToString(), TakenGain.ToString(), TakenGas.ToString(),
            ((SignedAmount)TakenGain - TakenGas).ToString(), MissedGain.ToString());
    }
}
