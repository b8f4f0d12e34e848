using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Pools;
using ActorTrade.Execution.Strategies;

namespace ActorTrade.Node.Trading;

/// <summary>
/// Prepares a symbol when its first price is known: registers its tokens, opens the house's pool at that price, and
/// registers, funds and starts its bots. All by ordinary commands with ids that follow from names; what is there
/// already is left alone, so a second start changes nothing, and one that broke off is finished by the next.
/// </summary>
internal sealed class HouseSetUp(EntityCalls calls, FloorOptions options, TimeProvider time)
{
    private const int CurrencyDecimals = 6;
    private const int OtherDecimals = 8;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly AccountId House = AccountId.Parse("house");
    private static readonly string[] Currencies =
    [
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "TRY", "MXN", "ZAR",
        "SGD", "HKD", "CNH", "USDT", "USDC", "TUSD", "BUSD", "FDUSD", "DAI",
    ];

    private readonly Lock _gate = new();
    private readonly Queue<(Symbol Symbol, decimal Price)> _waiting = [];
    private readonly List<Instrument> _ready = [];
    private PoolBook _pools = PoolBook.Empty;
    private int _left;

    /// <summary>Symbols that are not prepared yet.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>The pool of a symbol, such as "BTC-USD".</summary>
    public static PoolId PoolOf(Symbol symbol) => PoolId.Parse($"{symbol.Base}-{symbol.Quote}");

    /// <summary>Has a symbol prepared at its first price, in quote tokens per base token.</summary>
    /// <returns>True if nothing is being prepared: the caller then runs <see cref="PrepareWaitingAsync"/>.</returns>
    public bool Add(Symbol symbol, decimal price)
    {
        lock (_gate)
        {
            _waiting.Enqueue((symbol, price));
            return Interlocked.Increment(ref _left) == 1;
        }
    }

    /// <summary>Prepares what waits, one symbol after the other, until nothing does.</summary>
    /// <param name="problem">Told of each symbol that could not be prepared.</param>
    public async Task PrepareWaitingAsync(Action<string> problem)
    {
        (Symbol Symbol, decimal Price) next;
        do
        {
            lock (_gate)
            {
                next = _waiting.Dequeue();
            }

            try
            {
                await PrepareAsync(next.Symbol, next.Price);
            }
            catch (InvalidOperationException e)
            {
                problem($"{next.Symbol} is not prepared: {e.Message}");
            }
        }
        while (Interlocked.Decrement(ref _left) > 0);
    }

    private async Task PrepareAsync(Symbol symbol, decimal price)
    {
        var (baseToken, quoteToken) = (TokenId.Parse(symbol.Base), TokenId.Parse(symbol.Quote));
        var instrument = new Instrument(
            symbol, baseToken, quoteToken, await RegisterAsync(baseToken), await RegisterAsync(quoteToken));
        if (options.OpensPools)
        {
            await OpenPoolAsync(instrument, price);
        }

        var pool = PoolOf(symbol);
        if (EventTap.QuoteOf(await calls.ViewAsync<PoolView>(Pool.IdOf(pool)), sequenceNr: 1) is { } quote)
        {
            _pools = _pools.With(quote);
        }

        // Symbols become ready in the order of their first prices, so a triangle is complete with its last one.
        _ready.Add(instrument);
        if (options.RegistersBots)
        {
            foreach (var (kind, instruments) in BotsFor(instrument))
            {
                await RegisterBotAsync(kind, instruments, price);
            }
        }
    }

    private IEnumerable<(StrategyKind Kind, IReadOnlyList<Instrument> Instruments)> BotsFor(Instrument added) =>
        from kind in StrategyCatalog.Kinds
        where options.BotKinds?.Contains(kind.Name) != false
        from instruments in StrategyCatalog.Suitable(kind, [.. _ready.OrderBy(i => i.Symbol)], _pools)
        where instruments.Contains(added)
        select (kind, instruments);

    private async Task<int> RegisterAsync(TokenId token)
    {
        var known = await calls.ViewAsync<TokenView>(Token.IdOf(token));
        if (known.Decimals is { } decimals)
        {
            return decimals;
        }

        decimals = options.Decimals.TryGetValue(token.Value, out var given) ? given
            : Currencies.Contains(token.Value) ? CurrencyDecimals
            : OtherDecimals;
        await calls.DoAsync(
            Token.IdOf(token),
            new Token.Command.Register(token.Value, new TokenDecimals(decimals)),
            IdOf($"register {token}"));
        return decimals;
    }

