using System.Runtime.CompilerServices;

namespace ActorTrade.Arbitrage.Sizing;

/// <summary>
/// A path of constant-product hops, however many, as the one function x ↦ rate·x / (1 + curvature·x), and the closed
/// forms that follow. A constant-product hop is a Möbius map, and these compose.
/// </summary>
/// <remarks>
/// With A, B, C of the usual form A·x / (B + C·x): rate = A/B and curvature = C/B, which stay in the range of a double
/// for any reserves. Relative error about 1e-15, but for the input near break-even, where √rate - √cost cancels.
/// Derivation: <c>docs/defi/arbitrage.md</c>.
/// </remarks>
/// <param name="Rate">Output for one of input at size zero, fees included; base units.</param>
/// <param name="Curvature">How fast that falls, for one base unit of input.</param>
public readonly record struct MobiusPath(double Rate, double Curvature)
{
    /// <summary>The path without a hop.</summary>
    public static MobiusPath Neutral => new(1, 0);

    /// <summary>A constant-product hop.</summary>
    /// <param name="feeKept">1 - fee.</param>
    public static MobiusPath OfReserves(double reserveIn, double reserveOut, double feeKept) =>
        new(feeKept * reserveOut / reserveIn, feeKept / reserveIn);

    /// <summary>This path and then another hop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MobiusPath Then(MobiusPath hop) => new(Rate * hop.Rate, Curvature + (hop.Curvature * Rate));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Output(double input) => Rate * input / (1 + (Curvature * input));

    /// <summary>Whether any size gains when one of input costs <paramref name="cost"/> (1 + loan fee).</summary>
    public bool Gains(double cost) => Rate > cost;

    /// <summary>x* = (√(rate/cost) - 1) / curvature, which maximises output - cost·x; zero where nothing
    /// gains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double OptimalInput(double cost) => Rate > cost ? (Math.Sqrt(Rate / cost) - 1) / Curvature : 0;

    /// <summary>(√rate - √cost)² / curvature: what the optimal input gains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double OptimalGain(double cost)
    {
        var root = Math.Sqrt(Rate) - Math.Sqrt(cost);
        return root > 0 ? root * root / Curvature : 0;
    }
}
