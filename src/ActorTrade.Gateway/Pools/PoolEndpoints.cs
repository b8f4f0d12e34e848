using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Pools;

/// <summary>A pool, in whole tokens.</summary>
/// <param name="Price">Tokens 1 for one token 0, without fee; null while the pool is empty.</param>
/// <param name="Shares">All shares, in base units.</param>
/// <param name="SafeAmountIn0">The largest input of token 0 around which nobody can profit by trading before and after
/// it; larger swaps should be split, or not be seen before they happen.</param>
/// <param name="PriceAt">The second in which the price last changed.</param>
/// <param name="Curve">The parameters of its curve; absent for the house's own constant product.</param>
/// <param name="Ranges">Of a concentrated pool.</param>
/// <param name="Tokens">All tokens, of a pool of more than two; price and safe amounts are of the first two.</param>
public sealed record PoolDetails(
    string Pool,
    string Token0,
    string Token1,
    string Reserve0,
    string Reserve1,
    string? Price,
    string Shares,
    int LiquidityFeePips,
    int TreasuryFeePips,
    string TreasuryFees0,
    string TreasuryFees1,
    int PreparedLegs,
    long Swaps,
    long SequenceNr,
    string SafeAmountIn0,
    string SafeAmountIn1,
    DateTimeOffset? PriceAt,
    string Kind,
    string? Curve,
    PoolTokenDetails[]? Tokens = null,
    PoolRangeDetails[]? Ranges = null);

/// <summary>One range of a concentrated pool: its liquidity, which is its shares, and its fees in whole
/// tokens.</summary>
public sealed record PoolRangeDetails(
    int TickLower, int TickUpper, string Liquidity, string Fees0, string Fees1, bool IsActive);

/// <summary>One token of a pool, in whole tokens.</summary>
public sealed record PoolTokenDetails(string Token, string Reserve, string TreasuryFees);

/// <summary>A token, in whole tokens.</summary>
/// <param name="Minted">Brought in by the token; absent for shares of a pool, as is what was burned.</param>
public sealed record TokenDetails(
    string Token, string Symbol, int Decimals, string? Minted, string? Burned, string Supply);

/// <summary>Pools, their liquidity, and the tokens they trade.</summary>
internal sealed class PoolEndpoints(GatewayServices services, TokenForms forms, TradeDesk desk)
{
    private const int ListMax = 1_000;

    public async Task ListAsync(HttpContext http) =>
        await http.WriteAsync(await AllAsync(), ApiJson.Shapes.PoolDetailsArray);

    public async Task GetAsync(HttpContext http)
    {
        var pool = RequestReading.Pool(http.Segment("id"), "id");
        await http.WriteAsync(
            await DetailsAsync(pool) ?? throw ApiProblem.NotFound("pool-not-created", $"There is no pool '{pool}'."),
            ApiJson.Shapes.PoolDetails);
    }

    public async Task TokensAsync(HttpContext http)
    {
        var details = new List<TokenDetails>();
        foreach (var row in services.Tables.Query($"select token_id from tokens order by token_id limit {ListMax}"))
        {
            var (view, _) = await services.ViewAsync<TokenView>(Token.IdOf(TokenId.Parse((string)row["token_id"]!)));
            if (view is { Symbol: { } symbol, Decimals: { } decimals })
            {
                details.Add(new TokenDetails(
                    view.Id.Value,
                    symbol,
                    decimals,
                    Units.Format(view.Minted, decimals),
                    Units.Format(view.Burned, decimals),
                    Units.Format(view.Minted - view.Burned, decimals)));
            }
        }

        details.AddRange((await AllAsync()).SelectMany(SharesOf));
        await http.WriteAsync([.. details], ApiJson.Shapes.TokenDetailsArray);
    }

