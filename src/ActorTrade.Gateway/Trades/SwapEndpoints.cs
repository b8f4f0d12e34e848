using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary><c>POST /api/swaps</c>: a swap through a pool or along a route, answered when it has settled.</summary>
internal sealed class SwapEndpoints(GatewayServices services, TokenForms forms, TradeDesk desk)
{
    /// <summary>What is accepted where the request says nothing: half a percent less than quoted.</summary>
    private const int SlippageBpsDefault = 50;

    private const int PriceDecimals = 18;

    public static readonly TimeSpan DeadlineDefault = TimeSpan.FromSeconds(30);

    public async Task SwapAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.SwapRequest);
        var account = RequestReading.Account(request.Account, "account");
        var id = http.IdOf("swap", Account.IdOf(account));
        var (route, pools) = await RouteOfAsync(request);
        var decimalsIn = await forms.RequireAsync(route[0].TokenIn, "tokenIn");
        var decimalsOut = await forms.RequireAsync(route[^1].TokenOut, "tokenOut");
        var amountIn = RequestReading.Amount(request.AmountIn, decimalsIn, "amountIn");
        var least = LeastOut(request, route, pools, amountIn, decimalsOut);
        var deadline = request.Deadline ?? services.Time.GetUtcNow() + DeadlineDefault;
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.StartSwap(
                id, route, amountIn, least, deadline, request.Nonce, request.Flash == true),
            http.Principal(),
            e => e is Account.Event.TradeSettled s
                && s.TokenIn == route[0].TokenIn && s.TokenOut == route[^1].TokenOut && s.AmountIn == amountIn));
        await http.WriteAsync(
            Receipt(account, route, (Account.Event.TradeSettled)end.Event, end.SequenceNr, decimalsIn, decimalsOut),
            ApiJson.Shapes.SwapReceipt);
    }

    private static SwapReceipt Receipt(
        AccountId account,
        SwapHop[] route,
        Account.Event.TradeSettled e,
        long sequenceNr,
        int decimalsIn,
        int decimalsOut) => new(
        e.TradeId,
        account.Value,
        [.. route.Select(h => h.Pool.Value)],
        e.TokenIn.Value,
        Units.Format(e.AmountIn, decimalsIn),
        e.TokenOut.Value,
        Units.Format(e.AmountOut, decimalsOut),
        Units.Format(e.Fee, decimalsIn),
        PriceText(new Price(e.AmountOut, e.AmountIn), decimalsIn, decimalsOut),
        e.PriceImpactBps,
        sequenceNr,
        e.At);

    /// <summary>Tokens of the second kind for one of the first, cut to 18 decimals.</summary>
    internal static string PriceText(Price price, int baseDecimals, int quoteDecimals)
    {
        var one = Units.PowerOfTen(baseDecimals + PriceDecimals);
        return UInt256.TryMulDivDown(one, price.Numerator, price.Denominator, out var scaled)
            ? Units.Format(scaled / Units.PowerOfTen(quoteDecimals), PriceDecimals)
            : "0";
    }

    private async Task<(SwapHop[] Route, PoolView[] Pools)> RouteOfAsync(SwapRequest request)
    {
        string[] names = (request.Pool, request.Route) switch
        {
            ({ } only, null) => [only],
            (null, { Length: > 0 } several) => several,
            _ => throw ApiProblem.Invalid("pool", "Either a pool or a route of pools is needed."),
        };
        if (names.Length > Account.RouteHopsMax)
        {
            throw ApiProblem.Invalid("route", $"A route has at most {Account.RouteHopsMax} pools.");
        }

        if (request.Via is { } via && via.Length != names.Length - 1)
        {
            throw ApiProblem.Invalid("via", $"Between {names.Length} pools there are {names.Length - 1} tokens.");
        }

        var field = request.Route is null ? "pool" : "route";
        var pools = new PoolView[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var id = RequestReading.Pool(names[i], field);
            (pools[i], _) = await services.ViewAsync<PoolView>(Pool.IdOf(id));
            if (pools[i].AllTokens().Length == 0)
            {
                throw new ApiProblem(404, "pool-not-created", $"There is no pool '{id}'.") { Field = field };
            }
        }

        return (HopsOf(request, pools, field), pools);
    }

    private static SwapHop[] HopsOf(SwapRequest request, PoolView[] pools, string field)
    {
        var token = RequestReading.Token(request.TokenIn, "tokenIn");
        TokenId? last = request.TokenOut is { } named ? RequestReading.Token(named, "tokenOut") : null;
        var hops = new SwapHop[pools.Length];
        for (var i = 0; i < hops.Length; i++)
        {
            var tokens = pools[i].AllTokens();
            if (Array.IndexOf(tokens, token) < 0)
            {
                throw ApiProblem.Invalid(
                    i == 0 ? "tokenIn" : field,
                    $"The pool '{pools[i].Id}' trades {string.Join(" and ", tokens)}, not {token}.");
            }

            var next = NextToken(request, pools, i, token, last);
            (hops[i], token) = (new SwapHop(pools[i].Id, token, next), next);
        }

        return last is { } wanted && wanted != token
            ? throw ApiProblem.Invalid("tokenOut", $"The pools lead to {token}, not to {wanted}.")
            : hops;
    }

    // Of two tokens there is no choice; of more the request says it, or the next pool has only one of them.
    private static TokenId NextToken(SwapRequest request, PoolView[] pools, int hop, TokenId token, TokenId? last)
    {
        var others = pools[hop].AllTokens().Where(t => t != token).ToList();
        var isLast = hop == pools.Length - 1;
        var field = isLast ? "tokenOut" : "via";
        var named = isLast ? last
            : request.Via is { } via ? RequestReading.Token(via[hop], "via")
            : null;
        if (others is [var only] && (named is null || isLast))
        {
            return only;
        }

        var fitting = named is { } wanted ? others.Where(t => t == wanted).ToList()
            : isLast ? others
            : others.Where(t => pools[hop + 1].AllTokens().Contains(t)).ToList();
        return fitting switch
        {
            [var one] => one,
            [] => throw ApiProblem.Invalid(
                field, $"The pool '{pools[hop].Id}' gives {string.Join(" or ", others)}, and not that."),
            _ => throw ApiProblem.Invalid(
                field, $"The pool '{pools[hop].Id}' gives {string.Join(" or ", fitting)}; say which."),
        };
    }

    private static UInt256 LeastOut(
        SwapRequest request, SwapHop[] route, PoolView[] pools, UInt256 amountIn, int decimalsOut)
    {
        if (request.MinAmountOut is { } text)
        {
            return request.MaxSlippageBps is null
                ? RequestReading.Amount(text, decimalsOut, "minAmountOut")
                : throw ApiProblem.Invalid("maxSlippageBps", "Give either minAmountOut or maxSlippageBps.");
        }

        if (request.Flash == true && request.MaxSlippageBps is null)
        {
            return amountIn;
        }

        if (!Bps.TryCreate(request.MaxSlippageBps ?? SlippageBpsDefault, out var slippage))
        {
            throw ApiProblem.Invalid("maxSlippageBps", "0 to 10000 is expected.");
        }

        var amount = amountIn;
        for (var i = 0; i < route.Length; i++)
        {
            if (pools[i].QuoteExactIn(route[i].TokenIn, route[i].TokenOut, amount, out var quote) != QuoteError.None)
            {
                // The pool itself says why, and its refusal is the record; a bound of one lets the trade reach it.
                return UInt256.One;
            }

            amount = quote.AmountOut;
        }

        // Rounded up, in favour of the taker whose bound it is; never zero, which would be no bound.
        var least = UInt256.MulDiv(amount, (uint)(Bps.One - slippage.Value), Bps.One, Rounding.Up);
        return least.IsZero ? UInt256.One : least;
    }
}
