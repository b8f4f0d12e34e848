using System.Collections.Immutable;
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
    private static readonly AbiCall SwapFee = new("getSwapFeePercentage()");
    private static readonly AbiCall Weights = new("getNormalizedWeights()");
    private static readonly AbiCall Amplification = new("getAmplificationParameter()");
    private static readonly AbiCall ScalingFactors = new("getScalingFactors()");

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
        [.. pool.Tokens.Select(t => TokenOf(pool, t))],
        await CurveAsync(pool),
        pool.Venue);

    public async Task<Curve> CurveAsync(DeployedPool pool) => pool.Kind switch
    {
        "constant-product" => await PairAsync(pool),
        "concentrated" => await ConcentratedAsync(pool),
        "balancer-weighted" or "balancer-stable" => await BalancerAsync(pool),
        "stableswap-classic" => await StableSwapAsync(pool),
        "solidly-stable" or "solidly-volatile" => await SolidlyAsync(pool),
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

    public async Task<BalancerCurve> BalancerAsync(DeployedPool pool)
    {
        var isWeighted = pool.Kind == "balancer-weighted";
        var state = await chain.CallAllAsync(
        [
            (deployments.AddressOf("BalancerVault"), new AbiCall("getPoolTokens(bytes32)", pool.PoolId!)),
            (pool.Address, SwapFee),
            (pool.Address, isWeighted ? Weights : Amplification),
            (pool.Address, pool.TellsRates ? ScalingFactors : SwapFee),
        ]);
        ImmutableArray<UInt256> balances = [.. state[0].Array(1)];
        ImmutableArray<UInt256> factors = pool.TellsRates
            ? [.. state[3].Array(0)]
            : [.. pool.Tokens.Select(t => PowerOfTen(36 - deployments.Tokens[t].Decimals))];
        var share = pool.Tokens.IndexOf(pool.Name);
        return isWeighted
            ? new BalancerWeighted(balances, [.. state[2].Array(0)], state[1][0], factors, Math.Max(1, pool.Version))
            : new BalancerStable(
                balances, state[2][0], state[1][0], factors, share < 0 ? null : share, pool.Version);
    }

    // The fee, which the factory knows, is in hundredths of a percent.
    private async Task<Curve> SolidlyAsync(DeployedPool pool)
    {
        var reserves = await chain.CallAsync(pool.Address, Reserves);
        int[] decimals = [.. pool.Tokens.Select(t => deployments.Tokens[t].Decimals)];
        var fee = (uint)pool.FeePips / 100;
        return pool.Kind == "solidly-volatile"
            ? new SolidlyVolatileCurve(reserves[0], reserves[1], fee, feeDenominator: 10_000)
            : new SolidlyStableCurve(
                reserves[0], reserves[1], decimals[0], decimals[1], fee, 10_000, SolidlyVersion.Aerodrome);
    }

    // One of Curve's first pools.
    private async Task<StableSwapClassic> StableSwapAsync(DeployedPool pool)
    {
        var tokens = Enumerable.Range(0, pool.Tokens.Length);
        var state = await chain.CallAllAsync(
        [
            (pool.Address, new AbiCall("A()")), (pool.Address, new AbiCall("fee()")),
            (pool.Address, new AbiCall("admin_fee()")),
            .. tokens.Select(t => (pool.Address, new AbiCall("balances(int128)", t))),
        ]);
        return new StableSwapClassic(
            [.. state.Skip(3).Select(b => b[0])],
            amplification: state[0][0],
            feeE10: state[1][0],
            [.. pool.Tokens.Select(t => PowerOfTen(36 - deployments.Tokens[t].Decimals))],
            adminFeeE10: state[2][0],
            amplificationPrecision: 1,
            generation: 1);
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

    // A pool's own share token goes by the pool's name.
    private ListedToken TokenOf(DeployedPool pool, string symbol)
    {
        var token = symbol == pool.Name
            ? new DeployedToken(symbol, pool.Address, Decimals: 18)
            : deployments.Tokens[symbol];
        return new ListedToken(deployments.ChainId, token.Address, symbol, new TokenDecimals(token.Decimals));
    }
}
