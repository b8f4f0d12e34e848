using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.System;

/// <summary>
/// What the whole cluster allows: one entity, whose mode every decision of every other entity is given. Anyone in
/// charge may stop everything at once; to go on after an emergency takes two.
/// </summary>
/// <remarks>
/// Transitions: Init → Active; Active ↔ Paused; Active → Maintenance; Maintenance → Active; any → Emergency; and
/// Emergency → Maintenance, which one operator proposes and another confirms in time. Invariants
/// (TradingSystemPropertyTests): no other transition happens; nobody leaves an emergency alone; the version rises by
/// one with every change; every change says who and why.
/// </remarks>
public static class TradingSystem
{
    public const string Category = "system";

    /// <summary>The key of the one trading system.</summary>
    public const string MainKey = "main";

    /// <summary>The longest reason, in characters.</summary>
    public const int WhyLengthMax = 500;

    /// <summary>Changes that the view shows; the journal has all.</summary>
    public const int HistoryMax = 100;

    /// <summary>How long the proposal to leave an emergency may be confirmed.</summary>
    public static readonly TimeSpan ProposalLasts = TimeSpan.FromMinutes(15);

    public static readonly EntityDefinition<State, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = static _ => State.Initial,
        Decide = Decide,
        Evolve = Evolve,
        ViewType = typeof(TradingSystemView),
        View = static state => new TradingSystemView(
            state.Mode, state.Version, state.Proposal, [.. state.History.Reverse()]),
        SnapshotType = typeof(TradingSystemSnapshot),
        Capture = static state =>
            new TradingSystemSnapshot(state.Mode, state.Version, state.Proposal, [.. state.History]),
        Restore = static stored => stored is TradingSystemSnapshot s
            ? new State(s.Mode, s.Version, s.Proposal, s.History)
            : throw new ArgumentException("This is no snapshot of a trading system."),
    };

    public static EntityId Id { get; } = new(Category, MainKey);

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Trade: from Init, Paused or Maintenance. Accepted also where the mode is Active already.</summary>
        public sealed record Activate(string Why) : Command;

        /// <summary>No new trades: from Active.</summary>
        public sealed record Pause(string Why) : Command;

        /// <summary>From Active.</summary>
        public sealed record EnterMaintenance(string Why) : Command;

        /// <summary>Nothing new at all: from anywhere. In an emergency it withdraws a proposal to leave it.</summary>
        public sealed record DeclareEmergency(string Why) : Command;

        /// <summary>The first of two operators who lead an emergency over to Maintenance.</summary>
        public sealed record ProposeRecovery(string Why) : Command;

        /// <summary>The second operator. Leads to Maintenance.</summary>
        public sealed record ConfirmRecovery(string Why) : Command;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        /// <param name="Who">The principal; after an emergency the one who confirmed.</param>
        /// <param name="ProposedBy">Who proposed to leave the emergency; null for every other change.</param>
        [StoredName("system.mode-changed.v1")]
        public sealed record ModeChanged(
            SystemMode From, SystemMode To, string Who, string Why, string? ProposedBy, long Version, DateTimeOffset At)
            : Event;

        [StoredName("system.recovery-proposed.v1")]
        public sealed record RecoveryProposed(string Who, string Why, DateTimeOffset At, DateTimeOffset ExpiresAt)
            : Event;

        [StoredName("system.recovery-withdrawn.v1")]
        public sealed record RecoveryWithdrawn(string Who, string Why, DateTimeOffset At) : Event;
    }

    // In the order Decide checks them.
    public abstract record Rejection(string Code) : IRejection
    {
        /// <summary>Nobody in particular, or the cluster itself, where a person must decide.</summary>
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        /// <summary>No reason, or one longer than <see cref="WhyLengthMax"/>.</summary>
        public sealed record ReasonInvalid(int Length, int LengthMax) : Rejection("system-reason-invalid");

        public sealed record TransitionNotAllowed(SystemMode From, SystemMode To)
            : Rejection("system-transition-not-allowed");

        public sealed record NotInEmergency(SystemMode Mode) : Rejection("system-not-in-emergency");

        /// <summary>Someone else has proposed already: confirm that.</summary>
        public sealed record AlreadyProposed(string By, DateTimeOffset ExpiresAt)
            : Rejection("system-recovery-already-proposed");

        public sealed record NothingProposed() : Rejection("system-recovery-not-proposed");

        public sealed record ProposalExpired(DateTimeOffset ExpiredAt, DateTimeOffset Now)
            : Rejection("system-recovery-expired");

        public sealed record SameOperator(string Operator) : Rejection("system-recovery-needs-second-operator");
    }

    /// <param name="Version">0 in the beginning, one more with every change of the mode.</param>
    /// <param name="History">The last changes, oldest first.</param>
    public sealed record State(
        SystemMode Mode, long Version, Event.RecoveryProposed? Proposal, IReadOnlyList<Event.ModeChanged> History)
    {
        public static State Initial { get; } = new(SystemMode.Init, 0, null, []);
    }

    private static Decision<Event, Rejection> Decide(State state, Command command, CommandContext context)
    {
        var (to, why) = command switch
        {
            Command.Activate c => (SystemMode.Active, c.Why),
            Command.Pause c => (SystemMode.Paused, c.Why),
            Command.EnterMaintenance c => (SystemMode.Maintenance, c.Why),
            Command.DeclareEmergency c => (SystemMode.Emergency, c.Why),
            Command.ProposeRecovery c => (SystemMode.Maintenance, c.Why),
            Command.ConfirmRecovery c => (SystemMode.Maintenance, c.Why),
            _ => throw new InvalidOperationException($"{command.GetType().Name} is no command of the trading system."),
        };
        if (string.IsNullOrWhiteSpace(context.Principal))
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        if (string.IsNullOrWhiteSpace(why) || why.Length > WhyLengthMax)
        {
            return new Rejection.ReasonInvalid(why?.Length ?? 0, WhyLengthMax);
        }

        return command switch
        {
            Command.ProposeRecovery => Propose(state, why, context),
            Command.ConfirmRecovery => Confirm(state, why, context),
            Command.DeclareEmergency when state.Mode == SystemMode.Emergency => state.Proposal is null
                ? Decision<Event, Rejection>.Nothing
                : new Event.RecoveryWithdrawn(context.Principal, why, context.Now),
            _ when state.Mode == to => Decision<Event, Rejection>.Nothing,
            _ when IsAllowed(state.Mode, to) => Change(state, to, why, proposedBy: null, context),
            _ => new Rejection.TransitionNotAllowed(state.Mode, to),
        };
    }

    private static bool IsAllowed(SystemMode from, SystemMode to) => (from, to) switch
    {
        (_, SystemMode.Emergency) => true,
        (SystemMode.Init or SystemMode.Paused or SystemMode.Maintenance, SystemMode.Active) => true,
        (SystemMode.Active, SystemMode.Paused or SystemMode.Maintenance) => true,
        _ => false,
    };

    private static Decision<Event, Rejection> Propose(State state, string why, CommandContext context)
    {
        if (context.Principal == CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        if (state.Mode != SystemMode.Emergency)
        {
            return new Rejection.NotInEmergency(state.Mode);
        }

        if (state.Proposal is { } proposal && proposal.Who != context.Principal && context.Now <= proposal.ExpiresAt)
        {
            return new Rejection.AlreadyProposed(proposal.Who, proposal.ExpiresAt);
        }

        return new Event.RecoveryProposed(context.Principal, why, context.Now, context.Now + ProposalLasts);
    }

    private static Decision<Event, Rejection> Confirm(State state, string why, CommandContext context)
    {
        if (context.Principal == CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        if (state.Mode != SystemMode.Emergency)
        {
            return new Rejection.NotInEmergency(state.Mode);
        }

        if (state.Proposal is not { } proposal)
        {
            return new Rejection.NothingProposed();
        }

        if (context.Now > proposal.ExpiresAt)
        {
            return new Rejection.ProposalExpired(proposal.ExpiresAt, context.Now);
        }

        return proposal.Who == context.Principal
            ? new Rejection.SameOperator(context.Principal)
            : Change(state, SystemMode.Maintenance, why, proposal.Who, context);
    }

    private static Event.ModeChanged Change(
        State state, SystemMode to, string why, string? proposedBy, CommandContext context) =>
        new(state.Mode, to, context.Principal, why, proposedBy, state.Version + 1, context.Now);

    private static State Evolve(State state, Event e) => e switch
    {
        Event.ModeChanged x => new State(x.To, x.Version, Proposal: null, Extended(state.History, x)),
        Event.RecoveryProposed x => state with { Proposal = x },
        Event.RecoveryWithdrawn => state with { Proposal = null },
        _ => throw new InvalidOperationException($"{e.GetType().Name} is no event of the trading system."),
    };

    private static Event.ModeChanged[] Extended(IReadOnlyList<Event.ModeChanged> history, Event.ModeChanged change) =>
        [.. history.Skip(Math.Max(0, history.Count + 1 - HistoryMax)), change];
}

[StoredName("system.snapshot.v1")]
public sealed record TradingSystemSnapshot(
    SystemMode Mode,
    long Version,
    TradingSystem.Event.RecoveryProposed? Proposal,
    TradingSystem.Event.ModeChanged[] History);

/// <summary>What readers see of the trading system.</summary>
/// <param name="Proposal">An open proposal to leave the emergency.</param>
/// <param name="History">The last changes, at most <see cref="TradingSystem.HistoryMax"/>, newest first.</param>
public sealed record TradingSystemView(
    SystemMode Mode,
    long Version,
    TradingSystem.Event.RecoveryProposed? Proposal,
    TradingSystem.Event.ModeChanged[] History);
