using System.Numerics;
using System.Text.Json;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

public class BalancerSharesTests
{
    private static readonly UInt256 WeightedSupply = UInt256.Parse("6565147517543863649467");
    private static readonly UInt256 StableSupply = UInt256.Parse("98722363453387463962451");
    private static readonly UInt256 OneShare = 1_000_000_000_000_000_000;
    private static readonly UInt256 TenShares = 10 * OneShare;

    [Fact]
    public void Shares_of_a_weighted_pool_are_those_on_chain()
    {
        var pool = BalancerTests.UsdcDai();

        Assert.Equal(QuoteError.None, pool.QuoteDeposit([10_000_000, OneShare], WeightedSupply, out var deposit));
        Assert.Equal("5249632476460424979", deposit.Shares.ToString());
        Assert.Equal(QuoteError.None, pool.QuoteDepositOfOne(0, TenShares, WeightedSupply, out var one));
        Assert.Equal("21192628", one.Amounts[0].ToString());
        Assert.Equal(QuoteError.None, pool.QuoteDepositOfOne(1, TenShares, WeightedSupply, out one));
        Assert.Equal("19122124552221037291", one.Amounts[1].ToString());
        Assert.Equal(QuoteError.None, pool.QuoteWithdrawal(OneShare, WeightedSupply, out var withdrawal));
        Assert.Equal(["1053500", "950574080886610561"], withdrawal.Amounts.Select(x => x.ToString()));
        Assert.Equal(QuoteError.None, pool.QuoteWithdrawalOfOne(0, OneShare, WeightedSupply, out one));
        Assert.Equal("2096306", one.Amounts[0].ToString());
        Assert.Equal(QuoteError.None, pool.QuoteWithdrawalOfOne(1, OneShare, WeightedSupply, out one));
        Assert.Equal("1891499077903496683", one.Amounts[1].ToString());
    }

