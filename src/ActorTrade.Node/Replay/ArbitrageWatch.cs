using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Journal.Projections;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>
/// Watches house pools and recorded pools of the same pairs: after each change it looks for cycles that gain, sizes
/// them, and has the house's arbitrageur take those that gain more than their gas.
/// </summary>
/// <remarks>
/// The leg in the house pool is real. The leg in the recorded pool is notional: a recorded chain cannot be moved. It is
/// filled at the recorded state, as if its transaction followed the recorded one in the same block and nobody were
/// faster; the pool counts as moved by it until its next recorded event.
/// </remarks>
internal sealed class ArbitrageWatch(
    IReadOnlyList<RecordedPool> recorded, ArbitrageOptions options, decimal capital, Valuation valuation)
    : ICommittedEvents, IDisposable
{
    // At one moment; each taking closes the gap it was found in, so one is the rule.
    private const int TakenMax = 16;

    private const string Note =
        "The legs in house pools were executed and journaled. The legs in recorded pools are notional: each is filled "
        + "in integers at the recorded state, as if its transaction followed the recorded one within the same block "
        + "and nobody were faster; the recorded chain does not react, beyond its next event.";

    private readonly PoolsSideBySide _pools = new(recorded);
    private readonly ArbitrageRecorder _recorder = new();
    private readonly ArbitrageHoldings _holdings = new();
    private readonly PoolCrossingCount _crossings = new();
    private IHouseArbitrageur? _arbitrageur;
    private int _moved;

    /// <summary>Who takes what is found; with nobody all is missed.</summary>
    public void Employ(IHouseArbitrageur arbitrageur) => _arbitrageur = arbitrageur;

    public bool Wants(string category) => category == Pool.Category;

    public void On(in ProjectedEvent committed)
    {
        if (committed.Event is Pool.Event e)
        {
            _pools.OnHouse(committed.Entity.Key, e);
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
        var taken = 0;
        var cycles = new SortedSet<int>(_pools.TakeChanges(now));
        if (cycles.Count > 0)
        {
            Fund();
            _crossings.Look(_pools.Market);
        }

        while (cycles.Count > 0 && taken < TakenMax)
        {
            var cycle = cycles.Min;
            cycles.Remove(cycle);
            if (LookAt(cycle, now))
            {
                taken++;
                cycles.UnionWith(_pools.TakeChanges(now));
                cycles.UnionWith(_pools.Scanner!.Cycles.CyclesOf(_moved).ToArray());
                _crossings.Look(_pools.Market);
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

    // True when something was taken.
    private bool LookAt(int cycle, DateTimeOffset now)
    {
        var scanner = _pools.Scanner!;
        var hops = scanner.HopsOf(cycle);
        var route = RouteOf(hops[0], hops[1]);
        if (!(scanner.RateOf(cycle) > 1))
        {
            _recorder.Close(route, now);
            return false;
        }

        if (scanner.Replay(cycle) is not { } found)
        {
            var isCut = PairTrade.EndsAtKnownTicks(_pools.Market, hops[0], hops[1]);
            _recorder.Miss(route, isCut ? "ticks-unknown" : "no-size-gains", null, now);
            return false;
        }

        if (!PairTrade.TryAt(_pools.Market, hops[0], hops[1], found.AmountIn, UInt256.MaxValue, out var trade))
        {
            throw new InvalidOperationException($"{route} does not repeat its own quote.");
        }

        var best = Sized(trade, hops[0], hops[1], route);
        SizedArbitrage taken = default;
        var reason = Obstacle(hops[0], hops[1], best, now) ?? TryTake(hops[0], hops[1], route, best, out taken);
        if (reason is null)
        {
            _recorder.Take(route, taken, now);
            return true;
        }

        _recorder.Miss(route, reason, best, now);
        return false;
    }

    private string? Obstacle(CycleHop buy, CycleHop sell, SizedArbitrage best, DateTimeOffset now)
    {
        var (from, to) = (RecordedAt(buy.Pool), RecordedAt(sell.Pool));
        if ((from is null) == (to is null))
        {
            return from is null ? "house-pools-only" : "recorded-pools-only";
        }

        var house = _pools.HouseOf(_pools.Market.PoolAt(from is null ? buy.Pool : sell.Pool).Id)!;
        return now - (from ?? to)!.At > options.AgeMax ? "state-too-old"
            : house.Legs.Count > 0 ? "legs-open"
            : best.Gas is null ? "gas-unpriced"
            : best.Profit <= SignedAmount.Zero ? "below-gas"
            : _arbitrageur is null ? "no-arbitrageur"
            : null;
    }

    // Null when it was taken.
    private string? TryTake(
        CycleHop buy, CycleHop sell, ArbitrageRoute route, SizedArbitrage best, out SizedArbitrage taken)
    {
        taken = default;
        var market = _pools.Market;
        var (given, between) = (TokenAt(buy.Pool, buy.TokenIn), TokenAt(sell.Pool, sell.TokenIn));
        var isHouseFirst = RecordedAt(buy.Pool) is null;
        var inMax = isHouseFirst ? _arbitrageur!.Held(given) : _holdings.OnChain(given);
        var soldMax = isHouseFirst ? _holdings.OnChain(between) : _arbitrageur!.Held(between);
        if (!PairTrade.TryWithin(market, buy, sell, best.Trade.AmountIn, inMax, soldMax, out var trade))
        {
            return "inventory";
        }

        taken = Sized(trade, buy, sell, route);
        if (taken.Profit <= SignedAmount.Zero)
        {
            return "inventory";
        }

        var (hop, amountIn, least) = isHouseFirst
            ? (HopOf(buy), trade.AmountIn, trade.Between)
            : (HopOf(sell), trade.Sold, trade.AmountOut);
        var leg = _arbitrageur!.Swap(hop, amountIn, least);
        if (leg.Refusal is not null)
        {
            return "swap-refused";
        }

        // What the house pool gave beyond its quote stays with the account, and counts there.
        var (chainHop, chainIn, chainOut) = isHouseFirst
            ? (sell, trade.Sold, trade.AmountOut)
            : (buy, trade.AmountIn, trade.Between);
        _holdings.Trade(
            TokenAt(chainHop.Pool, chainHop.TokenIn), chainIn, TokenAt(chainHop.Pool, chainHop.TokenOut), chainOut);
        _holdings.Pay(TokenId.Parse(ArbitrageOptions.NativeToken), GasWei(buy, sell));
        _pools.Move(chainHop, chainIn);
        _moved = chainHop.Pool;
        return null;
    }

    private SizedArbitrage Sized(PairTrade trade, CycleHop buy, CycleHop sell, ArbitrageRoute route)
    {
        var rate = valuation.Rate(TokenId.Parse(ArbitrageOptions.NativeToken), TokenId.Parse(route.Token));
        UInt256? gas = rate is { } price
            ? Units.FromDecimal(
                Units.ToDecimal(GasWei(buy, sell), ArbitrageOptions.NativeDecimals) * price,
                route.Decimals,
                Rounding.Up)
            : null;
        var block = Math.Max(RecordedAt(buy.Pool)?.Block ?? 0, RecordedAt(sell.Pool)?.Block ?? 0);
        return new SizedArbitrage(trade, gas, trade.StopsAtKnownTicks(_pools.Market, buy, sell), block);
    }

    // Of one transaction with the hops that are on the chain.
    private UInt256 GasWei(CycleHop buy, CycleHop sell)
    {
        long units = 0;
        foreach (var hop in new[] { buy, sell }.Where(h => RecordedAt(h.Pool) is not null))
        {
            units += (units == 0 ? options.Gas.Transaction : 0)
                + options.Gas.OfHop(_pools.Market.PoolAt(hop.Pool).Curve.Kind).Units;
        }

        return (UInt256)(ulong)units * (ulong)options.GasPrice;
    }

    // As much as every bot begins with, of each token and on each side.
    private void Fund()
    {
        if (_arbitrageur is null)
        {
            return;
        }

        foreach (var pool in recorded)
        {
            var symbol = pool.Terms.Symbol;
            var (token, quote) = (TokenId.Parse(symbol.Base), TokenId.Parse(symbol.Quote));
            if (_holdings.Has(token) || valuation.Rate(token, quote) is not > 0)
            {
                continue;
            }

            var decimals = PoolsSideBySide.DecimalsOf(recorded.Select(r => r.Terms));
            var worth = capital / valuation.Rate(token, quote)!.Value;
            foreach (var (code, whole) in
                new[] { (token, worth), (quote, capital) }.Where(t => !_holdings.Has(t.Item1)))
            {
                var amount = Units.FromDecimal(whole, decimals[code.Value], Rounding.Down);
                _arbitrageur.Fund(code, amount);
                _holdings.Begin(code, decimals[code.Value], amount);
            }
        }
    }

    private RecordedPool? RecordedAt(int pool) => _pools.RecordedOf(_pools.Market.PoolAt(pool).Id);

    private TokenId TokenAt(int pool, int place) => TokenId.Parse(_pools.Market.PoolAt(pool).Tokens[place].Symbol);

    private SwapHop HopOf(CycleHop hop) => new(
        PoolId.Parse(_pools.Market.PoolAt(hop.Pool).Id), TokenAt(hop.Pool, hop.TokenIn),
        TokenAt(hop.Pool, hop.TokenOut));

    private ArbitrageRoute RouteOf(CycleHop buy, CycleHop sell)
    {
        var token = _pools.Market.PoolAt(buy.Pool).Tokens[buy.TokenIn];
        return new ArbitrageRoute(
            _pools.Market.PoolAt(buy.Pool).Id, _pools.Market.PoolAt(sell.Pool).Id, token.Symbol, token.Decimals.Value);
    }
}
