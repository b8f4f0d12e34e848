using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>
/// Our curves against deployed bytecode: each of 1,000 random swaps is quoted by both, traded on the chain, and the
/// state after it compared. To the unit, in both directions, exact input and exact output.
/// </summary>
public sealed class CurvesOnChainTests(DevChainFixture world) : IClassFixture<DevChainFixture>
{
    // As V3's router wants it: the end of time.
    private static readonly UInt256 Deadline = UInt256.MaxValue;

    [Theory]
    [InlineData("UniswapV2.WETH-USDC", 1_000)]
    [InlineData("ActorTrade.WETH-USDC", 1_000)]
    [InlineData("UniswapV2.WBTC-WETH", 100)]
    [InlineData("PancakeV1.WBTC-USDC", 100)]
    [InlineData("FiftyBps.WETH-DAI", 100)]
    public async Task A_pair_swaps_as_its_curve_says(string name, int swaps)
    {
        var pool = world.Deployments.Pool(name);
        var router = world.AddressOf($"{pool.Venue}Router");
        await FundAsync(pool, router);
        var curve = await world.Pools.PairAsync(pool);
        var random = new RandomSwaps(curve, new Random(1));
        for (var i = 0; i < swaps; i++)
        {
            var quote = random.Next(curve);

            var asked = await world.Chain.CallAsync(router, RouterQuestion(pool, quote));
            Assert.Equal((quote.AmountIn, quote.AmountOut), (asked[2], asked[3]));

            await SwapAtPairAsync(pool, quote);
            var after = (ConstantProductCurve)curve.Apply(quote);
            curve = await world.Pools.PairAsync(pool);
            Assert.Equal((after.Reserve0, after.Reserve1), (curve.Reserve0, curve.Reserve1));
        }
    }

    [Theory]
    [InlineData("UniswapV3.WETH-USDC-500", 1_000)]
    [InlineData("UniswapV3.WETH-USDC-3000", 300)]
    [InlineData("UniswapV3.WBTC-WETH-3000", 100)]
    public async Task A_concentrated_pool_swaps_as_its_curve_says(string name, int swaps)
    {
        var pool = world.Deployments.Pool(name);
        await FundAsync(pool, world.AddressOf("UniswapV3Router"));
        var curve = await world.Pools.ConcentratedAsync(pool);
        var random = new RandomSwaps(curve, new Random(2));
        var crossings = 0;
        for (var i = 0; i < swaps; i++)
        {
            var quote = random.Next(curve);
            var after = (ConcentratedCurve)curve.Apply(quote);

            var asked = await world.Chain.CallAsync(world.AddressOf("UniswapV3Quoter"), QuoterQuestion(pool, quote));
            Assert.Equal(quote.IsExactOut ? quote.AmountIn : quote.AmountOut, asked[0]);
            Assert.Equal(after.SqrtPriceX96, asked[1]);
            crossings += asked.Int32(2);

            await world.Chain.SendAsync(world.Trader, world.AddressOf("UniswapV3Router"), RouterSwap(pool, quote));
            curve = await world.Pools.ConcentratedAsync(pool, curve.Ticks);
            Assert.Equal((after.SqrtPriceX96, after.Tick, after.Liquidity),
                (curve.SqrtPriceX96, curve.Tick, curve.Liquidity));
        }

        Assert.True(crossings > swaps / 10, $"{crossings} ticks were crossed: the swaps are too small to say much.");
    }

    private AbiCall RouterQuestion(DeployedPool pool, CurveQuote quote)
    {
        var path = new AbiArray(AddressIn(pool, quote), AddressOut(pool, quote));
        return quote.IsExactOut
            ? new AbiCall("getAmountsIn(uint256,address[])", quote.AmountOut, path)
            : new AbiCall("getAmountsOut(uint256,address[])", quote.AmountIn, path);
    }

    // At the pair itself, which must refuse one unit more.
    private async Task SwapAtPairAsync(DeployedPool pool, CurveQuote quote)
    {
        await world.Chain.SendAsync(
            world.Trader,
            AddressIn(pool, quote),
            new AbiCall("transfer(address,uint256)", pool.Address, quote.AmountIn));
        if (!quote.IsExactOut)
        {
            await Assert.ThrowsAsync<JsonRpcException>(() =>
                world.Chain.CallAsync(pool.Address, PairSwap(quote, quote.AmountOut + UInt256.One), world.Trader));
        }

        await world.Chain.SendAsync(world.Trader, pool.Address, PairSwap(quote, quote.AmountOut));
    }

    private AbiCall PairSwap(CurveQuote quote, UInt256 amount) => new(
        "swap(uint256,uint256,address,bytes)",
        quote.TokenOut == 0 ? amount : UInt256.Zero,
        quote.TokenOut == 1 ? amount : UInt256.Zero,
        world.Trader,
        Array.Empty<byte>());

    private AbiCall QuoterQuestion(DeployedPool pool, CurveQuote quote) => new(
        $"quoteExact{(quote.IsExactOut ? "Output" : "Input")}Single((address,address,uint256,uint24,uint160))",
        new AbiTuple(
            AddressIn(pool, quote),
            AddressOut(pool, quote),
            quote.IsExactOut ? quote.AmountOut : quote.AmountIn,
            pool.FeePips,
            UInt256.Zero));

    private AbiCall RouterSwap(DeployedPool pool, CurveQuote quote)
    {
        const string Types = "((address,address,uint24,address,uint256,uint256,uint256,uint160))";
        var (amount, bound) = quote.IsExactOut ? (quote.AmountOut, quote.AmountIn) : (quote.AmountIn, quote.AmountOut);
        return new AbiCall(
            $"exact{(quote.IsExactOut ? "Output" : "Input")}Single{Types}",
            new AbiTuple(
                AddressIn(pool, quote),
                AddressOut(pool, quote),
                pool.FeePips,
                world.Trader,
                Deadline,
                amount,
                bound,
                UInt256.Zero));
    }

    private string AddressIn(DeployedPool pool, CurveQuote quote) =>
        world.Deployments.Tokens[pool.Tokens[quote.TokenIn]].Address;

    private string AddressOut(DeployedPool pool, CurveQuote quote) =>
        world.Deployments.Tokens[pool.Tokens[quote.TokenOut]].Address;

    private async Task FundAsync(DeployedPool pool, string spender)
    {
        foreach (var symbol in pool.Tokens)
        {
            await world.FundAsync(world.Trader, symbol, spender);
        }
    }
}
