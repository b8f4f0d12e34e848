using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Sizing;

/// <summary>
/// The input at which a trade gains most in integers: from a size found in doubles, by integer trials alone. The trade
/// is a cycle of pools whose loan is repaid, or whatever else can be tried.
/// </summary>
/// <remarks>
/// A path of concave hops is concave, so what it gains has one top, but for the steps of integer rounding. Where the
/// double model is exact (constant product) the top is within the flat part around it and a pattern search ends there;
/// else a bracket is grown around the size, narrowed by golden section and combed for teeth. Last, the input is cut to
/// the least that gives the same output.
/// </remarks>
/// <param name="cap">The largest input.</param>
/// <param name="tryAt">What an input does; default where it cannot be.</param>
/// <param name="leastFor">The least input known to give the output of a trial; null where none is.</param>
public sealed class ExactSizing(
    UInt256 cap, Func<UInt256, SizedTrial> tryAt, Func<SizedTrial, UInt256?> leastFor)
{
    private const int TrialsMax = 600;
    private const int CombPoints = 24;
    private const int NeighboursEachSide = 16;
    private const int SmallBits = 24;
    private const double GoldenRatio = 0.61803398874989485;

    private int _trials;

    /// <summary>Of a path whose input is lent.</summary>
    internal static ExactSizing Of(ExactPath path, FlashLender lender, UInt256 cap) => new(
        cap,
        input => lender.TryRepayment(input, out var repayment)
            && path.Run(input, out var output) == QuoteError.None
                ? new SizedTrial(true, input, output, (SignedAmount)output - repayment)
                : default,
        best => path.TryNeeded(best.Output, out var needed) ? needed : null);

    /// <summary>The best trial; it may gain nothing or lose, which is for the caller to see. At most some 700
    /// trials, a third of that as a rule.</summary>
    /// <param name="size">Where the search begins; a near one is fast.</param>
    /// <param name="isExactSize">The size comes from a model that is exact for every hop.</param>
    public SizedTrial Maximise(double size, bool isExactSize)
    {
        var best = At(ToInteger(size));
        if (!isExactSize)
        {
            best = Comb(Better(best, Narrow(size)));
        }

        best = Neighbours(Climb(best, isExactSize ? 26 : 18));
        return !best.Input.IsZero && leastFor(best) is { } least && least < best.Input
            ? Better(best, At(least))
            : best;
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

    // In small pools whole units are steps, and the top of one may hide that of the next.
    private SizedTrial Neighbours(SizedTrial top)
    {
        var best = top;
        for (var k = 1u; k <= NeighboursEachSide && top.Input.BitLength <= SmallBits; k++)
        {
            best = Better(best, At(top.Input + k));
            best = UInt256.TrySubtract(top.Input, k, out var below) ? Better(best, At(below)) : best;
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
        return input.IsZero || input > cap ? default : tryAt(input);
    }
}

/// <summary>One input tried in integers.</summary>
/// <param name="IsPossible">Every pool takes it, and whoever lends it has it.</param>
/// <param name="Gain">Output less all that the input costs, in the token of the gain.</param>
public readonly record struct SizedTrial(bool IsPossible, UInt256 Input, UInt256 Output, SignedAmount Gain);
