using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Sizing;

/// <summary>
/// The input at which a cycle gains most in integers, loan repaid: from a size found in doubles, by trials of the
/// integer path alone.
/// </summary>
/// <remarks>
/// A path of concave hops is concave, so what it gains has one top, but for the steps of integer rounding. Where the
/// double model is exact (constant product) the top is within the flat part around it and a pattern search ends there;
/// else a bracket is grown around the size, narrowed by golden section and combed for teeth. Last, the input is cut to
/// the least that gives the same output.
/// </remarks>
internal sealed class ExactSizing(ExactPath path, FlashLender lender, UInt256 cap)
{
    private const int TrialsMax = 600;
    private const int CombPoints = 24;
    private const double GoldenRatio = 0.61803398874989485;

    private int _trials;

    /// <summary>The best trial; it may gain nothing or lose, which is for the caller to see.</summary>
    /// <param name="isExactSize">The size comes from a model that is exact for every hop.</param>
    public SizedTrial Maximise(double size, bool isExactSize)
    {
        var best = At(ToInteger(size));
        if (!isExactSize)
        {
            best = Comb(Better(best, Narrow(size)));
        }

        best = Climb(best, isExactSize ? 26 : 18);
        if (best.Input.IsZero || !path.TryNeeded(best.Output, out var needed) || needed > best.Input)
        {
            return best;
        }

        return Better(best, At(needed));
    }

    private static SizedTrial Better(SizedTrial a, SizedTrial b) =>
        b.IsPossible && (!a.IsPossible || b.Gain > a.Gain) ? b : a;

    private SizedTrial Climb(SizedTrial best, int shift)
    {
        var step = UInt256.Max(best.Input >> shift, UInt256.One);
        while (_trials < TrialsMax)
        {
            var above = UInt256.TryAdd(best.Input, step, out var more) ? At(more) : default;
            var below = UInt256.TrySubtract(best.Input, step, out var less) ? At(less) : default;
            var next = Better(Better(best, above), below);
            if (next.Input != best.Input)
            {
                best = next;
            }
            else if (step == UInt256.One)
            {
                break;
            }
            else
            {
                step = UInt256.Max(step >> 1, UInt256.One);
            }
        }

        return best;
    }

    // A fee that is itself an integer (StableSwap NG has one in steps of 1e-10) makes teeth on the curve, wider than
    // the distance of these points: at least one of them stands on each tooth near the top.
    private SizedTrial Comb(SizedTrial top)
    {
        var step = (top.Input >> 13) / CombPoints;
        var best = top;
        for (var k = 1u; k <= CombPoints && !step.IsZero; k++)
        {
            best = Better(Better(best, At(top.Input + (step * k))), At(top.Input - (step * k)));
        }

        return best;
    }

    // Grows a bracket around the size until the gain falls on both sides, then narrows it.
    private SizedTrial Narrow(double size)
    {
        var (low, middle, high) = (size / 2, size, Math.Min(size * 2, (double)cap));
        var (atMiddle, atHigh, atLow) = (At(ToInteger(middle)), At(ToInteger(high)), At(ToInteger(low)));
        while (high < (double)cap && Better(atMiddle, atHigh).Input == atHigh.Input && high > middle && _trials < 100)
        {
            (low, atLow, middle, atMiddle) = (middle, atMiddle, high, atHigh);
            high = Math.Min(high * 2, (double)cap);
            atHigh = At(ToInteger(high));
        }

        while (low >= 1 && (!atMiddle.IsPossible || Better(atMiddle, atLow).Input == atLow.Input) && _trials < 200)
        {
            (high, middle, atMiddle) = (middle, low, atLow);
            low /= 2;
            atLow = At(ToInteger(low));
        }

        return Golden(low, high);
    }

    private SizedTrial Golden(double low, double high)
    {
        var left = high - (GoldenRatio * (high - low));
        var right = low + (GoldenRatio * (high - low));
        var (atLeft, atRight) = (At(ToInteger(left)), At(ToInteger(right)));
        var best = Better(atLeft, atRight);
        while (high - low > Math.Max(1, high * 1e-9) && _trials < TrialsMax / 2)
        {
            if (Better(atLeft, atRight).Input == atRight.Input && atRight.IsPossible)
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (GoldenRatio * (high - low));
                atRight = At(ToInteger(right));
            }
            else
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (GoldenRatio * (high - low));
                atLeft = At(ToInteger(left));
            }

            best = Better(Better(best, atLeft), atRight);
        }

        return best;
    }

    private UInt256 ToInteger(double size) =>
        !(size >= 1) ? UInt256.One : size >= (double)cap ? cap : UInt256.Min((UInt256)Math.Round(size), cap);

    private SizedTrial At(UInt256 input)
    {
        _trials++;
        if (input.IsZero || input > cap || !lender.TryRepayment(input, out var repayment)
            || path.Run(input, out var output) != QuoteError.None)
        {
            return default;
        }

        return new SizedTrial(true, input, output, (SignedAmount)output - repayment);
    }
}

/// <summary>One input tried on the integer path.</summary>
/// <param name="IsPossible">Every pool takes it, and the lender has it.</param>
/// <param name="Gain">Output less the loan and its fee, in the base token.</param>
internal readonly record struct SizedTrial(bool IsPossible, UInt256 Input, UInt256 Output, SignedAmount Gain);