    [Fact]
    public void Shares_of_a_stable_pool_with_rates_are_those_on_chain()
    {
        var pool = BalancerTests.StaticUsdcUsdt();

        Assert.Equal(QuoteError.None, pool.QuoteDeposit([10_000_000, 10_000_000], StableSupply, out var deposit));
        Assert.Equal("25330959523618091102", deposit.Shares.ToString());
        Assert.Equal(QuoteError.None, pool.QuoteDepositOfOne(0, TenShares, StableSupply, out var one));
        Assert.Equal("8448320", one.Amounts[0].ToString());
        Assert.Equal(QuoteError.None, pool.QuoteWithdrawal(OneShare, StableSupply, out var withdrawal));
        Assert.Equal(["172672", "589593"], withdrawal.Amounts.Select(x => x.ToString()));
        Assert.Equal(QuoteError.None, pool.QuoteWithdrawalOfOne(1, OneShare, StableSupply, out one));
        Assert.Equal("741054", one.Amounts[1].ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void V3_shares_equal_those_of_the_package(bool isWeighted)
    {
        using var package = new NodeOracle();
        var source = new CaseSource(isWeighted ? 800 : 801);
        var compared = 0;
        var count = ProofCases.Count(500, share: 200);
        foreach (var i in ProofCases.Below(count))
        {
            BalancerCurve pool = isWeighted
                ? BalancerCases.Weighted(source, 3).Pool
                : BalancerCases.Stable(source, 3).Pool;
            var total = source.Magnitude(18, 27);
            UInt256[] amounts = [.. pool.Balances.Select(x => source.Int(0, 2) == 0
                ? UInt256.Zero
                : UInt256.MulDivDown(x, source.Magnitude(0, 9), 1_000_000_000) + UInt256.One)];
            var question = BalancerQuestion.Of(pool, "deposit");
            question["totalSupply"] = total.ToString();
            question["amounts"] = amounts.Select(x => x.ToString()).ToArray();
            var error = pool.QuoteDeposit(amounts, total, out var change);
            compared += Agree(package.Ask(question), "shares", error, change.Shares) ? 1 : 0;

            question = BalancerQuestion.Of(pool, "withdrawOne");
            var token = source.Int(0, pool.TokenCount - 1);
            var shares = UInt256.MulDivDown(total, source.Magnitude(0, 8.3), 1_000_000_000) + UInt256.One;
            question["totalSupply"] = total.ToString();
            question["token"] = token;
            question["shares"] = shares.ToString();
            error = pool.QuoteWithdrawalOfOne(token, shares, total, out change);
            var amount = error == QuoteError.None ? change.Amounts[token] : UInt256.Zero;
            compared += Agree(package.Ask(question), "amount", error, amount) ? 1 : 0;
        }

        Assert.True(compared > count, $"only {compared} changes answered by both");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    public void V2_shares_equal_the_contract(bool isWeighted, int version)
    {
        var source = new CaseSource((isWeighted ? 810 : 820) + version);
        var compared = 0;
        var count = ProofCases.Count(500, share: 10);
        foreach (var i in ProofCases.Below(count))
        {
            BalancerCurve pool = isWeighted
                ? BalancerCases.Weighted(source, version).Pool
                : BalancerCases.Stable(source, version).Pool;
            if (pool.TradeState != QuoteError.None)
            {
                continue;
            }

            var slots = pool.Traded.Length;
            U256[] b = [.. pool.Traded.ToArray().Select(x => (U256)x)];
            UInt256[] amounts = [.. Enumerable.Range(0, slots).Select(k => source.Int(0, 2) == 0
                ? UInt256.Zero
                : UInt256.MulDivDown(pool.Traded[k], source.Magnitude(0, 9), 1_000_000_000))];
            U256[] contractAmounts = [.. amounts.Select(x => (U256)x)];
            var total = source.Magnitude(18, 27);
            var shares = UInt256.MulDivDown(total, source.Magnitude(0, 8.6), 1_000_000_000) + UInt256.One;
            var slot = source.Int(0, slots - 1);
            var (fee, shortcuts) = ((U256)pool.SwapFeeE18, version > 1);
            U256[] w = pool is BalancerWeighted weighted ? [.. weighted.WeightsE18.Select(x => (U256)x)] : [];
            U256 amp = pool is BalancerStable stable ? stable.AmplificationE3 : UInt256.Zero;
            compared += Same(pool.SharesFor(amounts, total, out var minted), minted, () => isWeighted
                ? BalancerSharesOracle.WeightedOutForTokens(b, w, contractAmounts, total, fee, shortcuts)
                : BalancerSharesOracle.StableOutForTokens(amp, b, contractAmounts, total, fee, version));
            compared += Same(pool.AmountInFor(slot, shares, total, out var amountIn), amountIn, () => isWeighted
                ? BalancerSharesOracle.WeightedInForShares(b[slot], w[slot], shares, total, fee, shortcuts)
                : BalancerSharesOracle.StableInForShares(amp, b, slot, shares, total, fee, version));
            compared += Same(pool.AmountOutFor(slot, shares, total, out var amountOut), amountOut, () => isWeighted
                ? BalancerSharesOracle.WeightedOutForShares(b[slot], w[slot], shares, total, fee, shortcuts)
                : BalancerSharesOracle.StableOutForShares(amp, b, slot, shares, total, fee, version));
        }

        Assert.True(compared > count * 3 / 2, $"only {compared} amounts answered by both");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Joining_and_leaving_never_pays(int version)
    {
        var source = new CaseSource(900 + version);
        foreach (var i in ProofCases.Numbers(300, share: 200))
        {
            BalancerCurve pool = i % 2 == 0
                ? BalancerCases.Weighted(source, version).Pool
                : BalancerCases.Stable(source, version).Pool;
            var total = source.Magnitude(18, 24);
            var token = source.Int(0, pool.TokenCount - 1);
            var shares = UInt256.MulDivDown(total, (uint)source.Int(1, 200), 1000);
            if (pool.Balances.Any(x => x < 1_000_000)
                || pool.QuoteDepositOfOne(token, shares, total, out var joined) != QuoteError.None)
            {
                continue;
            }

            var after = (BalancerCurve)joined.After;
            var kept = (double)(after.Balances[token] - pool.Balances[token]) / (double)joined.Amounts[token];
            Assert.InRange(kept, pool.IsV3 ? 0.9 : 1, 1);
            if (after.QuoteWithdrawalOfOne(token, shares, total + shares, out var left) == QuoteError.None)
            {
                Assert.True(left.Amounts[token] <= joined.Amounts[token]);
            }

            if (pool.QuoteDeposit(joined.Amounts.AsSpan(), total, out var again) == QuoteError.None)
            {
                // The two contract functions guess the part free of the fee differently.
                Assert.InRange((double)again.Shares / (double)shares, 0.97, 1.01);
            }
        }
    }

    [Fact]
    public void A_balanced_deposit_costs_no_less_than_its_withdrawal_gives()
    {
        var pool = BalancerTests.UsdcDai();
        Assert.Equal(QuoteError.None, pool.QuoteDepositForShares(TenShares, WeightedSupply, out var deposit));
        Assert.Equal(
            QuoteError.None,
            ((BalancerCurve)deposit.After).QuoteWithdrawal(
                TenShares, WeightedSupply + TenShares, out var withdrawal));

        Assert.True(withdrawal.Amounts[0] <= deposit.Amounts[0]);
        Assert.InRange((double)withdrawal.Amounts[1] / (double)deposit.Amounts[1], 0.9999999, 1);
        Assert.Equal(
            QuoteError.AmountTooLarge, pool.QuoteWithdrawalOfOne(0, WeightedSupply / 2, WeightedSupply, out _));
        Assert.Equal(
            QuoteError.InsufficientLiquidity,
            pool.QuoteWithdrawal(WeightedSupply + UInt256.One, WeightedSupply, out _));
        Assert.Equal(QuoteError.NoLiquidity, pool.QuoteDeposit([1, 1], UInt256.Zero, out _));
    }

    private static int Same(QuoteError error, UInt256 actual, Func<U256> contract)
    {
        try
        {
            var expected = contract();
            Assert.Equal(QuoteError.None, error);
            Assert.Equal(expected.Value, (BigInteger)actual);
            return 1;
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
            return 0;
        }
    }

    private static bool Agree(JsonElement reply, string field, QuoteError error, UInt256 actual)
    {
        if (reply.TryGetProperty("error", out var reason))
        {
            Assert.True(error != QuoteError.None, reason.GetString());
            return false;
        }

        var expected = BigInteger.Parse(reply.GetProperty(field).GetString()!);
        if (error != QuoteError.None)
        {
            Assert.True(expected <= 0 || error is not QuoteError.OutputTooSmall, $"{error}, not {expected}");
            return false;
        }

        Assert.Equal(expected, (BigInteger)actual);
        return true;
    }
}
