using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>A bot's state as it is stored. Order: open orders and swaps by number, closed ones
/// as they closed, the rest by key.</summary>
/// <param name="DeskTerms">Of the open orders that desks work, by number.</param>
/// <param name="Children">The newest child that traded, of the orders of desks: of the open ones by number, then of the
/// closed ones as they closed.</param>
[StoredName("bot.snapshot.v1")]
public sealed record BotSnapshot(
    string Key,
    Bot.Event.Registered? Terms,
    BotState Life,
    long LastNumber,
    int Day,
    int SentToday,
    BotPosition[] Positions,
    BotResult[] Results,
    BotSnapshot.Order[] Orders,
    BotSnapshot.Swap[] Swaps,
    BotSnapshot.ClosedOrder[] Closed,
    Bot.Event.DeskTermsIntended[]? DeskTerms = null,
    BotSnapshot.NewestChild[]? Children = null)
{
    public sealed record Order(
        Bot.Event.OrderIntended Terms,
        bool Placed,
        UInt256 Filled,
        string[] Fills,
        string? CancelWhy,
        bool CancelAnswered,
        int Attempt,
        DateTimeOffset CheckAt);

    public sealed record Swap(Bot.Event.SwapIntended Terms, int Attempt, DateTimeOffset CheckAt);

    public sealed record ClosedOrder(OrderId OrderId, Markets.Symbol Symbol, string[] Fills);

    public sealed record NewestChild(OrderId OrderId, int Child);

    internal static BotSnapshot Capture(Bot.State state)
    {
        var orders = state.Orders.Values.OrderBy(o => o.Terms.Number).ToList();
        var fills = orders.Select(o => (Id: o.Terms.OrderId, o.Fills))
            .Concat(state.ClosedInOrder.Select(id => (Id: id, state.Closed[id].Fills)));
        return new BotSnapshot(
            state.Key,
            state.Terms,
            state.Life,
            state.LastNumber,
            state.Day,
            state.SentToday,
            [.. state.Positions.Values],
            [.. state.Results.Values],
            [.. orders.Select(o => new Order(
                o.Terms, o.Placed, o.Filled, [.. o.Fills.Trades], o.CancelWhy, o.CancelAnswered, o.Attempt,
                o.CheckAt))],
            [.. state.Swaps.Values.OrderBy(s => s.Terms.Number).Select(s => new Swap(s.Terms, s.Attempt, s.CheckAt))],
            [.. state.ClosedInOrder.Select(
                id => new ClosedOrder(id, state.Closed[id].Symbol, [.. state.Closed[id].Fills.Trades]))],
            [.. orders.Where(o => o.Desk is not null).Select(o => o.Desk!)],
            [.. fills.Where(f => f.Fills.Child > 0).Select(f => new NewestChild(f.Id, f.Fills.Child))]);
    }

    internal Bot.State Restore()
    {
        var state = new Bot.State(Key)
        {
            Terms = Terms,
            Life = Life,
            LastNumber = LastNumber,
            Day = Day,
            SentToday = SentToday,
        };
        foreach (var position in Positions)
        {
            state.Positions.Add(position.Symbol, position);
        }

        foreach (var result in Results)
        {
            state.Results.Add(result.Quote, result);
        }

        var desks = (DeskTerms ?? []).ToDictionary(d => d.OrderId);
        var children = (Children ?? []).ToDictionary(c => c.OrderId, c => c.Child);
        Bot.FillMemory FillsOf(OrderId id, string[] trades) =>
            new() { Child = children.GetValueOrDefault(id), Trades = [.. trades] };
        foreach (var o in Orders)
        {
            var id = o.Terms.OrderId;
            state.Orders.Add(id, new Bot.OpenOrder(o.Terms, desks.GetValueOrDefault(id))
            {
                Placed = o.Placed,
                Filled = o.Filled,
                Fills = FillsOf(id, o.Fills),
                CancelWhy = o.CancelWhy,
                CancelAnswered = o.CancelAnswered,
                Attempt = o.Attempt,
                CheckAt = o.CheckAt,
            });
        }

        foreach (var s in Swaps)
        {
            state.Swaps.Add(s.Terms.TradeId, new Bot.OpenSwap(s.Terms) { Attempt = s.Attempt, CheckAt = s.CheckAt });
        }

        foreach (var c in Closed)
        {
            state.Closed.Add(c.OrderId, new Bot.ClosedOrder(c.Symbol, FillsOf(c.OrderId, c.Fills)));
            state.ClosedInOrder.Enqueue(c.OrderId);
        }

        return state;
    }
}
