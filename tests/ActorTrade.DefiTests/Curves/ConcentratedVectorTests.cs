using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>The swaps of the core's own tests: what the contract did in 15 pools, to the unit.</summary>
public class ConcentratedVectorTests
{
    public static TheoryData<string> Pools => [.. Lines("v3-pools.csv").Select(static l => l[0])];

    [Theory]
    [MemberData(nameof(Pools))]
    public void Swaps_equal_the_contract(string pool)
    {
        var curve = CurveOf(pool, out _);
        var swaps = Lines("v3-swaps.csv").Where(l => l[0] == pool).ToList();
        Assert.Equal(12, swaps.Count);
        foreach (var line in swaps)
        {
            CheckSwap(curve, line);
        }
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Minting_takes_what_the_contract_took_and_burning_gives_at_most_that(string pool)
    {
        var line = Lines("v3-pools.csv").Single(l => l[0] == pool);
        var curve = CurveOf(pool, out var minted);

        Assert.Equal(UInt256.Parse(line[4]), minted.Amount0);
        Assert.Equal(UInt256.Parse(line[5]), minted.Amount1);
        foreach (var (lower, upper, liquidity) in Positions(line))
        {
            var (up, down) = (curve.AmountsOf(lower, upper, liquidity, Rounding.Up),
                curve.AmountsOf(lower, upper, liquidity, Rounding.Down));
            Assert.True(up.Amount0 - down.Amount0 <= 1u && up.Amount1 - down.Amount1 <= 1u);
            curve = curve.WithLiquidity(lower, upper, -(Int128)liquidity);
        }

        Assert.Equal(0, curve.Ticks.Count);
        Assert.Equal(UInt128.Zero, curve.Liquidity);
    }

    [Fact]
    public void A_swap_that_outgrows_the_liquidity_takes_a_part_and_tells_the_rest()
    {
        // Reported against v3-sdk, issue 159; the amounts are those of the deployed bytecode.
        var liquidity = UInt128.Parse("1505426792435356595487", CultureInfo.InvariantCulture);
        var price = UInt256.Parse("3905891053926514387903925684");
        var net = (Int128)liquidity;
        var ticks = new TickTable(200, [new(-60200, liquidity, net), new(138200, liquidity, -net)]);
        var curve = new ConcentratedCurve(10000, price, TickMath.TickAt(price), liquidity, ticks);
        UInt256 ether = 1_000_000_000_000_000_000UL;

        Assert.Equal(QuoteError.None, curve.QuoteExactIn(0, 1, ether, out var quote));

        if (quote.AmountIn == ether)
        {
            Assert.Equal(QuoteError.None, curve.QuoteExactIn(1, 0, ether, out quote));
        }

        Assert.Equal(UInt256.Parse("111881044994534766"), quote.AmountIn);
        Assert.Equal(UInt256.Parse("269197620579047"), quote.AmountOut);
        Assert.Equal(ether - quote.AmountIn, quote.Leftover);
    }

    private static void CheckSwap(ConcentratedCurve curve, string[] line)
    {
        var (zeroForOne, isExactOut, amount, limit) = TradeOf(line[1]);
        var error = curve.Swap(zeroForOne, amount, isExactOut, limit, out var swap);
        if (line[2] == "SPL")
        {
            Assert.Equal(QuoteError.InvariantBroken, error);
            return;
        }

        Assert.Equal(QuoteError.None, error);
        if (limit is null)
        {
            ConcentratedQuoteTests.AssertQuotedAsSwapped(curve, zeroForOne, amount, isExactOut, out _);
        }

        var (into0, into1) = zeroForOne
            ? ((BigInteger)swap.AmountIn, -(BigInteger)swap.AmountOut)
            : (-(BigInteger)swap.AmountOut, (BigInteger)swap.AmountIn);
        Assert.Equal(
            string.Join(',', line),
            $"{line[0]},{line[1]},{into0},{into1},{swap.FeeGrowthX128},{swap.Tick}");
    }

    private static (bool ZeroForOne, bool IsExactOut, UInt256 Amount, UInt256? Limit) TradeOf(string trade)
    {
        var (kind, size) = (trade.Split(' ')[0], trade.Split(' ')[1]);
        UInt256 amount = size == "s" ? 1000u : 1_000_000_000_000_000_000UL;
        return kind switch
        {
            "in0" => (true, false, amount, null),
            "in1" => (false, false, amount, null),
            "out1" => (true, true, amount, null),
            "out0" => (false, true, amount, null),
            "to0" => (true, false, UInt256.MaxValue >> 1, SqrtPrice(size == "l" ? "2/5" : "5/2")),
            "to1" => (false, false, UInt256.MaxValue >> 1, SqrtPrice(size == "l" ? "2/5" : "5/2")),
            _ => throw new InvalidDataException(trade),
        };
    }

    private static ConcentratedCurve CurveOf(string pool, out (UInt256 Amount0, UInt256 Amount1) minted)
    {
        var line = Lines("v3-pools.csv").Single(l => l[0] == pool);
        var price = SqrtPrice(line[3]);
        var ticks = new TickTable(int.Parse(line[2], CultureInfo.InvariantCulture), []);
        var fee = int.Parse(line[1], CultureInfo.InvariantCulture);
        var curve = new ConcentratedCurve(fee, price, TickMath.TickAt(price), 0, ticks);
        minted = default;
        foreach (var (lower, upper, liquidity) in Positions(line))
        {
            var amounts = curve.AmountsOf(lower, upper, liquidity, Rounding.Up);
            minted = (minted.Amount0 + amounts.Amount0, minted.Amount1 + amounts.Amount1);
            curve = curve.WithLiquidity(lower, upper, (Int128)liquidity);
        }

        return curve;
    }

    private static IEnumerable<(int Lower, int Upper, UInt128 Liquidity)> Positions(string[] line) =>
        line[6..].Select(static p => p.Split(':')).Select(static p => (
            int.Parse(p[0], CultureInfo.InvariantCulture),
            int.Parse(p[1], CultureInfo.InvariantCulture),
            UInt128.Parse(p[2], CultureInfo.InvariantCulture)));

    // floor(√(2^192·numerator/denominator)), as the tests encode prices; or the number itself.
    private static UInt256 SqrtPrice(string text)
    {
        if (text.Split('/') is not [var numerator, var denominator])
        {
            return UInt256.Parse(text);
        }

        var square = (BigInteger.Parse(numerator, CultureInfo.InvariantCulture) << 192)
            / BigInteger.Parse(denominator, CultureInfo.InvariantCulture);
        var root = BigInteger.One << (int)((square.GetBitLength() / 2) + 1);
        while (root * root > square)
        {
            root = (root + (square / root)) >> 1;
        }

        return (UInt256)root;
    }

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", file))
            .Where(static l => l.Length > 0 && l[0] != '#')
            .Select(static l => l.Split(','));
}
