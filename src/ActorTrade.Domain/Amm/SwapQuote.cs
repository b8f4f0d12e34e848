using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm;

/// <summary>Why a pool cannot quote. Expected refusals, not bugs.</summary>
public enum QuoteError
{
    /// <summary>There is a quote.</summary>
    None,

    /// <summary>An amount that must be above zero is zero.</summary>
    ZeroAmount,

    /// <summary>The pool is empty: a reserve, or the number of shares, is zero.</summary>
    NoLiquidity,

    /// <summary>
    /// The pool does not hold what is asked for, or the first deposit does not exceed the locked minimum.
    /// </summary>
    InsufficientLiquidity,

    /// <summary>A reserve or the number of shares would exceed <see cref="ConstantProduct.ReserveMax"/>.</summary>
    ReserveOverflow,

    /// <summary>Rounded down, the other side would give nothing for the amount.</summary>
    OutputTooSmall,

    /// <summary>The pool has no such two tokens.</summary>
    NoSuchPair,

    /// <summary>The amount is beyond the part of a balance that one trade may take or bring.</summary>
    AmountTooLarge,

    /// <summary>A number beyond 256 bits (or the contract's own type): the contract would revert.</summary>
    ArithmeticOverflow,

    /// <summary>An iteration of the contract does not settle within its bound: the contract would revert.</summary>
    NotConverged,

    /// <summary>The answer depends on liquidity outside the ticks that are known.</summary>
    TicksUnknown,

    /// <summary>The contract's own check of its invariant, balances or limits would revert.</summary>
    InvariantBroken,

    /// <summary>Pools of this kind have no such deposit or withdrawal.</summary>
    NotOfThisKind,

    /// <summary>More legs of routes are open than what was asked can reckon with; ask again in a moment.</summary>
    TooManyLegs,

    /// <summary>The pool has as many ranges with liquidity as it may; use one of them.</summary>
    TooManyRanges,
}

public static class QuoteErrors
{
    /// <summary>The error's name in answers and events, as in <c>reserve-overflow</c>.</summary>
    public static string CodeOf(QuoteError error) => error switch
    {
        QuoteError.None => throw new ArgumentOutOfRangeException(nameof(error), "A quote that succeeded has no code."),
        QuoteError.ZeroAmount => "zero-amount",
        QuoteError.NoLiquidity => "no-liquidity",
        QuoteError.InsufficientLiquidity => "insufficient-liquidity",
        QuoteError.ReserveOverflow => "reserve-overflow",
        QuoteError.OutputTooSmall => "output-too-small",
        QuoteError.NoSuchPair => "no-such-pair",
        QuoteError.AmountTooLarge => "amount-too-large",
        QuoteError.ArithmeticOverflow => "arithmetic-overflow",
        QuoteError.NotConverged => "not-converged",
        QuoteError.TicksUnknown => "ticks-unknown",
        QuoteError.InvariantBroken => "invariant-broken",
        QuoteError.NotOfThisKind => "not-of-this-kind",
        QuoteError.TooManyLegs => "too-many-legs",
        QuoteError.TooManyRanges => "too-many-ranges",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, null),
    };
}

/// <summary>What a swap would do, in base units.</summary>
/// <param name="AmountIn">What the taker pays, fee included; input token.</param>
/// <param name="AmountOut">What the taker gets; output token.</param>
/// <param name="Fee">The part of AmountIn that is fee, rounded up; input token.</param>
public readonly record struct SwapQuote(UInt256 AmountIn, UInt256 AmountOut, UInt256 Fee)
{
    /// <summary>Output base units for one input base unit, fee included. Only of a quote that succeeded.</summary>
    public Price ExecutionPrice => new(AmountOut, AmountIn);
}

/// <summary>How much worse than the spot price, as the exact fraction Numerator / Denominator, 0 to 1.</summary>
public readonly record struct PriceImpact(UInt256 Numerator, UInt256 Denominator)
{
    public Bps ToBps(Rounding rounding) => new((int)(ulong)UInt256.MulDiv(Numerator, Bps.One, Denominator, rounding));

    /// <summary>For statistics and display: 0.0909… is 9.09 %.</summary>
    public double ToDoubleLossy() => (double)Numerator / (double)Denominator;
}

/// <summary>Who gets how much of a swap's input as fee. default is no fee, and valid.</summary>
public readonly record struct FeeSchedule
{
    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> when the two together reach the whole.</summary>
    public FeeSchedule(FeePips liquidityProviders, FeePips protocol)
    {
        LiquidityProviders = liquidityProviders;
        Protocol = protocol;
        Total = liquidityProviders + protocol;
    }

    /// <summary>0.30 %: 0.25 % to the liquidity providers and 0.05 % to the protocol.</summary>
    public static FeeSchedule Standard { get; } =
        new(liquidityProviders: new FeePips(2500), protocol: new FeePips(500));

    /// <summary>This part stays in the pool's reserve.</summary>
    public FeePips LiquidityProviders { get; }

    /// <summary>This part leaves the pool for the treasury.</summary>
    public FeePips Protocol { get; }

    public FeePips Total { get; }

    /// <summary>
    /// Splits the fee of a quote made with <see cref="Total"/>. The protocol's part is floor(amountIn·Protocol/10^6),
    /// and the liquidity providers get the rest of the fee, so every rounding is theirs.
    /// </summary>
    /// <remarks>
    /// The protocol's part comes from the amount, not from the rounded-up fee: a part of that could exceed
    /// amountIn·Protocol/10^6 and take from the reserve what keeps k from falling.
    /// </remarks>
    public FeeSplit Split(SwapQuote quote)
    {
        var protocol = Protocol.Of(quote.AmountIn, Rounding.Down);
        return new FeeSplit(LiquidityProviders: quote.Fee - protocol, Protocol: protocol);
    }
}

/// <summary>A swap's fee by receiver, in base units of the input token.</summary>
public readonly record struct FeeSplit(UInt256 LiquidityProviders, UInt256 Protocol);
