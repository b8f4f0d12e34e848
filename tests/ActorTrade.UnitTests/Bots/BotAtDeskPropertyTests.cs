using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.UnitTests.Desks;
using ActorTrade.UnitTests.Orders;

namespace ActorTrade.UnitTests.Bots;

/// <summary>Real bot, desk, orders, paper venue and account, with everything lost, doubled, late and
/// crashing.</summary>
public sealed class BotAtDeskPropertyTests
{
    private static readonly BotLimits Limits = new(
        OrderNotionalMax: 30_000m, PositionMax: 6m, DailyLossMax: 1_000_000m, OpenOrdersMax: 8, OrdersPerDayMax: 10_000,
        PriceCollar: new Bps(500), FeeMax: new Bps(100));

    [Fact]
    public void Whatever_is_lost_doubled_or_late_the_bots_position_is_what_the_account_got()
    {
        var (fills, ends) = (0, new Dictionary<string, int>());
        for (var seed = 1; seed <= 80; seed++)
        {
            var watch = new BotWatch(seed);
            for (var i = 0; i < 700; i++)
            {
                watch.World.Step();
            }

            watch.World.Settle();
            watch.CheckEnd();
            fills += watch.Fills;
            foreach (var end in watch.World.TraderBench.Journal.OfType<Bot.Event.OrderClosed>())
            {
                var reason = end.Reason ?? "";
                ends[reason] = ends.GetValueOrDefault(reason) + 1;
            }
        }

        Assert.True(fills > 500, $"{fills} fills are too few to show anything.");
        string[] expected = ["filled", "enough", "expired", "end of test"];
        Assert.All(expected, reason => Assert.True(ends.GetValueOrDefault(reason) > 0, $"Nothing ended as {reason}."));
    }

    /// <summary>A world and what is true of its bot at every event.</summary>
    private sealed class BotWatch
    {
        private readonly int _seed;
        private readonly (BigInteger Btc, BigInteger Usd) _begin;

        public BotWatch(int seed)
        {
            _seed = seed;
            World = new OrderWorld(seed) { BotOrderMaker = Any, OnBot = See };
            World.StartBot(Limits);
            _begin = Money();
        }

        public OrderWorld World { get; }

        public int Fills { get; private set; }

        public void CheckEnd()
        {
            var bot = (BotView)World.TraderBench.Fold.View();
            Require(bot.OpenOrders.Length == 0, $"{bot.OpenOrders.Length} orders of the bot are open");
            Require(World.TraderBench.Fold.Outstanding().Count == 0, "the bot waits for an answer");
            Require(((AccountView)World.AccountBench.Fold.View()).OpenHolds == 0, "funds are held still");
            var desk = (DeskView)World.Desk.Fold.View();
            Require(desk == new DeskView(desk.Key, 0, 0, 0, 0, 0), $"the desk is left with {desk}");

            var made = World.SentOrders.Sum(o => o.Fills.Count);
            Require(made == Fills, $"{made} fills were made and {Fills} counted");
            var position = bot.PositionOf(OrderWorld.Instrument.Symbol);
            var (btc, usd) = Money();
            Require(Big(position.Quantity) == btc - _begin.Btc, $"the bot has {position} of {btc - _begin.Btc}");
            Require(
                Big(position.Realised) - Big(position.BookCost) == usd - _begin.Usd,
                $"the bot has {position} for {usd - _begin.Usd}");
        }

        private static Bot.Command.PlaceDeskOrder Any(Random random, DateTimeOffset now)
        {
            var o = GivenVenueOrders.Any(random, now);
            return new Bot.Command.PlaceDeskOrder(
                o.Instrument.Symbol,
                o.Venue,
                o.Side,
                o.Quantity,
                new DeskTerms(
                    o.Legs, o.Source, o.TimeInForce, o.ExpiresAt, o.PostOnly, o.Style, o.Visible, o.Slices,
                    o.SliceEvery),
                o.ReferencePrice);
        }

        private static BigInteger Big(SignedAmount amount) =>
            amount.IsNegative ? -(BigInteger)amount.Magnitude : (BigInteger)amount.Magnitude;

        private void See(Bot.Event e)
        {
            if (e is not Bot.Event.FillRecorded)
            {
                return;
            }

            Fills++;
            var position = ((BotView)World.TraderBench.Fold.View()).PositionOf(OrderWorld.Instrument.Symbol).Quantity;
            Require(
                position.Magnitude <= OrderWorld.Instrument.Quantity(Limits.PositionMax),
                $"the position is {position}");
        }

        private (BigInteger Btc, BigInteger Usd) Money()
        {
            var balances = ((AccountView)World.AccountBench.Fold.View()).Balances;
            BigInteger Of(TokenId token) => balances.Where(b => b.Token == token)
                .Aggregate(BigInteger.Zero, (sum, b) => sum + (BigInteger)b.Available + (BigInteger)b.Held);
            return (Of(OrderWorld.Btc), Of(OrderWorld.Usd));
        }

        private void Require(bool holds, string otherwise) => Assert.True(holds, $"seed {_seed}: {otherwise}");
    }
}
