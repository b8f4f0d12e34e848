using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Bots;
using ActorTrade.Execution.Strategies;
using ActorTrade.Kernel;
using ActorTrade.Market.Signals;

namespace ActorTrade.UnitTests.Bots;

public sealed class BotRunnerTests
{
    [Fact]
    public void Ticks_wait_for_the_bots_position_and_are_then_answered()
    {
        using var world = new World { HoldsViews = true };
        world.Start();
        world.Tick();
        Assert.Equal(0, world.Strategy.Ticks);
        Assert.Equal(0, world.Acknowledged);
        world.ReleaseViews();
        Assert.Equal(1, world.Strategy.Ticks);
        Assert.Equal(1, world.Acknowledged);
    }

    [Fact]
    public void More_than_can_be_held_is_answered_as_not_taken()
    {
        using var world = new World { HoldsViews = true };
        world.Start();
        for (var i = 0; i < 70; i++)
        {
            world.Tick();
        }

        Assert.Equal(6, world.Stats.SkippedTicks);
        world.ReleaseViews();
        Assert.Equal(64, world.Strategy.Ticks);
    }

    [Fact]
    public void An_intent_becomes_a_command_of_the_bot_and_stays_open_until_it_has_ended()
    {
        using var world = new World();
        world.Start();
        world.Strategy.Wants = BuyIntent(0.1m);
        world.Tick();
        Assert.Equal(Bot.PrincipalOf(BotBench.Id), Assert.Single(world.Sent).Principal);
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        var order = Assert.Single(world.Bench.View.OpenOrders).OrderId;
        world.Record(BotBench.Filled(order, "t1", Side.Buy, 0.1m, 6_000m));
        world.Record(new Bot.Command.RecordOrderClosed(order, OrderState.Filled, null));
        Assert.Equal(0, world.Strategy.OpenSeen(world));
        Assert.Equal((SignedAmount)BotBench.Sats(0.1m), world.Strategy.Position);
    }

    [Fact]
    public void An_order_of_a_desk_is_seen_with_its_terms_until_it_ends_and_can_be_cancelled()
    {
        using var world = new World();
        world.Start();
        var stop = BotBench.AtDesk(Side.Sell, 0.1m, new VenueLeg(TriggerKind.TrailingStop, null, 50, null));
        world.Strategy.Wants = new Intent.DeskOrder(
            stop.Symbol, stop.Side, stop.Quantity, stop.Terms, stop.ReferencePrice, "test");
        world.Tick();
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        var seen = Assert.Single(world.Strategy.DeskOrders);
        Assert.Equal(world.Bench.View.OpenOrders.Single().OrderId, seen.OrderId);
        Assert.Equal((stop.Symbol, stop.Side, stop.Quantity), (seen.Symbol, seen.Side, seen.Quantity));
        Assert.Equal(stop.Terms.Legs, seen.Terms.Legs);

        // Another runner knows it too, from the view; and an order that needs no desk is none of them.
        world.Start();
        world.Strategy.Wants = BuyIntent(0.1m);
        Assert.Equal(2, world.Strategy.OpenSeen(world));
        Assert.Equal(seen.OrderId, Assert.Single(world.Strategy.DeskOrders).OrderId);

        world.Strategy.Wants = new Intent.Cancel(seen.OrderId, "test");
        world.Tick();
        Assert.Equal(seen.OrderId, world.Bench.Journal.OfType<Bot.Event.CancelIntended>().Single().OrderId);
        world.Record(new Bot.Command.RecordOrderClosed(seen.OrderId, OrderState.Cancelled, "test"));
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        Assert.Empty(world.Strategy.DeskOrders);
    }

    [Fact]
    public void Notices_doubled_and_out_of_order_count_once()
    {
        using var world = new World { SendsNotices = false };
        world.Start();
        world.Strategy.Wants = BuyIntent(0.2m);
        world.Tick();
        var order = Assert.Single(world.Bench.View.OpenOrders).OrderId;
        world.Record(BotBench.Filled(order, "t1", Side.Buy, 0.1m, 6_000m));
        world.Record(BotBench.Filled(order, "t2", Side.Buy, 0.1m, 6_000m));
        world.Notice(^1);
        world.Notice(^2);
        world.Notice(^2);
        world.Notice(^3);
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        Assert.Equal((SignedAmount)BotBench.Sats(0.2m), world.Strategy.Position);
    }

