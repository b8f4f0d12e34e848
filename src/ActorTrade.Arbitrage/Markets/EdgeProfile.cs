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
    // Where a smooth curve gets its first knots: parts of the rate that are left.
    private static readonly double[] RatesLeft =
        [0.9999, 0.9995, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.65, 0.5, 0.3, 0.1];

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

    /// <summary>Knots where the curve's marginal rate has fallen by given parts, found by the curve itself.</summary>
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

        var points = new List<(double Input, double Output, double Root)> { (0, 0, 1 / Math.Sqrt(rate)) };
        foreach (var left in RatesLeft)
        {
            var error = curve.AmountInToMarginalPrice(
                edge.IndexIn, edge.IndexOut, rate / edge.Kept * left, out var amountIn);
            if (error != QuoteError.None || !TryPoint(curve, edge, amountIn, rate * left, out var point))
            {
                continue;
            }

            points.Add(point);
        }

        return OfPoints(points, double.PositiveInfinity);
    }

    /// <summary>The profile with one knot more, where the curve itself is asked.</summary>
    public EdgeProfile WithKnot(Curve curve, in Edge edge, double input)
    {
        if (!(input * edge.KeptIn >= 1) || !(input < 1e75))
        {
            return this;
        }

        if (curve.QuoteExactIn(edge.IndexIn, edge.IndexOut, (UInt256)(input * edge.KeptIn), out var quote)
                != QuoteError.None || !quote.Leftover.IsZero)
        {
            return this;
        }

        var rate = curve.Apply(quote).MarginalPrice(edge.IndexIn, edge.IndexOut) * edge.Kept;
        if (!(rate > 0) || !double.IsFinite(rate))
        {
            return this;
        }

        var points = Enumerable.Range(0, Count).Select(k => (Inputs[k], Outputs[k], RootPrices[k]))
            .Append(((double)quote.AmountIn / edge.KeptIn, (double)quote.AmountOut * edge.KeptOut, 1 / Math.Sqrt(rate)))
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

    private static bool TryPoint(
        Curve curve, in Edge edge, UInt256 amountIn, double rate, out (double Input, double Output, double Root) point)
    {
        point = default;
        if (amountIn.IsZero
            || curve.QuoteExactIn(edge.IndexIn, edge.IndexOut, amountIn, out var quote) != QuoteError.None
            || !quote.Leftover.IsZero)
        {
            return false;
        }

        point = ((double)amountIn / edge.KeptIn, (double)quote.AmountOut * edge.KeptOut, 1 / Math.Sqrt(rate));
        return true;
    }
}