    /// <summary>Creates a pool of any kind; a repeat with the same terms finds it there.</summary>
    public async Task CreateAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.CreatePoolRequest);
        http.Principal();
        var pool = RequestReading.Pool(request.Pool, "pool");
        var tokens = request.TokenIds();
        var decimals = new int[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            decimals[i] = await forms.RequireAsync(tokens[i], request.Tokens is null ? $"token{i}" : "tokens");
        }

        await services.AskAsync(
            Pool.IdOf(pool), request.ToCommand(tokens, decimals), Guid.NewGuid(), CommandContext.Self, forms);
        await http.WriteAsync((await DetailsAsync(pool))!, ApiJson.Shapes.PoolDetails);
    }

    public async Task AddLiquidityAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.AddLiquidityRequest);
        var account = RequestReading.Account(request.Account, "account");
        var id = http.IdOf("liquidity-added", Account.IdOf(account));
        var (pool, tokens) = await TermsAsync(http);
        if (request.Amounts is not null || request.TickLower is not null || tokens is not [var token0, var token1])
        {
            await JoinAsync(http, request, account, id, pool);
            return;
        }

        var max0 = RequestReading.Amount(
            request.MaxAmount0, await forms.RequireAsync(token0, "maxAmount0"), "maxAmount0");
        var max1 = RequestReading.Amount(
            request.MaxAmount1, await forms.RequireAsync(token1, "maxAmount1"), "maxAmount1");
        var least = request.MinShares is { } text ? RequestReading.Amount(text, 0, "minShares") : UInt256.One;
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.AddLiquidity(
                id,
                pool,
                new TokenAmount(token0, max0),
                new TokenAmount(token1, max1),
                least,
                DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.LiquidityAdded a
                && a.Pool == pool && a.Spent0.Amount <= max0 && a.Spent1.Amount <= max1));
        var added = (Account.Event.LiquidityAdded)end.Event;
        await WriteAsync(http, "liquidity-added", account, pool, added.Spent0, added.Spent1, added.Shares, id, end);
    }

    public async Task RemoveLiquidityAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.RemoveLiquidityRequest);
        var account = RequestReading.Account(request.Account, "account");
        var id = http.IdOf("liquidity-removed", Account.IdOf(account));
        var (pool, tokens) = await TermsAsync(http);
        var shares = RequestReading.Amount(request.Shares, 0, "shares");
        if (request.OnlyToken is not null || request.MinAmounts is not null || request.TickLower is not null
            || tokens is not [var token0, var token1])
        {
            await ExitAsync(http, request, account, id, pool, tokens);
            return;
        }

        var least0 = await LeastAsync(request.MinAmount0, token0, "minAmount0");
        var least1 = await LeastAsync(request.MinAmount1, token1, "minAmount1");
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.RemoveLiquidity(id, pool, shares, least0, least1, DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.LiquidityRemoved r && r.Pool == pool && r.Shares == shares));
        var removed = (Account.Event.LiquidityRemoved)end.Event;
        await WriteAsync(
            http, "liquidity-removed", account, pool, removed.Received0, removed.Received1, removed.Shares, id, end);
    }

    public async Task<PoolDetails[]> AllAsync()
    {
        var details = new List<PoolDetails>();
        foreach (var row in services.Tables.Query($"select pool_id from pools order by pool_id limit {ListMax}"))
        {
            if (await DetailsAsync(PoolId.Parse((string)row["pool_id"]!)) is { } pool)
            {
                details.Add(pool);
            }
        }

        return [.. details];
    }

    private static IEnumerable<TokenDetails> SharesOf(PoolDetails pool)
    {
        var id = PoolId.Parse(pool.Pool);
        return pool.Ranges is { } ranges
            ? ranges.Select(r => Of(TokenId.SharesOf(id, r.TickLower, r.TickUpper).Value, r.Liquidity))
            : [Of(TokenId.SharesOf(id).Value, pool.Shares)];

        static TokenDetails Of(string token, string supply) =>
            new(token, token, 0, Minted: null, Burned: null, supply);
    }

    private async Task WriteAsync(
        HttpContext http,
        string kind,
        AccountId account,
        PoolId pool,
        TokenAmount first,
        TokenAmount second,
        UInt256 shares,
        Guid id,
        TradeEnd end) =>
        await http.WriteAsync(
            new LiquidityReceipt(
                id,
                kind,
                account.Value,
                pool.Value,
                first.Token.Value,
                Units.Format(first.Amount, await forms.RequireAsync(first.Token, "pool")),
                second.Token.Value,
                Units.Format(second.Amount, await forms.RequireAsync(second.Token, "pool")),
                shares.ToString(),
                end.SequenceNr,
                end.At),
            ApiJson.Shapes.LiquidityReceipt);

    private async Task<UInt256> LeastAsync(string? text, TokenId token, string field) =>
        text is null ? default : RequestReading.Amount(text, await forms.RequireAsync(token, field), field);

    private DateTimeOffset DeadlineOf(DateTimeOffset? given) =>
        given ?? services.Time.GetUtcNow() + SwapEndpoints.DeadlineDefault;

    private async Task<(PoolId Pool, TokenId[] Tokens)> TermsAsync(HttpContext http)
    {
        var pool = RequestReading.Pool(http.Segment("id"), "id");
        var (view, _) = await services.ViewAsync<PoolView>(Pool.IdOf(pool));
        return view.AllTokens() is { Length: > 0 } tokens
            ? (pool, tokens)
            : throw ApiProblem.NotFound("pool-not-created", $"There is no pool '{pool}'.");
    }

    private async Task JoinAsync(
        HttpContext http, AddLiquidityRequest request, AccountId account, Guid id, PoolId pool)
    {
        var most = await AmountsAsync(request.Amounts, "amounts");
        var least = request.MinShares is { } text ? RequestReading.Amount(text, 0, "minShares") : UInt256.One;
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.Join(
                id,
                pool,
                most,
                request.Exact ?? false,
                RangeOf(request.TickLower, request.TickUpper),
                least,
                DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.Joined j && j.Pool == pool
                && j.Spent.All(s => Array.Exists(most, m => m.Token == s.Token && s.Amount <= m.Amount))));
        var joined = (Account.Event.Joined)end.Event;
        await WriteAsync(http, "joined", account, pool, joined.Spent, joined.Range, joined.Shares, id, end);
    }

    private async Task ExitAsync(
        HttpContext http,
        RemoveLiquidityRequest request,
        AccountId account,
        Guid id,
        PoolId pool,
        TokenId[] tokens)
    {
        var shares = RequestReading.Amount(request.Shares, 0, "shares");
        var least = request.OnlyToken is { } only
            ? [await OnlyAsync(only, request.MinAmount)]
            : request.MinAmounts is { } minima
                ? await AmountsAsync(minima, "minAmounts")
                : [.. tokens.Select(t => new TokenAmount(t, UInt256.Zero))];
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.Exit(
                id,
                pool,
                shares,
                least,
                request.OnlyToken is not null,
                RangeOf(request.TickLower, request.TickUpper),
                DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.Exited x && x.Pool == pool && x.Shares == shares));
        var exited = (Account.Event.Exited)end.Event;
        await WriteAsync(http, "exited", account, pool, exited.Received, exited.Range, exited.Shares, id, end);
    }

    private static TickRange? RangeOf(int? lower, int? upper) => (lower, upper) switch
    {
        (null, null) => null,
        ({ } from, { } to) => new TickRange(from, to),
        _ => throw ApiProblem.Invalid("tickLower", "A range is two ticks, tickLower and tickUpper."),
    };

    private async Task<TokenAmount> OnlyAsync(string name, string? least)
    {
        var token = RequestReading.Token(name, "onlyToken");
        return new TokenAmount(token, await LeastAsync(least, token, "minAmount"));
    }

    private async Task<TokenAmount[]> AmountsAsync(AmountView[]? given, string field)
    {
        if (given is not { Length: > 0 and <= CurveTerms.TokensMax })
        {
            throw ApiProblem.Invalid(
                field, $"One to {CurveTerms.TokensMax} amounts with their tokens are needed.");
        }

        var amounts = new TokenAmount[given.Length];
        for (var i = 0; i < amounts.Length; i++)
        {
            var token = RequestReading.Token(given[i].Token, field);
            amounts[i] = new TokenAmount(
                token, RequestReading.Amount(given[i].Amount, await forms.RequireAsync(token, field), field));
        }

        return amounts;
    }

    private async Task WriteAsync(
        HttpContext http,
        string kind,
        AccountId account,
        PoolId pool,
        TokenAmount[] parts,
        TickRange? range,
        UInt256 shares,
        Guid id,
        TradeEnd end)
    {
        var amounts = new AmountView[parts.Length];
        for (var i = 0; i < amounts.Length; i++)
        {
            var decimals = await forms.RequireAsync(parts[i].Token, "pool");
            amounts[i] = new AmountView(parts[i].Token.Value, Units.Format(parts[i].Amount, decimals));
        }

        await http.WriteAsync(
            new SharesReceipt(
                id,
                kind,
                account.Value,
                pool.Value,
                amounts,
                TickRange.SharesOf(pool, range).Value,
                shares.ToString(),
                end.SequenceNr,
                end.At),
            ApiJson.Shapes.SharesReceipt);
    }

    private async Task<PoolTokenDetails[]?> TokensOfAsync(PoolView view)
    {
        if (view.Tokens is not { } tokens)
        {
            return null;
        }

        var details = new PoolTokenDetails[tokens.Length];
        for (var i = 0; i < details.Length; i++)
        {
            var decimals = await forms.RequireAsync(tokens[i], "tokens");
            details[i] = new PoolTokenDetails(
                tokens[i].Value,
                Units.Format(view.AllReserves()[i], decimals),
                Units.Format(view.AllTreasuryFees()[i], decimals));
        }

        return details;
    }

    private static Price? PriceOf(PoolView view) =>
        view.Reserve0.IsZero ? null
        : view.Curve is null ? new Price(view.Reserve1, view.Reserve0)
        : view.PriceX112.IsZero ? null
        : new Price(view.PriceX112, OracleReading.One);

    private async Task<PoolDetails?> DetailsAsync(PoolId pool)
    {
        var (view, sequenceNr) = await services.ViewAsync<PoolView>(Pool.IdOf(pool));
        if (view is not { Token0: { } token0, Token1: { } token1 })
        {
            return null;
        }

        var decimals0 = await forms.RequireAsync(token0, "token0");
        var decimals1 = await forms.RequireAsync(token1, "token1");
        return new PoolDetails(
            pool.Value,
            token0.Value,
            token1.Value,
            Units.Format(view.Reserve0, decimals0),
            Units.Format(view.Reserve1, decimals1),
            PriceOf(view) is { } price ? SwapEndpoints.PriceText(price, decimals0, decimals1) : null,
            view.TotalShares.ToString(),
            view.LiquidityFeePips,
            view.TreasuryFeePips,
            Units.Format(view.TreasuryFees0, decimals0),
            Units.Format(view.TreasuryFees1, decimals1),
            view.PreparedLegs,
            view.Swaps,
            sequenceNr,
            Units.Format(view.SafeAmountIn(token0, token1), decimals0),
            Units.Format(view.SafeAmountIn(token1, token0), decimals1),
            view.PriceAt,
            view.Kind,
            view.Curve?.Description,
            await TokensOfAsync(view),
            view.Concentrated is not { } ranged ? null :
            [
                .. ranged.Ranges.Select(r => ranged.Counted(r.Range)).Select(r => new PoolRangeDetails(
                    r.Range.Lower,
                    r.Range.Upper,
                    r.Liquidity.ToString(),
                    Units.Format(r.Fees0, decimals0),
                    Units.Format(r.Fees1, decimals1),
                    ranged.Tick >= r.Range.Lower && ranged.Tick < r.Range.Upper)),
            ]);
    }
}
