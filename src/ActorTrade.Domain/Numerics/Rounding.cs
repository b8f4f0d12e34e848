namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Which way an inexact result goes. Every lossy operation on amounts names one; there is no default.
/// </summary>
public enum Rounding
{
    /// <summary>Towards zero (amounts are never negative). Favours whoever pays the amount.</summary>
    Down,

    /// <summary>Away from zero. Favours whoever receives the amount.</summary>
    Up,
}
