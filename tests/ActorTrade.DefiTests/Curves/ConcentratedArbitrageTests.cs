using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>
/// The arbitrage tests of Uniswap V3's core: an input of 10·10^18 alone, followed by an arbitrageur, and between two
/// trades and a position of one. Mints, burns and fees of one story must fit together; the snapshots have five digits.
/// </summary>
public class ConcentratedArbitrageTests
{
    private const int FeePips = 3000;
    private const int TickSpacing = 60;
    private const int WidestTick = 887220;

    private static readonly BigInteger Unit = BigInteger.Pow(10, 18);
    private static readonly UInt256 Input = (UInt256)(10 * Unit);
    private static readonly UInt256 Largest = UInt256.MaxValue >> 1;

    private static readonly Int128 LiquidityMax =
        Int128.Parse("11505743598341114571880798222544994", CultureInfo.InvariantCulture);

    public static TheoryData<string> Snapshots =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "v3-arbitrage.csv"))
            .Where(static l => l.Length > 0 && l[0] != '#')];

    [Fact]
    public void There_are_48() => Assert.Equal(48, Snapshots.Count);

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Trades_positions_and_fees_equal_the_contract(string snapshot)
    {
        var fields = snapshot.Split(',');
        var pool = Pool(int.Parse(fields[1], CultureInfo.InvariantCulture), fields[2]);
        var truePrice = Root(BigInteger.Parse(fields[3].Replace(".", ""), CultureInfo.InvariantCulture) << 192, 100);
        var seen = fields[0] switch
        {
            "plain" => Plain(pool),
            "backrun" => Backrun(pool, truePrice),
            _ => Sandwich(pool, truePrice),
        };
        Assert.Equal(snapshot, $"{fields[0]},{fields[1]},{fields[2]},{fields[3]},{string.Join(',', seen)}");
    }

    private static string[] Plain(ConcentratedPositions pool)
    {
        var trade = new Trade(pool, true, Input, null);
        return [Tokens(trade.Amount0), Tokens(trade.Amount1), trade.Price, Price(trade.After.Curve)];
    }

    private static string[] Backrun(ConcentratedPositions pool, BigInteger truePrice)
    {
        pool = new Trade(pool, true, Input, null).After;
        var back = new Trade(pool, false, Largest, Moved(truePrice, -FeePips));
        var (balance0, balance1) = (-back.Amount0, -back.Amount1);
        return [Tokens(balance0), Tokens(balance1), .. back.Fields, Price(back.After.Curve),
            Tokens(Value(truePrice, balance0, balance1))];
    }

    private static string[] Sandwich(ConcentratedPositions pool, BigInteger truePrice)
    {
        var expected = new Trade(pool, true, Input, null);
        var above = TickMath.TickAt((UInt256)Moved(expected.SqrtPrice, FeePips));
        var upper = (int)Math.Ceiling((double)above / TickSpacing) * TickSpacing;
        var key = new PositionKey("arbitrageur", upper - TickSpacing, upper);

        var front = new Trade(pool, true, Largest, (BigInteger)TickMath.SqrtPriceAt(upper));
        pool = front.After.WithLiquidity(key, LiquidityMax, out var mint0, out var mint1);
        var victim = new Trade(pool, true, Input, null);
        pool = victim.After.WithLiquidity(key, -LiquidityMax, out var burn0, out var burn1);
        pool = pool.Collect(key, out var collected0, out var collected1);
        var (fee0, fee1) = (collected0 - burn0, collected1 - burn1);
        var balance0 = (BigInteger)collected0 - (BigInteger)mint0 - front.Amount0;
        var balance1 = (BigInteger)collected1 - (BigInteger)mint1 - front.Amount1;
        var afterSandwich = Value(truePrice, balance0, balance1);

        var back = new Trade(pool, false, Largest, Moved(truePrice, -FeePips));
        (balance0, balance1) = (balance0 - back.Amount0, balance1 - back.Amount1);
        return [
            Tokens(balance0), Tokens(balance1), .. back.Fields, Price(back.After.Curve),
            Tokens(Value(truePrice, balance0, balance1)),
            Tokens((BigInteger)burn0), Tokens((BigInteger)burn1), Tokens((BigInteger)fee0), Tokens((BigInteger)fee1),
            .. front.Fields, Tokens((BigInteger)mint0), Tokens((BigInteger)mint1),
            Tokens(Value(truePrice, -front.Amount0, -front.Amount1)), Tokens(afterSandwich), victim.Price,
        ];
    }

    private static ConcentratedPositions Pool(int feeProtocol, string liquidity)
    {
        var size = decimal.Parse(liquidity, CultureInfo.InvariantCulture) * 1_000_000_000_000_000_000m;
        var empty = new ConcentratedCurve(
            FeePips, TickMath.SqrtPriceAt(0), 0, 0, new TickTable(TickSpacing, []), feeProtocol, feeProtocol);
        return new ConcentratedPositions(empty).WithLiquidity(
            new PositionKey("passive", -WidestTick, WidestTick), (Int128)size, out _, out _);
    }

    // floor(√(numerator / denominator)).
    private static BigInteger Root(BigInteger numerator, BigInteger denominator)
    {
        var square = numerator / denominator;
        var root = BigInteger.One << (int)((square.GetBitLength() / 2) + 1);
        while (root * root > square)
        {
            root = (root + (square / root)) >> 1;
        }

        return root;
    }

    // The square root of a price so many millionths higher.
    private static BigInteger Moved(BigInteger sqrtPrice, int pips) =>
        Root(sqrtPrice * sqrtPrice * (1_000_000 + pips), 1_000_000);

    private static BigInteger Value(BigInteger sqrtPrice, BigInteger amount0, BigInteger amount1) =>
        (sqrtPrice * sqrtPrice * amount0 / (BigInteger.One << 192)) + amount1;

    private static string Tokens(BigInteger amount) => FiveDigits(amount, Unit);

    private static string Price(ConcentratedCurve curve) => Price((BigInteger)curve.SqrtPriceX96);

    private static string Price(BigInteger sqrtPrice) => FiveDigits(sqrtPrice * sqrtPrice, BigInteger.One << 192);

    // As decimal.js writes five significant digits, halves away from zero.
    private static string FiveDigits(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero)
        {
            return "0.0000";
        }

        var (sign, size) = (numerator.Sign < 0 ? "-" : "", BigInteger.Abs(numerator));
        var exponent = (int)Math.Floor(BigInteger.Log10(size) - BigInteger.Log10(denominator));
        var digits = Rounded(size, denominator, 4 - exponent);
        if (digits.Length > 5)
        {
            exponent++;
            digits = Rounded(size, denominator, 4 - exponent);
        }

        return exponent >= 5 ? $"{sign}{digits[..1]}.{digits[1..]}e+{exponent}"
            : exponent >= 0 ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}".TrimEnd('.')
            : $"{sign}0.{new string('0', -exponent - 1)}{digits}";
    }

    private static string Rounded(BigInteger numerator, BigInteger denominator, int places)
    {
        var (up, down) = places >= 0
            ? (numerator * BigInteger.Pow(10, places), denominator)
            : (numerator, denominator * BigInteger.Pow(10, -places));
        return (((2 * up) + down) / (2 * down)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A trade of the story, and the pool after it.</summary>
    private sealed class Trade
    {
        public Trade(ConcentratedPositions pool, bool zeroForOne, UInt256 amount, BigInteger? limit)
        {
            var until = limit is { } price ? (UInt256)price : (UInt256?)null;
            Assert.Equal(QuoteError.None, pool.Swap(zeroForOne, amount, false, until, out var swap, out var after));
            var (paid, got) = ((BigInteger)swap.AmountIn, (BigInteger)swap.AmountOut);
            (Amount0, Amount1) = zeroForOne ? (paid, -got) : (-got, paid);
            After = after;
        }

        /// <summary>Into the pool.</summary>
        public BigInteger Amount0 { get; }

        public BigInteger Amount1 { get; }

        public ConcentratedPositions After { get; }

        public BigInteger SqrtPrice => Root(BigInteger.Abs(Amount1) << 192, BigInteger.Abs(Amount0));

        public string Price => ConcentratedArbitrageTests.Price(SqrtPrice);

        public string[] Fields => [Tokens(Amount0), Tokens(Amount1), Price];
    }
}
