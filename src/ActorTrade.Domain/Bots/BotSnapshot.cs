using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Bots;

/// <summary>A bot's state as it is stored. Order: open orders and swaps by number, closed ones
/// as they closed, the rest by key.</summary>
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
    BotSnapshot.ClosedOrder[] Closed)
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

    internal static BotSnapshot Capture(Bot.State state) => new(
        state.Key,
        state.Terms,
        state.Life,
        state.LastNumber,
        state.Day,
        state.SentToday,
        [.. state.Positions.Values],
        [.. state.Results.Values],
        [.. state.Orders.Values.OrderBy(o => o.Terms.Number).Select(o => new Order(
            o.Terms, o.Placed, o.Filled, [.. o.Fills], o.CancelWhy, o.CancelAnswered, o.Attempt, o.CheckAt))],
        [.. state.Swaps.Values.OrderBy(s => s.Terms.Number).Select(s => new Swap(s.Terms, s.Attempt, s.CheckAt))],
        [.. state.ClosedInOrder.Select(
            id => new ClosedOrder(id, state.Closed[id].Symbol, [.. state.Closed[id].Fills]))]);

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

        foreach (var o in Orders)
        {
            state.Orders.Add(o.Terms.OrderId, new Bot.OpenOrder(o.Terms)
            {
                Placed = o.Placed,
                Filled = o.Filled,
                Fills = [.. o.Fills],
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
            state.Closed.Add(c.OrderId, new Bot.ClosedOrder(c.Symbol, [.. c.Fills]));
            state.ClosedInOrder.Enqueue(c.OrderId);
        }

        return state;
    }
}
