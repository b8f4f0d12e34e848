using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Sizing;

/// <summary>The hops of a path in integers: what a chain would do. No pool stands twice in it.</summary>
internal sealed class ExactPath
{
    private readonly ListedPool[] _pools;
    private readonly (int In, int Out)[] _tokens;

    public ExactPath(PoolMarket market, ReadOnlySpan<int> edges)
    {
        _pools = new ListedPool[edges.Length];
        _tokens = new (int, int)[edges.Length];
        for (var k = 0; k < edges.Length; k++)
        {
            ref readonly var edge = ref market.EdgeAt(edges[k]);
            _pools[k] = market.PoolAt(edge.Pool);
            _tokens[k] = (edge.IndexIn, edge.IndexOut);
        }
    }

    public int HopCount => _pools.Length;

    /// <summary>
    /// What comes out for an input. An error where a pool refuses, or takes only part of what it is sent: a path
    /// cannot leave something on the way.
    /// </summary>
    public QuoteError Run(UInt256 amountIn, out UInt256 amountOut)
    {
        amountOut = amountIn;
        for (var k = 0; k < _pools.Length; k++)
        {
            var error = _pools[k].QuoteExactIn(
                _tokens[k].In, _tokens[k].Out, amountOut, out var quote, out var received);
            if (error != QuoteError.None || !quote.Leftover.IsZero)
            {
                amountOut = default;
                return error != QuoteError.None ? error : QuoteError.InsufficientLiquidity;
            }

            amountOut = received;
        }

        return QuoteError.None;
    }

    /// <summary>The least input that is known to give at least an output, hop by hop from the end.</summary>
    public bool TryNeeded(UInt256 amountOut, out UInt256 amountIn)
    {
        amountIn = amountOut;
        for (var k = _pools.Length - 1; k >= 0; k--)
        {
            var error = _pools[k].QuoteExactOut(_tokens[k].In, _tokens[k].Out, amountIn, out var quote, out amountIn);
            if (error != QuoteError.None || !quote.Leftover.IsZero)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="Run"/> for an input that it accepts, with each hop told.</summary>
    public List<ExactHop> Trace(UInt256 amountIn)
    {
        var hops = new List<ExactHop>();
        var amount = amountIn;
        for (var k = 0; k < _pools.Length; k++)
        {
            var error = _pools[k].QuoteExactIn(_tokens[k].In, _tokens[k].Out, amount, out var quote, out var received);
            if (error != QuoteError.None)
            {
                throw new InvalidOperationException($"The pool {_pools[k].Id} refuses what it quoted: {error}.");
            }

            hops.Add(new ExactHop(_pools[k], amount, received, quote));
            amount = received;
        }

        return hops;
    }
}

/// <summary>One hop of a path in integers.</summary>
/// <param name="Sent">What the trader sends; base units of the taken token.</param>
/// <param name="Received">What arrives at the trader; base units of the given token.</param>
/// <param name="Quote">The pool's side of it.</param>
internal readonly record struct ExactHop(ListedPool Pool, UInt256 Sent, UInt256 Received, CurveQuote Quote);
