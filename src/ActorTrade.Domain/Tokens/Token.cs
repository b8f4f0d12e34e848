using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using TokenDecision = ActorTrade.EventSourcing.Decision<
    ActorTrade.Domain.Tokens.Token.Event, ActorTrade.Domain.Tokens.Token.Rejection>;

namespace ActorTrade.Domain.Tokens;

/// <summary>
/// One token: its form, and its supply inside the cluster. Money enters by a mint, which is delivered to one account,
/// and leaves by a burn, which an account's withdrawal asks for.
/// </summary>
/// <remarks>
/// Invariants (TokenPropertyTests): minted - burned, with what venues paid out and took in, is what accounts, pools and
/// trades under way hold together; a mint is delivered once or undone; a burn id burns once. Only the cluster commands
/// a token. Burned may exceed minted: what a venue paid out can be withdrawn. That the money exists is for the account
/// to know, which holds it before it asks.
/// </remarks>
public static class Token
{
    public const string Category = "token";

    /// <summary>Mints that may be on their way at once.</summary>
    public const int OpenMintsMax = 65_536;

    /// <summary>Outcomes one token remembers; see <see cref="OutcomeMemory{TEvent}"/>.</summary>
    public const int OutcomesMax = 1_000_000;

    private static readonly Effect[] None = [];

    public static readonly EntityDefinition<TokenState, Command, Event, Rejection> Definition = new()
    {
        Category = Category,
        Create = key => new TokenState(TokenId.Parse(key)),
        Decide = Decide,
        Evolve = static (state, e) => state.Evolve(e),
        React = React,
        Outstanding = Outstanding,
        WakeAt = static state => state.OldestMint?.At + TradeTiming.RetryAfter,
        ViewType = typeof(TokenView),
        View = static state => state.ToView(),
        SnapshotType = typeof(TokenSnapshot),
        Capture = static state => state.Capture(),
        Restore = static snapshot => TokenState.Restore((TokenSnapshot)snapshot),
        Limits = new EntityLimits { MailboxCapacity = 65_536 },
    };

    public static EntityId IdOf(TokenId token) => new(Category, token.Value);

    public abstract record Command : ICommand
    {
        private Command()
        {
        }

        /// <summary>Makes the token known. A repeat with the same form is accepted.</summary>
        public sealed record Register(string Symbol, TokenDecimals Decimals) : Command, INaturallyIdempotent;

        /// <summary>
        /// Brings new money in for an account. Answered when it has arrived (<see cref="Event.MintDelivered"/>) or was
        /// refused and taken back (<see cref="Event.MintUndone"/>).
        /// </summary>
        public sealed record Mint(Guid MintId, AccountId Account, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>Takes money out that an account holds for it.</summary>
        public sealed record Burn(Guid BurnId, AccountId Account, UInt256 Amount, DateTimeOffset Deadline)
            : Command, INaturallyIdempotent;

        /// <summary>The account has recorded these burns.</summary>
        /// <param name="Account">Only its are forgotten; null from a release that did not say: anybody's.</param>
        /// <param name="Deadlines">Of each burn: an earlier one with its id had another.</param>
        public sealed record AcknowledgeBurns(
            Guid[] BurnIds, AccountId? Account = null, DateTimeOffset[]? Deadlines = null)
            : Command, INaturallyIdempotent;

        public sealed record RecordMintOutcome(Guid MintId, string? Refusal, DateTimeOffset? Deadline = null)
            : Command, INaturallyIdempotent;
    }

    // Stored for ever: add cases, and fields with defaults at the end; never rename or change one.
    public abstract record Event : IEvent
    {
        private Event()
        {
        }

        [StoredName("token.registered.v1")]
        public sealed record Registered(TokenId Token, string Symbol, int Decimals, DateTimeOffset At) : Event;

        [StoredName("token.minted.v1")]
        public sealed record Minted(
            Guid MintId,
            AccountId Account,
            UInt256 Amount,
            DateTimeOffset Deadline,
            DateTimeOffset RememberUntil,
            DateTimeOffset At) : Event;

        [StoredName("token.mint-delivered.v1")]
        public sealed record MintDelivered(
            Guid MintId, AccountId Account, UInt256 Amount, DateTimeOffset At, DateTimeOffset? Deadline = null) : Event;

        [StoredName("token.mint-undone.v1")]
        public sealed record MintUndone(
            Guid MintId, AccountId Account, UInt256 Amount, string Reason, DateTimeOffset At) : Event;

        [StoredName("token.burned.v1")]
        public sealed record Burned(
            Guid BurnId, AccountId Account, UInt256 Amount, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("token.burn-refused.v1")]
        public sealed record BurnRefused(
            Guid BurnId, string Reason, DateTimeOffset Deadline, DateTimeOffset At) : Event;

        [StoredName("token.burns-acknowledged.v1")]
        public sealed record BurnsAcknowledged(Guid[] BurnIds, DateTimeOffset At) : Event;
    }

