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

    /// <summary>What it is given of a token, on both sides; nothing where the token is only earned.</summary>
    public void Begin(TokenId token, int decimals, UInt256 amount)
    {
        var held = _tokens.GetValueOrDefault(token) ?? new Holding(decimals, UInt256.Zero, UInt256.Zero);
        _tokens[token] = held with { Start = held.Start + amount, Chain = held.Chain + amount };
    }

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
    /// Start and end at the last prices: in the total's currency or one of the others, the first of those in which most
    /// tokens have a price; null where nothing has.
    /// </summary>
    public ArbitrageMark? Mark(IHouseArbitrageur? ledger, Valuation valuation, IEnumerable<TokenId> others)
    {
        var currency = others.Prepend(TokenId.Parse(Valuation.TotalCurrency))
            .MaxBy(c => _tokens.Keys.Count(t => valuation.Rate(t, c) is not null));
        var (start, end) = (0m, 0m);
        var excluded = new List<string>();
        foreach (var (token, held) in _tokens)
        {
            if (valuation.Rate(token, currency) is not { } rate)
            {
                excluded.Add(token.Value);
                continue;
            }

            var chain = Units.ToDecimal(held.Chain.Magnitude, held.Decimals) * (held.Chain.IsNegative ? -1 : 1);
            start += 2 * Units.ToDecimal(held.Start, held.Decimals) * rate;
            end += (Units.ToDecimal(ledger!.Held(token), held.Decimals) + chain) * rate;
        }

        return excluded.Count == _tokens.Count ? null : new ArbitrageMark(
            currency.Value, decimal.Round(start, 6), decimal.Round(end, 6), decimal.Round(end - start, 6), excluded);
    }

    private void Add(TokenId token, SignedAmount change)
    {
        var held = _tokens[token];
        _tokens[token] = held with { Chain = held.Chain + change };
    }

    private sealed record Holding(int Decimals, UInt256 Start, SignedAmount Chain);
}
