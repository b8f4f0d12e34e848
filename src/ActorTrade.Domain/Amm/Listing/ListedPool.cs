using System.Collections.Immutable;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>
/// A pool somewhere: which tokens it trades, and the curve by which it does. Quotes are what a trader pays and gets, so
/// they count what fee-on-transfer tokens lose on the way into and out of the pool. Immutable.
/// </summary>
public sealed class ListedPool
{
    /// <summary>Throws <see cref="InvalidCurveException"/> when the tokens are not those of the curve, or one stands
    /// there twice.</summary>
    /// <param name="id">Unique in its market.</param>
    /// <param name="dex">Whose pool it is, as the catalogue names it; null where not known.</param>
    public ListedPool(string id, long chainId, ImmutableArray<ListedToken> tokens, Curve curve, string? dex = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(curve);
        if (tokens.Length != curve.TokenCount)
        {
            throw new InvalidCurveException(
                "tokens",
                $"the pool names {tokens.Length} tokens and its curve has {curve.TokenCount}; they must agree.");
        }

        if (tokens.Distinct().Count() != tokens.Length)
        {
            throw new InvalidCurveException("tokens", "a token stands there twice; each must be named once.");
        }

        Id = id;
        ChainId = chainId;
        Tokens = tokens;
        Curve = curve;
        Dex = dex;
    }

    private ListedPool(ListedPool pool, Curve curve)
    {
        (Id, ChainId, Dex, Tokens) = (pool.Id, pool.ChainId, pool.Dex, pool.Tokens);
        Curve = curve;
    }

    public string Id { get; }

    public long ChainId { get; }

    public string? Dex { get; }

    public ImmutableArray<ListedToken> Tokens { get; }

    public Curve Curve { get; }

    /// <summary>The token's number in the pool; -1 where the pool has none of this address.</summary>
    public int IndexOf(ReadOnlySpan<char> address)
    {
        for (var i = 0; i < Tokens.Length; i++)
        {
            if (address.Equals(Tokens[i].Address, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The pool in another state: one of its own kind, with its tokens.</summary>
    public ListedPool With(Curve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return curve.TokenCount == Tokens.Length ? new(this, curve) : throw new InvalidCurveException(
            "tokens", $"the pool names {Tokens.Length} tokens and its curve has {curve.TokenCount}; they must agree.");
    }

    /// <summary>
    /// What a trader who sends <paramref name="amountIn"/> gets. Nothing, where the pool's curve has a quote of
    /// nothing, as concentrated pools do; where only the token keeps all of it, OutputTooSmall.
    /// </summary>
    /// <param name="quote">The pool's side of it: its AmountIn is what arrives there, its AmountOut what it
    /// sends.</param>
    /// <param name="received">What arrives at the trader.</param>
    public QuoteError QuoteExactIn(
        int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote, out UInt256 received)
    {
        received = default;
        quote = default;
        if (!HasToken(tokenIn) || !HasToken(tokenOut))
        {
            return QuoteError.NoSuchPair;
        }

        var error = Curve.QuoteExactIn(tokenIn, tokenOut, Arriving(tokenIn, amountIn), out quote);
        received = error == QuoteError.None ? Arriving(tokenOut, quote.AmountOut) : default;
        return received.IsZero && !quote.AmountOut.IsZero ? QuoteError.OutputTooSmall : error;
    }

    /// <summary>The least a trader must send to get at least <paramref name="amountOut"/>.</summary>
    /// <param name="sent">What the trader sends.</param>
    public QuoteError QuoteExactOut(
        int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote, out UInt256 sent)
    {
        sent = default;
        quote = default;
        if (!HasToken(tokenIn) || !HasToken(tokenOut))
        {
            return QuoteError.NoSuchPair;
        }

        if (!TryLeaving(tokenOut, amountOut, out var given))
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = Curve.QuoteExactOut(tokenIn, tokenOut, given, out quote);
        return error != QuoteError.None ? error
            : TryLeaving(tokenIn, quote.AmountIn, out sent) ? QuoteError.None : QuoteError.ArithmeticOverflow;
    }

    private bool HasToken(int token) => token >= 0 && token < Tokens.Length;

    /// <summary>What arrives of an amount sent. A fee-on-transfer token takes its fee rounded down, as
    /// OpenZeppelin-like implementations do.</summary>
    public UInt256 Arriving(int token, UInt256 amount)
    {
        var fee = Tokens[token].TransferFee;
        return fee.Value == 0 ? amount : amount - fee.Of(amount, Rounding.Down);
    }

    /// <summary>The least amount to send of which at least the given one arrives; false beyond 256 bits.</summary>
    public bool TryLeaving(int token, UInt256 arriving, out UInt256 amount)
    {
        var fee = Tokens[token].TransferFee;
        amount = arriving;
        if (fee.Value == 0)
        {
            return true;
        }

        // amount - floor(amount·f/F) = ceil(amount·(F-f)/F) >= arriving, least: floor((arriving-1)·F/(F-f)) + 1.
        return arriving.IsZero
            || (UInt256.TryMulDivDown(
                    arriving - UInt256.One, FeePips.One, (uint)(FeePips.One - fee.Value), out var below)
                && UInt256.TryAdd(below, UInt256.One, out amount));
    }
}
