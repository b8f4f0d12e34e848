using System.Collections.Immutable;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Sizing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>Puts together what is told of a cycle that gains.</summary>
internal static class OpportunityReport
{
    /// <param name="valueOfToken">Base units of the native token for one of the cycle's.</param>
    public static Opportunity Of(
        OpportunityScanner scanner, int cycle, FlashLender lender, double valueOfToken, List<ExactHop> trace, long now)
    {
        var market = scanner.Market;
        var edges = scanner.Cycles.EdgesOf(cycle);
        var hops = ImmutableArray.CreateBuilder<OpportunityHop>(edges.Length);
        var gas = scanner.Options.Gas.Transaction + lender.GasUnits;
        var (isMeasured, spot, feeKept) = (true, 1d, 1d);
        for (var k = 0; k < edges.Length; k++)
        {
            var gasOfHop = scanner.Options.Gas.OfHop(trace[k].Pool.Curve.Kind);
            gas += gasOfHop.Units;
            isMeasured &= gasOfHop.IsMeasured;
            spot *= trace[k].Pool.Curve.SpotPrice(trace[k].Quote.TokenIn, trace[k].Quote.TokenOut);
            feeKept *= market.FeeKept(edges[k]) * market.EdgeAt(edges[k]).Kept;
            hops.Add(Hop(market, edges[k], trace[k], now));
        }

        var (amountIn, amountOut) = (trace[0].Sent, trace[^1].Received);
        var repayment = lender.TryRepayment(amountIn, out var owed) ? owed : throw new OverflowException();
        var opportunity = new Opportunity
        {
            Cycle = cycle,
            Token = hops[0].TokenIn,
            Hops = hops.MoveToImmutable(),
            AmountIn = amountIn,
            AmountOut = amountOut,
            Lender = lender,
            LoanFee = repayment - amountIn,
            GasUnits = gas,
            IsGasMeasured = isMeasured,
            GasCost = GasCost(gas * scanner.GasPrice, valueOfToken),
            NetValue = 0,
            PriceImpact = 1 - ((double)amountOut / (double)amountIn / spot),
            FeeShare = 1 - feeKept,
        };
        return opportunity with { NetValue = Signed(opportunity.NetProfit) * valueOfToken };
    }

    private static OpportunityHop Hop(PoolMarket market, int edge, ExactHop hop, long now)
    {
        ref readonly var e = ref market.EdgeAt(edge);
        var feeKept = market.FeeKept(edge);
        var share = (double)hop.Sent * market.CurvatureOf(edge) / feeKept;
        return new OpportunityHop(
            e.Pool, hop.Pool, hop.Pool.Tokens[e.IndexIn], hop.Pool.Tokens[e.IndexOut], hop.Sent, hop.Received,
            hop.Quote, market.AsOf(e.Pool), now - market.AsOf(e.Pool), hop.Pool.Curve.PriceImpact(hop.Quote),
            new SandwichExposure(share, SandwichBound.ShareMax(feeKept)));
    }

    private static UInt256 GasCost(double native, double valueOfToken) =>
        native <= 0 ? UInt256.Zero : (UInt256)Math.Ceiling(native / valueOfToken);

    private static double Signed(SignedAmount amount) =>
        amount.IsNegative ? -(double)amount.Magnitude : (double)amount.Magnitude;
}
