using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>What a trade with a curve would do, in base units.</summary>
/// <param name="TokenIn">Number of the token the pool takes, in the pool's order.</param>
/// <param name="TokenOut">Number of the token the pool gives.</param>
/// <param name="AmountIn">What the pool takes, fee included. Less than asked for where <paramref name="Leftover"/> is
/// not zero.</param>
/// <param name="AmountOut">What the pool gives, fee taken off.</param>
/// <param name="Fee">The whole fee, providers' and protocol's.</param>
/// <param name="ProtocolFee">The part of the fee that does not go to the providers.</param>
/// <param name="IsFeeOnOutput">The fee is in the output token (StableSwap, tricrypto), else in the input token.</param>
/// <param name="Leftover">Of an exact input: what the pool would not take. Of an exact output: what it cannot
/// give.</param>
/// <param name="IsExactOut">The output was asked for, not the input: the state after it may depend on that.</param>
public readonly record struct CurveQuote(
    int TokenIn,
    int TokenOut,
    UInt256 AmountIn,
    UInt256 AmountOut,
    UInt256 Fee,
    UInt256 ProtocolFee = default,
    bool IsFeeOnOutput = false,
    UInt256 Leftover = default,
    bool IsExactOut = false);
