using System.Security.Cryptography;
using System.Text;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Orders;
using ActorTrade.Execution.Strategies;
using ActorTrade.Journal.Projections;
using ActorTrade.Kernel;
using ActorTrade.Market.Signals;
using ActorTrade.Node.Trading;

namespace ActorTrade.Node.Replay;

/// <summary>Counts, books and hashes what the journal's events say while a replay runs.</summary>
/// <remarks>
/// The order list: one line for each order created, each fill, each order's end, each swap a bot intends and its end,
/// in commit order. Its hash is SHA-256 over these lines in UTF-8, each ended by a line feed.
/// </remarks>
internal sealed class ReplayRecorder(decimal capital, Valuation valuation) : ICommittedEvents, IDisposable
{
    private readonly IncrementalHash _orderList = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<string, BotAccount> _bots = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, OpportunityKind> _opportunities = new(StringComparer.Ordinal);

    public IReadOnlyCollection<BotAccount> Bots => _bots.Values;

    public long Created { get; private set; }

    public long Filled { get; private set; }

    public long Cancelled { get; private set; }

    public long Expired { get; private set; }

    public long Rejected { get; private set; }

    public long Denied { get; private set; }

    public long Fills { get; private set; }

    public long InDoubt { get; private set; }

    /// <summary>Orders and swaps that have not ended.</summary>
    public long Open => OpenOrders + _bots.Values.Sum(b => b.SwapsIntended - b.SwapsSettled - b.SwapsFailed);

    public long OpenOrders => Created - Filled - Cancelled - Expired - Rejected - Denied;

    public IReadOnlyCollection<OpportunityKind> Opportunities => _opportunities.Values;

    public bool Wants(string category) => category is Bot.Category or Order.Category;

    public void On(in ProjectedEvent committed)
    {
        switch (committed.Event)
        {
            case Bot.Event.Registered registered:
                _bots.Add(registered.Bot.Value, new BotAccount(registered, capital, valuation));
                break;
            case Bot.Event e:
                OnBot(committed.Entity.Key, e);
                break;
            case Order.Event e:
                OnOrder(committed.Entity.Key, e);
                break;
        }
    }

    public void Found(string bot, Opportunity opportunity)
    {
        var key = $"{opportunity.Kind} {opportunity.Route}";
        _opportunities[key] = _opportunities.TryGetValue(key, out var known)
            ? known with
            {
                Count = known.Count + 1,
                BestGainBps = Math.Max(known.BestGainBps, opportunity.GainBps),
                Profit = known.Profit + opportunity.Profit,
            }
            : new OpportunityKind(
                opportunity.Kind, opportunity.Route, opportunity.Token, 1, opportunity.GainBps, opportunity.Profit);
    }

    public void Sample(DateTimeOffset at)
    {
        foreach (var bot in _bots.Values)
        {
            bot.Sample(at);
        }
    }

    /// <summary>The last sample: what the bots are worth in the end.</summary>
    public void End(DateTimeOffset at)
    {
        foreach (var bot in _bots.Values)
        {
            bot.Sample(at, isLast: true);
        }
    }

    /// <summary>Lower-case hex. Ends the list.</summary>
    public string OrderListHash() => Convert.ToHexStringLower(_orderList.GetHashAndReset());

    public void Dispose() => _orderList.Dispose();

    private void OnBot(string bot, Bot.Event e)
    {
        switch (e)
        {
            case Bot.Event.SwapIntended s:
                Note($"swap {bot} {s.Number} {s.TradeId:N} {RouteOf(s)} "
                    + $"{s.AmountIn} {s.MinAmountOut} {s.At.UtcTicks}");
                break;
            case Bot.Event.SwapFinished s:
                Note($"swap-end {bot} {s.TradeId:N} {(s.Settled ? "settled" : "failed")} {s.AmountOut} {s.Reason} "
                    + $"{s.At.UtcTicks}");
                break;
        }

        _bots[bot].On(e);
    }

    private void OnOrder(string order, Order.Event e)
    {
        switch (e)
        {
            case Order.Event.OrderCreated o:
                Created++;
                Note($"order {order} {o.Bot} {o.Instrument.Symbol} {o.Side} {o.Type} {o.Quantity} {o.LimitPrice} "
                    + $"{o.ReferencePrice} {o.TimeInForce} {o.HoldAmount} {o.At.UtcTicks}");
                break;
            case Order.Event.FillRecorded f:
                Fills++;
                Note($"fill {order} {f.Number} {f.VenueTradeId} {f.Quantity} {f.Price} {f.QuoteAmount} {f.Fee} "
                    + $"{f.At.UtcTicks}");
                break;
            case Order.Event.OrderInDoubt:
                InDoubt++;
                break;
            case Order.Event.OrderFilled:
                Filled++;
                Note($"end {order} filled");
                break;
            case Order.Event.OrderCancelled c:
                Cancelled++;
                Note($"end {order} cancelled {c.Reason}");
                break;
            case Order.Event.OrderExpired x:
                Expired++;
                Note($"end {order} expired {x.Reason}");
                break;
            case Order.Event.OrderRejected r:
                Rejected++;
                Note($"end {order} rejected {r.Reason}");
                break;
            case Order.Event.OrderDenied d:
                Denied++;
                Note($"end {order} denied {d.Code}");
                break;
        }
    }

    private static string RouteOf(Bot.Event.SwapIntended swap) =>
        string.Join(',', swap.Route.Select(h => $"{h.Pool}:{h.TokenIn}:{h.TokenOut}"));

    private void Note(string line) => _orderList.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}

/// <summary>Counts signals by kind.</summary>
internal sealed class SignalTally(SortedDictionary<string, long> byKind) : Actor<SignalTally.Heard>
{
    protected override void Receive(Heard message)
    {
        var kind = message.Signal.Kind.ToString();
        byKind[kind] = byKind.GetValueOrDefault(kind) + 1;
    }

    internal sealed record Heard(Signal Signal);
}
