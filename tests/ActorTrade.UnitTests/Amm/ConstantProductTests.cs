using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.UnitTests.Numerics;

namespace ActorTrade.UnitTests.Amm;

public sealed class ConstantProductTests
{
    private static readonly FeePips V2Fee = new(3000);
    private static readonly UInt256 Ether = Units.PowerOfTen(18);

    public static TheoryData<int> Seeds => [1, 2, 3, 4];

    [Fact]
    public void Worked_example_100_by_200_without_fee()
    {
        var (a, b) = (Units.FromDecimal(100, 18, Rounding.Down), Units.FromDecimal(200, 18, Rounding.Down));
        var amountIn = Units.FromDecimal(10, 18, Rounding.Down);

        Assert.Equal(QuoteError.None, ConstantProduct.QuoteExactIn(a, b, amountIn, FeePips.Zero, out var quote));

        Assert.Equal("18.181818181818181818", Units.Format(quote.AmountOut, 18));
        Assert.Equal(UInt256.Zero, quote.Fee);
        Assert.Equal("110", Units.Format(a + quote.AmountIn, 18));
        Assert.Equal(181.82m, decimal.Round(Units.ToDecimal(b - quote.AmountOut, 18), 2));
        var impact = ConstantProduct.Impact(a, b, quote);
        Assert.Equal(9.09, Math.Round(impact.ToDoubleLossy() * 100, 2));
        Assert.Equal((909, 910), (impact.ToBps(Rounding.Down).Value, impact.ToBps(Rounding.Up).Value));
        Assert.Equal(new Price(1, 11), AsPrice(ConstantProduct.DepthImpact(a, amountIn, FeePips.Zero)));
        Assert.Equal(2m, ConstantProduct.SpotPrice(a, b).ToDecimalLossy(18, 18));
        Assert.Equal(1.8181818181818181818m, quote.ExecutionPrice.ToDecimalLossy(18, 18), 15);
    }

