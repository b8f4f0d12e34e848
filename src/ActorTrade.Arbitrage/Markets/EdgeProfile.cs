using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Markets;

/// <summary>
/// What an edge gives for any input, as pieces of constant product laid end to end: at knot k the edge has taken
/// <c>Inputs[k]</c>, given <c>Outputs[k]</c>, and its marginal rate is 1/s² with s = <c>RootPrices[k]</c>; from there s
/// grows by <c>Slopes[k]</c> for each unit of input until the next knot.
/// </summary>
/// <remarks>
/// Why s = 1/√(marginal rate): along a constant-product curve it is a straight line in the input, so a pair is one
/// piece and a concentrated pool one piece a tick range, both exact; a stable or weighted curve is approached by as
/// many pieces as there are knots. Within a piece, h beyond its knot, the output grows by h / (s_k·(s_k + slope·h)).
/// <para>Doubles, for search and sizing; amounts found with it are replayed in integers.</para>
/// </remarks>
internal sealed class EdgeProfile
{
    // A smooth curve gets its first knots at inputs this factor apart, until its rate has fallen to RateLeftMin of what
    // it was; where the rate falls by more than RateStep between two, the one between them too.
    private const double InputStep = 4;
    private const double RateLeftMin = 0.05;
    private const double RateStep = 0.02;
    private const int KnotsMax = 96;

    // A rate as a difference of two outputs is taken over at least so many units, from outputs of at least so many.
    private const double UnitsOfDifferenceMin = 1e7;
    private const double FineOutputMin = 1e9;
    private const double SmallTradeLeft = 0.998;

    private EdgeProfile(
        double[] inputs, double[] outputs, double[] rootPrices, double[] slopes, double inputMax, bool isExact)
    {
        IsExact = isExact;
        Inputs = inputs;
        Outputs = outputs;
        RootPrices = rootPrices;
        Slopes = slopes;
        InputMax = inputMax;
    }

    /// <summary>The pieces are the curve itself, but for doubles; else they approach it.</summary>
    public bool IsExact { get; }

    public double[] Inputs { get; }

    public double[] Outputs { get; }

    public double[] RootPrices { get; }

    /// <summary>Above zero. An infinite one is a jump of the price without depth.</summary>
    public double[] Slopes { get; }

    /// <summary>The most the edge takes, as far as is known; infinite for most.</summary>
    public double InputMax { get; }

    public int Count => Inputs.Length;

    /// <summary>The curvature q of the first piece, as in rate·x / (1 + q·x); infinite where the edge takes
    /// nothing.</summary>
    public double InitialCurvature => InputMax > 0 ? Slopes[0] / RootPrices[0] : double.PositiveInfinity;

    /// <summary>A single piece without end: a constant-product pool.</summary>
    public static EdgeProfile OfProduct(double rate, double curvature)
    {
        if (rate <= 0)
        {
            return Empty;
        }

        var root = 1 / Math.Sqrt(rate);
        return new EdgeProfile([0], [0], [root], [curvature * root], double.PositiveInfinity, isExact: true);
    }

    /// <summary>An edge that takes nothing.</summary>
    public static EdgeProfile Empty { get; } = new([], [], [], [], 0, isExact: true);

    /// <summary>Knots at inputs of all magnitudes, closer where the curve bends; the curve itself is asked.</summary>
    public static EdgeProfile Of(Curve curve, in Edge edge, double rate)
    {
        if (rate <= 0)
        {
            return Empty;
        }

        if (curve is ConcentratedCurve concentrated)
        {
            return ConcentratedProfile.Of(concentrated, edge);
        }

        var first = (Input: 0d, Output: 0d, Root: 1 / Math.Sqrt(rate));
        var points = new List<(double Input, double Output, double Root)> { first };
        var inputMax = double.PositiveInfinity;
        for (var input = InputStep; input < 1e75 && points.Count < KnotsMax; input *= InputStep)
        {
            if (!TryPoint(curve, edge, input, out var point))
            {
                // Small amounts give nothing yet; large ones are refused.
                if (points.Count > 1)
                {
                    inputMax = AddLast(curve, edge, points, input);
                    break;
                }

                continue;
            }

            // What is still flat says nothing, and its slope would be rounding; the last flat point is the first knot.
            if (point.Root <= first.Root * (1 + 1e-6))
            {
                continue;
            }

            Bisect(curve, edge, points, point, depth: 4);
            points.Add(point);
            if (point.Root * point.Root * rate > 1 / RateLeftMin)
            {
                break;
            }
        }

        return OfPoints(points, inputMax);
    }

