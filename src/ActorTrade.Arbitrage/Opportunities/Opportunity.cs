using System.Collections.Immutable;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>
/// A cycle that gains, replayed in integers on the pools' states. Every term of the net profit stands on its own:
/// NetProfit = AmountOut - AmountIn - LoanFee - GasCost.
/// </summary>
public sealed record Opportunity
{
    /// <summary>The cycle's number in its index.</summary>
    public required int Cycle { get; init; }

    /// <summary>The token it starts and ends with; all amounts without another name are its base units.</summary>
    public required ListedToken Token { get; init; }

    public required ImmutableArray<OpportunityHop> Hops { get; init; }

    public required UInt256 AmountIn { get; init; }

    public required UInt256 AmountOut { get; init; }

    public required FlashLender Lender { get; init; }

    /// <summary>What the lender wants beyond the loan.</summary>
    public required UInt256 LoanFee { get; init; }

    public required long GasUnits { get; init; }

    /// <summary>Every gas figure in it was measured, none estimated.</summary>
    public required bool IsGasMeasured { get; init; }

    /// <summary>Rounded up.</summary>
    public required UInt256 GasCost { get; init; }

    /// <summary>The net profit in base units of the native token, to compare by.</summary>
    public required double NetValue { get; init; }

    /// <summary>How much worse than the product of the spot prices it executes; fees included.</summary>
    public required double PriceImpact { get; init; }

    /// <summary>The part of the price impact that is the pools' fees.</summary>
    public required double FeeShare { get; init; }

    public UInt256 GrossProfit => AmountOut - AmountIn;

    public SignedAmount NetProfit => (SignedAmount)AmountOut - AmountIn - LoanFee - GasCost;

    /// <summary>The age of the oldest pool state it rests on, in the caller's unit.</summary>
    public long AgeMax => Hops.Max(h => h.Age);

    /// <summary>A hop is large enough for someone to gain by a sandwich around it.</summary>
    public bool IsSandwichExposed => Hops.Any(h => h.Sandwich.IsExposed);

    public bool SharesPoolWith(Opportunity other) =>
        Hops.Any(h => other.Hops.Any(o => o.PoolNumber == h.PoolNumber));

    /// <summary>
    /// The best, then the best of those that use none of its pools, and so on: what may be sent at the same time.
    /// </summary>
    /// <param name="ranked">The best first.</param>
    public static ImmutableArray<Opportunity> WithoutOverlaps(IEnumerable<Opportunity> ranked)
    {
        var taken = new HashSet<int>();
        var kept = ImmutableArray.CreateBuilder<Opportunity>();
        foreach (var opportunity in ranked)
        {
            if (opportunity.Hops.Any(h => taken.Contains(h.PoolNumber)))
            {
                continue;
            }

            kept.Add(opportunity);
            taken.UnionWith(opportunity.Hops.Select(h => h.PoolNumber));
        }

        return kept.ToImmutable();
    }
}

/// <summary>One pool's part of an opportunity.</summary>
/// <param name="Pool">With the state that was quoted.</param>
/// <param name="AmountIn">What is sent to the pool; base units of <paramref name="TokenIn"/>.</param>
/// <param name="AmountOut">What arrives from it.</param>
/// <param name="Quote">The pool's side of it.</param>
/// <param name="AsOf">When the pool's state was read, in the caller's unit.</param>
/// <param name="Age">How long ago that is.</param>
/// <param name="PriceImpact">Of this hop, fee included.</param>
public sealed record OpportunityHop(
    int PoolNumber,
    ListedPool Pool,
    ListedToken TokenIn,
    ListedToken TokenOut,
    UInt256 AmountIn,
    UInt256 AmountOut,
    CurveQuote Quote,
    long AsOf,
    long Age,
    double PriceImpact,
    SandwichExposure Sandwich);
