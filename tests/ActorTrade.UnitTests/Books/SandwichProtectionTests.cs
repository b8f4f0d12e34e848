using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Books.OrderBook;
using static ActorTrade.UnitTests.Books.GivenOrders;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>Orders that are larger than what is safe from a sandwich.</summary>
public sealed class SandwichProtectionTests
{
    private static readonly FeePips Fee = new(3_000);
    private readonly EntityHarness _book = Book();

    [Fact]
    public void An_order_without_protection_trades_as_much_as_its_price_allows()
    {
        _book.Place(1, Sell(100_000, 1m));
        var fill = Assert.Single(_book.Fills(PoolAt(2m)));
        Assert.Equal((100_000u, false), ((uint)(ulong)fill.AmountIn, fill.IsPrivate));
    }

    [Fact]
    public void A_split_order_sells_exactly_its_amount_in_safe_parts_and_never_below_its_limit()
    {
        var id = _book.Place(1, Sell(100_000, 1.8m), SandwichProtection.Split);
        var pool = PoolAt(2m);
        UInt256 sold = 0, asked = 0;
        var parts = 0;
        while (_book.State<BookState>().Orders[id].Ended is null)
        {
            var fill = Assert.Single(_book.Fills(pool));
            Assert.False(SandwichGuard.IsProfitable(pool.Reserve0, fill.AmountIn, Fee), $"{fill}");
            Assert.False(fill.IsPrivate);
            (sold, asked, parts) = (sold + fill.AmountIn, asked + fill.MinAmountOut, parts + 1);
            _book.Settle(fill);

            // The price has returned when the next part trades, and not before that it begins.
            Assert.Empty(_book.Fills(pool));
            if (parts % 7 == 0)
            {
                _book.RestartFromSnapshot();
                _book.RestartFromJournal();
            }

            _book.Now += SliceApart;
        }

        Assert.Equal((UInt256)100_000u, sold);
        Assert.True(asked >= 180_000u, $"{asked}");

        // 0.30135 % of a million is 3,013: 34 parts of at most that.
        Assert.Equal(34, parts);
    }

    [Fact]
    public void A_part_is_sized_by_the_pool_as_it_is_now()
    {
        _book.Place(1, Sell(20_000, 1m), SandwichProtection.Split);
        var first = Assert.Single(_book.Fills(PoolAt(2m)));
        _book.Settle(first);
        _book.Now += SliceApart;
        var second = Assert.Single(_book.Fills(PoolAt(2m, depth: 100_000)));
        Assert.True(second.AmountIn <= 301u && first.AmountIn > 2_500u, $"{first}, {second}");
        _book.Settle(second);
        _book.Now += SliceApart;
        var rest = Assert.Single(_book.Fills(PoolAt(2m, depth: 100_000_000)));
        Assert.Equal((UInt256)20_000u, first.AmountIn + second.AmountIn + rest.AmountIn);
    }

    [Fact]
    public void While_a_split_order_waits_for_the_price_to_return_others_trade()
    {
        _book.Place(1, Sell(100_000, 1m), SandwichProtection.Split);
        var pool = PoolAt(2m);
        _book.Settle(Assert.Single(_book.Fills(pool)));
        _book.Place(2, Sell(1_000, 1.5m));
        Assert.Equal(Id(2), Assert.Single(_book.Fills(pool)).OrderId);
    }

    [Fact]
    public void A_refused_part_is_tried_again_and_nothing_of_it_counts_as_sold()
    {
        var id = _book.Place(1, Sell(100_000, 1m), SandwichProtection.Split);
        var fill = Assert.Single(_book.Fills(PoolAt(2m)));
        _book.When(new Command.RecordFillRefused(id, fill.Number, "below-minimum"));
        _book.Now += AgainAfter;
        Assert.Equal(fill.AmountIn, Assert.Single(_book.Fills(PoolAt(2m))).AmountIn);
        Assert.Equal(UInt256.Zero, _book.Order(id).Sold);
    }

    [Fact]
    public void What_would_need_too_many_parts_is_sent_privately()
    {
        var order = Sell(2_000_000_000, 0.000_01m);
        _book.Place(1, order, SandwichProtection.Split);
        var fill = Assert.Single(_book.Fills(PoolAt(2m)));
        Assert.True(fill.IsPrivate);
        Assert.True(fill.AmountIn > 3_013u, $"{fill}");
    }

    [Fact]
    public void A_private_order_trades_whole_and_every_fill_says_so()
    {
        _book.Place(1, Sell(100_000, 1m), SandwichProtection.Private);
        var fill = Assert.Single(_book.Fills(PoolAt(2m)));
        Assert.Equal((100_000u, true), ((uint)(ulong)fill.AmountIn, fill.IsPrivate));
        Assert.Contains(
            _book.Effects, e => e.Command is Domain.Accounts.Account.Command.FillPoolOrder { IsPrivate: true });
    }

    [Theory]
    [InlineData(TimeInForce.Ioc)]
    [InlineData(TimeInForce.Fok)]
    public void What_must_trade_at_once_cannot_be_split(TimeInForce timeInForce)
    {
        var order = Sell(1_000, 2m).In(timeInForce);
        Assert.NotNull(order.Problem(_book.Now, SandwichProtection.Split));
        Assert.Null(order.Problem(_book.Now, SandwichProtection.Private));
        var place = new Command.Place(Id(1), Alice, order, _book.Now, SandwichProtection.Split);
        _book.Happens<Event.OrderRefused>(place);
    }

    [Fact]
    public void Another_protection_is_another_order()
    {
        var order = Sell(1_000, 2m);
        _book.Place(1, order, SandwichProtection.Split);
        _book.IsRejected<Rejection.IdReused>(
            new Command.Place(Id(1), Alice, order, _book.Now + TimeSpan.FromMinutes(1), SandwichProtection.Private));
    }
}