    /// <summary>The profile with one knot more, where the curve itself is asked.</summary>
    public EdgeProfile WithKnot(Curve curve, in Edge edge, double input)
    {
        if (!TryPoint(curve, edge, input, out var point))
        {
            return this;
        }

        var points = Enumerable.Range(0, Count).Select(k => (Inputs[k], Outputs[k], RootPrices[k])).Append(point)
            .OrderBy(p => p.Item1);
        return OfPoints([.. points], InputMax);
    }

    /// <summary>What the edge gives for an input.</summary>
    public double Output(double input)
    {
        if (Count == 0)
        {
            return 0;
        }

        var k = PieceAt(input);
        var h = input - Inputs[k];
        return Outputs[k] + (h / (RootPrices[k] * (RootPrices[k] + (Slopes[k] * h))));
    }

    /// <summary>The number of the piece in which an input lies.</summary>
    public int PieceAt(double input)
    {
        var k = Array.BinarySearch(Inputs, input);
        return k >= 0 ? k : Math.Max(0, ~k - 1);
    }

    /// <summary>The input up to which the marginal rate is at least 1/rootPrice², and what it gives.</summary>
    /// <param name="perRoot">How fast that input grows with rootPrice there.</param>
    public void Until(double rootPrice, out double input, out double output, out double perRoot)
    {
        (input, output, perRoot) = (0, 0, 0);
        if (Count == 0 || rootPrice <= RootPrices[0])
        {
            return;
        }

        var k = Array.BinarySearch(RootPrices, rootPrice);
        k = k >= 0 ? k : ~k - 1;
        var atEnd = k + 1 == Count;
        var length = (atEnd ? InputMax : Inputs[k + 1]) - Inputs[k];
        if (double.IsInfinity(Slopes[k]))
        {
            (input, output) = (Inputs[k], Outputs[k]);
            return;
        }

        var h = (rootPrice - RootPrices[k]) / Slopes[k];
        perRoot = 1 / Slopes[k];
        if (h > length)
        {
            (h, perRoot) = (length, 0);
        }

        input = Inputs[k] + h;
        output = Outputs[k] + (h / (RootPrices[k] * (RootPrices[k] + (Slopes[k] * h))));
    }

    // Knots in order of input; those that do not rise are left out. The slope of a piece is its chord; the last one
    // goes on as the one before it did.
    internal static EdgeProfile OfPoints(
        IReadOnlyList<(double Input, double Output, double Root)> points, double inputMax)
    {
        var kept = new List<(double Input, double Output, double Root)>();
        foreach (var point in points)
        {
            if (kept.Count == 0 || (point.Input > kept[^1].Input && point.Root > kept[^1].Root))
            {
                kept.Add(point);
            }
        }

        var slopes = new double[kept.Count];
        for (var k = 0; k + 1 < kept.Count; k++)
        {
            slopes[k] = (kept[k + 1].Root - kept[k].Root) / (kept[k + 1].Input - kept[k].Input);
        }

        if (kept.Count > 1)
        {
            slopes[^1] = slopes[^2];
        }

        return new EdgeProfile(
            [.. kept.Select(p => p.Input)], [.. kept.Select(p => p.Output)], [.. kept.Select(p => p.Root)], slopes,
            kept.Count > 1 ? inputMax : 0, isExact: false);
    }

