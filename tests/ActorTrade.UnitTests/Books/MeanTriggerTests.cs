using ActorTrade.Domain.Books;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Books.OrderBook;
using static ActorTrade.UnitTests.Books.GivenOrders;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Books;

/// <summary>Triggers that wait for a pool's price over time, over a real pool and its observations.</summary>
public sealed class MeanTriggerTests
{
    private static readonly TriggerMean[] All =
        [.. TriggerMean.Windows.SelectMany(w => TriggerMean.Ages, (window, age) => new TriggerMean(window, age))];

    /// <summary>A trade of any size that is undone before a second has passed moves a minute's mean by a sixtieth of a
    /// truncated step, 1.5 %, at most: stops 4 % away do not see it, whatever the price of the moment does.</summary>
    [Fact]
    public void One_block_of_another_price_fires_no_stop_that_waits_for_a_mean()
    {
        var ofTheMoment = 0;
        for (var seed = 1; seed <= 80; seed++)
        {
            var run = new Run(seed);
            run.TradeCalmly(1_000);
            var by = All[run.Random.Next(All.Length)];
            var stop = run.Place(1, by, OrderLeg.At(PriceOf(1_000)), Stop(1.92m));
            var trailing = run.Place(2, by, Trailing(400));
            var plain = run.Place(3, null, Stop(1.92m));
            for (var attack = 0; attack < 4; attack++)
            {
                run.Attack();
                Assert.True(run.IsWaiting(stop) && run.IsWaiting(trailing), $"seed {seed}: {by} was fired.");
                run.TradeCalmly(60);
            }

            Assert.True(run.IsWaiting(stop) && run.IsWaiting(trailing), $"seed {seed}: {by} was fired.");
            ofTheMoment += run.IsWaiting(plain) ? 0 : 1;

            // A fall that stays is followed, within the window.
            run.Fall();
            Assert.True(run.IsWaiting(stop), $"seed {seed}: {by} was fired at once.");
            run.WaitFor(TimeSpan.FromSeconds(by.WindowSeconds));
            Assert.False(run.IsWaiting(stop) || run.IsWaiting(trailing), $"seed {seed}: {by} was not fired.");
        }

        // The attack is one.
        Assert.Equal(80, ofTheMoment);
    }

    [Fact]
    public void A_take_profit_waits_for_the_mean_too()
    {
        var run = new Run(1);
        run.TradeCalmly(1_000);
        var profit = run.Place(1, new TriggerMean(60), TakeProfit(2.08m));
        run.Attack(raises: true);
        Assert.True(run.IsWaiting(profit));
        run.Fall(raises: true);
        run.WaitFor(TimeSpan.FromSeconds(60));
        Assert.False(run.IsWaiting(profit));
    }

    [Fact]
    public void Without_a_mean_that_is_covered_and_young_enough_nothing_fires()
    {
        var run = new Run(2);
        var young = run.Place(1, new TriggerMean(60, 3_600), Stop(2.5m));
        var any = run.Place(2, new TriggerMean(60), Stop(2.5m));

        // The pool is too new, then a look comes from a node that tells no means.
        run.Look();
        Assert.True(run.IsWaiting(young) && run.IsWaiting(any));
        run.WaitFor(TimeSpan.FromSeconds(10), looks: false);
        run.Look(withMeans: false);
        run.WaitFor(TimeSpan.FromHours(2), looks: false);
        run.Look(withMeans: false);
        Assert.True(run.IsWaiting(young) && run.IsWaiting(any));

        // Two hours without a change are too old for one of them.
        run.Look();
        Assert.True(run.IsWaiting(young));
        Assert.False(run.IsWaiting(any));
        run.TradeCalmly(30);
        Assert.False(run.IsWaiting(young));
    }

    [Fact]
    public void Trailing_stops_of_each_price_keep_their_own_highs_over_a_restart()
    {
        var run = new Run(3);
        run.TradeCalmly(1_000);
        var (mean, plain) = (run.Place(1, new TriggerMean(300), Trailing(500)), run.Place(2, null, Trailing(9_000)));
        run.Attack(raises: true);
        var sides = run.Book.State<BookState>().Sides.Single();
        Assert.True(sides.LinesOf(null).HighOf(plain) > PriceOf(2.3m));
        var high = sides.LinesOf(new TriggerMean(300)).HighOf(mean)!.Value;
        Assert.True(high < PriceOf(2.05m) && high > PriceOf(1.95m), $"{high}");
        run.Book.RestartFromSnapshot();
        Assert.Equal(high, run.Book.State<BookState>().Sides.Single().LinesOf(new TriggerMean(300)).HighOf(mean));
        run.Book.RestartFromJournal();
        Assert.Equal(high, run.Book.State<BookState>().Sides.Single().LinesOf(new TriggerMean(300)).HighOf(mean));
    }

