using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>Curve's sUSD pool, in the code that stands on mainnet, against our curve of it. To the unit.</summary>
[Collection(RefereeChain.Name)]
public sealed class StableSwapOnChainTests(RefereeChainFixture world)
{
    private const int Tokens = 4;

    private DeployedPool Pool => world.Deployments.Pool("CurveSusdPool");

    [Fact]
    public async Task A_pool_swaps_as_its_curve_says()
    {
        await FundAsync();
        var curve = (StableSwapClassic)await world.Pools.CurveAsync(Pool);
        Assert.False(curve.AdminFeeE10.IsZero);
        var random = new RandomSwaps(curve, new Random(7), largest: 3);
        for (var i = 0; i < 1_000; i++)
        {
            var quote = random.Next(curve);
            var held = await HeldAsync(quote.TokenOut);

            await world.Chain.SendAsync(world.Trader, Pool.Address, Exchange(quote));

            // For an exact output the curve finds the input, which may give more than was asked for.
            Assert.Equal(
                QuoteError.None, curve.QuoteExactIn(quote.TokenIn, quote.TokenOut, quote.AmountIn, out var whole));
            Assert.True(whole.AmountOut >= quote.AmountOut);
            Assert.Equal(held + whole.AmountOut, await HeldAsync(quote.TokenOut));
            curve = (StableSwapClassic)curve.Apply(whole);
            Assert.Equal(curve.Balances, await BalancesAsync());
        }
    }

    [Fact]
    public async Task Shares_come_and_go_as_the_curve_says()
    {
        await FundAsync();
        var curve = (StableSwapClassic)await world.Pools.CurveAsync(Pool);
        var random = new Random(8);
        var sizes = new RandomSwaps(curve, random, largest: 4);
        var total = await SharesAsync();
        UInt256 held = default;
        for (var i = 0; i < 300; i++)
        {
            var amounts = new UInt256[Tokens];
            for (var t = 0; t < Tokens; t++)
            {
                amounts[t] = random.Next(3) == 0 ? UInt256.Zero : sizes.RandomAmount(t);
            }

            var kind = random.Next(3);
            var (error, change, call) = kind switch
            {
                0 => Deposit(curve, amounts, total),
                1 => Withdrawal(curve, sizes.Below(held + UInt256.One), total),
                _ => WithdrawalOfAmounts(curve, amounts, total),
            };
            if (error != QuoteError.None || (kind != 0 && change.Shares > held))
            {
                continue;
            }

            await world.Chain.SendAsync(world.Trader, Pool.Address, call);
            (total, held) = kind == 0
                ? (total + change.Shares, held + change.Shares)
                : (total - change.Shares, held - change.Shares);
            curve = (StableSwapClassic)change.After;
            Assert.Equal(curve.Balances, await BalancesAsync());
            Assert.Equal(total, await SharesAsync());
        }

        Assert.False(held.IsZero);
    }

    private static (QuoteError Error, LiquidityChange Change, AbiCall Call) Deposit(
        StableSwapClassic curve, UInt256[] amounts, UInt256 total)
    {
        var error = curve.QuoteDeposit(amounts, total, out var change);
        return (error, change, new AbiCall("add_liquidity(uint256[4],uint256)", Fixed(amounts), change.Shares));
    }

    private static (QuoteError Error, LiquidityChange Change, AbiCall Call) Withdrawal(
        StableSwapClassic curve, UInt256 shares, UInt256 total)
    {
        var error = curve.QuoteWithdrawal(shares, total, out var change);
        UInt256[] least = error == QuoteError.None ? [.. change.Amounts] : new UInt256[Tokens];
        return (error, change, new AbiCall("remove_liquidity(uint256,uint256[4])", shares, Fixed(least)));
    }

    private static (QuoteError Error, LiquidityChange Change, AbiCall Call) WithdrawalOfAmounts(
        StableSwapClassic curve, UInt256[] amounts, UInt256 total)
    {
        var error = curve.QuoteWithdrawalOfAmounts(amounts, total, out var change);
        return (
            error,
            change,
            new AbiCall("remove_liquidity_imbalance(uint256[4],uint256)", Fixed(amounts), change.Shares));
    }

    // An array of fixed length stands in the input as its items.
    private static AbiTuple Fixed(UInt256[] amounts) => new([.. amounts]);

    private static AbiCall Exchange(CurveQuote quote) => new(
        "exchange(int128,int128,uint256,uint256)", quote.TokenIn, quote.TokenOut, quote.AmountIn, quote.AmountOut);

    private async Task<UInt256> HeldAsync(int token) => await world.BalanceAsync(Pool.Tokens[token], world.Trader);

    private async Task<IReadOnlyList<UInt256>> BalancesAsync() =>
    [
        .. (await world.Chain.CallAllAsync(
            Enumerable.Range(0, Tokens).Select(t => (Pool.Address, new AbiCall("balances(int128)", t)))))
        .Select(b => b[0]),
    ];

    private async Task<UInt256> SharesAsync() =>
        (await world.Chain.CallAsync(world.AddressOf("CurveShares"), new AbiCall("totalSupply()")))[0];

    private async Task FundAsync()
    {
        foreach (var symbol in Pool.Tokens)
        {
            await world.FundAsync(world.Trader, symbol, Pool.Address);
        }
    }
}
