using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Bots;

/// <summary>The invariants of <see cref="Bot"/> under any commands in any order, from seeds.</summary>
public sealed class BotProperties
{
    private const int Seeds = 60;
    private const int Steps = 250;

    [Fact]
    public void Any_commands_in_any_order_keep_the_limits_the_book_and_what_is_outstanding()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var run = new Run(seed);
            for (var step = 0; step < Steps; step++)
            {
                run.Step();
                run.Check($"seed {seed}, step {step}");
            }
        }
    }

    [Fact]
    public void Replaying_the_journal_gives_the_same_state()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var run = new Run(seed);
            for (var step = 0; step < Steps; step++)
            {
                run.Step();
            }

            var replayed = Bot.Definition.CreateFold(BotBench.Id.Value);
            foreach (var @event in run.Bench.Journal)
            {
                replayed.Apply(@event);
            }

            Assert.Equal(Bytes(run.Bench.Fold), Bytes(replayed));
        }
    }

    [Fact]
    public void Every_event_is_stored_and_read_back()
    {
        var run = new Run(7);
        for (var step = 0; step < Steps; step++)
        {
            run.Step();
        }

        var reader = new RecordReader();
        foreach (var @event in run.Bench.Journal)
        {
            var writer = new RecordWriter();
            BotBench.Catalog.Write(writer, @event);
            reader.Reset(writer.ToArray());
            var back = BotBench.Catalog.Read(BotBench.Catalog.NameOf(@event), reader);
            var again = new RecordWriter();
            BotBench.Catalog.Write(again, back);
            Assert.Equal(writer.ToArray(), again.ToArray());
        }
    }

    /// <summary>Realised, and the open part's cost, against a fold in big integers and rationals.</summary>
    [Fact]
    public void The_result_is_the_cash_flow_plus_the_book_cost_whatever_the_rounding()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var random = new Random(seed);
            var position = BotPosition.Flat(BotBench.BtcUsd);
            BigInteger cash = 0;
            BigInteger quantity = 0;
            for (var i = 0; i < 60; i++)
            {
                var side = (Side)random.Next(2);
                var size = (UInt256)(uint)random.Next(1, 40);
                var amount = (UInt256)(uint)random.Next(0, 1000);
                var baseFee = (UInt256)(uint)(random.Next(4) == 0 ? random.Next(3) : 0);
                var quoteFee = (UInt256)(uint)random.Next(3);
                var before = position;
                position = position.After(side, size, amount, baseFee, quoteFee);
                var sign = side == Side.Buy ? 1 : -1;
                quantity += (sign * (BigInteger)size) - (BigInteger)baseFee;
                cash -= (sign * (BigInteger)amount) + (BigInteger)quoteFee;
                Assert.Equal(quantity, Big(position.Quantity));
                Assert.Equal(Big(position.Realised), cash + Big(position.BookCost));
                Assert.True(!quantity.IsZero || position.BookCost.IsZero);
                CheckShare(before, position, side, size, amount, baseFee, quoteFee);
            }
        }
    }

    // A pure close takes its exact share of the cost, rounded against the holder by less than one.
    private static void CheckShare(
        BotPosition before, BotPosition after, Side side, UInt256 size, UInt256 amount, UInt256 baseFee,
        UInt256 quoteFee)
    {
        var closes = before.Quantity.IsNegative == (side == Side.Buy) && size <= before.Quantity.Magnitude;
        if (!closes || !baseFee.IsZero || before.Quantity.IsZero)
        {
            return;
        }

        var sign = side == Side.Buy ? 1 : -1;
        var gained = Big(after.Realised) - Big(before.Realised) + (BigInteger)quoteFee + (sign * (BigInteger)amount);
        // Exact share of the cost times |quantity|; gained = -share, rounded down.
        var exact = Big(before.BookCost) * (BigInteger)size;
        var slack = -exact - (gained * (BigInteger)before.Quantity.Magnitude);
        Assert.InRange(slack, BigInteger.Zero, (BigInteger)before.Quantity.Magnitude - 1);
    }

    private static BigInteger Big(SignedAmount amount) =>
        amount.IsNegative ? -(BigInteger)amount.Magnitude : (BigInteger)amount.Magnitude;

    private static byte[] Bytes(IEntityFold fold)
    {
        var writer = new RecordWriter();
        BotBench.Catalog.Write(writer, fold.Capture()!);
        return writer.ToArray();
    }

    /// <summary>A random life of one bot, with an oracle that knows only the commands that were accepted.</summary>
    private sealed class Run(int seed)
    {
        private readonly Random random = new(seed);
        private readonly HashSet<(OrderId Order, int Child, string Trade)> fills = [];
        private readonly Dictionary<OrderId, int> children = [];
        private readonly Dictionary<OrderId, UInt256> remaining = [];
        private BigInteger quantity;
        private BigInteger cash;
        private int trades;

        public BotBench Bench { get; } = BotBench.Running(
            BotBench.Limits with { OrdersPerDayMax = 20, DailyLossMax = 60m });

        public void Step()
        {
            switch (random.Next(14))
            {
                case 0 when random.Next(2) == 0:
                    SendToDesk();
                    break;
                case 0 or 1 or 2:
                    Send(BotBench.Order((Side)random.Next(2), random.Next(1, 250) / 100m, random.Next(3_000, 9_000)));
                    break;
                case 3 or 4 or 5:
                    Fill();
                    break;
                case 6:
                    Close();
                    break;
                case 7:
                    SendSwap();
                    break;
                case 8 or 9:
                    AnswerOne();
                    break;
                case 10:
                    Bench.GoThroughSnapshot();
                    break;
                case 11:
                    Lead();
                    break;
                case 12:
                    Bench.Now += TimeSpan.FromMinutes(random.Next(1, 600));
                    if (Bench.Fold.WakeAt() <= Bench.Now)
                    {
                        Bench.Accept(Bench.Fold.OnWake(Bench.Now)!);
                        Assert.False(Bench.Fold.WakeAt() <= Bench.Now);
                    }

                    break;
                default:
                    Repeat();
                    break;
            }
        }

        public void Check(string where)
        {
            var view = Bench.View;
            var position = view.PositionOf(BotBench.BtcUsd);
            Assert.True(quantity == Big(position.Quantity), where);
            Assert.True(Big(position.Realised) == cash + Big(position.BookCost), where);
            Assert.True(BigInteger.Abs(quantity) <= (BigInteger)BotBench.Sats(BotBench.Limits.PositionMax), where);
            Assert.True(view.OpenOrders.Length + view.OpenSwaps.Length <= BotBench.Limits.OpenOrdersMax, where);
            Assert.True(view.SentToday <= 20, where);
            Assert.True(
                view.State != BotState.Running || view.Results.All(r => !r.RealisedToday.IsNegative
                    || r.RealisedToday.Magnitude <= BotBench.Micros(60m)),
                where);
            Assert.Equal(
                Bench.Waiting.Keys.Order(), Bench.Fold.Outstanding().Select(e => e.CommandId).Order());
        }

        private void Send(Bot.Command.PlaceOrder order)
        {
            if (Bench.Decide(order).Rejection is null)
            {
                remaining.Add(Bench.Place(order), order.Quantity);
            }
        }

        private void SendToDesk()
        {
            var side = (Side)random.Next(2);
            var btc = random.Next(1, 250) / 100m;
            var order = BotBench.AtDesk(side, btc, new VenueLeg(TriggerKind.Stop, random.Next(3_000, 9_000), 0, null));
            order = random.Next(3) switch
            {
                0 => order with { Terms = Twap(random.Next(2, 6)) },
                1 => order with { Terms = order.Terms with { Legs = [VenueLeg.At(6_000m), .. order.Terms.Legs] } },
                _ => order,
            };
            if (Bench.Decide(order).Rejection is null)
            {
                var before = Bench.View.SentToday;
                var id = Bench.Place(order);
                remaining.Add(id, order.Quantity);
                children.Add(id, 1);
                var counts = order.Terms.Slices > 0 ? order.Terms.Slices : order.Terms.Legs.Length;
                var after = Bench.View.SentToday;
                Assert.True(after == before + counts || after == counts, $"{before} and {counts} are {after}.");
            }
        }

        private static DeskTerms Twap(int slices) => new(
            [VenueLeg.At(null)], Style: ExecutionStyle.Twap, Slices: slices, SliceEvery: TimeSpan.FromSeconds(1));

        private void Fill()
        {
            if (Open() is not { } order || remaining[order.OrderId].IsZero)
            {
                return;
            }

            var size = (UInt256)(ulong)random.NextInt64(1, (long)(ulong)remaining[order.OrderId] + 1);
            var price = random.Next(3_000, 9_000);
            var amount = BotBench.Instrument.QuoteAmount(size, price, Rounding.Down);
            var child = ChildOf(order.OrderId);

            // Two children may have trades of one name, and one order has each only once.
            var trade = child > 0 && !fills.Contains((order.OrderId, child, "t")) ? "t" : $"t{trades++}";
            var fill = new Bot.Command.RecordFill(
                order.OrderId, trade, order.Side, size, price, amount, (UInt256)(uint)random.Next(1000), BotBench.Usd,
                child);
            Bench.Accept(fill);
            fills.Add((fill.OrderId, child, fill.VenueTradeId));
            remaining[order.OrderId] -= size;
            Book(order.Side, size, amount, fill.Fee);
        }

        // Sometimes the next one's turn has come.
        private int ChildOf(OrderId order)
        {
            if (children.TryGetValue(order, out var child) && random.Next(3) == 0)
            {
                children[order] = ++child;
            }

            return child;
        }

        private void Repeat()
        {
            if (fills.Count == 0)
            {
                return;
            }

            var (order, child, trade) = fills.ElementAt(random.Next(fills.Count));
            var again = Bench.Decide(BotBench.Filled(order, trade, Side.Buy, 1m, 6_000m) with { Child = child });
            Assert.True(again.Rejection is Bot.Rejection.UnknownOrder || again.Events.Count == 0);
        }

        private void Close()
        {
            if (Open() is { } order)
            {
                Bench.Accept(new Bot.Command.RecordOrderClosed(order.OrderId, OrderState.Cancelled, null));
            }
        }

        private void SendSwap()
        {
            var isBuy = random.Next(2) == 0;
            var sats = (UInt256)(uint)random.Next(1, 100_000_000);
            var micros = (UInt256)(ulong)random.NextInt64(1, 9_000_000_000);
            var swap = isBuy
                ? BotBench.Swap(BotBench.Usd, BotBench.Btc, micros, sats)
                : BotBench.Swap(BotBench.Btc, BotBench.Usd, sats, micros);
            var command = swap with { Deadline = Bench.Now + TimeSpan.FromMinutes(1) };
            if (Bench.Decide(command).Rejection is null)
            {
                Bench.Accept(command);
            }
        }

        private void AnswerOne()
        {
            if (Bench.Waiting.Count == 0)
            {
                return;
            }

            var effect = Bench.Waiting.Values.ElementAt(random.Next(Bench.Waiting.Count));
            if (effect.Command is Account.Command.StartSwap swap)
            {
                AnswerSwap(effect, swap);
                return;
            }

            Bench.Answer(effect, random.Next(4) == 0
                ? new Answer.Rejected(new Bot.Rejection.UnknownBot())
                : BotBench.Accepted());
        }

        private void AnswerSwap(Effect effect, Account.Command.StartSwap swap)
        {
            if (random.Next(3) == 0)
            {
                Bench.Answer(effect, new Answer.Rejected(new Bot.Rejection.UnknownBot()));
                return;
            }

            // What it must give at least, so that the position limit is exact.
            var tokenIn = swap.Route[0].TokenIn;
            Bench.Answer(effect, BotBench.Accepted(new Account.Event.TradeSettled(
                swap.TradeId, tokenIn, swap.AmountIn, swap.Route[^1].TokenOut, swap.MinAmountOut, default, 0,
                Bench.Now)));
            if (tokenIn == BotBench.Usd)
            {
                Book(Side.Buy, swap.MinAmountOut, swap.AmountIn, default);
            }
            else
            {
                Book(Side.Sell, swap.AmountIn, swap.MinAmountOut, default);
            }
        }

        private void Lead()
        {
            Bot.Command command = random.Next(5) switch
            {
                0 => new Bot.Command.Pause("p"),
                1 => new Bot.Command.Stop("s"),
                _ => new Bot.Command.Start(),
            };
            if (Bench.Decide(command, BotBench.Owner).Rejection is null)
            {
                Bench.Accept(command, BotBench.Owner);
            }
        }

        private BotOrderView? Open()
        {
            var open = Bench.View.OpenOrders;
            return open.Length == 0 ? null : open[random.Next(open.Length)];
        }

        private void Book(Side side, UInt256 size, UInt256 amount, UInt256 fee)
        {
            var sign = side == Side.Buy ? 1 : -1;
            quantity += sign * (BigInteger)size;
            cash -= (sign * (BigInteger)amount) + (BigInteger)fee;
        }
    }
}
