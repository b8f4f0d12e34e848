using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.SimulationTests.Ledger;

namespace ActorTrade.SimulationTests;

/// <summary>Proof that the simulation can fail: bugs are switched on, one each, and a law breaks.</summary>
public sealed class PlantedBugTests
{
    private const ulong SeedsMax = 60;
    private const string NotCaught = "Every law held: the bug was not caught.";

    [Fact]
    public void A_reply_before_the_commit_is_caught()
    {
        var broken = FirstBrokenLaw(new SimulationSetup { Journal = inner => new EagerJournal(inner) });
        Assert.DoesNotContain(NotCaught, broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_hold_release_is_caught()
    {
        // The trade is said to be released, but the money stays held.
        var forgetful = With(Account.Definition, (state, command, context) =>
        {
            var decision = Account.Definition.Decide(state, command, context);
            return decision.Events is [.., Account.Event.TradeReleased released] && !decision.IsEarlier
                ? Decision<Account.Event, Account.Rejection>
                    .Accept([.. decision.Events.SkipLast(1), released with { Released = [] }])
                    .Ending(decision.EndingKey)
                : decision;
        });
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(forgetful) });
        Assert.Contains("of it is for something", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flash_route_that_keeps_its_loan_is_caught()
    {
        // The whole output is credited, and nothing of it goes back.
        var greedy = With(Account.Definition, (state, command, context) =>
        {
            var decision = Account.Definition.Decide(state, command, context);
            return decision.Events is [.., Account.Event.TradeSettled { FlashHeld: { } held } settled]
                && !decision.IsEarlier
                ? Decision<Account.Event, Account.Rejection>
                    .Accept([
                        .. decision.Events.SkipLast(1), settled with { FlashHeld = held, AmountIn = UInt256.One }])
                    .Ending(decision.EndingKey)
                : decision;
        });
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(greedy) });
        Assert.DoesNotContain(NotCaught, broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_doubled_settle_is_caught()
    {
        // The pool forgets that it has done a trade, and does it again for a doubled message.
        var doubling = With(Pool.Definition, (state, command, context) =>
        {
            if (command is not Pool.Command.Swap swap || !state.Outcomes.TryGetAny(swap.TradeId, out _))
            {
                return Pool.Definition.Decide(state, command, context);
            }

            var other = swap with { TradeId = DeterministicGuid.Derive(swap.TradeId, (uint)state.Swaps) };
            var decision = Pool.Definition.Decide(state, other, context);
            return decision.Events is [Pool.Event.Swapped again] ? again with { TradeId = swap.TradeId } : decision;
        });
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(doubling) });
        Assert.DoesNotContain(NotCaught, broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bot_that_counts_a_repeated_fill_is_caught()
    {
        var greedy = With(Bot.Definition, (state, command, context) =>
        {
            var decision = Bot.Definition.Decide(state, command, context);
            return command is Bot.Command.RecordFill fill && decision is { Rejection: null, Events.Count: 0 }
                ? Bot.Definition.Decide(state, fill with { VenueTradeId = fill.VenueTradeId + " again" }, context)
                : decision;
        });
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(greedy) });
        Assert.Contains("The bot", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trigger_that_fires_twice_is_caught()
    {
        var eager = With(OrderDesk.Definition, (state, command, context) =>
        {
            var decision = OrderDesk.Definition.Decide(state, command, context);
            return command is OrderDesk.Command.Look && decision.Rejection is null
                ? Decision<OrderDesk.Event, OrderDesk.Rejection>.Accept(
                    [.. decision.Events, .. decision.Events.OfType<OrderDesk.Event.OrderTriggered>()])
                : decision;
        });
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(eager) });
        Assert.Contains("fired 2 times", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_desk_that_does_not_free_its_funds_is_caught()
    {
        var stubborn = With(OrderDesk.Definition, (state, command, context) => OrderDesk.Definition.Decide(
            state,
            command is OrderDesk.Command.RecordChildEnded ended ? ended with { NeedsOperator = true } : command,
            context));
        var broken = FirstBrokenLaw(new SimulationSetup { Definitions = Instead(stubborn) });
        Assert.Contains("still holds funds for an order", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_that_is_not_heard_is_caught()
    {
        var broken = FirstBrokenLaw(new SimulationSetup { Mode = _ => static () => SystemMode.Active });
        Assert.Contains("since", broken, StringComparison.Ordinal);
    }

    private static IReadOnlyList<IEntityDefinition> Instead(IEntityDefinition planted) =>
        [.. SimulatedWorld.HonestDefinitions.Select(d => d.Category == planted.Category ? planted : d)];

    private static string FirstBrokenLaw(SimulationSetup setup)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                new SimulatedWorld(seed, setup).Run();
            }
            catch (BrokenLawException broken)
            {
                return broken.Message;
            }
        }

        return NotCaught;
    }

    private static EntityDefinition<TState, TCommand, TEvent, TRejection> With<TState, TCommand, TEvent, TRejection>(
        EntityDefinition<TState, TCommand, TEvent, TRejection> honest, Decide<TState, TCommand, TEvent, TRejection> decide)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class, IEvent
        where TRejection : class, IRejection => new()
        {
            Category = honest.Category,
            Create = honest.Create,
            Decide = decide,
            Evolve = honest.Evolve,
            React = honest.React,
            Outstanding = honest.Outstanding,
            WakeAt = honest.WakeAt,
            OnWake = honest.OnWake,
            View = honest.View,
            SnapshotType = honest.SnapshotType,
            Capture = honest.Capture,
            Restore = honest.Restore,
            Limits = honest.Limits,
        };

    /// <summary>Says "stored" as soon as it is asked, while the events are still on their way.</summary>
    private sealed class EagerJournal(IJournal inner) : IJournal
    {
        public long LastOrdering => inner.LastOrdering;

        public bool HasRoom => inner.HasRoom;

        public Exception? Failure => inner.Failure;

        public void Recover(EntityId entity, IRecoverySink sink) => inner.Recover(entity, sink);

        public void Append(AppendRequest request)
        {
            inner.Append(new Silent
            {
                Stream = request.Stream,
                FirstSequenceNr = request.FirstSequenceNr,
                At = request.At,
                WakeAt = request.WakeAt,
                Events = request.Events,
            });
            request.Completed(AppendOutcome.Stored);
        }

        public void SaveSnapshot(EntityStream stream, StoredSnapshot snapshot) => inner.SaveSnapshot(stream, snapshot);

        public IEnumerable<StoredEvent> ReadAll(long afterOrdering) => inner.ReadAll(afterOrdering);

        public IEnumerable<(EntityId Entity, StoredSnapshot Snapshot)> ReadSnapshots() => inner.ReadSnapshots();

        public IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> ReadWakeUps() => inner.ReadWakeUps();

        public IDisposable OnCommitted(Action<long> committed) => inner.OnCommitted(committed);

        public JournalStatistics Statistics() => inner.Statistics();

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private sealed class Silent : AppendRequest
        {
            public override void Completed(AppendOutcome outcome)
            {
            }
        }
    }
}
