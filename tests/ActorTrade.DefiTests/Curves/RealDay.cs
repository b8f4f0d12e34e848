using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>The real pool of USDC and WETH with a fee of 0.05 %, on one day: every swap, mint and burn.</summary>
/// <remarks>
/// The day's files do not say which ticks were initialised before it. But they say the active liquidity after every
/// swap: with the day's own mints and burns taken off, that is what each ten ticks held before the day, wherever the
/// price rested once; and the steps between neighbours are the ticks. The liquidity the file gives for mints and burns
/// is not used: where the price stands on a position's lower tick, the file leaves that position out.
/// </remarks>
internal sealed class RealDay
{
    public const int FeePips = 500;
    public const int TickSpacing = 10;

    private const string File = "ethereum-0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640-2024-01-05.pool.tick.csv";

    private RealDay(IReadOnlyList<Row> rows) => Rows = rows;

    public enum Kind
    {
        Swap,
        Mint,
        Burn,
    }

    public IReadOnlyList<Row> Rows { get; }

    /// <summary>Of the folder of the data set; fee collections are left out.</summary>
    public static RealDay Read(string folder)
    {
        var lines = System.IO.File.ReadLines(Path.Combine(folder, File)).Select(static l => l.Split(','));
        return new RealDay([.. lines.Skip(1).Where(static f => f[2] != "COLLECT").Select(static f => new Row(
            f[2] switch
            {
                "SWAP" => Kind.Swap,
                "MINT" => Kind.Mint,
                "BURN" => Kind.Burn,
                _ => throw new InvalidDataException(f[2]),
            },
            Int128.Parse(f[8], CultureInfo.InvariantCulture),
            Int128.Parse(f[9], CultureInfo.InvariantCulture),
            UInt128.Parse(f[10], CultureInfo.InvariantCulture),
            UInt256.Parse(f[12]),
            Tick(f[13]),
            Tick(f[14]),
            Tick(f[15]),
            f[16].Length == 0 ? 0 : Int128.Parse(f[16], CultureInfo.InvariantCulture)))]);
    }

    /// <summary>
    /// Each ten ticks' liquidity before the day, where an event of the day tells it; by the number of the ten.
    /// </summary>
    public SortedDictionary<int, Int128> LiquidityBefore()
    {
        var known = new SortedDictionary<int, Int128>();
        var positions = new List<(int Lower, int Upper, Int128 Delta)>();
        foreach (var row in Rows)
        {
            if (row.Kind != Kind.Swap)
            {
                positions.Add((row.TickLower, row.TickUpper, row.Delta));
                continue;
            }

            var bucket = (int)Math.Floor((double)row.Tick / TickSpacing);
            var added = positions.Where(p => p.Lower <= row.Tick && row.Tick < p.Upper)
                .Aggregate((Int128)0, static (sum, p) => sum + p.Delta);
            var before = (Int128)row.Liquidity - added;
            if (known.TryGetValue(bucket, out var earlier) && earlier != before)
            {
                throw new InvalidDataException($"The ten ticks {bucket} had {earlier} and {before} before the day.");
            }

            known[bucket] = before;
        }

        return known;
    }

    private static int Tick(string text) =>
        text.Length == 0 ? 0 : (int)double.Parse(text, CultureInfo.InvariantCulture);

    /// <param name="Amount0">Into the pool, negative out of it; on mints and burns what moved.</param>
    /// <param name="Liquidity">Active after the event.</param>
    /// <param name="Size">Of the position's liquidity, on mints and burns.</param>
    public sealed record Row(
        Kind Kind,
        Int128 Amount0,
        Int128 Amount1,
        UInt128 Liquidity,
        UInt256 SqrtPriceX96,
        int Tick,
        int TickLower,
        int TickUpper,
        Int128 Size)
    {
        public Int128 Delta => Kind == Kind.Burn ? -Size : Size;

        public bool ZeroForOne => Amount0 > 0;

        public UInt256 AmountIn => (UInt128)(ZeroForOne ? Amount0 : Amount1);

        public UInt256 AmountOut => (UInt128)(-(ZeroForOne ? Amount1 : Amount0));

        /// <summary>
        /// Whether a state, tried as an exact input, an exact output and to a price limit, does this.
        /// </summary>
        public bool IsReproducedBy(ConcentratedCurve before, out ConcentratedSwap swap)
        {
            var largest = UInt256.MaxValue >> 1;
            return Tried(before, AmountIn, false, null, out swap)
                || Tried(before, AmountOut, true, null, out swap)
                || Tried(before, largest, false, SqrtPriceX96, out swap)
                || Tried(before, largest, true, SqrtPriceX96, out swap);
        }

        private bool Tried(
            ConcentratedCurve before, UInt256 amount, bool isExactOut, UInt256? limit, out ConcentratedSwap swap)
        {
            if (limit is null)
            {
                ConcentratedQuoteTests.AssertQuotedAsSwapped(before, ZeroForOne, amount, isExactOut, out _);
            }

            return before.Swap(ZeroForOne, amount, isExactOut, limit, out swap) == Domain.Amm.QuoteError.None
                && (swap.AmountIn, swap.AmountOut, swap.SqrtPriceX96) == (AmountIn, AmountOut, SqrtPriceX96)
                && (swap.Tick, swap.Liquidity) == (Tick, Liquidity);
        }
    }
}
