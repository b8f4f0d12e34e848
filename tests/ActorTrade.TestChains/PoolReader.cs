using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.TestChains;

/// <summary>Reads the state of a deployment's pools from the chain, as the curves know it.</summary>
public sealed class PoolReader(EvmChain chain, Deployments deployments)
{
    private static readonly AbiCall Reserves = new("getReserves()");
    private static readonly AbiCall Slot0 = new("slot0()");
    private static readonly AbiCall Liquidity = new("liquidity()");

    /// <summary>Every pool of a kind that a curve has; its id is the pool's name.</summary>
    public async Task<IReadOnlyList<ListedPool>> ReadAllAsync()
    {
        var pools = new List<ListedPool>();
        foreach (var pool in deployments.Pools)
        {
            pools.Add(await ReadAsync(pool));
        }

        return pools;
    }

    public async Task<ListedPool> ReadAsync(DeployedPool pool) => new(
        pool.Name,
        deployments.ChainId,
        [.. pool.Tokens.Select(TokenOf)],
        await CurveAsync(pool),
        pool.Venue);

    public async Task<Curve> CurveAsync(DeployedPool pool) => pool.Kind switch
    {
        "constant-product" => await PairAsync(pool),
        "concentrated" => await ConcentratedAsync(pool),
        "balancer-weighted" => await WeightedAsync(pool),
        _ => throw new NotSupportedException($"{pool.Name} is of kind {pool.Kind}."),
    };

    public async Task<ConstantProductCurve> PairAsync(DeployedPool pool)
    {
        var reserves = await chain.CallAsync(pool.Address, Reserves);

        // Pairs' fees are thousandths, and their contracts divide by 1000: the fraction is part of the rounding.
        return new ConstantProductCurve(reserves[0], reserves[1], (uint)pool.FeePips / 1000, feeDenominator: 1000);
    }

    /// <param name="ticks">Where they are known already: swaps do not change them.</param>
    public async Task<ConcentratedCurve> ConcentratedAsync(DeployedPool pool, TickTable? ticks = null)
    {
        var state = await chain.CallAllAsync([(pool.Address, Slot0), (pool.Address, Liquidity)]);
        var protocol = (int)(ulong)state[0][5];
        return new ConcentratedCurve(
            pool.FeePips,
            sqrtPriceX96: state[0][0],
            tick: state[0].Int32(1),
            liquidity: state[1].UInt128(0),
            ticks ?? await TicksAsync(pool),
            feeProtocol0: protocol % 16,
            feeProtocol1: protocol >> 4);
    }

    // Where positions ever began or ended, and what of them is left.
    private async Task<TickTable> TicksAsync(DeployedPool pool)
    {
        var mints = await chain.EventTopicsAsync(
            pool.Address, "Mint(address,address,int24,int24,uint128,uint256,uint256)");
        int[] indexes = [.. mints.SelectMany(m => new[] { m[1].Int32(0), m[2].Int32(0) }).Distinct().Order()];
        var ticks = await chain.CallAllAsync(indexes.Select(i => (pool.Address, new AbiCall("ticks(int24)", i))));
        return new TickTable(
            pool.TickSpacing,
            [
                .. indexes.Zip(ticks).Where(t => t.Second.UInt128(0) != 0)
                    .Select(t => new TickLiquidity(t.First, t.Second.UInt128(0), t.Second.Int128(1))),
            ]);
    }

    private async Task<BalancerWeighted> WeightedAsync(DeployedPool pool)
    {
        var vault = deployments.AddressOf("BalancerVault");
        var state = await chain.CallAllAsync(
        [
            (vault, new AbiCall("getPoolTokens(bytes32)", pool.PoolId!)),
            (pool.Address, new AbiCall("getNormalizedWeights()")),
            (pool.Address, new AbiCall("getSwapFeePercentage()")),
        ]);
        return new BalancerWeighted(
            [.. state[0].Array(1)],
            [.. state[1].Array(0)],
            swapFeeE18: state[2][0],
            [.. pool.Tokens.Select(t => PowerOfTen(36 - deployments.Tokens[t].Decimals))],
            powVersion: 1);
    }

    private static UInt256 PowerOfTen(int exponent)
    {
        UInt256 power = UInt256.One;
        for (var i = 0; i < exponent; i++)
        {
            power *= (UInt256)10;
        }

        return power;
    }

    private ListedToken TokenOf(string symbol)
    {
        var token = deployments.Tokens[symbol];
        return new ListedToken(deployments.ChainId, token.Address, symbol, new TokenDecimals(token.Decimals));
    }
}
