using ActorTrade.Domain.Books;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;

namespace ActorTrade.Gateway;

/// <summary>What the gateway needs of the node it stands in.</summary>
public sealed class GatewayServices
{
    /// <summary>The way to every entity.</summary>
    public required IEntities Entities { get; init; }

    /// <summary>The tables for lists and histories.</summary>
    public required IReadTables Tables { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How the node is doing; quick, called for each request of the page.</summary>
    public required Func<NodeStatus> Status { get; init; }

    /// <summary>
    /// What is wrong with a bot's strategy for these instruments and parameters; null for nothing. The gateway knows no
    /// strategies itself.
    /// </summary>
    public Func<string, IReadOnlyList<Instrument>, IReadOnlyList<BotParameter>, string?> StrategyProblem { get; init; }
        = static (_, _, _) => null;

    /// <summary>
    /// Whether operators have an endpoint of their own that knows them by a token, as in a cluster. Then nothing is
    /// taken here, where anybody may give any name, but what stops trading.
    /// </summary>
    public bool HasOperatorEndpoint { get; init; }

    /// <summary>How an order of a pool is protected that does not say.</summary>
    public SandwichProtection PoolOrderProtection { get; init; } = SandwichProtection.Split;

    /// <summary>
    /// How long a client waits for the end of what it asked for before it is told that the outcome is unknown.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long entities answer a repeat themselves; older repeats are answered from the tables.</summary>
    public TimeSpan RememberFor { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>The read model as the gateway sees it. Rows follow the journal by a few milliseconds.</summary>
public interface IReadTables
{
    /// <summary>
    /// Rows of a query with the parameters <c>?1</c>, <c>?2</c>…; amounts come as text in base units.
    /// </summary>
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Query(string sql, params object?[] parameters);

    /// <summary>Ends when everything that is durable now is in the tables; fails where they have stopped.</summary>
    Task CaughtUpAsync();
}

/// <summary>A node at one moment.</summary>
/// <param name="Lag">Durable events that are not in the tables yet.</param>
/// <param name="JournalFailure">Why the journal stopped; null while it works.</param>
/// <param name="TablesFailure">Why the tables stopped; null while they are kept.</param>
/// <param name="Market">Null where none is fed, or nothing was heard of it yet.</param>
/// <param name="Topics">What this node hears of other nodes; empty for a node alone.</param>
public sealed record NodeStatus(
    SystemMode Mode,
    string Version,
    TimeSpan Uptime,
    JournalStatus Journal,
    long Lag,
    string? JournalFailure,
    string? TablesFailure,
    EntityCounts Entities,
    MarketStatus? Market,
    IReadOnlyList<TopicStatus> Topics);

public sealed record JournalStatus(long Events, long Bytes, long Entities, long Snapshots, long Commits, bool HasRoom);

/// <param name="Loaded">In memory now.</param>
/// <param name="Drops">Dropped because an append failed or the rules threw.</param>
public sealed record EntityCounts(
    int Loaded, long Commands, long Events, long Recoveries, long Drops, long EffectRetries);

/// <summary>The market feed: how fast it is and what it last said.</summary>
public sealed record MarketStatus(string Source, long Ticks, double TicksPerSecond, IReadOnlyList<QuoteStatus> Quotes);

/// <summary>The messages of one node on one topic, as this node hears them.</summary>
/// <param name="Missed">Lost on the way, or dropped because this node was too slow.</param>
public sealed record TopicStatus(string Topic, string From, long Received, long Missed);

public sealed record QuoteStatus(
    string Symbol, string Venue, decimal? Bid, decimal? Ask, decimal? Last, DateTimeOffset At);

/// <summary>The decimals of tokens, asked for once each: they never change.</summary>
internal sealed class TokenForms(GatewayServices services)
{
    // Far more than any node has; beyond it the oldest knowledge is not worth keeping either.
    private const int KnownMax = 100_000;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<TokenId, int> _known = new();

    /// <summary>Shares of pools are counted in whole base units.</summary>
    public async ValueTask<int?> DecimalsOfAsync(TokenId token)
    {
        if (token.IsShares)
        {
            return 0;
        }

        if (_known.TryGetValue(token, out var decimals))
        {
            return decimals;
        }

        var view = await services.ViewAsync<Domain.Tokens.TokenView>(Domain.Tokens.Token.IdOf(token));
        if (view.View.Decimals is { } found && _known.Count < KnownMax)
        {
            _known[token] = found;
        }

        return view.View.Decimals;
    }

    /// <summary>What is known without asking.</summary>
    public int? Known(TokenId token) =>
        token.IsShares
            ? 0
            : _known.TryGetValue(token, out var decimals) ? decimals : null;

    /// <summary>As <see cref="DecimalsOfAsync"/>; a problem with the field where there is no such token.</summary>
    public async ValueTask<int> RequireAsync(TokenId token, string field) =>
        await DecimalsOfAsync(token)
        ?? throw new Http.ApiProblem(404, "token-not-registered", $"There is no token '{token}'.") { Field = field };
}
