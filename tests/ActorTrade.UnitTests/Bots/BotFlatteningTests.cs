using System.Numerics;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Bots;

public sealed class BotFlatteningTests
{
    private const string Operator = "operator:alice";
    private const decimal Price = 6_000m;

    [Fact]
    public void A_bot_at_rest_sells_what_it_holds_and_nothing_twice()
    {
        var bench = Holding(1m);
        bench.Refuse<Bot.Rejection.StillRunning>(Close(), Operator);
        bench.Accept(new Bot.Command.Stop("by hand"), Operator);
        bench.Refuse<Bot.Rejection.NotPermitted>(Close(), Bot.PrincipalOf(BotBench.Id));
        var order = Assert.IsType<Bot.Event.OrderIntended>(Assert.Single(bench.Accept(Close(), Operator)));
        Assert.Equal(
            (Side.Sell, OrderType.Market, TimeInForce.Ioc, BotBench.Sats(1m), BotBench.Btc),
            (order.Side, order.Type, order.TimeInForce, order.Quantity, order.HoldToken));
        Assert.Empty(bench.Accept(Close(), Operator));
        bench.Accept(BotBench.Filled(order.OrderId, "c1", Side.Sell, 0.4m, Price));
        Assert.Empty(bench.Accept(Close(), Operator));
        bench.Accept(new Bot.Command.RecordOrderClosed(order.OrderId, OrderState.Cancelled, "ioc-remainder"));
        var rest = Assert.IsType<Bot.Event.OrderIntended>(Assert.Single(bench.Accept(Close(), Operator)));
        bench.Accept(BotBench.Filled(rest.OrderId, "c2", Side.Sell, 0.6m, Price));
        bench.Accept(new Bot.Command.RecordOrderClosed(rest.OrderId, OrderState.Filled, null));
        Assert.True(bench.View.PositionOf(BotBench.BtcUsd).Quantity.IsZero);
        Assert.Empty(bench.Accept(Close(), Operator));
    }

    [Fact]
    public void A_short_position_is_bought_back_with_the_funds_for_the_collar()
    {
        var limits = BotBench.Limits with { PriceCollar = new Bps(500) };
        var bench = Holding(-1m, limits);
        bench.Accept(new Bot.Command.Pause("by hand"), Operator);
        var order = Assert.IsType<Bot.Event.OrderIntended>(Assert.Single(bench.Accept(Close(), Operator)));
        Assert.Equal((Side.Buy, BotBench.Sats(1m), BotBench.Usd), (order.Side, order.Quantity, order.HoldToken));
        Assert.True(order.HoldAmount > BotBench.Micros(6_300m * 1.01m));
    }

    [Fact]
    public void What_is_worth_more_than_one_order_may_be_is_closed_by_several()
    {
        var bench = Holding(1.5m);
        bench.Accept(new Bot.Command.Stop("by hand"), Operator);
        var orders = bench.Accept(Close(12_000m), Operator).Cast<Bot.Event.OrderIntended>().ToList();
        Assert.Equal([1L, 2L], orders.Select(o => o.Number - orders[0].Number + 1));
        Assert.Equal([83_333_333UL, 66_666_667UL], orders.Select(o => (ulong)o.Quantity));
        Assert.Equal(2, bench.Waiting.Values.Count(e => e.Command is Order.Command.Place));
    }

    [Fact]
    public void Neither_the_days_loss_nor_the_days_count_holds_closing_back()
    {
        var bench = Holding(1m, BotBench.Limits with { OrdersPerDayMax = 2, OpenOrdersMax = 1 });
        var sale = bench.Place(BotBench.Sell(0.5m, 5_000m));
        bench.Accept(BotBench.Filled(sale, "loss", Side.Sell, 0.5m, 5_000m));
        bench.Accept(new Bot.Command.RecordOrderClosed(sale, OrderState.Filled, null));
        Assert.Equal(BotState.Paused, bench.View.State);
        bench.Refuse<Bot.Rejection.LimitExceeded>(new Bot.Command.Start(), Operator);
        var order = Assert.IsType<Bot.Event.OrderIntended>(Assert.Single(bench.Accept(Close(), Operator)));
        Assert.Equal(BotBench.Sats(0.5m), order.Quantity);
    }

    [Fact]
    public void Nothing_is_closed_while_trading_is_halted_or_without_a_price()
    {
        var bench = Holding(1m);
        bench.Accept(new Bot.Command.Stop("by hand"), Operator);
        bench.Refuse<Bot.Rejection.OrderDenied>(Close(0), Operator);
        bench.Refuse<Bot.Rejection.UnknownSymbol>(
            new Bot.Command.ClosePosition(new Symbol("ETH", "USD"), "paper", Price), Operator);
        bench.Mode = SystemMode.Paused;
        bench.Refuse<Bot.Rejection.TradingHalted>(Close(), Operator);
    }

