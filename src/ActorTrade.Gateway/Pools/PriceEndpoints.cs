using ActorTrade.Domain.Oracles;
using ActorTrade.Gateway.Http;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Pools;

/// <summary>The mean price of a pool over a window.</summary>
/// <param name="Price">Tokens 1 for one token 0, cut to 18 decimals.</param>
/// <param name="AgeSeconds">Since the price last changed.</param>
/// <param name="Confidence">0 to 1; to rank by, no probability.</param>
/// <param name="Observations">Changes of price within the window.</param>
public sealed record TwapDetails(
    string Source,
    string Token0,
    string Token1,
    string Price,
    string Mean,
    long WindowSeconds,
    long AgeSeconds,
    double Confidence,
    int Observations,
    DateTimeOffset At);

/// <summary>The median of what pools and venues say of a pair.</summary>
/// <param name="Price">Quote tokens for one base token, cut to 18 decimals.</param>
/// <param name="AgeSeconds">Of the oldest price that counts.</param>
/// <param name="Sources">Who spoke for it.</param>
/// <param name="Dropped">Who did not count, and why.</param>
public sealed record MedianDetails(
    string Base,
    string Quote,
    string Price,
    double AgeSeconds,
    double Confidence,
    IReadOnlyList<string> Sources,
    IReadOnlyList<DroppedDetails> Dropped,
    DateTimeOffset At);

/// <param name="Price">What it said; absent where it said nothing.</param>
public sealed record DroppedDetails(string Source, string Code, string? Price, double? AgeSeconds);

/// <summary><c>/api/pools/{id}/twap</c> and <c>/api/prices/{base}/{quote}</c>.</summary>
internal sealed class PriceEndpoints(GatewayServices services, TokenForms forms)
{
    private const int WindowDefault = 300;
    private const int AgeDefault = 3_600;
    private const int DeviationDefault = 1_000;
    private readonly NodeOracle _oracle = new(services);

    public async Task TwapAsync(HttpContext http)
    {
        var pool = RequestReading.Pool(http.Segment("id"), "id");
        var (observed, rejection) = await _oracle.OfPoolAsync(pool, TermsOf(http));
        if (observed is not { } found)
        {
            throw Rejections.ToProblem(rejection!, forms.Known);
        }

        var price = found.ToPrice();
        await http.WriteAsync(
            new TwapDetails(
                price.Source,
                found.Token0.Value,
                found.Token1.Value,
                SwapEndpoints.PriceText(
                    price.Price,
                    await forms.RequireAsync(found.Token0, "id"),
                    await forms.RequireAsync(found.Token1, "id")),
                found.Mean == OracleMean.Arithmetic ? "arithmetic" : "geometric",
                found.WindowSeconds,
                found.AgeSeconds,
                found.Confidence,
                found.Observations,
                found.At),
            ApiJson.Shapes.TwapDetails);
    }

    public async Task MedianAsync(HttpContext http)
    {
        var baseToken = RequestReading.Token(http.Segment("base"), "base");
        var quoteToken = RequestReading.Token(http.Segment("quote"), "quote");
        var baseDecimals = await forms.RequireAsync(baseToken, "base");
        var quoteDecimals = await forms.RequireAsync(quoteToken, "quote");
        var terms = TermsOf(http);
        var (prices, silent) = await _oracle.SourcesAsync(
            baseToken, quoteToken, baseDecimals, quoteDecimals, terms);
        var refusal = PriceMedian.Of(
            prices,
            new MedianTerms(
                TimeSpan.FromSeconds(terms.AgeSecondsMax),
                http.Count("quorum", otherwise: 1, max: 64),
                terms.DeviationBpsMax),
            out var median,
            out var dropped);
        DroppedDetails[] all =
        [
            .. dropped.Select(d => new DroppedDetails(
                d.Source, d.Code, SwapEndpoints.PriceText(d.Price, baseDecimals, quoteDecimals), d.Age.TotalSeconds)),
            .. silent.Select(s => new DroppedDetails(s.Source, s.Code, null, null)),
        ];
        if (refusal is not null)
        {
            throw new ApiProblem(422, refusal.Code, "Too few sources agree on a price of this pair.")
            {
                Members = [new("dropped", string.Join(", ", all.Select(d => $"{d.Source} ({d.Code})")))],
            };
        }

        await http.WriteAsync(
            new MedianDetails(
                baseToken.Value,
                quoteToken.Value,
                SwapEndpoints.PriceText(median!.Price.Price, baseDecimals, quoteDecimals),
                median.Price.Age.TotalSeconds,
                median.Price.Confidence,
                median.Used,
                all,
                services.Time.GetUtcNow()),
            ApiJson.Shapes.MedianDetails);
    }

    private static OracleTerms TermsOf(HttpContext http) => new(
        http.Count("window", WindowDefault, (int)ObservationRing.WindowMax),
        http.Count("maxAge", AgeDefault, int.MaxValue),
        http.Count("minObservations", otherwise: 1, max: Domain.Pools.Pool.ObservationsMax),
        http.Count("maxDeviationBps", DeviationDefault, int.MaxValue),
        http.Request.Query["mean"].ToString() switch
        {
            "" or "geometric" => OracleMean.Geometric,
            "arithmetic" => OracleMean.Arithmetic,
            _ => throw ApiProblem.Invalid("mean", "geometric or arithmetic is expected."),
        });
}
