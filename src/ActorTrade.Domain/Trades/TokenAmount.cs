using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Trades;

/// <summary>An amount of a token, in its base units.</summary>
public readonly record struct TokenAmount(TokenId Token, UInt256 Amount);