    [Fact]
    public void A_lost_notice_is_healed_by_the_next_refresh()
    {
        using var world = new World { SendsNotices = false };
        world.Start();
        world.Strategy.Wants = BuyIntent(0.2m);
        world.Tick();
        var order = Assert.Single(world.Bench.View.OpenOrders).OrderId;
        world.Record(BotBench.Filled(order, "t1", Side.Buy, 0.2m, 6_000m));
        world.Record(new Bot.Command.RecordOrderClosed(order, OrderState.Filled, null));
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        world.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(0, world.Strategy.OpenSeen(world));
        Assert.Equal((SignedAmount)BotBench.Sats(0.2m), world.Strategy.Position);
    }

    [Fact]
    public void A_refusal_is_counted_by_its_code_and_frees_the_strategy()
    {
        using var world = new World();
        world.Start();
        world.Strategy.Wants = BuyIntent(1.9m);
        world.Tick();
        Assert.Equal(1, world.Stats.DeniedByCode["bot-limit-exceeded"]);
        Assert.Equal(0, world.Strategy.OpenSeen(world));
    }

    [Fact]
    public void An_unknown_outcome_is_asked_again_with_the_same_command_id()
    {
        using var world = new World { UnknownAnswers = 2 };
        world.Start();
        world.Strategy.Wants = BuyIntent(0.1m);
        world.Tick();
        Assert.InRange(world.Strategy.OpenSeen(world), 1, 2);
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(1, world.Strategy.OpenSeen(world));
        Assert.Equal(3, world.Sent.Count);
        Assert.Single(world.Sent.Select(h => h.CommandId).Distinct());
        Assert.Single(world.Bench.View.OpenOrders);
        Assert.Equal(2, world.Stats.Unknown);
    }

    [Fact]
    public void A_paused_bot_wants_nothing_and_a_started_one_goes_on()
    {
        using var world = new World();
        world.Start();
        world.Record(new Bot.Command.Pause("test"), BotBench.Owner);
        world.Strategy.Wants = BuyIntent(0.1m);
        world.Tick();
        Assert.Empty(world.Sent);
        world.Record(new Bot.Command.Start(), BotBench.Owner);
        world.Strategy.Wants = BuyIntent(0.1m);
        world.Tick();
        Assert.Single(world.Sent);
    }

    [Fact]
    public void The_same_run_sends_the_same_command_ids_and_a_later_runner_others()
    {
        static List<Guid> Run(bool again)
        {
            using var world = new World();
            world.Start();
            for (var i = 0; i < 3; i++)
            {
                world.Strategy.Wants = BuyIntent(0.01m);
                world.Tick();
            }

            if (again)
            {
                world.Start();
                world.Strategy.Wants = BuyIntent(0.01m);
                world.Tick();
            }

            return world.Sent.Select(h => h.CommandId).ToList();
        }

        Assert.Equal(Run(again: false), Run(again: true).Take(3));
        Assert.Equal(4, Run(again: true).Distinct().Count());
    }

    [Fact]
    public void A_signal_reaches_the_strategy()
    {
        using var world = new World();
        world.Start();
        world.Tell(new BotRunnerMessage.Hear(new Signal(
            BotBench.BtcUsd, SignalKind.EmaCross, SignalDirection.Buy, 1, TimeSpan.FromHours(1), "test",
            BotBench.Start)));
        Assert.Equal(1, world.Strategy.Signals);
        Assert.Equal(1, world.Stats.Signals);
    }

    private static Intent.Order BuyIntent(decimal btc) => new(
        BotBench.BtcUsd, Side.Buy, BotBench.Sats(btc), 6_000m, 6_000m, TimeInForce.Gtc, "test");

    /// <summary>Wants what the test says, once.</summary>
    private sealed class Puppet : IStrategy
    {
        public Intent? Wants { get; set; }

        public int Ticks { get; private set; }

        public int Signals { get; private set; }

        public SignedAmount Position { get; private set; }

        public IReadOnlyList<OpenDeskOrder> DeskOrders { get; private set; } = [];

        private int open;

        public void OnTick(Tick tick, StrategyContext context)
        {
            Ticks++;
            if (Wants is { } intent)
            {
                Wants = null;
                context.Send(intent);
            }

            Position = context.PositionOf(BotBench.BtcUsd);
            open = context.OpenCount;
            DeskOrders = [.. context.DeskOrders];
        }

        public void OnSignal(Signal signal, StrategyContext context) => Signals++;

        /// <summary>Shows it one more tick and says how many open orders it saw.</summary>
        public int OpenSeen(World world)
        {
            world.Tick();
            return open;
        }
    }

