using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>
/// Balancer V2's pools of several generations, in the code that stands on mainnet, against our curves: swaps, deposits
/// and withdrawals are quoted by us, done on the chain, and the balances after compared. To the unit.
/// </summary>
[Collection(RefereeChain.Name)]
public sealed class BalancerOnChainTests(RefereeChainFixture world)
{
    private const string SwapSignature =
        "swap((bytes32,uint8,address,address,uint256,bytes),(address,bool,address,bool),uint256,uint256)";

    [Theory]
    [InlineData("BalancerWeightedPool", 200, 8)]
    [InlineData("BalancerWeighted2021", 1_000, 8)]
    [InlineData("BalancerWeighted2022", 100, 8)]
    [InlineData("BalancerWeighted2023", 1_000, 8)]
    [InlineData("BalancerStable2021", 1_000, 12)]
    [InlineData("BalancerMeta2021", 200, 3)]
    [InlineData("BalancerPhantom2021", 200, 3)]
    [InlineData("BalancerStable2022", 200, 3)]
    [InlineData("BalancerComposable2022", 200, 3)]
    [InlineData("BalancerComposable2023", 1_000, 3)]
    public async Task A_pool_swaps_as_its_curve_says(string name, int swaps, int largest)
    {
        var pool = world.Deployments.Pool(name);
        await FundAsync(pool);
        var curve = await world.Pools.BalancerAsync(pool);
        var random = new RandomSwaps(curve, new Random(3), largest);
        for (var i = 0; i < swaps; i++)
        {
            var quote = random.Next(curve);

            await world.Chain.SendAsync(world.Trader, Vault, Swap(pool, quote));

            curve = (BalancerCurve)curve.Apply(quote);
            Assert.Equal(curve.Balances, await BalancesAsync(pool));
        }
    }

    /// <remarks>
    /// The pools of the first generation can be brought where their iteration does not end: then they refuse every
    /// trade, and so does the curve.
    /// </remarks>
    [Theory]
    [InlineData("BalancerWeighted2021")]
    [InlineData("BalancerWeighted2023")]
    [InlineData("BalancerStable2021")]
    [InlineData("BalancerComposable2023")]
    public async Task What_the_curve_refuses_the_pool_refuses(string name)
    {
        var pool = world.Deployments.Pool(name);
        await FundAsync(pool);
        var curve = await world.Pools.BalancerAsync(pool);
        var random = new Random(4);
        var swaps = new RandomSwaps(curve, random, largest: 1);
        int[] tokens = [.. Enumerable.Range(0, curve.TokenCount).Where(t => pool.Tokens[t] != name)];
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            random.Shuffle(tokens);
            var (tokenIn, tokenOut) = (tokens[0], tokens[1]);
            var isExactOut = random.Next(2) == 1;
            var amount = swaps.RandomAmount(isExactOut ? tokenOut : tokenIn) << random.Next(3);
            var error = isExactOut
                ? curve.QuoteExactOut(tokenIn, tokenOut, amount, out var quote)
                : curve.QuoteExactIn(tokenIn, tokenOut, amount, out quote);
            if (error == QuoteError.None)
            {
                await world.Chain.CallAsync(Vault, Swap(pool, quote), world.Trader);
            }
            else if (error != QuoteError.OutputTooSmall)
            {
                quote = new CurveQuote(tokenIn, tokenOut, amount, amount, default, default, IsExactOut: isExactOut);
                await Assert.ThrowsAsync<JsonRpcException>(
                    () => world.Chain.CallAsync(Vault, Swap(pool, quote, isBound: false), world.Trader));
                refused++;
            }
        }

