using System.Diagnostics;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What a price move costs a book of so many open orders, in processor time.</summary>
/// <param name="Orders">Open orders: limits, stops, take-profits and trailing stops, both directions.</param>
/// <param name="MoveNanoseconds">A move that reaches nobody; every tenth is a new high for trailing stops.</param>
/// <param name="FillNanoseconds">Of a move that fills <see cref="OrdersBenchmark.FillsAMove"/> orders: each fill, begun
/// and ended.</param>
public sealed record OrdersBenchmarkCase(int Orders, double MoveNanoseconds, double FillNanoseconds);

/// <summary>
/// The book's decisions and state on one core, without actors and journal: what depends on the number of open orders.
/// </summary>
public static class OrdersBenchmark
{
    public const int FillsAMove = 64;
    private const ulong Depth = 1_000_000_000_000_000;
    private const uint Spot = 1_000_000;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TokenId Base = TokenId.Parse("BASE");
    private static readonly TokenId Quote = TokenId.Parse("QUOTE");
    private static readonly PoolId Pool = PoolId.Parse("BASE-QUOTE");
    private static readonly AccountId Trader = AccountId.Parse("trader");

    /// <param name="perCase">How long each number of orders is measured.</param>
    public static IReadOnlyList<OrdersBenchmarkCase> Run(TimeSpan perCase)
    {
        // Not counted: what the first case would pay for compiling.
        Measure(1_000, perCase / 4);
        return [.. new[] { 1_000, 10_000, 100_000 }.Select(n => Measure(n, perCase / 2))];
    }

    private static OrdersBenchmarkCase Measure(int orders, TimeSpan each)
    {
        var book = OrderBook.Definition.CreateFold(Pool.Value);
        var random = new Random(1);
        for (var i = 0; i < orders; i++)
        {
            Place(book, i, i < FillsAMove ? NearLimit(i) : FarOrder(i, random));
        }

        // The first look gives trailing stops their high.
        Look(book, Spot, Start);
        return new OrdersBenchmarkCase(orders, Moves(book, each), Fills(book, each));
    }

    private static double Moves(IEntityFold book, TimeSpan each)
    {
        var high = Spot;
        var moves = 0L;
        var begun = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        while (Stopwatch.GetElapsedTime(begun) < each)
        {
            for (var i = 0; i < 100; i++)
            {
                // Highs rise by a millionth, so a long run reaches nobody either.
                var price = i % 10 == 0 && high < Spot + 800 ? ++high : Spot - (uint)(i * 7);
                Look(book, price, Start);
            }

            moves += 100;
        }

        return (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / moves;
    }

    private static double Fills(IEntityFold book, TimeSpan each)
    {
        var (fills, now) = (0L, Start);

        // A new high is seen at one look, and fills begin at the next.
        Look(book, Spot + 8_000, now);
        var begun = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        while (Stopwatch.GetElapsedTime(begun) < each)
        {
            now += TimeSpan.FromMinutes(2);
            var started = Look(book, Spot + 8_000, now).OfType<OrderBook.Event.FillStarted>().ToList();
            if (started.Count != FillsAMove)
            {
                throw new InvalidOperationException($"{started.Count} orders were filled, not {FillsAMove}.");
            }

            // Refused, so that the same orders stand there again.
            foreach (var fill in started)
            {
                Apply(book, new OrderBook.Command.RecordFillRefused(fill.OrderId, fill.Number, "measured"), now);
            }

            fills += started.Count;
        }

        return (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / fills;
    }

    // Reached by a price of 0.4 % more and the fee of 0.3 %.
    private static PoolOrder NearLimit(int i) =>
        PoolOrder.Limit(Base, Quote, 1_000_000, new Price(Spot + 4_000 + (uint)i, Spot));

    private static PoolOrder FarOrder(int i, Random random)
    {
        var distance = (uint)random.Next(20_000, 500_000);
        var above = new Price(Spot + distance, Spot);
        var below = new Price(Spot - distance, Spot);
        var isSell = random.Next(2) == 0;
        var order = isSell
            ? PoolOrder.Limit(Base, Quote, 10_000, above)
            : PoolOrder.Limit(Quote, Base, 10_000, below.Inverse());
        OrderLeg leg = (i % 5) switch
        {
            2 => new(TriggerKind.Stop, isSell ? below : above.Inverse(), 0, null, 100),
            3 => new(TriggerKind.TakeProfit, isSell ? above : below.Inverse(), 0, null, 100),
            4 => new(TriggerKind.TrailingStop, null, random.Next(200, 9_000), null, 100),
            _ => order.Legs[0],
        };
        return order with { Legs = [leg] };
    }

    private static void Place(IEntityFold book, int i, PoolOrder order)
    {
        var id = DeterministicGuid.Derive(Guid.Empty, (uint)i);
        Apply(book, new OrderBook.Command.Place(id, Trader, order, Start + TimeSpan.FromMinutes(1)), Start);
    }

    private static IReadOnlyList<IEvent> Look(IEntityFold book, uint price, DateTimeOffset now)
    {
        var view = new PoolView(
            Pool, Base, Quote, Depth, (UInt256)Depth * price / Spot, Depth, 2_500, 500, 0, 0, 0, 0);
        return Apply(book, new OrderBook.Command.Look(now, view), now);
    }

    private static IReadOnlyList<IEvent> Apply(IEntityFold book, ICommand command, DateTimeOffset now)
    {
        var context = new CommandContext(default, CommandContext.Self, now, now, SystemMode.Active);
        var decision = book.Decide(command, context);
        foreach (var e in decision.Events)
        {
            book.Apply(e);
        }

        return decision.Events;
    }
}
