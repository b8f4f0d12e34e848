using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Benchmarks;

/// <summary>Accounts with money and pools with liquidity on a journal, made by ordinary commands: the
/// ground of the swap benchmarks.</summary>
internal sealed class SwapField : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LocalShards? _shards;

    private SwapField(ActorSystem system, LocalShards? shards, IEntities entities, int accounts, int pools)
    {
        System = system;
        _shards = shards;
        Entities = entities;
        Accounts = [.. Enumerable.Range(0, accounts).Select(i => AccountId.Parse($"trader{i:D5}"))];
        Pools = [.. Enumerable.Range(0, pools).Select(i => PoolId.Parse($"POOL{i:D4}"))];
    }

    public static IReadOnlyList<IEntityDefinition> Definitions { get; } = [Account.Definition, Pool.Definition,
        Token.Definition];

    public static TokenId BaseToken { get; } = TokenId.Parse("BTC");

    public static TokenId QuoteToken { get; } = TokenId.Parse("USD");

    public ActorSystem System { get; }

    /// <summary>The way to all of it.</summary>
    public IEntities Entities { get; }

    /// <summary>Where it is served by this process.</summary>
    public LocalShards Shards => _shards ?? throw new InvalidOperationException("A cluster serves this field.");

    public AccountId[] Accounts { get; }

    public PoolId[] Pools { get; }

    public static async Task<SwapField> CreateAsync(IJournal journal, int accounts, int pools)
    {
        var field = Attach(journal, accounts, pools);
        await field.FillAsync();
        return field;
    }

    /// <summary>A field that a cluster serves.</summary>
    public static async Task<SwapField> CreateAsync(ActorSystem system, IEntities entities, int accounts, int pools)
    {
        var field = new SwapField(system, null, entities, accounts, pools);
        await field.FillAsync();
        return field;
    }

    /// <summary>A field on a journal that holds it already.</summary>
    public static SwapField Attach(IJournal journal, int accounts, int pools)
    {
        var system = new ActorSystem("bench", new ActorSystemOptions
        {
            GuardianStrategy = new SupervisorStrategy
            {
                Backoff = new Backoff(
                TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5))
            },
        });
        var shards = new LocalShards(
            system,
            journal,
            Definitions,
            new EventCatalog(Definitions),
            () => SystemMode.Active,
            new LocalShardsOptions { PassivateAfter = TimeSpan.FromHours(1) });
        return new SwapField(system, shards, shards, accounts, pools);
    }

    public async ValueTask DisposeAsync() => await System.DisposeAsync();

    private async Task FillAsync()
    {
        await AskAsync(Token.IdOf(BaseToken), new Token.Command.Register("BTC", new TokenDecimals(8)));
        await AskAsync(Token.IdOf(QuoteToken), new Token.Command.Register("USD", new TokenDecimals(6)));
        var provider = AccountId.Parse("provider");
        await OpenAsync(provider, UInt256.Parse("1000000000000000000"), UInt256.Parse("1000000000000000000000"));
        foreach (var chunk in Accounts.Chunk(256))
        {
            await Task.WhenAll(
                chunk.Select(a => OpenAsync(a, UInt256.Parse("1000000000000"), UInt256.Parse("100000000000000"))));
        }

        foreach (var chunk in Pools.Chunk(64))
        {
            await Task.WhenAll(chunk.Select(pool => OpenPoolAsync(provider, pool)));
        }
    }

    private async Task OpenAsync(AccountId account, UInt256 baseAmount, UInt256 quoteAmount)
    {
        await AskAsync(Account.IdOf(account), new Account.Command.Open("bench"));
        await AskAsync(Token.IdOf(BaseToken), Mint(account, baseAmount));
        await AskAsync(Token.IdOf(QuoteToken), Mint(account, quoteAmount));
    }

    private Token.Command.Mint Mint(AccountId account, UInt256 amount) =>
        new(System.Random.NextGuid(), account, amount, System.Time.GetUtcNow() + Patience);

    private async Task OpenPoolAsync(AccountId provider, PoolId pool)
    {
        await AskAsync(
            Pool.IdOf(pool), new Pool.Command.Create(BaseToken, QuoteToken, new FeePips(2500), new FeePips(500)));
        await AskAsync(Account.IdOf(provider), new Account.Command.AddLiquidity(
            System.Random.NextGuid(),
            pool,
            new TokenAmount(BaseToken, UInt256.Parse("100000000000")),
            new TokenAmount(QuoteToken, UInt256.Parse("70000000000000")),
            UInt256.One,
            System.Time.GetUtcNow() + Patience));
    }

    private async Task AskAsync(EntityId target, ICommand command)
    {
        var header = new CommandHeader(
            System.Random.NextGuid(), CommandContext.Self, System.Time.GetUtcNow() + Patience);
        var answer = await Entities.AskAsync(target, command, header, Patience, System.Time);
        if (answer is not Answer.Accepted)
        {
            throw new InvalidOperationException($"{command.GetType().Name} to {target} was answered {answer}.");
        }
    }
}