    /// <summary>The vectors of Uniswap/v2-core test/UniswapV2Pair.spec.ts; there one wei more reverts.</summary>
    [Theory]
    [InlineData(1, 5, 10, "1662497915624478906")]
    [InlineData(1, 10, 5, "453305446940074565")]
    [InlineData(2, 5, 10, "2851015155847869602")]
    [InlineData(2, 10, 5, "831248957812239453")]
    [InlineData(1, 10, 10, "906610893880149131")]
    [InlineData(1, 100, 100, "987158034397061298")]
    [InlineData(1, 1000, 1000, "996006981039903216")]
    public void Uniswap_V2_published_vectors_are_exact(uint amountIn, uint reserve0, uint reserve1, string expected)
    {
        var (reserveIn, reserveOut) = (Ether * reserve0, Ether * reserve1);
        var error = ConstantProduct.QuoteExactIn(reserveIn, reserveOut, Ether * amountIn, V2Fee, out var quote);
        Assert.Equal((QuoteError.None, expected), (error, quote.AmountOut.ToString()));
        Assert.True(V2PairAccepts(reserveIn, reserveOut, Ether * amountIn, quote.AmountOut));
        Assert.False(V2PairAccepts(reserveIn, reserveOut, Ether * amountIn, quote.AmountOut + UInt256.One));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Fee_of_3000_pips_gives_the_integers_of_997_by_1000(int seed)
    {
        var numbers = new NumberSource(seed + 1000);
        for (var i = 0; i < 15_000; i++)
        {
            var (x, y, amount) = (numbers.NextBelow(112), numbers.NextBelow(112), numbers.NextBelow(112));
            if (ConstantProduct.QuoteExactIn(x, y, amount, V2Fee, out var quote) == QuoteError.None)
            {
                Assert.Equal(V2AmountOut(Big(amount), Big(x), Big(y)), Big(quote.AmountOut));
            }

            if (ConstantProduct.QuoteExactOut(x, y, amount, V2Fee, out quote) == QuoteError.None)
            {
                var product = Big(x) * Big(amount) * 1000;
                var divisor = (Big(y) - Big(amount)) * 997;
                var v2 = (product / divisor) + 1;
                Assert.Equal((product % divisor).IsZero ? v2 - 1 : v2, Big(quote.AmountIn));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Quotes_equal_the_oracle_and_k_never_falls(int seed)
    {
        var numbers = new NumberSource(seed + 2000);
        for (var i = 0; i < 30_000; i++)
        {
            var schedule = NextSchedule(numbers);
            var (x, y, amount) = (numbers.NextBelow(129), numbers.NextBelow(129), numbers.NextBelow(130));
            var error = ConstantProduct.QuoteExactIn(x, y, amount, schedule.Total, out var quote);
            Assert.Equal(OracleExactIn(x, y, amount, schedule.Total, out var expectedOut), error);
            Assert.Equal(expectedOut, Big(quote.AmountOut));
            AssertKeepsK(x, y, quote, schedule);

            error = ConstantProduct.QuoteExactOut(x, y, amount, schedule.Total, out quote);
            Assert.Equal(OracleExactOut(x, y, amount, schedule.Total, out var expectedIn), error);
            Assert.Equal(expectedIn, Big(quote.AmountIn));
            AssertKeepsK(x, y, quote, schedule);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Exact_out_is_the_least_input_that_buys_it(int seed)
    {
        var numbers = new NumberSource(seed + 3000);
        for (var i = 0; i < 15_000; i++)
        {
            var fee = NextSchedule(numbers).Total;
            var (x, y, amount) = (numbers.NextBelow(100), numbers.NextBelow(100), numbers.NextBelow(100));
            if (ConstantProduct.QuoteExactIn(x, y, amount, fee, out var quote) != QuoteError.None)
            {
                continue;
            }

            Assert.Equal(QuoteError.None, ConstantProduct.QuoteExactOut(x, y, quote.AmountOut, fee, out var back));
            Assert.True(back.AmountIn <= amount);
            ConstantProduct.QuoteExactIn(x, y, back.AmountIn, fee, out var again);
            Assert.Equal(quote.AmountOut, again.AmountOut);
            ConstantProduct.QuoteExactIn(x, y, back.AmountIn - UInt256.One, fee, out var less);
            Assert.True(less.AmountOut < quote.AmountOut);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void There_and_back_never_profits(int seed)
    {
        var numbers = new NumberSource(seed + 4000);
        for (var i = 0; i < 10_000; i++)
        {
            var fee = NextSchedule(numbers).Total;
            var (x, y, amount) = (numbers.NextBelow(100), numbers.NextBelow(100), numbers.NextBelow(100));
            if (ConstantProduct.QuoteExactIn(x, y, amount, fee, out var there) == QuoteError.None)
            {
                ConstantProduct.QuoteExactIn(y - there.AmountOut, x + amount, there.AmountOut, fee, out var back);
                Assert.True(back.AmountOut <= amount);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Amount_to_a_marginal_price_stops_just_before_it(int seed)
    {
        var numbers = new NumberSource(seed + 5000);
        var reached = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var fee = NextSchedule(numbers).Total;
            var (x, y) = (numbers.NextBelow(110), numbers.NextBelow(110));
            var (n, d) = (numbers.NextBelow(110), numbers.NextBelow(110));
            if (d.IsZero ||
                ConstantProduct.AmountInToMarginalPrice(x, y, new Price(n, d), fee, out var amount) != QuoteError.None)
            {
                continue;
            }

            var kept = FeePips.One - fee.Value;
            var rounding = (UInt256)((FeePips.One + kept - 1) / kept) + UInt256.One;
            Assert.True(amount.IsZero || MarginalVersus(x, y, amount, kept, n, d) >= 0);
            Assert.True(MarginalVersus(x, y, amount + rounding, kept, n, d) <= 0);
            reached += amount.IsZero ? 0 : 1;
        }

        Assert.True(reached > 1000, $"Only {reached} cases moved the price.");
    }

    [Fact]
    public void Without_fee_the_amount_to_a_price_moves_the_spot_price_there()
    {
        // 100/200 to a price of 1/2: both sides of x·y = 20000 become √(20000·2) = 200 and 100.
        var target = new Price(1, 2);
        var error = ConstantProduct.AmountInToMarginalPrice(
            Ether * 100, Ether * 200, target, FeePips.Zero, out var amount);
        Assert.Equal((QuoteError.None, Ether * 100), (error, amount));
    }

    [Fact]
    public void Refusals_have_their_reason()
    {
        var max = ConstantProduct.ReserveMax;
        Assert.Equal(QuoteError.ZeroAmount, ConstantProduct.QuoteExactIn(1, 1, 0, V2Fee, out _));
        Assert.Equal(QuoteError.NoLiquidity, ConstantProduct.QuoteExactIn(0, 1, 1, V2Fee, out _));
        Assert.Equal(QuoteError.NoLiquidity, ConstantProduct.QuoteExactOut(1, 0, 1, V2Fee, out _));
        Assert.Equal(QuoteError.InsufficientLiquidity, ConstantProduct.QuoteExactOut(10, 10, 10, V2Fee, out _));
        Assert.Equal(QuoteError.OutputTooSmall, ConstantProduct.QuoteExactIn(1000, 10, 1, V2Fee, out _));
        Assert.Equal(QuoteError.ReserveOverflow, ConstantProduct.QuoteExactIn(max, 1, 1, V2Fee, out _));
        Assert.Equal(QuoteError.ReserveOverflow, ConstantProduct.QuoteExactIn(1, 1, UInt256.MaxValue, V2Fee, out _));
        Assert.Equal(QuoteError.ReserveOverflow, ConstantProduct.QuoteExactIn(max + UInt256.One, 1, 1, V2Fee, out _));
        var nearlyAll = max - UInt256.One;
        Assert.Equal(
            QuoteError.ReserveOverflow,
            ConstantProduct.QuoteExactOut(max, max, nearlyAll, new FeePips(999_999), out _));
        Assert.Equal(
            QuoteError.ReserveOverflow,
            ConstantProduct.AmountInToMarginalPrice(1, 1, new Price(0, 1), V2Fee, out _));
    }

    [Fact]
    public void Standard_fee_is_split_with_the_rounding_for_the_providers()
    {
        Assert.Equal(3000, FeeSchedule.Standard.Total.Value);
        var split = FeeSchedule.Standard.Split(QuoteOf(1_000_000));
        Assert.Equal((2500UL, 500UL), ((ulong)split.LiquidityProviders, (ulong)split.Protocol));

        // 1999·0.003 = 5.997, rounded up to 6; 1999·0.0005 = 0.9995, rounded down to 0.
        split = FeeSchedule.Standard.Split(QuoteOf(1999));
        Assert.Equal((6UL, 0UL), ((ulong)split.LiquidityProviders, (ulong)split.Protocol));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeeSchedule(new FeePips(600_000), new FeePips(400_000)));

        static SwapQuote QuoteOf(ulong amountIn)
        {
            var fee = FeeSchedule.Standard.Total;
            Assert.Equal(QuoteError.None, ConstantProduct.QuoteExactIn(Ether, Ether, amountIn, fee, out var quote));
            return quote;
        }
    }

    private static BigInteger Big(UInt256 value) => (BigInteger)value;

    private static Price AsPrice(PriceImpact impact) => new(impact.Numerator, impact.Denominator);

    private static FeeSchedule NextSchedule(NumberSource numbers) => numbers.Below(5) switch
    {
        0 => default,
        1 => FeeSchedule.Standard,
        2 => new FeeSchedule(FeePips.Zero, new FeePips(numbers.Below(FeePips.One))),
        3 => new FeeSchedule(new FeePips(numbers.Below(FeePips.One)), FeePips.Zero),
        _ => new FeeSchedule(new FeePips(numbers.Below(500_000)), new FeePips(numbers.Below(500_000))),
    };

    private static BigInteger V2AmountOut(BigInteger amountIn, BigInteger reserveIn, BigInteger reserveOut) =>
        amountIn * 997 * reserveOut / ((reserveIn * 1000) + (amountIn * 997));

    // UniswapV2Pair.swap's own check of the adjusted balances.
    private static bool V2PairAccepts(UInt256 reserveIn, UInt256 reserveOut, UInt256 amountIn, UInt256 amountOut) =>
        ((1000 * (Big(reserveIn) + Big(amountIn))) - (3 * Big(amountIn))) * (Big(reserveOut) - Big(amountOut)) * 1000
            >= Big(reserveIn) * Big(reserveOut) * 1_000_000;

    private static QuoteError OracleExactIn(UInt256 x, UInt256 y, UInt256 amount, FeePips fee, out BigInteger amountOut)
    {
        amountOut = 0;
        var error = OracleCheck(x, y, amount);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (Big(x) + Big(amount) >= BigInteger.One << 128)
        {
            return QuoteError.ReserveOverflow;
        }

        var effective = Big(amount) * (FeePips.One - fee.Value);
        amountOut = effective * Big(y) / ((Big(x) * FeePips.One) + effective);
        return amountOut.IsZero ? QuoteError.OutputTooSmall : QuoteError.None;
    }

    private static QuoteError OracleExactOut(UInt256 x, UInt256 y, UInt256 amount, FeePips fee, out BigInteger amountIn)
    {
        amountIn = 0;
        var error = OracleCheck(x, y, amount);
        if (error != QuoteError.None || amount >= y)
        {
            return error != QuoteError.None ? error : QuoteError.InsufficientLiquidity;
        }

        var divisor = (Big(y) - Big(amount)) * (FeePips.One - fee.Value);
        var least = ((Big(x) * Big(amount) * FeePips.One) + divisor - 1) / divisor;
        if (Big(x) + least >= BigInteger.One << 128)
        {
            return QuoteError.ReserveOverflow;
        }

        amountIn = least;
        return QuoteError.None;
    }

    private static QuoteError OracleCheck(UInt256 x, UInt256 y, UInt256 amount) =>
        amount.IsZero ? QuoteError.ZeroAmount
        : x.IsZero || y.IsZero ? QuoteError.NoLiquidity
        : Big(x) >= BigInteger.One << 128 || Big(y) >= BigInteger.One << 128 ? QuoteError.ReserveOverflow
        : QuoteError.None;

    private static void AssertKeepsK(UInt256 x, UInt256 y, SwapQuote quote, FeeSchedule schedule)
    {
        if (quote.AmountIn.IsZero)
        {
            return;
        }

        var split = schedule.Split(quote);
        var after = (Big(x) + Big(quote.AmountIn) - Big(split.Protocol)) * (Big(y) - Big(quote.AmountOut));
        Assert.True(after >= Big(x) * Big(y), $"k fell: {x} {y} {quote} {schedule}");
        Assert.True(quote.Fee <= quote.AmountIn);
        Assert.InRange(ConstantProduct.Impact(x, y, quote).ToDoubleLossy(), 0, 1);
    }

    // The sign of (marginal price after the amount) - n/d: F·kept·k·d against n·(x·F + kept·amount)².
    private static int MarginalVersus(UInt256 x, UInt256 y, UInt256 amount, int kept, UInt256 n, UInt256 d)
    {
        var effective = (Big(x) * FeePips.One) + (kept * Big(amount));
        return (kept * (BigInteger)FeePips.One * Big(x) * Big(y) * Big(d)).CompareTo(Big(n) * effective * effective);
    }
}
