using System.Runtime.CompilerServices;
using ActorTrade.Domain.Amm.Curves;

namespace ActorTrade.Arbitrage.Markets;

/// <summary>A concentrated pool as an edge: one piece a range between initialised ticks, exact but for
/// doubles.</summary>
/// <remarks>
/// With liquidity L and γ = 1 - fee, both directions have the slope √γ/L: for token 0 in, s = 1/√(γP) and
/// 1/√P grows by γ·x/L; for token 1 in, s = √P/√γ and √P grows by γ·x/L. A range without liquidity is a jump of s
/// without input. √P of a tick is 1.0001^(tick/2), about 1e-13 off the integers.
/// </remarks>
internal static class ConcentratedProfile
{
    // Beyond so many ranges the edge is told to end: further than any trade worth finding.
    private const int PiecesMax = 512;

    private const double TwoPow96 = 79228162514264337593543950336.0;

    // √P of a table's ticks, computed once for all states of a pool between two changes of its liquidity.
    private static readonly ConditionalWeakTable<TickTable, double[]> RootsOfTicks = [];

    public static EdgeProfile Of(ConcentratedCurve curve, in Edge edge)
    {
        var roots = RootsOfTicks.GetValue(curve.Ticks, Roots);
        var walk = new Walk(curve, roots, edge.IndexIn == 0);
        var pieces = new List<(double Input, double Output, double Root, double Slope)>();
        var feeKept = 1 - (curve.Fee.Value / 1e6);
        var rootOfKept = Math.Sqrt(edge.Kept);
        double input = 0;
        double output = 0;
        while (pieces.Count < PiecesMax && (walk.HasNext || walk.HasKnownEnd))
        {
            var slope = walk.Liquidity > 0 ? Math.Sqrt(feeKept) / walk.Liquidity : double.PositiveInfinity;
            pieces.Add((input, output, walk.RootPrice / Math.Sqrt(feeKept) / rootOfKept,
                slope * edge.KeptIn / rootOfKept));
            walk.Next(out var taken, out var given);
            input += taken / feeKept / edge.KeptIn;
            output += given * edge.KeptOut;
        }

        return EdgeProfile.OfPieces(pieces, input);
    }

    private static double[] Roots(TickTable ticks)
    {
        var roots = new double[ticks.Count];
        for (var i = 0; i < roots.Length; i++)
        {
            roots[i] = Math.Pow(1.0001, ticks[i].Index / 2.0);
        }

        return roots;
    }

    // From the price through the ticks ahead, and on to where the ticks end that are known.
    private ref struct Walk
    {
        private readonly TickTable _ticks;
        private readonly double[] _roots;
        private readonly bool _zeroForOne;
        private readonly double _end;
        private int _next;
        private double _root;

        public Walk(ConcentratedCurve curve, double[] roots, bool zeroForOne)
        {
            (_ticks, _roots, _zeroForOne) = (curve.Ticks, roots, zeroForOne);
            _root = (double)curve.SqrtPriceX96 / TwoPow96;
            Liquidity = (double)curve.Liquidity;
            while (_next < _ticks.Count && _ticks[_next].Index <= curve.Tick)
            {
                _next++;
            }

            _next -= zeroForOne ? 1 : 0;
            _end = _ticks.IsComplete
                ? double.NaN
                : Math.Pow(1.0001, (zeroForOne ? _ticks.KnownFrom : _ticks.KnownTo) / 2.0);
        }

        public double Liquidity { get; private set; }

        public readonly bool HasNext => _next >= 0 && _next < _ticks.Count;

        /// <summary>No tick is ahead, but a stretch to the end of those that are known.</summary>
        public readonly bool HasKnownEnd => Liquidity > 0 && (_zeroForOne ? _root > _end : _root < _end);

        /// <summary>1/√P going down, √P going up: what grows as the edge takes its input.</summary>
        public readonly double RootPrice => _zeroForOne ? 1 / _root : _root;

        public void Next(out double taken, out double given)
        {
            var isTick = HasNext;
            var end = isTick ? _roots[_next] : _end;
            (taken, given) = _zeroForOne
                ? (Liquidity * ((1 / end) - (1 / _root)), Liquidity * (_root - end))
                : (Liquidity * (end - _root), Liquidity * ((1 / _root) - (1 / end)));
            taken = Math.Max(taken, 0);
            given = Math.Max(given, 0);
            _root = end;
            if (!isTick)
            {
                return;
            }

            var net = (double)_ticks[_next].Net;
            Liquidity = Math.Max(0, Liquidity + (_zeroForOne ? -net : net));
            _next += _zeroForOne ? -1 : 1;
        }
    }
}
