using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.UnitTests.EntitySupport;
using ActorTrade.UnitTests.Orders;

namespace ActorTrade.UnitTests.Desks;

/// <summary>Who is triggered by a look, in which order: the desk against a list that is scanned with
/// decimals.</summary>
public sealed class DeskTriggerTests
{
    [Fact]
    public void The_desk_triggers_whom_a_scan_of_all_orders_triggers_in_the_same_order()
    {
        var triggered = 0;
        for (var seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            var key = OrderDesk.IdOf("paper", OrderWorld.Instrument.Symbol).Key;
            var desk = new EntityHarness(OrderDesk.Definition, key);
            var waiting = new List<Waiting>();
            for (var step = 0; step < 120; step++)
            {
                switch (random.Next(4))
                {
                    case 0 or 1 when desk.State<DeskState>().Orders.Count < 60:
                        Place(desk, waiting, step, random);
                        break;
                    case 2 when waiting.Count > 0 && random.Next(4) == 0:
                        var gone = waiting[random.Next(waiting.Count)];
                        waiting.Remove(gone);
                        desk.Given(new OrderDesk.Command.Cancel(gone.Id, "enough"));
                        break;
                    default:
                        triggered += Look(desk, waiting, random, seed);
                        break;
                }

                if (random.Next(30) == 0)
                {
                    desk.RestartFromSnapshot();
                }
            }
        }

        Assert.True(triggered > 1_000, $"Only {triggered} were triggered.");
    }

    private static void Place(EntityHarness desk, List<Waiting> waiting, int step, Random random)
    {
        var order = GivenVenueOrders.Any(random, desk.Now) with { Source = (TriggerSource)random.Next(4) };
        if (order.Legs is [{ Trigger: TriggerKind.None }])
        {
            return;
        }

        var id = OrderWorld.NewId(step + 1);
        desk.Given(
            new OrderDesk.Command.Place(id, null, order, desk.Now + TimeSpan.FromMinutes(1)),
            new OrderDesk.Command.RecordFundsHeld(id));
        waiting.Add(new Waiting(id, order, waiting.Count == 0 ? 1 : waiting[^1].Number + 1));
    }

    private static int Look(EntityHarness desk, List<Waiting> waiting, Random random, int seed)
    {
        var bid = 6_900m + random.Next(20_000) / 100m;
        var ask = bid + (random.Next(300) / 100m);
        var last = random.Next(3) == 0 ? (decimal?)null : bid + 0.5m;
        var look = new OrderDesk.Command.Look(desk.Now, bid, ask, last, PaperVenue.Capabilities);
        var expected = Scan(waiting, look);
        var told = desk.When(look).Events.OfType<OrderDesk.Event.OrderTriggered>()
            .Select(e => (e.OrderId, e.Leg)).ToList();
        Assert.True(expected.SequenceEqual(told), $"seed {seed}: {string.Join(' ', told)}");
        waiting.RemoveAll(w => told.Exists(t => t.OrderId == w.Id));
        return told.Count;
    }

    private static List<(OrderId, int)> Scan(List<Waiting> waiting, OrderDesk.Command.Look look)
    {
        var reached = new List<(OrderId, int)>();
        foreach (var line in waiting.GroupBy(w => (w.Order.Side, w.Order.Source)).OrderBy(g => g.Key))
        {
            if (look.PriceOf(line.Key.Source) is not { } price)
            {
                continue;
            }

            var isSell = line.Key.Side == Side.Sell;
            foreach (var one in line)
            {
                one.Best = one.Best is not { } best ? price : isSell ? Math.Max(best, price) : Math.Min(best, price);
            }

            var stops = line.Where(w => w.Stop is { } s && (isSell ? price <= s : price >= s)).OrderBy(w => w.Number);
            var byPrice = isSell ? stops.OrderByDescending(w => w.Stop) : stops.OrderBy(w => w.Stop);
            var profits = line
                .Where(w => w.Profit is { } p && (isSell ? price >= p : price <= p)).OrderBy(w => w.Number);
            var profitsByPrice = isSell ? profits.OrderBy(w => w.Profit) : profits.OrderByDescending(w => w.Profit);
            var all = byPrice.Select(w => (w.Id, w.Order.Legs.Length - 1))
                .Concat(profitsByPrice.Select(w => (w.Id, 0)));
            reached.AddRange(all.DistinctBy(r => r.Id));
        }

        return reached;
    }

    private sealed record Waiting(OrderId Id, VenueOrder Order, int Number)
    {
        public decimal? Best { get; set; }

        /// <summary>Where its stop lies now; null where it has none, or a trailing one that has seen no
        /// price.</summary>
        public decimal? Stop => Order.Legs[^1] switch
        {
            { Trigger: TriggerKind.Stop, TriggerPrice: var price } => price,
            { Trigger: TriggerKind.TrailingStop, TrailBps: var bps } =>
                Best * (Bps.One + (Order.Side == Side.Sell ? -bps : bps)) / Bps.One,
            _ => null,
        };

        public decimal? Profit => Order.Legs[0].Trigger == TriggerKind.TakeProfit ? Order.Legs[0].TriggerPrice : null;
    }
}
