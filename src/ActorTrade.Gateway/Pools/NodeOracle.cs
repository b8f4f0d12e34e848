using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;

namespace ActorTrade.Gateway.Pools;

/// <summary>A source that was asked and gave no price, and why.</summary>
internal sealed record SilentSource(string Source, string Code);

/// <summary>
/// Prices of a pair from all that the node knows: the time-weighted prices of its pools and the quotes of its venues.
/// </summary>
internal sealed class NodeOracle(GatewayServices services)
{
    private const int PoolsMax = 64;
    private const string Pair =
        "select pool_id, token_0 from pools where (token_0 = ?1 and token_1 = ?2) or (token_0 = ?2 and token_1 = ?1) "
        + "order by pool_id limit 64";

    /// <summary>The mean price of one pool, or why there is none.</summary>
    public async Task<(Pool.Event.PriceObserved? Price, IRejection? Rejection)> OfPoolAsync(
        PoolId pool, OracleTerms terms)
    {
        var answer = await services.SendAsync(
            Pool.IdOf(pool), new Pool.Command.ObservePrice(terms), Guid.NewGuid(), CommandContext.Self);
        return answer switch
        {
            Answer.Accepted { Events: [Pool.Event.PriceObserved observed] } => (observed, null),
            Answer.Rejected rejected => (null, rejected.Rejection),
            Answer.Refused refused => throw Http.ApiProblem.Refused(refused.Reason),
            _ => throw Http.ApiProblem.Refused(RefusalReason.Unavailable),
        };
    }

    /// <summary>What pools and venues say of a pair now, in base units of the quote for one of the base.</summary>
    public async Task<(List<WeightedPrice> Prices, List<SilentSource> Silent)> SourcesAsync(
        TokenId baseToken, TokenId quoteToken, int baseDecimals, int quoteDecimals, OracleTerms terms)
    {
        var prices = new List<WeightedPrice>();
        var silent = new List<SilentSource>();
        foreach (var row in services.Tables.Query(Pair, baseToken.Value, quoteToken.Value).Take(PoolsMax))
        {
            var id = PoolId.Parse((string)row["pool_id"]!);
            var (observed, rejection) = await OfPoolAsync(id, terms);
            if (observed is null)
            {
                silent.Add(new SilentSource(
                    $"pool:{id}",
                    rejection is Pool.Rejection.PriceRefused refused ? refused.Refusal.Code : rejection!.Code));
                continue;
            }

            var price = observed.ToPrice();
            if (observed.Token0 == baseToken)
            {
                prices.Add(new WeightedPrice(price));
            }
            else if (!price.Price.Numerator.IsZero)
            {
                prices.Add(new WeightedPrice(price with { Price = price.Price.Inverse() }));
            }
        }

        var now = services.Time.GetUtcNow();
        foreach (var quote in services.Status().Market?.Quotes ?? [])
        {
            if (quote.Symbol == $"{baseToken}/{quoteToken}" && PriceOf(quote) is { } mid && mid > 0)
            {
                prices.Add(new WeightedPrice(new OraclePrice(
                    Price.FromDecimal(mid, baseDecimals, quoteDecimals),
                    $"venue:{quote.Venue}",
                    TimeSpan.Zero,
                    now > quote.At ? now - quote.At : TimeSpan.Zero,
                    quote.Bid is null || quote.Ask is null ? LastOnly : 1,
                    Observations: 1)));
            }
        }

        return (prices, silent);
    }

    // A trade is what somebody did, a quote what somebody would do now.
    private const double LastOnly = 0.5;

    private static decimal? PriceOf(QuoteStatus quote) =>
        quote is { Bid: { } bid, Ask: { } ask } ? bid + ((ask - bid) / 2) : quote.Last;
}
