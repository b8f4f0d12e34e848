using System.Buffers.Binary;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>An opportunity as FlashArbitrage takes it: packed bytes, whose layout is told in
/// contracts/src/arbitrage/IFlashArbitrage.sol.</summary>
internal static class FlashPlan
{
    private const byte V2Pair = 1;
    private const byte V3Pool = 2;
    private const byte BalancerVault = 5;
    private const byte AavePool = 7;

    /// <param name="profitMin">Below it the transaction reverts.</param>
    /// <param name="block">The only block in which it may be.</param>
    public static byte[] Encode(Opportunity opportunity, Deployments deployments, UInt256 profitMin, long block)
    {
        var (funding, lender, lendsToken1, feePips) = Loan(opportunity, deployments);
        using var plan = new MemoryStream();
        plan.WriteByte(funding);
        plan.WriteByte(lendsToken1 ? (byte)1 : (byte)0);
        Hex(plan, lender);
        Hex(plan, opportunity.Token.Address);
        Number(plan, opportunity.AmountIn, 16);
        Number(plan, profitMin, 16);
        Number(plan, (UInt256)uint.MaxValue, 5);
        Number(plan, (UInt256)block, 5);
        Number(plan, (UInt256)block, 5);
        Number(plan, (UInt256)feePips, 3);
        plan.WriteByte((byte)opportunity.Hops.Length);
        foreach (var hop in opportunity.Hops)
        {
            Hop(plan, hop, deployments);
        }

        return plan.ToArray();
    }

    private static (byte Funding, string Lender, bool LendsToken1, int FeePips) Loan(
        Opportunity opportunity, Deployments deployments)
    {
        if (opportunity.Lender.PoolId is { } id)
        {
            var pair = deployments.Pool(id);
            var isToken1 = deployments.Tokens[pair.Tokens[1]].Address == opportunity.Token.Address;
            return (V2Pair, pair.Address, isToken1, pair.FeePips);
        }

        return opportunity.Lender.Name switch
        {
            "aave-like" => (AavePool, deployments.AddressOf("AavePool"), false, 0),
            "balancer-like" => (BalancerVault, deployments.AddressOf("BalancerVault"), false, 0),
            _ => ((byte)0, $"0x{new string('0', 40)}", false, 0),
        };
    }

    private static void Hop(MemoryStream plan, OpportunityHop hop, Deployments deployments)
    {
        var pool = deployments.Pool(hop.Pool.Id);
        var (venue, address) = pool.Kind switch
        {
            "constant-product" => (V2Pair, pool.Address),
            "concentrated" => (V3Pool, pool.Address),
            _ => (BalancerVault, deployments.AddressOf("BalancerVault")),
        };
        plan.WriteByte(venue);
        Hex(plan, address);
        Hex(plan, hop.TokenOut.Address);
        if (venue == V2Pair)
        {
            Number(plan, (UInt256)pool.FeePips, 3);
        }
        else if (venue == BalancerVault)
        {
            Hex(plan, pool.PoolId!);
        }
    }

    private static void Hex(MemoryStream plan, string hex) => plan.Write(Convert.FromHexString(hex.AsSpan(2)));

    // The last bytes of the word, most significant first.
    private static void Number(MemoryStream plan, UInt256 number, int bytes)
    {
        Assert.True(number.BitLength <= bytes * 8, $"{number} does not fit {bytes} bytes.");
        Span<byte> word = stackalloc byte[32];
        for (var i = 0; i < UInt256.LimbCountMax; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(word[(24 - (8 * i))..], number.GetLimb(i));
        }

        plan.Write(word[^bytes..]);
    }
}