    [Fact]
    public void Only_windows_that_are_offered_and_only_for_triggers()
    {
        var stop = Sell(1_000, 1m).With(Stop(1.8m));
        Assert.All(All, by => Assert.Null(stop.Problem(EntityHarness.Start, triggerBy: by)));
        Assert.NotNull(stop.Problem(EntityHarness.Start, triggerBy: new TriggerMean(61)));
        Assert.NotNull(stop.Problem(EntityHarness.Start, triggerBy: new TriggerMean(60, 5)));
        Assert.NotNull(Sell(1_000, 2m).Problem(EntityHarness.Start, triggerBy: new TriggerMean(60)));
    }

    /// <summary>A pool of 2 B an A and its book, a clock for both, and looks as a node tells them.</summary>
    private sealed class Run(int seed)
    {
        private static readonly AccountId Mallory = AccountId.Parse("mallory");
        private readonly EntityHarness _pool = PoolWith(1_000_000_000, 2_000_000_000);
        private int _id = 1_000;

        public Random Random { get; } = new(seed);

        public EntityHarness Book { get; } = GivenOrders.Book();

        public Guid Place(int id, TriggerMean? by, params OrderLeg[] legs)
        {
            Book.Happens<Event.OrderReceived>(new Command.Place(
                Id(id), Alice, Sell(1_000, 1m).With(legs), Book.Now + TimeSpan.FromMinutes(1), TriggerBy: by));
            Look();
            return Id(id);
        }

        public bool IsWaiting(Guid id) =>
            Book.State<BookState>().Orders.TryGetValue(id, out var order) && order.TriggeredLeg is null;

        public void Look(bool withMeans = true)
        {
            var means = new List<SeenMean>();
            foreach (var window in withMeans ? TriggerMean.Windows : [])
            {
                var answer = _pool.When(new Pool.Command.ObservePrice(TriggerMean.TermsOf(window)));
                if (answer.Events is [Pool.Event.PriceObserved e])
                {
                    means.Add(new SeenMean((int)e.WindowSeconds, e.Numerator, e.Denominator, e.AgeSeconds));
                }
            }

            Book.When(new Command.Look(Book.Now, _pool.State<PoolState>().ToView(), [.. means]));
        }

        /// <summary>Small trades there and back, a few seconds apart.</summary>
        public void TradeCalmly(int seconds)
        {
            for (var until = _pool.Now.AddSeconds(seconds); _pool.Now < until;)
            {
                Swap(A, B, Swap(B, A, (uint)Random.Next(1_000, 200_000)));
                Look();
                Pass(TimeSpan.FromMilliseconds(Random.Next(500, 9_000)));
            }
        }

        /// <summary>A trade of a fifth of the pool to ten times the pool, undone within a second.</summary>
        public void Attack(bool raises = false)
        {
            var (tokenIn, tokenOut) = raises ? (B, A) : (A, B);
            var got = Swap(tokenIn, tokenOut, (uint)Random.Next(200_000_000, 2_000_000_000) * (raises ? 2u : 1u));
            Look();
            Pass(TimeSpan.FromMilliseconds(Random.Next(1_000)));
            Look();
            Swap(tokenOut, tokenIn, got);
            Look();
        }

        /// <summary>The price falls by a third, or rises by a half, and stays there.</summary>
        public void Fall(bool raises = false)
        {
            Swap(raises ? B : A, raises ? A : B, raises ? 450_000_000u : 225_000_000u);
            Look();
        }

        public void WaitFor(TimeSpan time, bool looks = true)
        {
            for (var step = 0; step < 10; step++)
            {
                Pass(time / 10);
                if (looks)
                {
                    Look();
                }
            }
        }

        private void Pass(TimeSpan time) => Book.Now = _pool.Now += time;

        private UInt256 Swap(TokenId tokenIn, TokenId tokenOut, UInt256 amount) =>
            _pool.Happens<Pool.Event.Swapped>(new Pool.Command.Swap(
                Id(++_id), Mallory, tokenIn, tokenOut, amount, 1, _pool.Now.AddSeconds(30))).AmountOut;
    }
}
