using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;
using ActorTrade.Kernel;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Bots;

/// <summary>A committed event of the bot's entity, as whoever reads the journal tells the bot's runner.</summary>
/// <param name="SequenceNr">The event's own number in the entity's stream.</param>
public sealed record BotNotice(Bot.Event Event, long SequenceNr);

/// <summary>The answer to observed ticks: the strategy has seen them, and what it wanted is sent.</summary>
/// <param name="Taken">Ticks the strategy saw; fewer than sent only while the runner cannot
/// hold more before its bot is known.</param>
public sealed record BotObserved(int Taken);

/// <summary>What a <see cref="BotRunner"/> has done since it started.</summary>
/// <param name="Intents">What the strategy wanted while the bot could trade.</param>
/// <param name="Accepted">Intents the bot's entity took.</param>
/// <param name="Denied">Intents that a limit, the risk check or the runner's own bound refused.</param>
/// <param name="DeniedByCode">The same by the refusal's code.</param>
/// <param name="Unknown">Answers that said neither; each was asked again with the same command id.</param>
/// <param name="Opportunities">By kind and route.</param>
/// <param name="SkippedTicks">Not shown to the strategy, see <see cref="BotObserved"/>.</param>
public sealed record BotRunnerStats(
    long Ticks,
    long SkippedTicks,
    long Signals,
    long Intents,
    long Accepted,
    long Denied,
    IReadOnlyDictionary<string, long> DeniedByCode,
    long Unknown,
    IReadOnlyDictionary<string, long> Opportunities,
    BotState State,
    int OpenCount);

/// <summary>Messages of a <see cref="BotRunner"/>.</summary>
public abstract record BotRunnerMessage
{
    private protected BotRunnerMessage()
    {
    }

    /// <summary>See these ticks, in order. The reply is the feed's leave to send more.</summary>
    public sealed record Observe(IReadOnlyList<Tick> Ticks, IReplyTo<BotObserved>? ReplyTo = null) : BotRunnerMessage;

    public sealed record Hear(Signal Signal) : BotRunnerMessage;

    /// <summary>The pools are like this from now on.</summary>
    public sealed record SeePools(PoolBook Book) : BotRunnerMessage;

    public sealed record Notice(BotNotice What) : BotRunnerMessage;

    public sealed record GetStats(IReplyTo<BotRunnerStats> ReplyTo) : BotRunnerMessage;

    internal sealed record Answered(Guid CommandId, Answer Answer) : BotRunnerMessage;

    internal sealed record Viewed(Answer Answer) : BotRunnerMessage;

    internal sealed record AskAgain(Guid CommandId) : BotRunnerMessage;

    internal sealed record Refresh : BotRunnerMessage;
}

/// <summary>What a <see cref="BotRunner"/> runs.</summary>
/// <param name="Strategy">Makes a fresh strategy; called at the start and at every restart.</param>
/// <param name="Venue">Where its orders go.</param>
/// <param name="OnOpportunity">Hears each opportunity, within the runner's turn; null where nobody listens.</param>
public sealed record BotRunnerSettings(
    BotId Bot,
    IReadOnlyList<Instrument> Instruments,
    Func<IStrategy> Strategy,
    string Venue,
    IEntities Entities,
    Action<Opportunity>? OnOpportunity = null)
{
    /// <summary>Commands without an answer at once; further intents are denied.</summary>
    public int CommandsInFlightMax { get; init; } = 32;

    /// <summary>Messages held until the bot's position is known; further ones are answered as not taken.</summary>
    public int HeldMax { get; init; } = 64;

    /// <summary>An intent is worthless after this.</summary>
    public TimeSpan CommandLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often what is open is compared with the entity, should a notice be lost.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromSeconds(5);
}
