using System.Numerics;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Books.OrderBook;
using static ActorTrade.UnitTests.Books.GivenOrders;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>Any orders and any prices: the book does what a scan of a list of all orders says.</summary>
public sealed class OrderBookPropertyTests
{
    [Fact]
    public void Any_orders_at_any_prices_are_served_as_a_scan_of_all_of_them_says()
    {
        var (fills, triggers, splits) = (0, 0, 0);
        for (var seed = 1; seed <= 400; seed++)
        {
            var run = new Run(seed);
            for (var step = 0; step < 120; step++)
            {
                run.Step();
            }

            fills += run.Count<Event.FillSettled>();
            triggers += run.Count<Event.OrderTriggered>();
            splits += run.SplitFills;
            run.EndAll();
        }

        // The property says little of books in which nothing happens.
        Assert.True(
            fills > 2_000 && triggers > 2_000 && splits > 300,
            $"{fills} fills, {triggers} triggers, {splits} splits");
    }

    /// <summary>One book with its reference, a pool whose price wanders, and accounts that answer at random.</summary>
    private sealed class Run
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly EntityHarness _book = Book();
        private readonly ReferenceBook _reference;
        private int _lastId;
        private decimal _price = 2m;

        public Run(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _reference = new ReferenceBook(seed);
            _book.Observer = (_, e) => _reference.Apply((Event)e);
        }

        private BookState State => _book.State<BookState>();

        public int Count<T>() => _book.Journal.OfType<T>().Count();

        public int SplitFills => _reference.SplitFills;

        public void Step()
        {
            _book.Now += TimeSpan.FromMilliseconds(_random.Next(2_500));
            switch (_random.Next(10))
            {
                case 0 or 1 or 2:
                    Place();
                    break;
                case 3 or 4:
                    AnswerFill();
                    break;
                case 5 when _book.Fold.WakeAt() <= _book.Now:
                    _book.When(new Command.Wake());
                    break;
                case 6 when _lastId > 0 && _random.Next(3) == 0:
                    _book.When(new Command.Cancel(Id(_random.Next(1, _lastId + 1)), Alice, "enough", _book.Now));
                    break;
                case 7 when State.Untold.FirstOrDefault(o => o.Ended is not null) is { } ended:
                    _book.When(new Command.RecordEndKnown(ended.Id));
                    break;
                case 8 when _random.Next(6) == 0:
                    Restart();
                    break;
                default:
                    Look();
                    break;
            }

            AssertAmounts();
        }

        /// <summary>Everything can be ended, and then nothing is left.</summary>
        public void EndAll()
        {
            foreach (var order in State.Orders.Values.ToList())
            {
                _book.When(new Command.Cancel(order.Id, Alice, "the end", _book.Now));
                if (order.Fill is { } fill)
                {
                    _book.When(new Command.RecordFillRefused(order.Id, fill.Number, "no"));
                }

                _book.Happens<Event.OrderForgotten>(new Command.RecordEndKnown(order.Id));
            }

            Assert.Null(_book.Fold.WakeAt());
            Assert.Equal(new BookView(PoolAB, 0, 0, 0, []), State.ToView() with { Sides = [] });
            Assert.Empty(State.ToView().Sides);
        }

        private void Place()
        {
            var order = AnyOrder();
            var protection = (SandwichProtection)(order.IsImmediate ? 2 * _random.Next(2) : _random.Next(3));
            Assert.Null(order.Problem(_book.Now, protection));
            _book.Place(++_lastId, order, protection);
        }

        private void Look()
        {
            _price = Math.Clamp(_price * (1 + (0.001m * _random.Next(-60, 61))), 0.2m, 20m);
            var pool = PoolAt(_price, depth: (uint)(_random.Next(3) == 0 ? 3_000 : 1_000_000));
            var isBusy = State.FillsUnderWay > 0 && _book.Now <= State.FillsUntil;
            var decision = _book.Fold.Decide(
                new Command.Look(_book.Now, pool),
                new CommandContext(default, "system", _book.Now, _book.Now, SystemMode.Active));
            var events = decision.Events.Cast<Event>().ToList();
            _reference.Check(pool, events, _book.Now, isBusy);
            _book.When(new Command.Look(_book.Now, pool));
        }

        private void AnswerFill()
        {
            if (State.Untold.FirstOrDefault(o => o.Fill is not null) is not { Fill: { } fill } order)
            {
                return;
            }

            _book.When(_random.Next(4) == 0
                ? new Command.RecordFillRefused(order.Id, fill.Number, "below-minimum")
                : new Command.RecordFill(order.Id, fill.Number, fill.MinAmountOut + (uint)_random.Next(9)));
        }

        private void Restart()
        {
            if (_random.Next(2) == 0)
            {
                _book.RestartFromSnapshot();
            }
            else
            {
                _book.RestartFromJournal();
            }
        }

        private void AssertAmounts()
        {
            foreach (var line in _reference.Orders)
            {
                var order = State.Orders[line.Id];
                Assert.True((BigInteger)order.Sold == line.Sold, $"seed {_seed}: {line.Id}");
                Assert.True((BigInteger)order.Shown == line.Shown, $"seed {_seed}: {line.Id} shows {order.Shown}");
                Assert.True(order.Sold + order.Left <= order.Terms.AmountIn);
            }
        }

        private PoolOrder AnyOrder()
        {
            var (tokenIn, tokenOut) = _random.Next(3) == 0 ? (B, A) : (A, B);
            var price = tokenIn == A ? _price : 1 / _price;
            var amount = (uint)_random.Next(6_000, _random.Next(3) == 0 ? 300_000 : 9_000);
            var limit = Near(price, -80, 120);
            var order = PoolOrder.Limit(tokenIn, tokenOut, amount, limit);
            return _random.Next(12) switch
            {
                0 => order.With(new OrderLeg(TriggerKind.Stop, Near(price, -150, 0), 0, null, _random.Next(300))),
                1 => order.With(new OrderLeg(TriggerKind.Stop, Near(price, -150, 0), 0, limit, 0)),
                2 => order.With(new OrderLeg(TriggerKind.TakeProfit, Near(price, 0, 150), 0, null, _random.Next(300))),
                3 => order.With(Trailing(_random.Next(1, 800), _random.Next(300))),
                4 => order.With(OrderLeg.At(limit), Trailing(_random.Next(1, 800), _random.Next(300))),
                5 => order.With(
                    new OrderLeg(TriggerKind.TakeProfit, Near(price, 0, 150), 0, null, 0),
                    new OrderLeg(TriggerKind.Stop, Near(price, -150, 0), 0, null, 50)),
                6 => order.In(_random.Next(2) == 0 ? TimeInForce.Ioc : TimeInForce.Fok),
                7 => order with { PostOnly = true },
                8 => order.Iceberg(Math.Max(1, amount / (uint)_random.Next(1, 10))),
                9 => order.Twap(_random.Next(2, 9), TimeSpan.FromSeconds(_random.Next(1, 20))),
                10 => order.In(TimeInForce.Gtd, _book.Now + TimeSpan.FromSeconds(_random.Next(1, 60))),
                _ => order,
            };
        }

        private Price Near(decimal price, int low, int high) =>
            PriceOf(decimal.Round(price * (1 + (0.001m * _random.Next(low, high + 1))), 6));
    }
}
