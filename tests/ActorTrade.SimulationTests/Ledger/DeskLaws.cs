using System.Numerics;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>What holds of the orders that desks work, and of the bots that sent some of them, when everything has come
/// to rest.</summary>
internal sealed class DeskLaws(
    IReadOnlyList<IEvent> events,
    IReadOnlyList<OrderLife> orders,
    IReadOnlyList<DeskState> desks,
    IReadOnlyList<IEntityFold> bots)
{
    public void Check()
    {
        foreach (var desk in desks)
        {
            Require(desk.Orders.Count == 0, $"The desk {desk.Key} still has {desk.Orders.Count} orders.");
        }

        TriggersFireOnce();
        OrdersEndOnce();
        ChildrenStayWithinTheirParents();
        foreach (var bot in bots)
        {
            BotKnowsWhatItTraded(bot, (BotView)bot.View());
        }
    }

    private void TriggersFireOnce()
    {
        var twice = events.OfType<OrderDesk.Event.OrderTriggered>().GroupBy(e => e.OrderId)
            .FirstOrDefault(g => g.Count() > 1);
        Require(twice is null, $"The trigger of {twice?.Key} fired {twice?.Count()} times.");
    }

    private void OrdersEndOnce()
    {
        var ends = events.OfType<OrderDesk.Event.OrderEnded>().ToLookup(e => e.OrderId);
        var heard = events.OfType<Bot.Event.OrderClosed>().ToLookup(e => e.OrderId);
        foreach (var received in events.OfType<OrderDesk.Event.OrderReceived>())
        {
            var id = received.OrderId;
            Require(ends[id].Count() == 1, $"The desk's order {id} ended {ends[id].Count()} times.");
            Require(
                received.Bot is null || heard[id].Select(e => e.State).SequenceEqual(ends[id].Select(e => e.State)),
                $"The bot heard another end of {id} than {ends[id].First()}.");
        }
    }

    private void ChildrenStayWithinTheirParents()
    {
        var filled = orders.Where(o => o.Parent is not null).GroupBy(o => o.Parent!.OrderId)
            .ToDictionary(g => g.Key, g => g.Aggregate(UInt256.Zero, (sum, o) => sum + o.Filled));
        foreach (var received in events.OfType<OrderDesk.Event.OrderReceived>())
        {
            var traded = filled.GetValueOrDefault(received.OrderId);
            Require(
                traded <= received.Order.Quantity, $"{received.OrderId} traded {traded} of {received.Order.Quantity}.");
        }
    }

    // Each fill counts once, however often it was told and whoever crashed meanwhile.
    private void BotKnowsWhatItTraded(IEntityFold bot, BotView view)
    {
        Require(view.OpenOrders.Length == 0, $"The bot {view.Key} still has {view.OpenOrders.Length} open orders.");
        Require(bot.Outstanding().Count == 0, $"The bot {view.Key} still asks for something.");
        var own = orders.Where(o => o.Terms?.Bot?.Value == view.Key).ToList();
        BigInteger Traded(Side side) => own.Where(o => o.Terms!.Side == side)
            .Aggregate(BigInteger.Zero, (sum, o) => sum + (BigInteger)o.Filled);
        var quantity = view.Positions.Aggregate(
            BigInteger.Zero,
            (sum, p) => sum + (p.Quantity.IsNegative ? -1 : 1) * (BigInteger)p.Quantity.Magnitude);
        Require(
            quantity == Traded(Side.Buy) - Traded(Side.Sell),
            $"The bot {view.Key} counts {quantity}; its orders bought {Traded(Side.Buy)}, sold {Traded(Side.Sell)}.");
    }

    private static void Require(bool holds, string otherwise) => SimulationLaws.Require(holds, otherwise);
}