    private async Task OpenPoolAsync(Instrument instrument, decimal price)
    {
        var pool = PoolOf(instrument.Symbol);
        var known = await calls.ViewAsync<PoolView>(Pool.IdOf(pool));
        if (!known.TotalShares.IsZero || known.Concentrated is { Ranges.Length: > 0 })
        {
            return;
        }

        var fees = FeeSchedule.Standard;
        await calls.DoAsync(
            Pool.IdOf(pool),
            new Pool.Command.Create(instrument.Base, instrument.Quote, fees.LiquidityProviders, fees.Protocol),
            IdOf($"create {pool}"));
        await OpenAccountAsync(House, options.Owner);
        var quoteAmount = Units.FromDecimal(options.PoolDepth, instrument.QuoteDecimals, Rounding.Down);
        var baseAmount = instrument.QuantityFromNotional(quoteAmount, price);
        await MintAsync(instrument.Base, House, baseAmount, $"pool {pool}");
        await MintAsync(instrument.Quote, House, quoteAmount, $"pool {pool}");
        var trade = IdOf($"liquidity {pool}");
        await calls.DoAsync(
            Account.IdOf(House),
            new Account.Command.AddLiquidity(
                trade,
                pool,
                new TokenAmount(instrument.Base, baseAmount),
                new TokenAmount(instrument.Quote, quoteAmount),
                UInt256.One,
                time.GetUtcNow() + Lifetime),
            trade);
    }

    private async Task RegisterBotAsync(StrategyKind kind, IReadOnlyList<Instrument> instruments, decimal price)
    {
        var names = string.Join('-', instruments.Select(i => i.Symbol.ToString().Replace('/', '-')));
        var bot = BotId.Parse($"{kind.Name}-{names}");
        var known = await calls.ViewAsync<BotView>(Bot.IdOf(bot));
        if (known.State == BotState.Unknown)
        {
            await FundAndRegisterAsync(kind, bot, instruments, price);
        }

        if (known.State is BotState.Unknown or BotState.Registered)
        {
            await calls.DoAsync(Bot.IdOf(bot), new Bot.Command.Start(), IdOf($"start {bot}"));
        }
    }

    private async Task FundAndRegisterAsync(
        StrategyKind kind, BotId bot, IReadOnlyList<Instrument> instruments, decimal price)
    {

        var account = AccountId.Parse($"bot:{bot}");
        await OpenAccountAsync(account, options.Owner);
        var funded = (await calls.ViewAsync<AccountView>(Account.IdOf(account))).Balances;
        foreach (var quote in instruments.DistinctBy(i => i.Quote))
        {
            if (!funded.Any(b => b.Token == quote.Quote))
            {
                var capital = Units.FromDecimal(options.BotCapital, quote.QuoteDecimals, Rounding.Down);
                await MintAsync(quote.Quote, account, capital, $"bot {bot}");
            }
        }

        await calls.DoAsync(
            Bot.IdOf(bot),
            new Bot.Command.Register(
                bot, options.Owner, account, kind.Name, [], [.. instruments],
                StrategyCatalog.DefaultLimits(options.BotCapital, price)),
            IdOf($"register {bot}"));
    }

    private Task<Answer.Accepted> OpenAccountAsync(AccountId account, string owner) =>
        calls.DoAsync(Account.IdOf(account), new Account.Command.Open(owner), IdOf($"open {account}"));

    private async Task MintAsync(TokenId token, AccountId account, UInt256 amount, string purpose)
    {
        var mint = IdOf($"mint {token} {purpose}");
        var answer = await calls.DoAsync(
            Token.IdOf(token), new Token.Command.Mint(mint, account, amount, time.GetUtcNow() + Lifetime), mint);
        if (answer.Events is [Token.Event.MintUndone undone, ..])
        {
            throw new InvalidOperationException($"{account} could not be given {token}: {undone.Reason}");
        }
    }

    private static Guid IdOf(string step) => DeterministicGuid.FromText("floor " + step);
}
