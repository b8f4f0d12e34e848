using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>What a deposit or a withdrawal would do, in base units; amounts in the pool's order.</summary>
/// <param name="Amounts">Taken from the provider, or given.</param>
/// <param name="Shares">Minted for the provider, or burned.</param>
/// <param name="After">The pool's state afterwards.</param>
public readonly record struct LiquidityChange(ImmutableArray<UInt256> Amounts, UInt256 Shares, Curve After);
