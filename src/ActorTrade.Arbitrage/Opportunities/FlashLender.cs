using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>Who lends a cycle its input for the length of one transaction, and for what.</summary>
public sealed record FlashLender
{
    private FlashLender(string name, uint feeNumerator, uint feeDenominator, bool isFeeOnRepayment)
    {
        Name = name;
        FeeNumerator = feeNumerator;
        FeeDenominator = feeDenominator;
        IsFeeOnRepayment = isFeeOnRepayment;
    }

    public string Name { get; }

    /// <summary>The fee is FeeNumerator / FeeDenominator.</summary>
    public uint FeeNumerator { get; }

    public uint FeeDenominator { get; }

    /// <summary>The fee is taken from what comes back, as a pair does, and not added to what was lent.</summary>
    public bool IsFeeOnRepayment { get; }

    /// <summary>What the loan itself costs, beside the swaps.</summary>
    public long GasUnits { get; init; }

    /// <summary>The pool that lends: it cannot be in the cycle too, for it is locked meanwhile. Null for one that is no
    /// pool.</summary>
    public string? PoolId { get; init; }

    /// <summary>What can be lent, in base units; null where every token can be, without bound.</summary>
    public IReadOnlyDictionary<ListedToken, UInt256>? Available { get; init; }

    /// <summary>1 + fee, as the closed forms want it.</summary>
    public double Cost => IsFeeOnRepayment
        ? (double)FeeDenominator / (FeeDenominator - FeeNumerator)
        : 1 + ((double)FeeNumerator / FeeDenominator);

    /// <summary>The trader's own money: no fee, no gas, and an end.</summary>
    public static FlashLender OwnCapital(IReadOnlyDictionary<ListedToken, UInt256>? available = null) =>
        new("own-capital", 0, 1, isFeeOnRepayment: false) { Available = available };

    /// <summary>A premium on the loan, rounded up: 5 bps is Aave's, 0 Balancer's.</summary>
    public static FlashLender OfPremium(
        string name, FeePips premium, long gasUnits, IReadOnlyDictionary<ListedToken, UInt256>? available = null) =>
        new(name, (uint)premium.Value, FeePips.One, isFeeOnRepayment: false)
        {
            GasUnits = gasUnits,
            Available = available,
        };

    /// <summary>Aave v3's <c>flashLoanSimple</c>, 5 bps. The gas is measured on a dev chain.</summary>
    public static FlashLender AaveLike(IReadOnlyDictionary<ListedToken, UInt256>? available = null) =>
        OfPremium("aave-like", new FeePips(500), MeasuredGas("aave-like"), available);

    /// <summary>Balancer v2's vault, without a fee. The gas is measured on a dev chain.</summary>
    public static FlashLender BalancerLike(IReadOnlyDictionary<ListedToken, UInt256>? available = null) =>
        OfPremium("balancer-like", FeePips.Zero, MeasuredGas("balancer-like"), available);

    /// <summary>A flash swap of a V2 pair, given back in the same token: ceil(amount·F / (F - f)).</summary>
    public static FlashLender OfPair(ListedPool pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (pair.Curve is not ConstantProductCurve curve)
        {
            throw new ArgumentException($"The pool {pair.Id} is not of constant product.", nameof(pair));
        }

        var available = new Dictionary<ListedToken, UInt256>
        {
            [pair.Tokens[0]] = LessOne(curve.Reserve0),
            [pair.Tokens[1]] = LessOne(curve.Reserve1),
        };
        return new FlashLender(
            $"flash-swap {pair.Id}", curve.FeeNumerator, curve.FeeDenominator, isFeeOnRepayment: true)
        {
            GasUnits = MeasuredGas("flash-swap"),
            PoolId = pair.Id,
            Available = available,
        };
    }

    /// <summary>What must come back for a loan, rounded up; false beyond 256 bits.</summary>
    public bool TryRepayment(UInt256 amount, out UInt256 repayment)
    {
        if (IsFeeOnRepayment)
        {
            return UInt256.TryMulDivUp(amount, FeeDenominator, FeeDenominator - FeeNumerator, out repayment);
        }

        repayment = amount;
        return FeeNumerator == 0
            || (UInt256.TryMulDivUp(amount, FeeNumerator, FeeDenominator, out var fee)
                && UInt256.TryAdd(amount, fee, out repayment));
    }

    /// <summary>The most that can be lent of a token.</summary>
    public UInt256 AvailableOf(ListedToken token) =>
        Available is null ? UInt256.MaxValue : Available.GetValueOrDefault(token);

    private static long MeasuredGas(string lender) => GasTable.Default.Lenders[lender].Units;

    private static UInt256 LessOne(UInt256 reserve) => reserve.IsZero ? reserve : reserve - UInt256.One;
}
