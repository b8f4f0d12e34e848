using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Listing;

/// <summary>Quotes of pools whose tokens keep a part of every transfer.</summary>
public class ListedPoolTests
{
    private const int Cases = 20_000;

    [Fact]
    public void An_exact_input_pays_the_fee_on_the_way_in_and_on_the_way_out()
    {
        // 1,000 sent, 900 arrive; 900·1000/(1000 + 900) = 473 leave, 118 of them (25 %, rounded down) for the token.
        var pool = Pool(1_000, 1_000, feeIn: 100_000, feeOut: 250_000, feeNumerator: 0);

        Assert.Equal(QuoteError.None, pool.QuoteExactIn(0, 1, 1_000, out var quote, out var received));

        Assert.Equal((900ul, 473ul, 355ul), ((ulong)quote.AmountIn, (ulong)quote.AmountOut, (ulong)received));
    }

    [Fact]
    public void What_arrives_is_what_the_token_says_in_slow_numbers()
    {
        ForRandomPools((random, pool) =>
        {
            var amount = Amount(random);
            var fee = pool.Tokens[0].TransferFee.Value;
            var expected = (BigInteger)amount - ((BigInteger)amount * fee / 1_000_000);
            Assert.Equal(expected, (BigInteger)pool.Arriving(0, amount));

            // The least amount of which so much arrives, found by looking at the one below.
            Assert.True(pool.TryLeaving(0, amount, out var sent));
            Assert.True(pool.Arriving(0, sent) >= amount);
            Assert.True(sent.IsZero || pool.Arriving(0, sent - UInt256.One) < amount);
        });
    }

    [Fact]
    public void An_exact_output_asks_the_least_that_brings_it()
    {
        var quoted = 0;
        ForRandomPools((random, pool) =>
        {
            var wanted = Amount(random);
            if (pool.QuoteExactOut(0, 1, wanted, out var quote, out var sent) != QuoteError.None)
            {
                return;
            }

            quoted++;
            Assert.True(pool.Arriving(0, sent) >= quote.AmountIn);
            Assert.Equal(QuoteError.None, pool.QuoteExactIn(0, 1, sent, out _, out var received));
            Assert.True(received >= wanted, $"{wanted} wanted, {received} received for {sent}");

            // V2 adds one unit where its division is exact; without that and one more, it is not enough.
            if (UInt256.TrySubtract(quote.AmountIn, 2u, out var less))
            {
                var error = pool.Curve.QuoteExactIn(0, 1, less, out var below);
                Assert.True(error != QuoteError.None || pool.Arriving(1, below.AmountOut) < wanted);
            }
        });
        Assert.True(quoted > Cases / 4, $"{quoted} quotes");
    }

    [Fact]
    public void A_transfer_fee_never_makes_a_trade_better()
    {
        ForRandomPools((random, pool) =>
        {
            var tokens = pool.Tokens.Select(t => new ListedToken(1, t.Address, t.Symbol, t.Decimals));
            var plain = new ListedPool("plain", 1, [.. tokens], pool.Curve);
            var amount = Amount(random);
            var error = pool.QuoteExactIn(0, 1, amount, out _, out var received);
            if (plain.QuoteExactIn(0, 1, amount, out _, out var without) == QuoteError.None)
            {
                Assert.True(error != QuoteError.None || received <= without);
            }

            if (pool.QuoteExactOut(0, 1, amount, out _, out var sent) == QuoteError.None)
            {
                Assert.Equal(QuoteError.None, plain.QuoteExactOut(0, 1, amount, out _, out var least));
                Assert.True(sent >= least);
            }
        });
    }

    [Fact]
    public void A_concentrated_pool_quotes_nothing_for_dust_as_its_contract_does()
    {
        UInt128 liquidity = 1_000_000_000_000;
        var ticks = new TickTable(
            60,
            [
                new TickLiquidity(-600, liquidity, (Int128)liquidity),
                new TickLiquidity(600, liquidity, -(Int128)liquidity),
            ]);
        var curve = new ConcentratedCurve(3000, UInt256.One << 96, 0, liquidity, ticks);
        var pool = new ListedPool(
            "v3",
            1,
            [
                new ListedToken(1, "0x01", "A", new TokenDecimals(18)),
                new ListedToken(1, "0x02", "B", new TokenDecimals(18)),
            ],
            curve);

        Assert.Equal(QuoteError.None, pool.QuoteExactIn(0, 1, 1, out var quote, out var received));

        Assert.Equal(UInt256.One, quote.AmountIn);
        Assert.True(received.IsZero);
    }

    [Fact]
    public void What_nothing_arrives_of_is_refused()
    {
        var pool = Pool(1_000_000, 1_000_000, feeIn: 999_999, feeOut: 0, feeNumerator: 3);

        Assert.Equal(QuoteError.OutputTooSmall, pool.QuoteExactIn(0, 1, 1, out _, out _));
        Assert.Equal(QuoteError.NoSuchPair, pool.QuoteExactIn(0, 2, 1, out _, out _));
        Assert.Equal(QuoteError.NoSuchPair, pool.QuoteExactOut(-1, 0, 1, out _, out _));
        Assert.Equal(QuoteError.ArithmeticOverflow, pool.QuoteExactOut(1, 0, UInt256.MaxValue, out _, out _));
    }

    private static void ForRandomPools(Action<Random, ListedPool> check)
    {
        var random = new Random(20240105);
        for (var i = 0; i < Cases; i++)
        {
            check(random, Pool(
                Amount(random),
                Amount(random),
                random.Next(3) == 0 ? 0 : random.Next(0, 1_000_000),
                random.Next(3) == 0 ? 0 : random.Next(0, 1_000_000),
                feeNumerator: 3));
        }
    }

    // From one unit to 2^100, every length as often.
    private static UInt256 Amount(Random random)
    {
        var bits = random.Next(1, 101);
        var amount = new UInt256((ulong)random.NextInt64(), (ulong)random.NextInt64(), 0, 0) >> (128 - bits);
        return amount.IsZero ? UInt256.One : amount;
    }

    private static ListedPool Pool(UInt256 reserve0, UInt256 reserve1, int feeIn, int feeOut, uint feeNumerator) => new(
        "p",
        1,
        [
            new ListedToken(1, "0x1", "A", new TokenDecimals(18), new FeePips(feeIn)),
            new ListedToken(1, "0x2", "B", new TokenDecimals(6), new FeePips(feeOut)),
        ],
        new ConstantProductCurve(reserve0, reserve1, feeNumerator, 1_000));
}
