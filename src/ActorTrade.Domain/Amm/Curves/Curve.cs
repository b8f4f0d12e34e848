using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// The state of a pool as far as its prices depend on it, and the mathematics that answers what a trade would do. Pure
/// and immutable: a trade gives a new state. One sealed class, in one file, for each kind of pool.
/// </summary>
/// <remarks>
/// Exactness is a property of an implementation, not of a formula: two deployments of one formula differ by their order
/// of divisions, so every kind states the contract whose integers it reproduces (<see cref="MathVersion"/>). Where that
/// contract reverts, a quote answers with a <see cref="QuoteError"/>; it never throws for a state that was accepted.
/// <para>Tokens are numbered from 0 in the pool's order. Amounts are base units. Quotes allocate nothing.</para>
/// </remarks>
public abstract class Curve
{
    private protected Curve()
    {
    }

    /// <summary>The kind's name in pool files, as in <c>constant-product</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The implementation whose integers this reproduces, as in <c>uniswap-v2-core-1.0.1</c>.</summary>
    public abstract string MathVersion { get; }

    public abstract int TokenCount { get; }

    /// <summary>
    /// What the pool gives for an exact input. Where it can take only part (a price limit, the end of the liquidity),
    /// the quote names what is left over.
    /// </summary>
    public abstract QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote);

    /// <summary>
    /// What the pool asks for an exact output, as its contract computes it. Where the contract has no such function,
    /// the least input for which <see cref="QuoteExactIn"/> gives at least the output; the kind says which.
    /// </summary>
    public abstract QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote);

    /// <summary>The state after a trade that this very state quoted.</summary>
    public abstract Curve Apply(in CurveQuote quote);

    /// <summary>
    /// Base units of the output token for one of the input token, for an infinitely small trade without fee. Correct to
    /// about 1e-12: for display, search and statistics, never for money. NaN where the pool is empty.
    /// </summary>
    public abstract double SpotPrice(int tokenIn, int tokenOut);

    /// <summary>As <see cref="SpotPrice"/>, with the fee of an infinitely small trade.</summary>
    public abstract double MarginalPrice(int tokenIn, int tokenOut);

    /// <summary>
    /// The largest input after which the pool's <see cref="MarginalPrice"/> is still at least
    /// <paramref name="target"/> (output base units for one of input), to the precision of that price. Zero, without
    /// error, where the pool is there already.
    /// </summary>
    public abstract QuoteError AmountInToMarginalPrice(int tokenIn, int tokenOut, double target, out UInt256 amountIn);

    /// <summary>
    /// How much worse than the spot price before it a trade executes, fee included: 0.01 is one percent. A double, for
    /// display and search.
    /// </summary>
    public double PriceImpact(in CurveQuote quote) =>
        1 - ((double)quote.AmountOut / (double)quote.AmountIn / SpotPrice(quote.TokenIn, quote.TokenOut));

    /// <summary>Whether two numbers name two different tokens of the pool.</summary>
    private protected bool IsPair(int tokenIn, int tokenOut) =>
        tokenIn != tokenOut && HasToken(tokenIn) && HasToken(tokenOut);

    private protected bool HasToken(int token) => token >= 0 && token < TokenCount;
}
