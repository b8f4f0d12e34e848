using ActorTrade.Domain.Markets;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Two symbols of one base token in two currencies, and the rate between the currencies: BTCUSD, BTCEUR and EURUSD.
/// Says what a round trip at the quoted prices brings. Statistics, not money: prices are doubles.
/// </summary>
/// <param name="Near">Base in the home currency: BTCUSD.</param>
/// <param name="Far">Base in the foreign currency: BTCEUR.</param>
/// <param name="Rate">The foreign currency in the home currency: EURUSD.</param>
public sealed record QuoteTriangle(Symbol Near, Symbol Far, Symbol Rate)
{
    /// <summary>The triangle among three symbols in any order; null where they do not form one.</summary>
    public static QuoteTriangle? Of(IReadOnlyList<Symbol> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        foreach (var near in symbols)
        {
            foreach (var far in symbols.Where(s => s.Base == near.Base && s.Quote != near.Quote))
            {
                var rate = new Symbol(far.Quote, near.Quote);
                if (symbols.Contains(rate))
                {
                    return new QuoteTriangle(near, far, rate);
                }
            }
        }

        return null;
    }

    /// <summary>Such as "BTC→EUR→USD→BTC": sold far, changed home, bought near.</summary>
    public string FarRoute => $"{Near.Base}→{Far.Quote}→{Near.Quote}→{Near.Base}";

    /// <summary>The opposite: sold near, changed abroad, bought far.</summary>
    public string NearRoute => $"{Near.Base}→{Near.Quote}→{Far.Quote}→{Near.Base}";

    /// <summary>Gain of <see cref="FarRoute"/> as a fraction of the base put in, before fees.</summary>
    public static double FarGain(decimal farBid, decimal rateBid, decimal nearAsk) =>
        ((double)farBid * (double)rateBid / (double)nearAsk) - 1;

    /// <summary>Gain of <see cref="NearRoute"/> as a fraction of the base put in, before fees.</summary>
    public static double NearGain(decimal nearBid, decimal rateAsk, decimal farAsk) =>
        ((double)nearBid / (double)rateAsk / (double)farAsk) - 1;
}