    /// <summary>From seeds: whatever is open, filled and closed meanwhile.</summary>
    [Fact]
    public void Closing_never_opens_or_turns_a_position()
    {
        var closings = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            closings += new Run(seed).Play();
        }

        Assert.True(closings > 200, $"{closings} closing orders are too few to show anything.");
    }

    private static Bot.Command.ClosePosition Close(decimal price = Price) => new(BotBench.BtcUsd, "paper", price);

    private static BotBench Holding(decimal btc, BotLimits? limits = null)
    {
        var bench = BotBench.Running(limits);
        var (side, size) = (btc > 0 ? Side.Buy : Side.Sell, Math.Abs(btc));
        var order = bench.Place(BotBench.Order(side, size, Price));
        bench.Accept(BotBench.Filled(order, "first", side, size, Price));
        bench.Accept(new Bot.Command.RecordOrderClosed(order, OrderState.Filled, null));
        return bench;
    }

    /// <summary>A bot with orders on both sides is stopped; then its orders fill and end in any order, while closing is
    /// asked for again and again, and swaps end.</summary>
    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<OrderId, (Side Side, long Left, bool IsClosing)> _open = [];
        private readonly List<Guid> _swaps = [];
        private BotBench _bench = BotBench.Running(BotBench.Limits with { DailyLossMax = 1_000_000m });
        private int _closings;
        private int _trades;

        private BigInteger Position => _bench.View.PositionOf(BotBench.BtcUsd).Quantity is var q && q.IsNegative
            ? -(BigInteger)q.Magnitude
            : (BigInteger)q.Magnitude;

        public int Play()
        {
            for (var i = 0; i < 30; i++)
            {
                Step(trades: true);
            }

            _bench.Accept(new Bot.Command.Stop("by hand"), Operator);
            for (var i = 0; i < 40; i++)
            {
                Step(trades: false);
            }

            return _closings;
        }

        private void Step(bool trades)
        {
            switch (_random.Next(6))
            {
                case 0 when trades:
                    Try(BotBench.Order((Side)_random.Next(2), 0.01m * _random.Next(1, 30), Price), isClosing: false);
                    break;
                case 1 when trades:
                    Swap();
                    break;
                case 0 or 1:
                    Try(Close(), isClosing: true);
                    break;
                case 2 when _swaps.Count > 0:
                    _bench.Accept(new Bot.Command.RecordSwapSettled(_swaps[0], BotBench.Sats(0.3m)));
                    _swaps.RemoveAt(0);
                    break;
                case 3 when _open.Count > 0:
                    var ended = _open.Keys.ElementAt(_random.Next(_open.Count));
                    _bench.Accept(new Bot.Command.RecordOrderClosed(ended, OrderState.Cancelled, "ended"));
                    _open.Remove(ended);
                    break;
                case 4 or 5 when _open.Count > 0:
                    Fill(_open.Keys.ElementAt(_random.Next(_open.Count)));
                    break;
                default:
                    _bench.GoThroughSnapshot();
                    break;
            }
        }

        private void Swap()
        {
            var swap = _random.Next(2) == 0
                ? BotBench.Swap(BotBench.Usd, BotBench.Btc, BotBench.Micros(1_200m), BotBench.Sats(0.2m))
                : BotBench.Swap(BotBench.Btc, BotBench.Usd, BotBench.Sats(0.2m), BotBench.Micros(1_000m));
            if (_bench.Decide(swap).Rejection is null)
            {
                _swaps.Add(((Bot.Event.SwapIntended)_bench.Accept(swap)[0]).TradeId);
            }
        }

        private void Try(Bot.Command command, bool isClosing)
        {
            if (_bench.Decide(command).Rejection is not null)
            {
                Assert.False(isClosing, "Closing is refused.");
                return;
            }

            var before = Position;
            foreach (var order in _bench.Accept(command).Cast<Bot.Event.OrderIntended>())
            {
                _open.Add(order.OrderId, (order.Side, (long)(ulong)order.Quantity, isClosing));
                _closings += isClosing ? 1 : 0;
                Assert.True(!isClosing || (order.Side == Side.Sell ? before > 0 : before < 0), $"Opens, seed {seed}.");
            }
        }

        private void Fill(OrderId id)
        {
            var (side, left, isClosing) = _open[id];
            var size = left == 1 || _random.Next(3) == 0 ? left : _random.NextInt64(1, left);
            var before = Position;
            var sats = (UInt256)(ulong)size;
            _bench.Accept(new Bot.Command.RecordFill(
                id, $"t{++_trades}", side, sats, Price, (UInt256)(ulong)(size * 60), default, BotBench.Usd));
            if (isClosing)
            {
                Assert.True(
                    BigInteger.Abs(Position) < BigInteger.Abs(before) && Position * before >= 0,
                    $"{before} became {Position}, seed {seed}.");
            }

            _open[id] = (side, left - size, isClosing);
            if (left == size)
            {
                _bench.Accept(new Bot.Command.RecordOrderClosed(id, OrderState.Filled, null));
                _open.Remove(id);
            }
        }
    }
}
