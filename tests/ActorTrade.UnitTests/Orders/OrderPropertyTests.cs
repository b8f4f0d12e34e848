using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;

namespace ActorTrade.UnitTests.Orders;

public class OrderPropertyTests
{
    [Fact]
    public void Whatever_is_lost_doubled_or_late_every_order_ends_and_the_ledgers_agree()
    {
        var states = new HashSet<OrderState>();
        for (var seed = 1; seed <= 60; seed++)
        {
            var world = new OrderWorld(seed);
            for (var i = 0; i < 600; i++)
            {
                world.Step();
            }

            world.Settle();
            states.UnionWith(world.Orders.Select(o => world.View(o).State));
            CheckEnd(world);
        }

        Assert.Equal(
            [OrderState.Denied, OrderState.Filled, OrderState.Cancelled, OrderState.Expired, OrderState.Rejected],
            states.Order());
    }

    private static void CheckEnd(OrderWorld world)
    {
        var account = (AccountView)world.AccountBench.Fold.View();
        Assert.Equal(0, account.OpenHolds);
        var venue = (PaperVenueView)world.Venue.Fold.View();
        Assert.True(venue.Untold == 0 && venue.Refusals == 0 && venue.Open.Length == 0, $"seed {world.Seed}: {venue}");
        foreach (var id in world.Orders)
        {
            var order = world.View(id);
            Assert.True(order.State.IsFinal(), $"seed {world.Seed}: {id} is {order.State}");
            Assert.Equal(order.State, world.BotEnds[id]);
            Assert.False(order.NeedsOperator);
            foreach (var fill in order.Fills)
            {
                Assert.Contains((id, fill.Record.VenueTradeId), world.BotFills);
            }
        }

        // The venue's side of every token is the account's side.
        foreach (var total in venue.Totals)
        {
            var start = total.Token == OrderWorld.Usd ? 1_000_000_000UL : 100_000_000_000UL;
            var balance = account.Balances.Single(b => b.Token == total.Token);
            Assert.Equal((UInt256)start + total.Received, balance.Available + total.Paid);
            Assert.Equal(UInt256.Zero, balance.Held);
        }
    }
}
