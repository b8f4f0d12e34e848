using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.UnitTests.Numerics;

namespace ActorTrade.UnitTests.Amm;

public sealed class PoolSharesTests
{
    public static TheoryData<int> Seeds => [1, 2, 3, 4];

    [Fact]
    public void First_deposit_mints_the_root_and_locks_the_minimum()
    {
        // Uniswap/v2-core test/UniswapV2Pair.spec.ts "mint": 1 and 4 tokens give 2e18 shares, 1000 of them locked.
        var ether = Units.PowerOfTen(18);
        Assert.Equal(QuoteError.None, PoolShares.QuoteFirstDeposit(ether, ether * 4, out var quote));
        Assert.Equal(new DepositQuote(ether, ether * 4, (ether * 2) - 1000, 1000), quote);
        Assert.Equal(QuoteError.InsufficientLiquidity, PoolShares.QuoteFirstDeposit(1000, 1000, out _));
        Assert.Equal(QuoteError.None, PoolShares.QuoteFirstDeposit(1001, 1001, out quote));
        Assert.Equal(UInt256.One, quote.Shares);
        Assert.Equal(QuoteError.ZeroAmount, PoolShares.QuoteFirstDeposit(0, 1, out _));
        Assert.Equal(QuoteError.ReserveOverflow, PoolShares.QuoteFirstDeposit(UInt256.One << 128, 1, out _));
        var max = ConstantProduct.ReserveMax;
        Assert.Equal(QuoteError.None, PoolShares.QuoteFirstDeposit(max, max, out quote));
        Assert.Equal(max, quote.Shares + quote.LockedShares);
    }

    [Fact]
    public void Deposit_takes_only_what_keeps_the_ratio()
    {
        Assert.Equal(QuoteError.None, PoolShares.QuoteDeposit(100_000, 200_000, 141_421, 1_000, 5_000, out var quote));
        Assert.Equal((1_414UL, 1_000UL, 2_000UL), ((ulong)quote.Shares, (ulong)quote.Amount0, (ulong)quote.Amount1));
        Assert.Equal(QuoteError.NoLiquidity, PoolShares.QuoteDeposit(0, 1, 1, 1, 1, out _));
        Assert.Equal(QuoteError.ZeroAmount, PoolShares.QuoteDeposit(1, 1, 1, 0, 1, out _));
        Assert.Equal(QuoteError.OutputTooSmall, PoolShares.QuoteDeposit(100_000, 100_000, 1_000, 99, 99, out _));
        Assert.Equal(
            QuoteError.ReserveOverflow,
            PoolShares.QuoteDeposit(5_000, 5_000, 5_000, UInt256.MaxValue, UInt256.MaxValue, out _));

        // A maximum without meaning on one side leaves the decision to the other.
        Assert.Equal(QuoteError.None, PoolShares.QuoteDeposit(5_000, 5_000, 5_000, UInt256.MaxValue, 7, out quote));
        Assert.Equal(new DepositQuote(7, 7, 7, 0), quote);
    }

    [Fact]
    public void The_locked_minimum_cannot_be_withdrawn()
    {
        Assert.Equal(QuoteError.InsufficientLiquidity, PoolShares.QuoteWithdrawal(5_000, 5_000, 5_000, 4_001, out _));
        Assert.Equal(
            QuoteError.InsufficientLiquidity,
            PoolShares.QuoteWithdrawal(5_000, 5_000, 5_000, UInt256.MaxValue, out _));
        Assert.Equal(QuoteError.None, PoolShares.QuoteWithdrawal(5_000, 5_000, 5_000, 4_000, out var quote));
        Assert.Equal(new WithdrawalQuote(4_000, 4_000, 4_000), quote);
        Assert.Equal(QuoteError.OutputTooSmall, PoolShares.QuoteWithdrawal(5_000, 10, 5_000, 400, out _));
        Assert.Equal(QuoteError.ZeroAmount, PoolShares.QuoteWithdrawal(1, 1, 1, 0, out _));
        Assert.Equal(QuoteError.NoLiquidity, PoolShares.QuoteWithdrawal(0, 0, 0, 1, out _));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Deposits_and_withdrawals_equal_the_oracle_and_favour_who_stays(int seed)
    {
        var numbers = new NumberSource(seed + 6000);
        var deposits = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (r0, r1) = (numbers.NextBelow(120), numbers.NextBelow(120));
            if (r0.IsZero || r1.IsZero)
            {
                continue;
            }

            var total = UInt256.Sqrt(r0 * r1);
            var (max0, max1) = (numbers.NextBelow(120), numbers.NextBelow(120));
            if (PoolShares.QuoteDeposit(r0, r1, total, max0, max1, out var deposit) != QuoteError.None)
            {
                continue;
            }

            deposits++;
            var shares = BigInteger.Min(Big(max0) * Big(total) / Big(r0), Big(max1) * Big(total) / Big(r1));
            Assert.Equal(shares, Big(deposit.Shares));
            Assert.Equal(CeilingOf(shares * Big(r0), Big(total)), Big(deposit.Amount0));
            Assert.Equal(CeilingOf(shares * Big(r1), Big(total)), Big(deposit.Amount1));
            Assert.True(deposit.Amount0 <= max0 && deposit.Amount1 <= max1);
            var (a0, a1, after) = (r0 + deposit.Amount0, r1 + deposit.Amount1, total + deposit.Shares);
            AssertShareDidNotFall(r0, total, a0, after);
            AssertShareDidNotFall(r1, total, a1, after);
            Assert.True(after * after <= a0 * a1);

            if (PoolShares.QuoteWithdrawal(a0, a1, after, deposit.Shares, out var withdrawal) == QuoteError.None)
            {
                // In and out at once never profits, and costs at most one base unit of each token.
                Assert.True(withdrawal.Amount0 <= deposit.Amount0 && withdrawal.Amount1 <= deposit.Amount1);
                Assert.True(withdrawal.Amount0 + UInt256.One >= deposit.Amount0);
                Assert.Equal(Big(deposit.Shares) * Big(a0) / Big(after), Big(withdrawal.Amount0));
                Assert.Equal(Big(deposit.Shares) * Big(a1) / Big(after), Big(withdrawal.Amount1));
                AssertShareDidNotFall(a0, after, a0 - withdrawal.Amount0, after - deposit.Shares);
            }
        }

        Assert.True(deposits > 5_000, $"Only {deposits} deposits.");
    }

    private static BigInteger Big(UInt256 value) => (BigInteger)value;

    private static BigInteger CeilingOf(BigInteger a, BigInteger b) => (a + b - 1) / b;

    private static void AssertShareDidNotFall(
        UInt256 reserve,
        UInt256 shares,
        UInt256 reserveAfter,
        UInt256 sharesAfter) =>
        Assert.True(UInt256.CompareProducts(reserveAfter, shares, reserve, sharesAfter) >= 0);
}
