using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Random pools of both families against the contracts written over big integers, to the unit.</summary>
public class StableSwapProofTests
{
    private int _compared;

    [Theory]
    [InlineData(false, 100u, 2)]
    [InlineData(false, 1u, 2)]
    [InlineData(false, 1u, 1)]
    [InlineData(true, 100u, 2)]
    public void Swaps_equal_the_contract(bool isNg, uint precision, int generation)
    {
        var source = new CaseSource(isNg ? 11 : (int)precision);
        foreach (var i in ProofCases.Numbers(4_000))
        {
            var (pool, oracle) = StableSwapCases.Next(source, isNg, precision, generation);
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, pool.TokenCount);
            var amountIn = UInt256.Max(UInt256.One, StableSwapCases.Amount(source, pool.Balances[tokenIn]));
            AssertSameTrade(pool, oracle, tokenIn, tokenOut, amountIn);
        }

        Assert.True(_compared > ProofCases.Count(4_000) / 2, $"only {_compared} trades answered by both");
    }

    [Theory]
    [InlineData(false, 100u, 2)]
    [InlineData(false, 1u, 2)]
    [InlineData(false, 1u, 1)]
    [InlineData(true, 100u, 2)]
    public void Shares_equal_the_contract(bool isNg, uint precision, int generation)
    {
        var source = new CaseSource(isNg ? 21 : 30 + (int)precision);
        foreach (var i in ProofCases.Numbers(1_000, share: 4))
        {
            var (pool, oracle) = StableSwapCases.Next(source, isNg, precision, generation);
            var total = source.Near(pool.Invariant, 0.2) + UInt256.One;
            var amounts = pool.Balances
                .Select(x => source.Int(0, 2) == 0 ? UInt256.Zero : StableSwapCases.Amount(source, x)).ToArray();
            var contractAmounts = amounts.Select(x => (U256)x).ToArray();
            Agree(pool.QuoteDeposit(amounts, total, out var deposit), deposit, oracle,
                () => oracle.AddLiquidity(contractAmounts, total), isShares: true, token: 0);
            Agree(pool.QuoteWithdrawalOfAmounts(amounts, total, out var withdrawal), withdrawal, oracle,
                () => oracle.RemoveImbalanced(contractAmounts, total), isShares: true, token: 0);
            var token = source.Int(0, pool.TokenCount - 1);
            var shares = source.Near(total, 0.9999) * source.Magnitude(0, 6) / 1_000_000 / 2 + UInt256.One;
            var error = pool.QuoteWithdrawalOfOne(token, shares, total, out var one);
            if (generation == 1)
            {
                Assert.Equal(QuoteError.NotOfThisKind, error);
                continue;
            }

            Agree(error, one, oracle, () => oracle.RemoveOne(token, shares, total), isShares: false, token);
        }

        Assert.True(_compared > ProofCases.Count(1_000, share: 4), $"only {_compared} changes answered by both");
    }

    [Fact]
    public void The_two_families_disagree_on_the_invariant_of_about_one_pool_in_a_hundred()
    {
        var source = new CaseSource(77);
        var different = 0;
        const int count = 20_000;
        for (var i = 0; i < count; i++)
        {
            var n = source.Int(2, 4);
            var balance = source.Magnitude(18, 27);
            var balances = Enumerable.Range(0, n).Select(_ => source.Near(balance, 0.999)).ToImmutableArray();
            var rates = Enumerable.Repeat((UInt256)1_000_000_000_000_000_000UL, n).ToImmutableArray();
            UInt256 a = (uint)source.Int(10, 2000);
            var classic = new StableSwapClassic(balances, a, 4_000_000, rates);
            var ng = new StableSwapNg(balances, a, 4_000_000, rates, 0);
            different += classic.Invariant == ng.Invariant ? 0 : 1;
        }

        Assert.InRange((double)different / count, 0.001, 0.1);
    }

    private void AssertSameTrade(
        StableSwapCurve pool, StableSwapOracle oracle, int tokenIn, int tokenOut, UInt256 amountIn)
    {
        var error = pool.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
        try
        {
            var (dy, balances) = oracle.Exchange(tokenIn, tokenOut, amountIn);
            if (dy.Value.IsZero || IsRefusedEmpty(oracle, error))
            {
                Assert.True(
                    error == QuoteError.OutputTooSmall || IsRefusedEmpty(oracle, error), $"{error} for {dy.Value}");
                return;
            }

            Assert.Equal(QuoteError.None, error);
            _compared++;
            Assert.Equal(dy.Value, (BigInteger)quote.AmountOut);
            Assert.Equal(
                balances.Select(x => x.Value),
                ((StableSwapCurve)pool.Apply(quote)).Balances.Select(x => (BigInteger)x));

            // In the first pools the administrator gets what rounding leaves over, too: a few units.
            Assert.True(quote.Fee + (oracle.IsFirst ? 4u : 0u) >= quote.ProtocolFee);
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
        }
    }

    private void Agree(
        QuoteError error,
        LiquidityChange change,
        StableSwapOracle oracle,
        Func<(U256 Result, U256[] Balances)> contract,
        bool isShares,
        int token)
    {
        try
        {
            var (result, balances) = contract();
            if (error == QuoteError.None)
            {
                _compared++;
                Assert.Equal(result.Value, (BigInteger)(isShares ? change.Shares : change.Amounts[token]));
                Assert.Equal(
                    balances.Select(x => x.Value),
                    ((StableSwapCurve)change.After).Balances.Select(x => (BigInteger)x));
            }
            else
            {
                // What the contract would do for nothing, or for more shares than exist, is refused here.
                Assert.True(
                    result.Value.IsZero
                        || error is QuoteError.ZeroAmount or QuoteError.InsufficientLiquidity
                        || IsRefusedEmpty(oracle, error),
                    $"{error} where the contract answers {result}");
            }
        }
        catch (RevertException)
        {
            Assert.NotEqual(QuoteError.None, error);
        }
    }

    // The first pools divide by one more than a balance, and so answer where one is nothing once it is scaled.
    private static bool IsRefusedEmpty(StableSwapOracle oracle, QuoteError error) =>
        oracle.IsFirst && error == QuoteError.NoLiquidity;
}