        Assert.True(refused >= 10, $"only {refused} of 200 trades were refused.");
    }

    [Theory]
    [InlineData("BalancerWeighted2021", 200)]
    [InlineData("BalancerWeighted2022", 100)]
    [InlineData("BalancerWeighted2023", 200)]
    [InlineData("BalancerStable2021", 200, 24)]
    [InlineData("BalancerMeta2021", 100)]
    [InlineData("BalancerStable2022", 100)]
    [InlineData("BalancerComposable2022", 100)]
    [InlineData("BalancerComposable2023", 200)]
    public async Task Shares_come_and_go_as_the_curve_says(string name, int changes, int largest = 3)
    {
        var pool = world.Deployments.Pool(name);
        await FundAsync(pool);
        var curve = await world.Pools.BalancerAsync(pool);
        var shares = new BalancerShareChanges(pool, curve, new Random(5), largest);
        var total = await SharesAsync(pool);
        UInt256 held = default;
        for (var i = 0; i < changes; i++)
        {
            var change = shares.Next(curve, total, held);
            await world.Chain.SendAsync(world.Trader, Vault, Move(pool, change));

            curve = (BalancerCurve)change.Change.After;
            total = change.IsJoin ? total + change.Change.Shares : total - change.Change.Shares;
            held = change.IsJoin ? held + change.Change.Shares : held - change.Change.Shares;
            Assert.Equal(curve.Balances, TradedOf(pool, await BalancesAsync(pool), curve));
            Assert.Equal(total, await SharesAsync(pool));
        }

        Assert.Equal(held, (await world.Chain.CallAsync(pool.Address, BalanceOf(world.Trader)))[0]);
    }

    private string Vault => world.AddressOf("BalancerVault");

    // No more may be asked for the output, and no less given for the input, than was quoted.
    private AbiCall Swap(DeployedPool pool, CurveQuote quote, bool isBound = true) => new(
        SwapSignature,
        new AbiTuple(
            pool.PoolId!,
            quote.IsExactOut ? UInt256.One : UInt256.Zero,
            AddressOf(pool, quote.TokenIn),
            AddressOf(pool, quote.TokenOut),
            quote.IsExactOut ? quote.AmountOut : quote.AmountIn,
            Array.Empty<byte>()),
        new AbiTuple(world.Trader, false, world.Trader, false),
        quote.IsExactOut
            ? isBound ? quote.AmountIn : UInt256.MaxValue >> 1
            : isBound ? quote.AmountOut : UInt256.Zero,
        UInt256.MaxValue);

    private AbiCall Move(DeployedPool pool, ShareChange change)
    {
        // A pool's own shares, where they are among the tokens, are no limit.
        var limits = change.Change.Amounts.ToArray();
        if (pool.Tokens.IndexOf(pool.Name) is >= 0 and var own)
        {
            limits[own] = change.IsJoin ? UInt256.MaxValue : UInt256.Zero;
        }

        return new AbiCall(
            $"{(change.IsJoin ? "joinPool" : "exitPool")}(bytes32,address,address,(address[],uint256[],bytes,bool))",
            pool.PoolId!,
            world.Trader,
            world.Trader,
            new AbiTuple(
                new AbiArray([.. Enumerable.Range(0, pool.Tokens.Length).Select(t => AddressOf(pool, t))]),
                new AbiArray([.. limits]),
                AbiEncoder.Encode(change.UserData),
                false));
    }

    // What stands in the vault of the pool's own shares is not in circulation: the curve does not follow it.
    private static IReadOnlyList<UInt256> TradedOf(
        DeployedPool pool, IReadOnlyList<UInt256> balances, BalancerCurve curve) =>
        [.. balances.Select((b, t) => pool.Tokens[t] == pool.Name ? curve.Balances[t] : b)];

    private async Task<UInt256> SharesAsync(DeployedPool pool)
    {
        var view = pool.TellsRates && pool.Name is not ("BalancerMeta2021" or "BalancerStable2022")
            ? "getActualSupply()"
            : "totalSupply()";
        return (await world.Chain.CallAsync(pool.Address, new AbiCall(view)))[0];
    }

    private static AbiCall BalanceOf(string owner) => new("balanceOf(address)", owner);

    private async Task<IReadOnlyList<UInt256>> BalancesAsync(DeployedPool pool) =>
        (await world.Chain.CallAsync(Vault, new AbiCall("getPoolTokens(bytes32)", pool.PoolId!))).Array(1);

    private string AddressOf(DeployedPool pool, int token) =>
        pool.Tokens[token] == pool.Name ? pool.Address : world.Deployments.Tokens[pool.Tokens[token]].Address;

    private async Task FundAsync(DeployedPool pool)
    {
        foreach (var symbol in pool.Tokens.Where(t => t != pool.Name))
        {
            await world.FundAsync(world.Trader, symbol, Vault);
        }
    }
}
