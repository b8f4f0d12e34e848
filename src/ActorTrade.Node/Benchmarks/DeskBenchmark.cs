using System.Diagnostics;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What a price move costs a desk of so many conditional orders, in processor time.</summary>
/// <param name="Orders">Stops, take-profits, trailing stops and brackets, both sides, by every price.</param>
/// <param name="BytesAnOrder">Of managed heap, outcome and all.</param>
/// <param name="NoneNanoseconds">A move that triggers nobody; every tenth is a new high for trailing stops.</param>
/// <param name="OneNanoseconds">A move that triggers one order and sends its child.</param>
/// <param name="FewNanoseconds">A move that triggers <see cref="DeskBenchmark.FewAMove"/> orders.</param>
public sealed record DeskBenchmarkCase(
    int Orders, double BytesAnOrder, double NoneNanoseconds, double OneNanoseconds, double FewNanoseconds);

/// <summary>
/// A desk's decisions and state on one core, without actors and journal: what depends on the number of conditional
/// orders.
/// </summary>
public static class DeskBenchmark
{
    public const int FewAMove = 16;
    private const int Near = 256;
    private const decimal Spot = 7_000m;
    private const decimal Step = 0.01m;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AccountId Trader = AccountId.Parse("trader");
    private static readonly Instrument Instrument = new(
        new Symbol("BTC", "USD"), TokenId.Parse("BTC"), TokenId.Parse("USD"), 8, 2);

    /// <param name="perCase">How long each number of orders is measured.</param>
    public static IReadOnlyList<DeskBenchmarkCase> Run(TimeSpan perCase)
    {
        // Not counted: what the first case would pay for compiling.
        Measure(1_000, perCase / 2);
        return [.. new[] { 1_000, 10_000, 100_000 }.Select(n => Measure(n, perCase / 3))];
    }

    private static DeskBenchmarkCase Measure(int orders, TimeSpan each)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var desk = new MeasuredDesk(orders - Near);
        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / (orders - Near);
        return new DeskBenchmarkCase(
            orders, bytes, desk.Moves(each), desk.Triggers(1, each), desk.Triggers(FewAMove, each));
    }

    private sealed class MeasuredDesk
    {
        private readonly IEntityFold _desk =
            OrderDesk.Definition.CreateFold(OrderDesk.IdOf("paper", Instrument.Symbol).Key);

        private DateTimeOffset _now = Start;
        private uint _placed;

        public MeasuredDesk(int far)
        {
            var random = new Random(1);
            for (var i = 0; i < far; i++)
            {
                Place(FarOrder(i, random));
            }

            // The first look gives trailing stops their high.
            Look(Spot);
        }

        public double Moves(TimeSpan each)
        {
            var (high, moves) = (Spot, 0L);
            var begun = Stopwatch.GetTimestamp();
            var used = Environment.CpuUsage.TotalTime;
            while (Stopwatch.GetElapsedTime(begun) < each)
            {
                for (var i = 0; i < 100; i++)
                {
                    high += i % 10 == 0 && high < Spot + 8 ? Step : 0;
                    var events = Look(i % 10 == 0 ? high : Spot + (i * Step / 100));
                    Require(events.All(e => e is OrderDesk.Event.HighSeen), "An order was triggered.");
                }

                moves += 100;
            }

            return (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / moves;
        }

        public double Triggers(int aMove, TimeSpan each)
        {
            var (moves, used) = (0, TimeSpan.Zero);
            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun) < each)
            {
                _now += TimeSpan.FromMinutes(2);
                for (var i = 0; i < Near; i++)
                {
                    Place(OrderOf(Side.Sell, Stop(Spot - (Step * (1 + (i / aMove))))));
                }

                var children = new List<OrderDesk.Event.ChildStarted>(Near);
                var before = Environment.CpuUsage.TotalTime;
                for (var i = 1; i <= Near / aMove; i++)
                {
                    children.AddRange(Look(Spot - (Step * i)).OfType<OrderDesk.Event.ChildStarted>());
                    Require(children.Count == i * aMove, $"{children.Count} children, not {i * aMove}.");
                }

                used += Environment.CpuUsage.TotalTime - before;
                moves += Near / aMove;
                children.ForEach(End);
                Look(Spot);
            }

            return used.TotalNanoseconds / moves;
        }

        private static void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new InvalidOperationException(otherwise);
            }
        }

        private static VenueLeg Stop(decimal price) => new(TriggerKind.Stop, price, 0, null);

        private static VenueLeg TakeProfit(decimal price) => new(TriggerKind.TakeProfit, price, 0, null);

        // A fifth of the price or more away; trailing stops from a fiftieth.
        private static VenueOrder FarOrder(int i, Random random)
        {
            var distance = random.Next(20_000, 80_000) / 100_000m;
            var side = (Side)(i / 4 % 2);
            var away = side == Side.Sell ? distance : -distance;
            var (stop, profit) = (Stop(Spot * (1 - away)), TakeProfit(Spot * (1 + away)));
            VenueLeg[] legs = (i % 4) switch
            {
                0 => [stop],
                1 => [profit],
                2 => [new(TriggerKind.TrailingStop, null, random.Next(200, 9_000), null)],
                _ => [profit, stop],
            };
            return OrderOf(side, legs) with { Source = (TriggerSource)(i / 8 % 4) };
        }

        private static VenueOrder OrderOf(Side side, params VenueLeg[] legs) => new(
            Trader, "paper", Instrument, side, Instrument.Quantity(0.01m), legs, TimeInForce.Gtc, null, false,
            ExecutionStyle.Whole, UInt256.Zero, 0, TimeSpan.Zero, TriggerSource.Last, Spot, RiskLimits.Default);

        private void Place(VenueOrder order)
        {
            var id = new OrderId(DeterministicGuid.Derive(Guid.Empty, ++_placed));
            Apply(new OrderDesk.Command.Place(id, null, order, _now + TimeSpan.FromMinutes(1)));
            Apply(new OrderDesk.Command.RecordFundsHeld(id));
        }

        private void End(OrderDesk.Event.ChildStarted child)
        {
            Apply(new OrderDesk.Command.RecordChildEnded(
                child.OrderId, child.Number, OrderState.Filled, child.Quantity, child.Quantity, 1, false, null));
            Apply(new OrderDesk.Command.RecordHoldReleased(child.OrderId, UInt256.Zero));
        }

        private IReadOnlyList<IEvent> Look(decimal price) => Apply(new OrderDesk.Command.Look(
            _now, price - Step, price + Step, price, PaperVenue.Capabilities));

        private IReadOnlyList<IEvent> Apply(ICommand command)
        {
            var decision = _desk.Decide(
                command, new CommandContext(default, CommandContext.Self, _now, _now, SystemMode.Active));
            foreach (var e in decision.Events)
            {
                _desk.Apply(e);
            }

            return decision.Rejection is { } rejection
                ? throw new InvalidOperationException($"The desk answered with {rejection}.")
                : decision.Events;
        }
    }
}
