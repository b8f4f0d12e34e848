using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Execution.Strategies;
using ActorTrade.Journal;
using ActorTrade.Kernel;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Signals;

namespace ActorTrade.Node.Trading;

/// <summary>What a trading floor stands on.</summary>
/// <param name="Mode">What the system allows now.</param>
public sealed record FloorServices(
    ActorSystem System, IEntities Entities, IJournal Journal, EventCatalog Catalog, Func<SystemMode> Mode);

/// <summary>How a trading floor works.</summary>
public sealed record FloorOptions
{
    /// <summary>Owner of the house's account and of the bots the floor registers.</summary>
    public string Owner { get; init; } = "house";

    /// <summary>The paper venue's name; all symbols trade there.</summary>
    public string Venue { get; init; } = "paper";

    public PaperTerms Terms { get; init; } = PaperTerms.Default;

    /// <summary>Whether ticks of one symbol are merged while its bots are busy. Not in a replay.</summary>
    public bool Conflates { get; init; } = true;

    /// <summary>Length of the candles that the signals see.</summary>
    public TimeSpan SignalInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>To which candle a tick on the border belongs: to the earlier for recorded bars.</summary>
    public IntervalBorder SignalBorder { get; init; } = IntervalBorder.StartIncluded;

    /// <summary>Whether a symbol's first price makes the house open a pool at it, where there is none.</summary>
    public bool OpensPools { get; init; } = true;

    /// <summary>Whole quote tokens the house puts into a new pool; the base side is worth as much.</summary>
    public decimal PoolDepth { get; init; } = 1_000_000m;

    /// <summary>Decimals that tokens are registered with, by code; for others currencies have 6 and the rest
    /// 8.</summary>
    public IReadOnlyDictionary<string, int> Decimals { get; init; } = new Dictionary<string, int>();

    /// <summary>Whether a symbol's first price registers and starts one bot of every kind that fits.</summary>
    public bool RegistersBots { get; init; } = true;

    /// <summary>Whole quote tokens each registered bot starts with, of every quote token it uses.</summary>
    public decimal BotCapital { get; init; } = 100_000m;

    /// <summary>The kinds of bots that are registered; null for all.</summary>
    public IReadOnlyList<string>? BotKinds { get; init; }

    /// <summary>How often a runner compares what it has open with its bot's entity.</summary>
    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Who else hears the journal's events.</summary>
    public IReadOnlyList<ICommittedEvents> Listeners { get; init; } = [];

    /// <summary>Hears each opportunity a bot finds, on the bot's turn: the bot's id and what it found.</summary>
    public Action<string, Opportunity>? OnOpportunity { get; init; }

    /// <summary>Hears each signal, on the turn of the symbol's signal actor.</summary>
    public Action<Signal>? OnSignal { get; init; }

    /// <summary>
    /// Sets the ids of this floor's quotes apart from those of every other, which the venue may still remember. The
    /// same in every run of a replay.
    /// </summary>
    public string Tenure { get; init; } = "";
}
