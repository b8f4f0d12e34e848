using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>Aerodrome's pairs on a chain against our curves of them. To the unit.</summary>
[Collection(RefereeChain.Name)]
public sealed class SolidlyOnChainTests(RefereeChainFixture world)
{
    [Theory]
    [InlineData("Aerodrome.DAI-USDC-stable", 1_000)]
    [InlineData("Aerodrome.WBTC-USDC-stable", 500)]
    [InlineData("Aerodrome.WETH-USDC-volatile", 500)]
    [InlineData("Aerodrome.WBTC-WETH-volatile", 200)]
    public async Task A_pair_swaps_as_its_curve_says(string name, int swaps)
    {
        var pool = world.Deployments.Pool(name);
        foreach (var symbol in pool.Tokens)
        {
            await world.FundAsync(world.Trader, symbol, pool.Address);
        }

        var curve = await world.Pools.CurveAsync(pool);
        var random = new RandomSwaps(curve, new Random(6), largest: 3);
        for (var i = 0; i < swaps; i++)
        {
            var quote = random.Next(curve);

            Assert.Equal(AskedOf(curve, quote), await AskAsync(pool, quote));
            await SwapAsync(pool, quote);

            curve = curve.Apply(quote);
            Assert.Equal(ReservesOf(curve), await ReservesAsync(pool));
        }
    }

    // For an exact output the curve finds the input; what that would give is the pair's own answer.
    private static UInt256 AskedOf(Curve curve, CurveQuote quote)
    {
        Assert.Equal(
            QuoteError.None, curve.QuoteExactIn(quote.TokenIn, quote.TokenOut, quote.AmountIn, out var whole));
        Assert.True(whole.AmountOut >= quote.AmountOut);
        return whole.AmountOut;
    }

    private async Task<UInt256> AskAsync(DeployedPool pool, CurveQuote quote) => (await world.Chain.CallAsync(
        pool.Address,
        new AbiCall("getAmountOut(uint256,address)", quote.AmountIn, TokenOf(pool, quote.TokenIn))))[0];

    private async Task SwapAsync(DeployedPool pool, CurveQuote quote)
    {
        await world.Chain.SendAsync(
            world.Trader,
            TokenOf(pool, quote.TokenIn),
            new AbiCall("transfer(address,uint256)", pool.Address, quote.AmountIn));
        await world.Chain.SendAsync(
            world.Trader,
            pool.Address,
            new AbiCall(
                "swap(uint256,uint256,address,bytes)",
                quote.TokenOut == 0 ? quote.AmountOut : UInt256.Zero,
                quote.TokenOut == 1 ? quote.AmountOut : UInt256.Zero,
                world.Trader,
                Array.Empty<byte>()));
    }

    private static (UInt256, UInt256) ReservesOf(Curve curve) => curve switch
    {
        SolidlyStableCurve pair => (pair.Reserve0, pair.Reserve1),
        SolidlyVolatileCurve pair => (pair.Reserve0, pair.Reserve1),
        _ => throw new NotSupportedException(curve.Kind),
    };

    private async Task<(UInt256, UInt256)> ReservesAsync(DeployedPool pool)
    {
        var reserves = await world.Chain.CallAsync(pool.Address, new AbiCall("getReserves()"));
        return (reserves[0], reserves[1]);
    }

    private string TokenOf(DeployedPool pool, int token) => world.Deployments.Tokens[pool.Tokens[token]].Address;
}
