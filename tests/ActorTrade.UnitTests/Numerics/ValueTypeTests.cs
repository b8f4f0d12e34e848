using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.UnitTests.Numerics;

public sealed class ValueTypeTests
{
    [Theory]
    [InlineData("USD")]
    [InlineData("lp:BTC-USD")]
    [InlineData("a_b.c-9")]
    public void Token_ids_read_and_write_their_value(string text)
    {
        var id = TokenId.Parse(text);
        Assert.Equal((text, text), (id.Value, id.ToString()));
        Assert.Equal(id, TokenId.Parse(new string(text)));
        Assert.True(AccountId.TryParse(text, out _));
    }

    [Theory]
    [InlineData(null, "is empty")]
    [InlineData("", "is empty")]
    [InlineData("a b", "character 2 (U+0020)")]
    [InlineData("a/b", "character 2 (U+002F)")]
    [InlineData("é", "character 1 (U+00E9)")]
    public void Ids_name_the_field_and_what_is_wrong(string? text, string problem)
    {
        Assert.False(TokenId.TryParse(text, out var token, out var error));
        Assert.StartsWith("TokenId: ", error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Equal(default, token);
        Assert.False(AccountId.TryParse(text, out _, out error));
        Assert.StartsWith("AccountId: ", error, StringComparison.Ordinal);
        Assert.False(PoolId.TryParse(text, out _, out error));
        Assert.StartsWith("PoolId: ", error, StringComparison.Ordinal);
        Assert.False(BotId.TryParse(text, out _, out error));
        Assert.StartsWith("BotId: ", error, StringComparison.Ordinal);
        Assert.False(OrderId.TryParse(text, out _, out error));
        Assert.StartsWith("OrderId: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_have_a_length_limit_that_leaves_room_for_derived_ids()
    {
        Assert.True(TokenId.TryParse(new string('x', 64), out _));
        Assert.False(TokenId.TryParse(new string('x', 65), out _));
        var pool = PoolId.Parse(new string('p', 60));
        Assert.False(PoolId.TryParse(new string('p', 61), out _));
        Assert.False(PoolId.TryParse("a:b", out _));
        Assert.False(BotId.TryParse("a:b", out _));
        Assert.Equal(TokenId.Parse(TokenId.SharesOf(pool).Value), TokenId.SharesOf(pool));
        Assert.True(AccountId.TryParse("bot:" + BotId.Parse(new string('b', 60)), out _));
    }

    [Fact]
    public void A_default_id_is_invalid_but_can_be_printed()
    {
        Assert.Throws<InvalidOperationException>(() => default(TokenId).Value);
        Assert.Throws<InvalidOperationException>(() => default(AccountId).Value);
        Assert.Throws<InvalidOperationException>(() => default(PoolId).Value);
        Assert.Throws<InvalidOperationException>(() => default(BotId).Value);
        Assert.Throws<InvalidOperationException>(() => default(OrderId).Value);
        Assert.Throws<ArgumentException>(() => new OrderId(Guid.Empty));
        Assert.Equal("", default(TokenId).ToString());
        Assert.False(OrderId.TryParse(Guid.Empty.ToString(), out _));
        var order = new OrderId(Guid.Parse("018f0000-0000-7000-8000-000000000001"));
        Assert.Equal(order, OrderId.Parse(order.ToString()));
    }

    [Fact]
    public void Fractions_hold_their_ranges()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bps(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bps(10_001));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeePips(1_000_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeePips(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenDecimals(37));
        Assert.False(Bps.TryCreate(long.MaxValue, out _));
        Assert.False(FeePips.TryCreate(-1, out _));
        Assert.True(TokenDecimals.TryCreate(36, out var decimals));
        Assert.Equal(36, decimals);
        Assert.Equal(3000, FeePips.FromBps(new Bps(30)).Value);
        Assert.Equal((UInt256)3, new Bps(30).Of(1000, Rounding.Down));
        Assert.Equal((UInt256)4, new FeePips(3000).Of(1001, Rounding.Up));
    }

    [Fact]
    public void Units_convert_exactly_or_round_as_named()
    {
        Assert.Equal((UInt256)1818, Units.FromDecimal(18.18m, 2, Rounding.Down));
        Assert.Equal((UInt256)1818, Units.FromDecimal(18.189m, 2, Rounding.Down));
        Assert.Equal((UInt256)1819, Units.FromDecimal(18.181m, 2, Rounding.Up));
        Assert.Throws<OverflowException>(() => Units.FromDecimal(-0.01m, 2, Rounding.Down));
        Assert.Throws<ArgumentOutOfRangeException>(() => Units.FromDecimal(1, 37, Rounding.Down));
        Assert.True(Units.FromDecimal(decimal.MaxValue, 36, Rounding.Up) > UInt256.Zero);
        Assert.Equal(18.18m, Units.ToDecimal(1818, 2));
        Assert.Equal(1m, Units.ToDecimal(Units.PowerOfTen(36), 36));
        Assert.Throws<OverflowException>(() => Units.ToDecimal(UInt256.MaxValue, 18));
        Assert.Throws<OverflowException>(() => Units.ToDecimal(1, 36));
        Assert.Equal(18.18, Units.ToDoubleLossy(1818, 2));
    }

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("0.05", 2, "5")]
    [InlineData("12", 2, "1200")]
    [InlineData("007.10", 2, "710")]
    [InlineData("0.000000000000000001", 18, "1")]
    public void Amounts_are_read_exactly(string text, int decimals, string expected)
    {
        Assert.True(Units.TryParse(text, decimals, out var amount, out var error), error);
        Assert.Equal(expected, amount.ToString());
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("1.234", "3 decimals; the token has 2")]
    [InlineData("1.000", "3 decimals; the token has 2")]
    [InlineData(".5", "both sides")]
    [InlineData("5.", "both sides")]
    [InlineData(".", "both sides")]
    [InlineData("1.2.3", "Character 4")]
    [InlineData("-1", "Character 1")]
    [InlineData("1e5", "Character 2")]
    [InlineData("0x10", "Character 2")]
    [InlineData("1,000", "Character 2")]
    [InlineData("1157920892373161954235709850086879078532699846656405640394575840079131296399.36", "256 bits")]
    public void Malformed_amounts_are_refused_with_the_problem(string? text, string problem)
    {
        Assert.False(Units.TryParse(text, 2, out var amount, out var error));
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Equal(UInt256.Zero, amount);
    }

    [Fact]
    public void Amounts_round_trip_through_text_and_decimal()
    {
        var numbers = new NumberSource(11);
        for (var i = 0; i < 20_000; i++)
        {
            var amount = numbers.Next();
            var decimals = numbers.Below(37);
            var text = Units.Format(amount, decimals);
            Assert.True(Units.TryParse(text, decimals, out var back, out var error), error);
            Assert.Equal(amount, back);
            if (Units.TryToDecimal(amount, decimals, out var value))
            {
                Assert.Equal(value, decimal.Parse(text, CultureInfo.InvariantCulture));
                Assert.Equal(amount, Units.FromDecimal(value, decimals, Rounding.Down));
            }
        }
    }

    [Fact]
    public void Prices_compare_exactly()
    {
        Assert.Equal(new Price(1, 2), new Price(2, 4));
        Assert.Equal(new Price(1, 2).GetHashCode(), new Price(2, 4).GetHashCode());
        Assert.True(new Price(UInt256.MaxValue - UInt256.One, UInt256.MaxValue) < new Price(1, 1));
        Assert.True(new Price(UInt256.MaxValue, 1) > new Price(UInt256.MaxValue, 2));
        Assert.NotEqual(default, new Price(0, 1));
        Assert.True(default(Price) < new Price(0, 1));
        Assert.Throws<ArgumentException>(() => new Price(1, 0));
        var numbers = new NumberSource(12);
        for (var i = 0; i < 20_000; i++)
        {
            var a = new Price(numbers.Next(), numbers.Next() | UInt256.One);
            var b = new Price(numbers.Next(), numbers.Next() | UInt256.One);
            var left = (BigInteger)a.Numerator * (BigInteger)b.Denominator;
            Assert.Equal(left.CompareTo((BigInteger)b.Numerator * (BigInteger)a.Denominator), a.CompareTo(b));
        }
    }

    [Fact]
    public void Prices_convert_with_the_decimals_of_both_tokens()
    {
        // 6,789.12 USD (2 decimals) for one BTC (8 decimals).
        var price = Price.FromDecimal(6789.12m, baseDecimals: 8, quoteDecimals: 2);
        Assert.Equal(6789.12m, price.ToDecimalLossy(8, 2));
        Assert.Equal(6789.12, price.ToDoubleLossy(8, 2), 1e-9);
        Assert.Equal((UInt256)678_912, price.ToQuote(100_000_000, Rounding.Down));
        Assert.Equal((UInt256)100_000_000, price.ToBase(678_912, Rounding.Up));
        Assert.Equal((UInt256)0, price.ToQuote(1, Rounding.Down));
        Assert.Equal((UInt256)1, price.ToQuote(1, Rounding.Up));
        Assert.Equal(0.3333333333333333333333333333m, new Price(1, 3).ToDecimalLossy(0, 0));
        Assert.Equal(1m, Price.FromDecimal(1m, 0, 36).ToDecimalLossy(0, 36));
        Assert.Equal(1m, Price.FromDecimal(1m, 36, 0).ToDecimalLossy(36, 0));
        Assert.Throws<OverflowException>(() => new Price(UInt256.MaxValue, 1).ToDecimalLossy(0, 0));
        Assert.Throws<ArgumentException>(() => new Price(0, 1).Inverse());
        Assert.Equal(new Price(3, 1), new Price(1, 3).Inverse());
    }

    [Theory]
    [InlineData("BTC/USD", "BTC", "USD", "BTCUSD")]
    [InlineData("btc-usd", "BTC", "USD", "BTCUSD")]
    [InlineData("BTCUSD", "BTC", "USD", "BTCUSD")]
    [InlineData("DOGE/USD", "DOGE", "USD", "DOGE/USD")]
    [InlineData("AA-BBBB", "AA", "BBBB", "AA/BBBB")]
    public void Symbols_are_read_in_three_forms(string text, string expectedBase, string expectedQuote, string printed)
    {
        Assert.True(Symbol.TryParse(text, out var symbol));
        Assert.Equal(new Symbol(expectedBase, expectedQuote), symbol);
        Assert.Equal(printed, symbol.ToString());
        Assert.Equal(symbol, Symbol.Parse(printed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BTC")]
    [InlineData("DOGEUSD")]
    [InlineData("BTC/")]
    [InlineData("/USD")]
    [InlineData("BTC/USD/X")]
    [InlineData("BTC USD")]
    [InlineData("B C/USD")]
    [InlineData("ABCDEFGHIJK/USD")]
    public void Malformed_symbols_are_refused(string? text) => Assert.False(Symbol.TryParse(text, out _));

    [Fact]
    public void Mid_needs_both_sides()
    {
        var symbol = Symbol.Parse("BTCUSD");
        var tick = new Tick(symbol, "coinbase", DateTimeOffset.UnixEpoch, 10, 11, null, null, null, null, 1);
        Assert.Equal(10.5m, tick.Mid);
        Assert.Null((tick with { Bid = null }).Mid);
        Assert.Null((tick with { Ask = null }).Mid);
    }
}