    public abstract record Rejection(string Code) : IRejection
    {
        public sealed record NotPermitted(string Principal) : Rejection("not-permitted");

        public sealed record AlreadyRegistered(string Symbol, int Decimals) : Rejection("token-already-registered");

        public sealed record NotRegistered(TokenId Token) : Rejection("token-not-registered");

        /// <summary>Shares of a pool are minted and burned by the pool alone.</summary>
        public sealed record ReservedForPool(TokenId Token) : Rejection("token-reserved");

        public sealed record IdReused(Guid Id) : Rejection("id-reused");

        public sealed record ZeroAmount(string Field) : Rejection("zero-amount");

        public sealed record Expired(DateTimeOffset Deadline, DateTimeOffset Now) : Rejection("deadline-passed");

        public sealed record DeadlineTooFar(
            DateTimeOffset Deadline, DateTimeOffset Latest) : Rejection("deadline-too-far");

        public sealed record SupplyOverflow(UInt256 Supply, UInt256 Amount) : Rejection("supply-overflow");

        public sealed record TooMany(string What, int Max) : Rejection("too-many");

        public sealed record Halted(SystemMode Mode) : Rejection("trading-halted");
    }

    private static TokenDecision Decide(TokenState state, Command command, CommandContext context)
    {
        if (context.Principal != CommandContext.Self)
        {
            return new Rejection.NotPermitted(context.Principal);
        }

        return command switch
        {
            Command.Register c => Register(state, c, context),
            Command.Mint c => Mint(state, c, context),
            Command.Burn c => Burn(state, c, context),
            Command.AcknowledgeBurns c => AcknowledgeBurns(state, c, context),
            Command.RecordMintOutcome c => MintOutcome(state, c, context),
            _ => throw new InvalidOperationException($"The token knows no command {command.GetType().Name}."),
        };
    }

    private static TokenDecision Register(TokenState state, Command.Register c, CommandContext context)
    {
        if (state.Form is { } form)
        {
            return form.Symbol == c.Symbol && form.Decimals == c.Decimals.Value
                ? TokenDecision.Nothing
                : new Rejection.AlreadyRegistered(form.Symbol, form.Decimals);
        }

        if (state.Id.IsShares)
        {
            return new Rejection.ReservedForPool(state.Id);
        }

        return new Event.Registered(state.Id, c.Symbol, c.Decimals.Value, context.Now);
    }

    private static TokenDecision Mint(TokenState state, Command.Mint c, CommandContext context)
    {
        if (state.OpenMints.TryGetValue(c.MintId, out var open))
        {
            return open.Account == c.Account && open.Amount == c.Amount
                ? TokenDecision.Nothing.AnsweredBy(c.MintId)
                : new Rejection.IdReused(c.MintId);
        }

        if (state.Outcomes.TryGet(c.MintId, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.MintDelivered e => e.Account == c.Account && e.Amount == c.Amount,
                Event.MintUndone e => e.Account == c.Account && e.Amount == c.Amount,
                _ => false,
            };
            return isSame ? TokenDecision.Earlier(earlier) : new Rejection.IdReused(c.MintId);
        }

        return CannotMint(state, c, context) is { } rejection
            ? rejection
            : TokenDecision.Accept(new Event.Minted(
                c.MintId,
                c.Account,
                c.Amount,
                c.Deadline,
                c.Deadline > context.ExpiresAt ? c.Deadline : context.ExpiresAt,
                context.Now)).AnsweredBy(c.MintId);
    }

    private static Rejection? CannotMint(TokenState state, Command.Mint c, CommandContext context)
    {
        if (state.Form is null)
        {
            return new Rejection.NotRegistered(state.Id);
        }

        if (context.Mode is SystemMode.Emergency)
        {
            return new Rejection.Halted(context.Mode);
        }

        if (c.Amount.IsZero)
        {
            return new Rejection.ZeroAmount(nameof(c.Amount));
        }

        if (TradeTiming.IsPast(c.Deadline, context.Now))
        {
            return new Rejection.Expired(c.Deadline, context.Now);
        }

        if (c.Deadline > context.Now + TradeTiming.DeadlineAheadMax)
        {
            return new Rejection.DeadlineTooFar(c.Deadline, context.Now + TradeTiming.DeadlineAheadMax);
        }

        if (!UInt256.TryAdd(state.Minted, c.Amount, out _))
        {
            return new Rejection.SupplyOverflow(state.Minted, c.Amount);
        }

        return state.OpenMints.Count >= OpenMintsMax ? new Rejection.TooMany("open mints", OpenMintsMax)
            : state.Outcomes.IsFullAt(context.Now) ? new Rejection.TooMany("outcomes", OutcomesMax)
            : null;
    }

