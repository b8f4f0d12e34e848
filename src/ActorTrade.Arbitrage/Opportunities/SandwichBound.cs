namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>
/// How large a trade may be before somebody gains by trading in front of it and back behind it, whatever slippage it
/// allows.
/// </summary>
/// <remarks>
/// In a constant-product pool with γ = 1 - fee, a trade of u times the input reserve can be sandwiched at a gain if and
/// only if γ²·(1+u)·(1+γ·u) > 1. Other pools of the same pair are not considered.
/// </remarks>
public static class SandwichBound
{
    /// <summary>The u up to which no sandwich gains: 0.0030135 for a fee of 0.3 %.</summary>
    public static double ShareMax(double feeKept)
    {
        var g2 = feeKept * feeKept;
        var a = g2 * feeKept;
        var b = g2 * (1 + feeKept);
        var c = 1 - g2;

        // a·u² + b·u = c; in this form small fees do not cancel.
        return 2 * c / (b + Math.Sqrt((b * b) + (4 * a * c)));
    }

    /// <summary>Whether a sandwich can gain from a trade of so many times the input reserve.</summary>
    public static bool IsExposed(double share, double feeKept) =>
        feeKept * feeKept * (1 + share) * (1 + (feeKept * share)) > 1;
}

/// <param name="Share">The trade as a part of the pool's input reserve (virtual, where it has none of its
/// own).</param>
/// <param name="ShareMax">Up to there no sandwich gains.</param>
public readonly record struct SandwichExposure(double Share, double ShareMax)
{
    public bool IsExposed => Share > ShareMax;
}