    /// <summary>A runner on simulated time before one real bot entity.</summary>
    private sealed class World : IEntities, IDisposable
    {
        private readonly SimulatedDispatcher dispatcher = new();
        private readonly ActorSystem system;
        private readonly List<IAnswerSink> heldViews = [];
        private readonly Dictionary<Guid, Answer> remembered = [];
        private ActorRef<BotRunnerMessage>? runner;
        private int runners;
        private int noticed;

        public World()
        {
            Time = new SimulatedTime(BotBench.Start);
            system = new ActorSystem("bots", new ActorSystemOptions { Dispatcher = dispatcher, Time = Time });
            Bench = BotBench.Running();
            noticed = Bench.Journal.Count;
        }

        public SimulatedTime Time { get; }

        public BotBench Bench { get; }

        public Puppet Strategy { get; private set; } = new();

        public List<CommandHeader> Sent { get; } = [];

        public bool HoldsViews { get; init; }

        public bool SendsNotices { get; init; } = true;

        public int UnknownAnswers { get; set; }

        public int Acknowledged { get; private set; }

        public BotRunnerStats Stats
        {
            get
            {
                var reply = new Reply<BotRunnerStats>();
                Tell(new BotRunnerMessage.GetStats(reply));
                return reply.Value!;
            }
        }

        public void Start()
        {
            Strategy = new Puppet();
            var strategy = Strategy;
            runner = system.Spawn(
                () => new BotRunner(
                    new BotRunnerSettings(BotBench.Id, [BotBench.Instrument], () => strategy, "paper", this)),
                $"bot-{++runners}");
            dispatcher.RunUntilIdle();
        }

        public void Tick()
        {
            var tick = new Tick(BotBench.BtcUsd, "paper", Time.GetUtcNow(), 6_000m, 6_001m, null, null, null, null, 1);
            Tell(new BotRunnerMessage.Observe([tick], new Reply<BotObserved>(() => Acknowledged++)));
        }

        public void Tell(BotRunnerMessage message)
        {
            dispatcher.RunUntilIdle();
            Assert.True(runner!.Tell(message));
            dispatcher.RunUntilIdle();
        }

        public void Record(Bot.Command command, string principal = CommandContext.Self)
        {
            Bench.Accept(command, principal);
            SendNotices();
            dispatcher.RunUntilIdle();
        }

        public void Notice(Index index)
        {
            var position = index.GetOffset(Bench.Journal.Count);
            Tell(new BotRunnerMessage.Notice(new BotNotice((Bot.Event)Bench.Journal[position], position + 1)));
        }

        /// <summary>Second by second, since a timer set while time jumps would be set too late.</summary>
        public void Pass(TimeSpan span)
        {
            for (var second = 0; second < span.TotalSeconds; second++)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                dispatcher.RunUntilIdle();
            }
        }

        public void ReleaseViews()
        {
            foreach (var sink in heldViews.ToList())
            {
                sink.Answered(new Answer.Viewed(Bench.View, Bench.Journal.Count));
            }

            heldViews.Clear();
            dispatcher.RunUntilIdle();
        }

        public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
        {
            Sent.Add(header);
            Assert.Equal(Bot.IdOf(BotBench.Id), target);
            if (!remembered.TryGetValue(header.CommandId, out var answer))
            {
                answer = Decide(command, header);
                remembered.Add(header.CommandId, answer);
            }

            // It is in the journal, but the sender does not hear so.
            answerTo!.Answered(UnknownAnswers-- > 0 ? new Answer.OutcomeUnknown("test") : answer);
            SendNotices();
        }

        public void Query(EntityId target, IAnswerSink answerTo)
        {
            if (HoldsViews)
            {
                heldViews.Add(answerTo);
            }
            else
            {
                answerTo.Answered(new Answer.Viewed(Bench.View, Bench.Journal.Count));
            }
        }

        public void Dispose() => system.StopAsync(TimeSpan.FromSeconds(1));

        private Answer Decide(ICommand command, CommandHeader header) =>
            Bench.Decide(command, header.Principal).Rejection is { } rejection
            ? new Answer.Rejected(rejection)
            : new Answer.Accepted(Bench.Accept(command, header.Principal), Bench.Journal.Count, header.ExpiresAt);

        private void SendNotices()
        {
            for (; SendsNotices && noticed < Bench.Journal.Count; noticed++)
            {
                runner?.Tell(
                    new BotRunnerMessage.Notice(new BotNotice((Bot.Event)Bench.Journal[noticed], noticed + 1)));
            }
        }
    }

    private sealed class Reply<T>(Action? then = null) : IReplyTo<T>
    {
        public T? Value { get; private set; }

        void IReplyTo<T>.Reply(T reply)
        {
            Value = reply;
            then?.Invoke();
        }
    }
}