    private static TokenDecision Burn(TokenState state, Command.Burn c, CommandContext context)
    {
        if (state.Outcomes.TryGet(c.BurnId, context.Now, out var earlier))
        {
            var isSame = earlier switch
            {
                Event.Burned e => e.Account == c.Account && e.Amount == c.Amount && e.Deadline == c.Deadline,
                Event.BurnRefused e => e.Deadline == c.Deadline,
                _ => false,
            };
            return isSame ? TokenDecision.Earlier(earlier) : BurnIdReused(c, context);
        }

        // The mint's outcome would take this one's place.
        if (state.OpenMints.ContainsKey(c.BurnId))
        {
            return BurnIdReused(c, context);
        }

        if (state.Outcomes.IsFullAt(context.Now))
        {
            return new Rejection.TooMany("outcomes", OutcomesMax);
        }

        // Refusals are facts too: what was refused once cannot be burned by a late repeat.
        var reason = state.Form is null ? "token-not-registered"
            : TradeTiming.IsPast(c.Deadline, context.Now) ? "deadline-passed"
            : !UInt256.TryAdd(state.Burned, c.Amount, out _) ? "burned-overflow"
            : null;
        return reason is null
            ? new Event.Burned(c.BurnId, c.Account, c.Amount, c.Deadline, context.Now)
            : new Event.BurnRefused(c.BurnId, reason, c.Deadline, context.Now);
    }

    // A repeat, and what is another's, is accepted and changes nothing.
    private static TokenDecision AcknowledgeBurns(
        TokenState state, Command.AcknowledgeBurns c, CommandContext context)
    {
        var own = c.Account is { } account
            ? Acknowledgements.Own(
                state.Outcomes,
                c.BurnIds,
                c.Deadlines,
                outcome => outcome is Event.Burned e && e.Account == account ? e.Deadline : null)
            : c.BurnIds;
        return own.Length == 0 ? TokenDecision.Nothing : new Event.BurnsAcknowledged(own, context.Now);
    }

    // Not an outcome of this burn, until its deadline makes sure that it never happens.
    private static TokenDecision BurnIdReused(Command.Burn c, CommandContext context) =>
        TradeTiming.IsPastEverywhere(c.Deadline, context.Now)
            ? new Event.BurnRefused(c.BurnId, "deadline-passed", c.Deadline, context.Now)
            : new Rejection.IdReused(c.BurnId);

    private static TokenDecision MintOutcome(TokenState state, Command.RecordMintOutcome c, CommandContext context)
    {
        // An answer may come so late that its mint is forgotten and another has its id: their deadlines differ.
        if (!state.OpenMints.TryGetValue(c.MintId, out var mint)
            || (c.Deadline is { } deadline && deadline != mint.Deadline))
        {
            return TokenDecision.Nothing;
        }

        Event outcome = c.Refusal is null
            ? new Event.MintDelivered(c.MintId, mint.Account, mint.Amount, context.Now, mint.Deadline)
            : new Event.MintUndone(c.MintId, mint.Account, mint.Amount, c.Refusal, context.Now);
        return TokenDecision.Accept(outcome).Ending(c.MintId);
    }

    private static IReadOnlyList<Effect> React(TokenState state, Event e) => e switch
    {
        Event.Minted minted => [Deliver(state, minted)],

        // Told once. Should a crash lose it, the account keeps one outcome too many, which its limit allows for.
        Event.MintDelivered delivered => [Acknowledge(IdOf(state.Id), delivered)],
        _ => None,
    };

    private static IReadOnlyList<Effect> Outstanding(TokenState state) =>
        [.. state.OpenMints.Values.OrderBy(m => m.At).ThenBy(m => m.MintId).Select(m => Deliver(state, m))];

    private static Effect Deliver(TokenState state, Event.Minted minted)
    {
        var mintId = minted.MintId;
        return new Effect(
            Account.IdOf(minted.Account),
            new Account.Command.Credit(mintId, IdOf(state.Id), state.Id, minted.Amount, minted.Deadline),
            mintId,
            answer => answer switch
            {
                Answer.Accepted { Events: [Account.Event.Credited, ..] } =>
                    new Command.RecordMintOutcome(mintId, Refusal: null, minted.Deadline),
                Answer.Accepted { Events: [Account.Event.CreditRefused refused, ..] } =>
                    new Command.RecordMintOutcome(mintId, refused.Reason, minted.Deadline),
                _ => null,
            });
    }

    private static Effect Acknowledge(EntityId from, Event.MintDelivered delivered) => new(
        Account.IdOf(delivered.Account),
        new Account.Command.AcknowledgeCredits(
            [delivered.MintId], from.ToString(), delivered.Deadline is { } deadline ? [deadline] : null),
        DeterministicGuid.Derive(delivered.MintId, 600),
        static _ => null);
}

/// <summary>What readers see of a token, in base units.</summary>
public sealed record TokenView(
    TokenId Id, string? Symbol, int? Decimals, UInt256 Minted, UInt256 Burned, int OpenMints);
