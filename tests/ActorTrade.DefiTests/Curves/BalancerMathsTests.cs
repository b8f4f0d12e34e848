using System.Numerics;
using System.Text.Json;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>
/// Balancer V3's pools against Balancer's own package. Its powDown is wrong for exponents 2 and 4, which no swap uses.
/// </summary>
public class BalancerMathsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Swaps_equal_those_of_the_package(bool isWeighted)
    {
        using var package = new NodeOracle();
        var source = new CaseSource(isWeighted ? 700 : 701);
        var compared = 0;
        var count = ProofCases.Count(1_000, share: 100);
        foreach (var i in ProofCases.Below(count))
        {
            BalancerCurve pool = isWeighted
                ? BalancerCases.Weighted(source, 3).Pool
                : BalancerCases.Stable(source, 3).Pool;
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, pool.TokenCount);
            var isExactIn = source.Int(0, 1) == 0;
            var balance = pool.Balances[isExactIn ? tokenIn : tokenOut] >> 2;
            var amount = UInt256.MulDivDown(balance, source.Magnitude(0, 9), 1_000_000_000) + UInt256.One;
            var reply = package.Ask(BalancerQuestion.Of(pool, tokenIn, tokenOut, amount, isExactIn));
            var error = isExactIn
                ? pool.QuoteExactIn(tokenIn, tokenOut, amount, out var quote)
                : pool.QuoteExactOut(tokenIn, tokenOut, amount, out quote);
            compared += AssertSame(reply, error, isExactIn ? quote.AmountOut : quote.AmountIn, isExactIn) ? 1 : 0;
        }

        Assert.True(compared > count / 2, $"only {compared} trades answered by both");
    }

    private static bool AssertSame(JsonElement reply, QuoteError error, UInt256 actual, bool isExactIn)
    {
        if (reply.TryGetProperty("error", out var reason))
        {
            Assert.True(error != QuoteError.None, reason.GetString());
            return false;
        }

        var expected = BigInteger.Parse(reply.GetProperty(isExactIn ? "amountOut" : "amountIn").GetString()!);
        if (error != QuoteError.None)
        {
            // The package knows neither empty answers nor what a vault can hold and has.
            Assert.True(
                expected <= 1 || error is QuoteError.InsufficientLiquidity or QuoteError.ArithmeticOverflow
                    or QuoteError.NoLiquidity,
                $"{error} where the package answers {expected}");
            return false;
        }

        Assert.Equal(expected, (BigInteger)actual);
        return true;
    }
}

/// <summary>A pool as tests/oracles/oracles/balancer-maths.mjs is asked about it.</summary>
internal static class BalancerQuestion
{
    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    public static Dictionary<string, object> Of(
        BalancerCurve pool, int tokenIn, int tokenOut, UInt256 amount, bool isExactIn)
    {
        var question = Of(pool, "quote");
        question["tokenIn"] = tokenIn;
        question["tokenOut"] = tokenOut;
        question[isExactIn ? "amountIn" : "amountOut"] = amount.ToString();
        return question;
    }

    public static Dictionary<string, object> Of(BalancerCurve pool, string op)
    {
        var rates = pool.RatesE18.IsEmpty ? [.. pool.Balances.Select(_ => One)] : pool.RatesE18;
        var question = new Dictionary<string, object>
        {
            ["oracle"] = "balancer-maths",
            ["op"] = op,
            ["type"] = pool is BalancerWeighted ? "WEIGHTED" : "STABLE",
            ["balancesLiveScaled18"] = pool.Balances
                .Select((x, k) => UInt256.MulDivDown(x, pool.ScalingFactorsE18[k], One).ToString()).ToArray(),
            ["scalingFactors"] = rates.Select((x, k) => (pool.ScalingFactorsE18[k] / x).ToString()).ToArray(),
            ["tokenRates"] = rates.Select(x => x.ToString()).ToArray(),
            ["swapFee"] = pool.SwapFeeE18.ToString(),
        };
        if (pool is BalancerWeighted weighted)
        {
            question["weights"] = weighted.WeightsE18.Select(x => x.ToString()).ToArray();
        }
        else
        {
            question["amp"] = ((BalancerStable)pool).AmplificationE3.ToString();
        }

        return question;
    }
}
