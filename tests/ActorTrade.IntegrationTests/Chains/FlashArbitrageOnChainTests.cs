using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>
/// Arbitrage from end to end: pools are read from the chain, the engine finds where they disagree, the deployed
/// executor trades with lent money in one transaction, and the treasury has what the engine said, to the unit.
/// </summary>
public sealed class FlashArbitrageOnChainTests(DevChainFixture world) : IClassFixture<DevChainFixture>
{
    private const double GasPriceWei = 1e9;

    [Theory]
    [InlineData("own-capital", 2)]
    [InlineData("aave-like", 2)]
    [InlineData("balancer-like", 2)]
    [InlineData("flash-swap", 2)]
    [InlineData("own-capital", 4)]
    public async Task A_gap_between_pools_ends_as_profit_in_the_treasury(string lender, int hopsMax)
    {
        await world.FundAsync(world.Executor, "WETH", world.AddressOf("FlashArbitrage"));
        await WidenAsync();
        var pools = await PoolsForAsync(lender);
        var opportunity = Best(pools, lender, hopsMax);
        Assert.True(hopsMax > 2 || opportunity.Hops.Length == 2);
        var profit = opportunity.GrossProfit - opportunity.LoanFee;

        var before = await TreasuryAsync();
        var receipt = await ExecuteAsync(opportunity, profit);
        var gained = await TreasuryAsync() - before;

        // Aave rounds its premium to the nearest unit, the engine up.
        Assert.InRange(gained - profit, UInt256.Zero, lender == "aave-like" ? UInt256.One : UInt256.Zero);
        Assert.False(gained.IsZero);
        Assert.Equal(UInt256.Zero, await world.BalanceAsync("WETH", world.AddressOf("FlashArbitrage")));
        Assert.True(opportunity.IsGasMeasured);

        // The table knows neither the ticks that a trade crosses nor storage that nobody had written before.
        Assert.InRange(receipt.GasUsed, opportunity.GasUnits * 0.8, opportunity.GasUnits * 1.5);
        await AssertPoolsMovedAsQuotedAsync(opportunity);

        // What is taken is gone: the same again does not gain, and costs nothing but gas.
        var again = await Assert.ThrowsAsync<JsonRpcException>(() => ExecuteAsync(opportunity, profit));
        Assert.NotNull(again.RevertData);
    }

    [Fact]
    public async Task Nobody_but_the_executor_runs_a_plan()
    {
        var plan = new AbiCall("execute(bytes)", new byte[200]);
        var executor = world.AddressOf("FlashArbitrage");

        var refusal = await Assert.ThrowsAsync<JsonRpcException>(
            () => world.Chain.CallAsync(executor, plan, world.Trader));

        var unauthorized = await world.Chain.DataOfAsync(
            new AbiCall("AccessControlUnauthorizedAccount(address,bytes32)"));
        Assert.StartsWith(unauthorized, refusal.RevertData, StringComparison.Ordinal);
    }

    private static Opportunity Best(IReadOnlyList<ListedPool> pools, string lender, int hopsMax)
    {
        var market = new PoolMarket(pools.Where(p => lender != "flash-swap" || p.Id != "PancakeV1.WETH-USDC"));
        var weth = pools.SelectMany(p => p.Tokens).First(t => t.Symbol == "WETH");
        var options = new ScanOptions
        {
            BaseTokens = [weth],
            Lenders = [LenderOf(lender, pools)],
            GasPrice = GasPriceWei,
            NativeToken = weth,
            Cycles = new CycleIndexOptions { HopsMax = hopsMax },
        };
        return new OpportunityScanner(market, options).Best(1)[0];
    }

    private static FlashLender LenderOf(string name, IReadOnlyList<ListedPool> pools) => name switch
    {
        "aave-like" => FlashLender.AaveLike(),
        "balancer-like" => FlashLender.BalancerLike(),
        "flash-swap" => FlashLender.OfPair(pools.Single(p => p.Id == "PancakeV1.WETH-USDC")),
        _ => FlashLender.OwnCapital(),
    };

    // Somebody sells a lot of ether in one pool, so that there is a gap whatever was taken before.
    private async Task WidenAsync()
    {
        var router = world.AddressOf("FiftyBpsRouter");
        await world.FundAsync(world.Trader, "WETH", router);
        var path = new AbiArray(world.Deployments.Tokens["WETH"].Address, world.Deployments.Tokens["USDC"].Address);
        await world.Chain.SendAsync(
            world.Trader,
            router,
            new AbiCall(
                "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
                (UInt256)15_000_000_000_000_000_000UL,
                UInt256.Zero,
                path,
                world.Trader,
                UInt256.MaxValue));
    }

    // Balancer's vault is locked while it lends, and so are its pools.
    private async Task<IReadOnlyList<ListedPool>> PoolsForAsync(string lender) =>
    [
        .. (await world.Pools.ReadAllAsync())
            .Where(p => lender != "balancer-like" || p.Curve is not BalancerWeighted),
    ];

    private Task<UInt256> TreasuryAsync() => world.BalanceAsync("WETH", world.AddressOf("Treasury"));

    private async Task<EvmReceipt> ExecuteAsync(Opportunity opportunity, UInt256 profitMin)
    {
        var block = await world.Chain.BlockNumberAsync() + 1;
        var plan = FlashPlan.Encode(opportunity, world.Deployments, profitMin, block);
        return await world.Chain.SendAsync(
            world.Executor, world.AddressOf("FlashArbitrage"), new AbiCall("execute(bytes)", plan));
    }

    private async Task AssertPoolsMovedAsQuotedAsync(Opportunity opportunity)
    {
        foreach (var hop in opportunity.Hops)
        {
            var expected = hop.Pool.Curve.Apply(hop.Quote);
            var found = await world.Pools.CurveAsync(world.Deployments.Pool(hop.Pool.Id));
            Assert.Equal(expected.SpotPrice(0, 1), found.SpotPrice(0, 1));
        }
    }
}
