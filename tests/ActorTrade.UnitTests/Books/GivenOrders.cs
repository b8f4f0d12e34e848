using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Domain.Pools;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>Orders, books and pools that tests begin with. Orders sell A for B unless they say otherwise.</summary>
internal static class GivenOrders
{
    public static readonly AccountId Alice = AccountId.Parse("alice");

    public static EntityHarness Book() => new(OrderBook.Definition, PoolAB.Value);

    /// <summary>A pool of 1,000,000 A and so much B that one A costs <paramref name="price"/> B, with a fee of
    /// 0.3 %.</summary>
    public static PoolView PoolAt(decimal price, uint depth = 1_000_000) => new(
        PoolAB, A, B, depth, (UInt256)decimal.Round(depth * price), depth, 2_500, 500, 0, 0, 0, 0);

    public static PoolOrder Sell(uint amount, decimal limit) => PoolOrder.Limit(A, B, amount, PriceOf(limit));

    public static PoolOrder With(this PoolOrder order, params OrderLeg[] legs) => order with { Legs = legs };

    public static OrderLeg Stop(decimal price, int slippageBps = 100) =>
        new(TriggerKind.Stop, PriceOf(price), 0, null, slippageBps);

    public static OrderLeg TakeProfit(decimal price) => new(TriggerKind.TakeProfit, PriceOf(price), 0, null, 0);

    public static OrderLeg Trailing(int bps, int slippageBps = 100) =>
        new(TriggerKind.TrailingStop, null, bps, null, slippageBps);

    public static PoolOrder In(this PoolOrder order, TimeInForce timeInForce, DateTimeOffset? until = null) =>
        order with { TimeInForce = timeInForce, ExpiresAt = until };

    public static PoolOrder Iceberg(this PoolOrder order, uint visible) =>
        order with { Style = ExecutionStyle.Iceberg, Visible = visible };

    public static PoolOrder Twap(this PoolOrder order, int slices, TimeSpan every) =>
        order with { Style = ExecutionStyle.Twap, Slices = slices, SliceEvery = every };

    public static Price PriceOf(decimal price) => Price.FromDecimal(price, 0, 0);

    public static Guid Place(
        this EntityHarness book,
        int id,
        PoolOrder order,
        SandwichProtection protection = SandwichProtection.None)
    {
        book.Happens<OrderBook.Event.OrderReceived>(
            new OrderBook.Command.Place(Id(id), Alice, order, book.Now + TimeSpan.FromMinutes(1), protection));
        return Id(id);
    }

    /// <summary>What a look at a pool leads to.</summary>
    public static IReadOnlyList<OrderBook.Event> Look(this EntityHarness book, PoolView pool) =>
        [.. book.When(new OrderBook.Command.Look(book.Now, pool)).Events.Cast<OrderBook.Event>()];

    /// <summary>The fills that a look leads to.</summary>
    public static IReadOnlyList<OrderBook.Event.FillStarted> Fills(this EntityHarness book, PoolView pool) =>
        [.. book.Look(pool).OfType<OrderBook.Event.FillStarted>()];

    public static void Settle(this EntityHarness book, OrderBook.Event.FillStarted fill) =>
        book.When(new OrderBook.Command.RecordFill(fill.OrderId, fill.Number, fill.MinAmountOut));

    public static BookOrder Order(this EntityHarness book, Guid id) => book.State<BookState>().Orders[id];

    /// <summary>The pool after a swap of A for B of this size.</summary>
    public static PoolView After(this PoolView pool, UInt256 amountIn)
    {
        ConstantProduct.QuoteExactIn(pool.Reserve0, pool.Reserve1, amountIn, new FeePips(3_000), out var quote);
        return pool with { Reserve0 = pool.Reserve0 + amountIn, Reserve1 = pool.Reserve1 - quote.AmountOut };
    }
}
