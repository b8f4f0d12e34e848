using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Quotes;

namespace ActorTrade.UnitTests.Quotes;

public class PriceTextTests
{
    [Theory]
    [InlineData("3000000000", 6, "1000000000000000000", 18, "3000")]
    [InlineData("1", 0, "3", 0, "0.333333333333333333333333")]
    [InlineData("2", 0, "3", 0, "0.666666666666666666666666")]
    [InlineData("1", 36, "1", 0, "0.000000000000000000000000000000000001")]
    [InlineData("1", 0, "1", 36, "1000000000000000000000000000000000000")]
    [InlineData("12345678901234567890123456789", 0, "1", 0, "12345678901234567890123456789")]
    [InlineData("5", 1, "4", 0, "0.125")]
    public void A_price_of_amounts_is_a_plain_decimal(
        string amountOut, int decimalsOut, string amountIn, int decimalsIn, string expected) => Assert.Equal(
        expected, PriceText.Of(UInt256.Parse(amountOut), decimalsOut, UInt256.Parse(amountIn), decimalsIn));

    [Fact]
    public void Digits_are_cut_and_never_wrong()
    {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            var (amountOut, amountIn) = (Amount(random), Amount(random));
            var (decimalsOut, decimalsIn) = (random.Next(37), random.Next(37));
            var text = PriceText.Of(amountOut, decimalsOut, amountIn, decimalsIn);

            var point = text.IndexOf('.', StringComparison.Ordinal);
            var scale = point < 0 ? 0 : text.Length - point - 1;
            var digits = BigInteger.Parse(
                text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            var exact = (BigInteger)amountOut * BigInteger.Pow(10, decimalsIn) * BigInteger.Pow(10, scale);
            var unit = (BigInteger)amountIn * BigInteger.Pow(10, decimalsOut);
            Assert.True(digits * unit <= exact, text);
            Assert.True((exact - (digits * unit)) * BigInteger.Pow(10, 22) <= exact, text);
        }
    }

    [Theory]
    [InlineData(0.5, 6, 18, "500000000000")]
    [InlineData(3e-9, 6, 18, "3000")]
    [InlineData(1e-30, 0, 0, "0.000000000000000000000000000001")]
    [InlineData(double.NaN, 0, 0, null)]
    public void A_price_of_base_units_is_one_of_tokens(
        double price, int decimalsOut, int decimalsIn, string? expected) =>
        Assert.Equal(expected, PriceText.Of(price, decimalsOut, decimalsIn));

    private static UInt256 Amount(Random random) =>
        new UInt256((ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64(), 1)
            >> random.Next(0, 192);
}
