using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Market.Simulation;

namespace ActorTrade.Node.Hosting;

/// <summary>A token that a first start registers and mints for the house.</summary>
/// <param name="HouseAmount">Whole tokens.</param>
public sealed record FirstToken(string Code, int Decimals, decimal HouseAmount);

/// <summary>A pool that a first start creates and fills.</summary>
/// <param name="Price">Quote tokens for one base token.</param>
/// <param name="QuoteDepth">Whole quote tokens put in; the base side is worth as much.</param>
public sealed record FirstPool(Symbol Symbol, decimal Price, decimal QuoteDepth)
{
    public PoolId Id => PoolId.Parse($"{Symbol.Base}-{Symbol.Quote}");
}

/// <summary>What an empty node sets up when it starts for the first time.</summary>
public sealed record FirstStartPlan(IReadOnlyList<FirstToken> Tokens, IReadOnlyList<FirstPool> Pools)
{
    /// <summary>Owner and account of the house, which provides the pools' liquidity.</summary>
    public const string House = "house";

    /// <summary>
    /// Five tokens, and a pool at the simulated market's price for each of its symbols: two triangles among them.
    /// </summary>
    public static FirstStartPlan Default { get; } = new(
        [
            new FirstToken("USD", 6, 100_000_000),
            new FirstToken("EUR", 6, 100_000_000),
            new FirstToken("BTC", 8, 2_000),
            new FirstToken("ETH", 8, 40_000),
            new FirstToken("LTC", 8, 100_000),
        ],
        [.. SimulatedMarket.Default.Select(
            s => new FirstPool(s.Symbol, s.Anchor, s.Symbol.Quote == "BTC" ? 50m : 3_000_000m))]);
}

/// <summary>
/// Sets up tokens, the house, its pools and their liquidity, and lets trading begin: all by ordinary commands, each of
/// which
/// changes nothing where it has happened before, so a crash at any point is mended by the next start.
/// </summary>
internal sealed class FirstStart(IEntities entities, TimeProvider time, FirstStartPlan plan)
{
    private const int AttemptsMax = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);
    private static readonly AccountId House = AccountId.Parse(FirstStartPlan.House);

    /// <exception cref="InvalidOperationException">A step was refused; names it.</exception>
    public async Task RunAsync()
    {
        var mode = (await ViewAsync<TradingSystemView>(TradingSystem.Id)).Mode;
        if (mode is not (SystemMode.Init or SystemMode.Active))
        {
            // Somebody has stopped it: then nothing is set up either.
            return;
        }

        await DoAsync(Account.IdOf(House), new Account.Command.Open(FirstStartPlan.House));
        foreach (var token in plan.Tokens)
        {
            await SetUpAsync(token);
        }

        foreach (var pool in plan.Pools)
        {
            await DoAsync(Pool.IdOf(pool.Id), new Pool.Command.Create(
                TokenId.Parse(pool.Symbol.Base),
                TokenId.Parse(pool.Symbol.Quote),
                FeeSchedule.Standard.LiquidityProviders,
                FeeSchedule.Standard.Protocol));
        }

        if (mode == SystemMode.Init)
        {
            await DoAsync(TradingSystem.Id, new TradingSystem.Command.Activate("First start"), IdOf("activate"));
        }

        foreach (var pool in plan.Pools)
        {
            await FillAsync(pool);
        }
    }

    private async Task SetUpAsync(FirstToken token)
    {
        var id = TokenId.Parse(token.Code);
        await DoAsync(Token.IdOf(id), new Token.Command.Register(token.Code, new TokenDecimals(token.Decimals)));
        var view = await ViewAsync<TokenView>(Token.IdOf(id));
        if (view.Minted.IsZero)
        {
            var amount = Units.FromDecimal(token.HouseAmount, token.Decimals, Rounding.Down);
            var mint = IdOf($"mint {token.Code}");
            await DoAsync(
                Token.IdOf(id), new Token.Command.Mint(mint, House, amount, time.GetUtcNow() + Patience), mint);
            return;
        }

        // Minted before a crash: it is on its way, and the token sees to it.
        for (var begun = time.GetTimestamp(); view.OpenMints > 0; view = await ViewAsync<TokenView>(Token.IdOf(id)))
        {
            if (time.GetElapsedTime(begun) > Patience)
            {
                throw new InvalidOperationException(
                    $"First start: the house's {token.Code} did not arrive within {Patience}.");
            }

            await Task.Delay(LookAgainAfter, time);
        }
    }

    private async Task FillAsync(FirstPool pool)
    {
        // Each attempt has an id of its own: one that was released (a crash outlasted its deadline) stays released.
        for (var attempt = 1; (await ViewAsync<PoolView>(Pool.IdOf(pool.Id))).TotalShares.IsZero; attempt++)
        {
            if (attempt > AttemptsMax)
            {
                throw new InvalidOperationException($"First start: the pool {pool.Id} could not be filled.");
            }

            var (baseToken, quoteToken) = (TokenId.Parse(pool.Symbol.Base), TokenId.Parse(pool.Symbol.Quote));
            var id = IdOf($"liquidity {pool.Id} {attempt}");
            await DoAsync(
                Account.IdOf(House),
                new Account.Command.AddLiquidity(
                    id,
                    pool.Id,
                    new TokenAmount(baseToken, AmountOf(pool.Symbol.Base, pool.QuoteDepth / pool.Price)),
                    new TokenAmount(quoteToken, AmountOf(pool.Symbol.Quote, pool.QuoteDepth)),
                    UInt256.One,
                    time.GetUtcNow() + Patience),
                id);
        }
    }

    private UInt256 AmountOf(string code, decimal whole) =>
        Units.FromDecimal(whole, plan.Tokens.First(t => t.Code == code).Decimals, Rounding.Down);

    private static Guid IdOf(string step) => DeterministicGuid.FromText("first-start " + step);

    private async Task<TView> ViewAsync<TView>(EntityId entity)
    {
        var answer = await UntilKnownAsync(() => entities.QueryAsync(entity, Patience, time));
        return answer is Answer.Viewed { View: TView view }
            ? view
            : throw new InvalidOperationException($"First start: {entity} does not answer: {answer}");
    }

    // Shards may be on their way between nodes that start together; asking again does no harm.
    private async Task<Answer> UntilKnownAsync(Func<Task<Answer>> ask)
    {
        for (var begun = time.GetTimestamp(); ;)
        {
            var answer = await ask();
            if (answer is not (Answer.Refused or Answer.OutcomeUnknown) || time.GetElapsedTime(begun) > Patience)
            {
                return answer;
            }

            await Task.Delay(LookAgainAfter, time);
        }
    }

    private async Task DoAsync(EntityId target, ICommand command, Guid id = default)
    {
        var commandId = id == Guid.Empty ? IdOf($"{target} {command.GetType().Name}") : id;
        var header = new CommandHeader(commandId, CommandContext.Self, time.GetUtcNow() + Patience);
        var answer = await UntilKnownAsync(() => entities.AskAsync(target, command, header, Patience, time));
        if (answer is not Answer.Accepted)
        {
            throw new InvalidOperationException(
                $"First start: {target} does not take {command.GetType().Name}: {answer}");
        }
    }
}
