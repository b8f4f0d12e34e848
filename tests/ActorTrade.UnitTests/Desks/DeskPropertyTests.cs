using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.Orders;

namespace ActorTrade.UnitTests.Desks;

/// <summary>Real desk, orders, paper venue and account, with everything lost, doubled, late and crashing.</summary>
public sealed class DeskPropertyTests
{
    [Fact]
    public void Whatever_is_lost_doubled_or_late_no_order_trades_beyond_its_quantity_and_every_one_ends()
    {
        var ends = new Dictionary<string, int>();
        for (var seed = 1; seed <= 120; seed++)
        {
            var watch = new DeskWatch(seed);
            for (var i = 0; i < 700; i++)
            {
                watch.World.Step();
            }

            watch.World.Settle();
            watch.CheckEnd();
            foreach (var (reason, count) in watch.Ends)
            {
                ends[reason] = ends.GetValueOrDefault(reason) + count;
            }
        }

        string[] expected =
        [
            "filled", "enough", "expired", "rest-cancelled", "not-filled-at-once", Venue.PostOnlyWouldTrade,
            "market-not-seen", "triggered", "next-slice",
        ];
        Assert.All(expected, reason => Assert.True(ends.GetValueOrDefault(reason) > 0, $"Nothing ended as {reason}."));
    }

    /// <summary>A world and what is true of its desk at every event.</summary>
    private sealed class DeskWatch
    {
        private readonly Dictionary<OrderId, OrderDesk.Event.OrderReceived> _received = [];
        private readonly Dictionary<OrderId, List<OrderDesk.Event.ChildStarted>> _children = [];
        private readonly Dictionary<OrderId, OrderDesk.Event.OrderEnded> _ended = [];
        private readonly HashSet<OrderId> _triggered = [];
        private readonly HashSet<OrderId> _forgotten = [];
        private readonly int _seed;

        public DeskWatch(int seed)
        {
            _seed = seed;
            World = new OrderWorld(seed) { ParentMaker = GivenVenueOrders.Any, OnDesk = See };
        }

        public OrderWorld World { get; }

        /// <summary>How often orders ended for each reason, and children were cancelled for it.</summary>
        public Dictionary<string, int> Ends { get; } = [];

        public void CheckEnd()
        {
            Require(((AccountView)World.AccountBench.Fold.View()).OpenHolds == 0, "funds are held still");
            Require(((PaperVenueView)World.Venue.Fold.View()).Open.Length == 0, "the venue has open orders");
            var desk = (DeskView)World.Desk.Fold.View();
            Require(desk == new DeskView(desk.Key, 0, 0, 0, 0, 0), $"the desk is left with {desk}");
            var released = World.AccountBench.Journal.OfType<Account.Event.HoldReleased>()
                .ToDictionary(e => e.HoldId, e => e.Amount);
            foreach (var (id, received) in _received)
            {
                Require(_ended.ContainsKey(id) && _forgotten.Contains(id), $"{id} has not ended");
                Require(World.BotEnds[id] == _ended[id].State, $"the bot heard of another end of {id}");
                var filled = Sum(id, o => o.Filled);
                Require(
                    _ended[id].State == OrderState.Filled == (filled == received.Order.Quantity),
                    $"{id} ended {_ended[id].State} with {filled} of {received.Order.Quantity}");
                var spent = Sum(id, o => o.Spent);
                var back = released.GetValueOrDefault(DeskRisk.HoldIdOf(id), received.Hold);
                Require(spent + back == received.Hold, $"{id} spent {spent}, got {back} back of {received.Hold}");
            }
        }

        private void See(OrderDesk.Event e)
        {
            switch (e)
            {
                case OrderDesk.Event.OrderReceived x:
                    _received.Add(x.OrderId, x);
                    _children.Add(x.OrderId, []);
                    break;
                case OrderDesk.Event.OrderTriggered x:
                    Require(_triggered.Add(x.OrderId), $"{x.OrderId} was triggered twice");
                    break;
                case OrderDesk.Event.ChildStarted x:
                    SeeChild(x);
                    break;
                case OrderDesk.Event.ChildCancelRequested x:
                    Count(x.Why);
                    break;
                case OrderDesk.Event.OrderEnded x:
                    Require(_ended.TryAdd(x.OrderId, x), $"{x.OrderId} ended twice");
                    Count(x.Reason);
                    break;
                case OrderDesk.Event.OrderForgotten x:
                    _forgotten.Add(x.OrderId);
                    break;
            }
        }

        private void SeeChild(OrderDesk.Event.ChildStarted child)
        {
            var (id, terms) = (child.OrderId, _received[child.OrderId].Order);
            Require(World.Mode == SystemMode.Active, $"a child of {id} in {World.Mode}");
            Require(!_ended.ContainsKey(id), $"a child of {id} after its end");
            var before = _children[id].Select(c => World.View(c.ChildId)).ToList();
            Require(
                before.TrueForAll(o => o.State.IsFinal() || o.Terms is null), $"{id} has two children under way");
            var filled = before.Aggregate(UInt256.Zero, (sum, o) => sum + o.Filled);
            Require(filled + child.Quantity <= terms.Quantity, $"{id} may trade {filled} and {child.Quantity}");
            Require(
                terms.Style != ExecutionStyle.Iceberg || child.Quantity <= terms.Visible,
                $"{id} shows {child.Quantity}");
            var needsTrigger = terms.Legs[child.Leg].Trigger != TriggerKind.None;
            Require(_triggered.Contains(id) == needsTrigger, $"{id} is worked without its trigger");
            _children[id].Add(child);
        }

        private UInt256 Sum(OrderId id, Func<OrderView, UInt256> part) => _children[id]
            .Aggregate(UInt256.Zero, (sum, c) => sum + part(World.View(c.ChildId)));

        private void Count(string reason) => Ends[reason] = Ends.GetValueOrDefault(reason) + 1;

        private void Require(bool holds, string otherwise) => Assert.True(holds, $"seed {_seed}: {otherwise}");
    }
}
