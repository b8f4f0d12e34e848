using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Journal.Projections;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>
/// Watches all house pools and recorded pools: after each change it looks for cycles of up to four pools that gain,
/// sizes them, and has the house's arbitrageur take those that gain more than their gas, the best first.
/// </summary>
/// <remarks>
/// Legs in house pools are real. Legs in recorded pools are notional: a recorded chain cannot be moved. Each is filled
/// at the recorded state, as if its transaction followed the recorded one in the same block and nobody were faster; the
/// pool counts as moved by it until its next recorded event.
/// </remarks>
internal sealed class ArbitrageWatch(
    IReadOnlyList<RecordedPool> recorded, ArbitrageOptions options, decimal capital, Valuation valuation)
    : ICommittedEvents, IDisposable
{
    // At one moment; each taking closes the gap it was found in, so one is the rule.
    private const int TakenMax = 16;

    private const string Note =
        "The legs in house pools were executed and journaled, those of one opportunity as one route, whole or not at "
        + "all. The legs in recorded pools are notional: each is filled in integers at the recorded state, as if its "
        + "transaction followed the recorded one within the same block and nobody were faster; the recorded chain does "
        + "not react, beyond its next event.";

    private readonly PoolsSideBySide _pools = new(recorded);
    private readonly ArbitrageRecorder _recorder = new();
    private readonly ArbitrageHoldings _holdings = new();
    private readonly PoolCrossingCount _crossings = new();
    private readonly SortedSet<TokenId> _funded = [];
    private IHouseArbitrageur? _arbitrageur;
    private ArbitrageLegs? _legs;

    /// <summary>Who takes what is found; with nobody all is missed.</summary>
    public void Employ(IHouseArbitrageur arbitrageur)
    {
        _arbitrageur = arbitrageur;
        _legs = new ArbitrageLegs(_pools, _holdings, arbitrageur, GasWei);
    }

    public bool Wants(string category) => category is Pool.Category or Token.Category;

    public void On(in ProjectedEvent committed)
    {
        switch (committed.Event)
        {
            case Pool.Event e:
                _pools.OnHouse(committed.Entity.Key, e);
                break;
            case Token.Event.Registered registered:
                _pools.OnToken(registered);
                break;
        }
    }

    /// <summary>Takes what the recorded pools did up to a tick, and looks.</summary>
    public void Observe(Tick tick)
    {
        foreach (var pool in recorded)
        {
            if (pool.Advance(tick))
            {
                _pools.OnRecorded(pool);
            }
        }

        Look(tick.At);
    }

    /// <summary>Looks at what has changed since the last look, and at what the taking of it changes.</summary>
    public void Look(DateTimeOffset now)
    {
        var cycles = new SortedSet<int>(_pools.TakeChanges(now, out _));
        if (cycles.Count > 0)
        {
            Fund();
            _crossings.Look(_pools.Market);
        }

        for (var taken = 0; cycles.Count > 0 && taken < TakenMax; taken++)
        {
            var found = Find(cycles, now);
            cycles.Clear();
            if (TakeBest(found, now) is { } place)
            {
                Follow(found, place, cycles, now);
                if (_pools.Scanner is { } scanner)
                {
                    _crossings.Look(scanner.Market);
                }
            }
        }
    }

    /// <summary>What was seen, when nothing more comes.</summary>
    public ArbitrageReport Report(DateTimeOffset now)
    {
        _recorder.CloseAll(now);
        var isRecorded = recorded.Select(r => r.Id).ToHashSet();
        return new ArbitrageReport(
            Note,
            options.GasPrice,
            options.AgeMax.TotalSeconds,
            _pools.Report(),
            _recorder.Found,
            _recorder.Sized,
            _recorder.Taken,
            _recorder.Missed,
            _recorder.MissedByReason,
            _recorder.Sums,
            _holdings.Report(_arbitrageur),
            _holdings.Mark(_arbitrageur, valuation, recorded.Select(r => TokenId.Parse(r.Terms.Symbol.Quote))),
            _recorder.Largest,
            recorded.Count,
            recorded.Count < 2 ? null : _crossings.CountOf(isRecorded.Contains),
            _crossings.All);
    }

    public void Dispose()
    {
        foreach (var pool in recorded)
        {
            pool.Dispose();
        }
    }

    // Those of the cycles that gain in integers, the most profit at the marked price first. The others are gone, or
    // missed for want of a size.
    private List<Candidate> Find(SortedSet<int> cycles, DateTimeOffset now)
    {
        var found = new List<Candidate>();
        foreach (var cycle in cycles)
        {
            var scanner = _pools.Scanner!;
            var route = _pools.RouteOf(cycle);
            if (!(scanner.RateOf(cycle) > 1))
            {
                _recorder.Close(route, now);
            }
            else if (scanner.Replay(cycle) is not { } opportunity)
            {
                var isCut = CycleTrade.EndsAtKnownTicks(_pools.Market, route.Cycle);
                _recorder.Miss(route, isCut ? "ticks-unknown" : "no-size-gains", null, now);
            }
            else
            {
                var trade = CycleTrade.At(_pools.Market, route.Cycle, opportunity.AmountIn)
                    ?? throw new InvalidOperationException($"{route.Key} does not repeat its own quote.");
                var best = Sized(trade, route);
                found.Add(new Candidate(cycle, route, best, WorthOf(best, route)));
            }
        }

        return [.. found.OrderByDescending(f => f.Worth).ThenBy(f => f.Cycle)];
    }

    // The place of what was taken; null where nothing was.
    private int? TakeBest(List<Candidate> found, DateTimeOffset now)
    {
        for (var place = 0; place < found.Count; place++)
        {
            var (_, route, best, _) = found[place];
            SizedArbitrage taken = default;
            var reason = Obstacle(route, best, now) ?? TryTake(route, best, out taken);
            if (reason is null)
            {
                _recorder.Take(route, taken, now);
                return place;
            }

            _recorder.Miss(route, reason, best, now);
        }

        return null;
    }

    // What is to be looked at after a taking: what it has changed, and what stood behind it. Of this, what needs one of
    // its pools was found and not taken, whether something of it is left or not.
    private void Follow(List<Candidate> found, int place, SortedSet<int> cycles, DateTimeOffset now)
    {
        var (taken, behind) = (found[place].Route, found[(place + 1)..]);
        foreach (var (_, route, best, _) in behind.Where(f => f.Route.SharesPoolWith(taken)))
        {
            _recorder.Miss(route, Obstacle(route, best, now) ?? "overlap", best, now);
        }

        var moved = taken.Hops.Where(h => !h.IsHouse).Select(h => h.Pool);
        var changed = _pools.TakeChanges(now, out var isNew);
        cycles.UnionWith(changed);
        if (!isNew)
        {
            cycles.UnionWith(behind.Select(f => f.Cycle));
            cycles.UnionWith(moved.SelectMany(
                id => _pools.Scanner!.Cycles.CyclesOf(_pools.Market.PoolNumberOf(id)).ToArray()));
        }
    }

    private string? Obstacle(ArbitrageRoute route, SizedArbitrage best, DateTimeOffset now) =>
        route.HouseCount == 0 ? "recorded-pools-only"
        : !route.IsHouseTogether ? "house-legs-apart"
        : route.Recorded.Any(r => now - r.At > options.AgeMax) ? "state-too-old"
        : route.Hops.Any(h => h.IsHouse && _pools.HouseOf(h.Pool)!.Legs.Count > 0) ? "legs-open"
        : best.Gas is null ? "gas-unpriced"
        : best.Profit <= SignedAmount.Zero ? "below-gas"
        : _arbitrageur is null ? "no-arbitrageur"
        : null;

    // Null when it was taken.
    private string? TryTake(ArbitrageRoute route, SizedArbitrage best, out SizedArbitrage taken)
    {
        taken = default;
        if (_legs!.Within(route, best.Trade) is not { } trade)
        {
            return "inventory";
        }

        taken = Sized(trade, route);
        return taken.Profit <= SignedAmount.Zero ? "inventory" : _legs.TryDo(route, trade);
    }

    private SizedArbitrage Sized(CycleTrade trade, ArbitrageRoute route)
    {
        var rate = route.IsHouseOnly ? 0
            : valuation.Rate(TokenId.Parse(ArbitrageOptions.NativeToken), route.Token);
        UInt256? gas = rate is { } price
            ? Units.FromDecimal(
                Units.ToDecimal(GasWei(route), ArbitrageOptions.NativeDecimals) * price, route.Decimals, Rounding.Up)
            : null;
        var block = route.Recorded.Select(r => r.Block).DefaultIfEmpty().Max();
        return new SizedArbitrage(
            trade, gas, !route.IsHouseOnly && trade.StopsAtKnownTicks(_pools.Market, route.Cycle), block);
    }

    // In whole tokens of one currency, to compare by; what has no price there comes last.
    private double WorthOf(SizedArbitrage best, ArbitrageRoute route)
    {
        var currency = TokenId.Parse(recorded[0].Terms.Symbol.Quote);
        var profit = (double)best.Profit.Magnitude * (best.Profit.IsNegative ? -1 : 1);
        return valuation.Rate(route.Token, currency) is { } rate
            ? profit / Math.Pow(10, route.Decimals) * (double)rate
            : double.MinValue;
    }

    // Of one transaction with the hops that are on the chain; none where none is.
    private UInt256 GasWei(ArbitrageRoute route)
    {
        if (route.IsHouseOnly)
        {
            return UInt256.Zero;
        }

        var kinds = route.Cycle.Zip(route.Hops).Where(h => !h.Second.IsHouse)
            .Select(h => _pools.Market.PoolAt(h.First.Pool).Curve.Kind);
        var units = options.Gas.Transaction + kinds.Sum(kind => options.Gas.OfHop(kind).Units);
        return (UInt256)(ulong)units * (ulong)options.GasPrice;
    }

    // As much as every bot begins with, of each token and on each side.
    private void Fund()
    {
        if (_arbitrageur is null)
        {
            return;
        }

        var decimals = PoolsSideBySide.DecimalsOf(recorded.Select(r => r.Terms));
        foreach (var symbol in recorded.Select(r => r.Terms.Symbol))
        {
            var (token, quote) = (TokenId.Parse(symbol.Base), TokenId.Parse(symbol.Quote));
            if (_funded.Contains(token) || valuation.Rate(token, quote) is not { } price || price <= 0)
            {
                continue;
            }

            foreach (var (code, whole) in new[] { (token, capital / price), (quote, capital) })
            {
                if (_funded.Add(code))
                {
                    var amount = Units.FromDecimal(whole, decimals[code.Value], Rounding.Down);
                    _arbitrageur.Fund(code, amount);
                    _holdings.Begin(code, decimals[code.Value], amount);
                }
            }
        }
    }

    private sealed record Candidate(int Cycle, ArbitrageRoute Route, SizedArbitrage Best, double Worth);
}