    /// <summary>Pieces end to end, with their slopes; the last one ends at <paramref name="inputMax"/>.</summary>
    internal static EdgeProfile OfPieces(
        IReadOnlyList<(double Input, double Output, double Root, double Slope)> pieces, double inputMax) =>
        new([.. pieces.Select(p => p.Input)], [.. pieces.Select(p => p.Output)], [.. pieces.Select(p => p.Root)],
            [.. pieces.Select(p => p.Slope)], inputMax, isExact: true);

    // The largest input that is not refused, to 1e-5, as the last knot.
    private static double AddLast(
        Curve curve, in Edge edge, List<(double Input, double Output, double Root)> points, double refused)
    {
        var last = points[^1];
        while (refused > last.Input * (1 + 1e-5))
        {
            var middle = Math.Sqrt(last.Input * refused);
            if (TryPoint(curve, edge, middle, out var point))
            {
                last = point;
            }
            else
            {
                refused = middle;
            }
        }

        Bisect(curve, edge, points, last, depth: 4);
        points.Add(last);
        return last.Input;
    }

    // The knots between the last one and the next, in order.
    private static void Bisect(
        Curve curve, in Edge edge, List<(double Input, double Output, double Root)> points,
        (double Input, double Output, double Root) next, int depth)
    {
        var last = points[^1];
        if (depth == 0 || next.Root <= last.Root * (1 + (RateStep / 2)))
        {
            return;
        }

        var middle = last.Input > 0 ? Math.Sqrt(last.Input * next.Input) : next.Input / 16;
        if (TryPoint(curve, edge, middle, out var point))
        {
            Bisect(curve, edge, points, point, depth - 1);
            points.Add(point);
            Bisect(curve, edge, points, next, depth - 1);
        }
    }

    private static bool TryPoint(
        Curve curve, in Edge edge, double input, out (double Input, double Output, double Root) point)
    {
        point = default;
        if (!(input * edge.KeptIn >= 1) || !(input < 1e75))
        {
            return false;
        }

        if (curve.QuoteExactIn(edge.IndexIn, edge.IndexOut, (UInt256)(input * edge.KeptIn), out var quote)
            != QuoteError.None || !quote.Leftover.IsZero)
        {
            return false;
        }

        var rate = RateAt(curve, quote) * edge.Kept;
        point = (
            (double)quote.AmountIn / edge.KeptIn, (double)quote.AmountOut * edge.KeptOut, 1 / Math.Sqrt(rate));
        return rate > 0 && double.IsFinite(rate);
    }

    // How fast the output of a trade of this size grows with it: a difference of two quotes, for it is not quite the
    // price that the pool has after the trade, which a fee that stays in the pool moves. That price does where the
    // trade is small, as contracts' rounding is then larger than what the fee moves, or integers are coarse.
    private static double RateAt(Curve curve, in CurveQuote quote)
    {
        var after = curve.Apply(quote).MarginalPrice(quote.TokenIn, quote.TokenOut);
        var (input, output) = ((double)quote.AmountIn, (double)quote.AmountOut);
        if (output < FineOutputMin || after > SmallTradeLeft * curve.MarginalPrice(quote.TokenIn, quote.TokenOut))
        {
            return after;
        }

        var step = (UInt256)(input * Math.Max(1e-5, UnitsOfDifferenceMin / output));
        return curve.QuoteExactIn(quote.TokenIn, quote.TokenOut, quote.AmountIn + step, out var more) == QuoteError.None
            && curve.QuoteExactIn(quote.TokenIn, quote.TokenOut, quote.AmountIn - step, out var less) == QuoteError.None
            && more.Leftover.IsZero && more.AmountOut > less.AmountOut
            ? (double)(more.AmountOut - less.AmountOut) / (2 * (double)step)
            : after;
    }
}
