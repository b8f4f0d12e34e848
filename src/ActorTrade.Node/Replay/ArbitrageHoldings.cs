using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>
/// What the arbitrageur has: on the ledger, as its account says, and on the recorded chain, where it is notional and
/// counted here. It begins with the same on both.
/// </summary>
internal sealed class ArbitrageHoldings
{
    private readonly SortedDictionary<TokenId, Holding> _tokens = [];

    public bool Has(TokenId token) => _tokens.ContainsKey(token);

    public UInt256 OnChain(TokenId token) =>
        _tokens.TryGetValue(token, out var held) && !held.Chain.IsNegative ? held.Chain.Magnitude : UInt256.Zero;

    public void Begin(TokenId token, int decimals, UInt256 amount) =>
        _tokens.Add(token, new Holding(decimals, amount, amount));

    /// <summary>A notional swap on the chain.</summary>
    public void Trade(TokenId given, UInt256 amountIn, TokenId received, UInt256 amountOut)
    {
        Add(given, -(SignedAmount)amountIn);
        Add(received, amountOut);
    }

    /// <summary>Gas, where its token is held.</summary>
    public void Pay(TokenId token, UInt256 amount)
    {
        if (Has(token))
        {
            Add(token, -(SignedAmount)amount);
        }
    }

    public IReadOnlyList<ArbitrageHolding> Report(IHouseArbitrageur? ledger) =>
    [
        .. _tokens.Select(t => new ArbitrageHolding(
            t.Key.Value, t.Value.Decimals, t.Value.Start.ToString(), ledger!.Held(t.Key).ToString(),
            t.Value.Start.ToString(), t.Value.Chain.ToString())),
    ];

    /// <summary>
    /// Start and end at the last prices: in the total's currency, else in the first of others that has a price for
    /// every token; null where none has, or nothing is held.
    /// </summary>
    public ArbitrageMark? Mark(IHouseArbitrageur? ledger, Valuation valuation, IEnumerable<TokenId> others)
    {
        foreach (var currency in others.Prepend(TokenId.Parse(Valuation.TotalCurrency)))
        {
            if (_tokens.Count > 0 && _tokens.Keys.All(t => valuation.Rate(t, currency) is not null))
            {
                var (start, end) = (0m, 0m);
                foreach (var (token, held) in _tokens)
                {
                    var rate = valuation.Rate(token, currency)!.Value;
                    var chain = Units.ToDecimal(held.Chain.Magnitude, held.Decimals) * (held.Chain.IsNegative ? -1 : 1);
                    start += 2 * Units.ToDecimal(held.Start, held.Decimals) * rate;
                    end += (Units.ToDecimal(ledger!.Held(token), held.Decimals) + chain) * rate;
                }

                return new ArbitrageMark(
                    currency.Value, decimal.Round(start, 6), decimal.Round(end, 6), decimal.Round(end - start, 6));
            }
        }

        return null;
    }

    private void Add(TokenId token, SignedAmount change)
    {
        var held = _tokens[token];
        _tokens[token] = held with { Chain = held.Chain + change };
    }

    private sealed record Holding(int Decimals, UInt256 Start, SignedAmount Chain);
}
