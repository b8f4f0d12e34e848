using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway.Pools;

/// <summary>A pool to create. Only the fields of its kind may be there; they are named as in pool files.</summary>
/// <param name="Kind"><c>constant-product</c> (the default), <c>solidly-volatile</c>, <c>solidly-stable</c>,
/// <c>stableswap-classic</c>, <c>stableswap-ng</c>, <c>balancer-weighted</c>, <c>balancer-stable</c>.</param>
/// <param name="FeePips">The providers' fee in 1e-6 of the input; of constant product and Solidly kinds.</param>
/// <param name="TreasuryFeePips">The treasury's, in 1e-6 of the input, of every kind; none where left out.</param>
/// <param name="Amplification">A as A() answers, a whole number; of StableSwap kinds.</param>
/// <param name="FeeE10">In 1e-10 of the output; of StableSwap kinds.</param>
/// <param name="OffpegFeeMultiplierE10">Of stableswap-ng; 1e10 where left out, which is never more.</param>
/// <param name="WeightsE18">One a token, together 1e18; of balancer-weighted.</param>
/// <param name="SwapFeeE18">In 1e-18 of the input; of Balancer kinds.</param>
/// <param name="AmplificationE3">A times 1000; of balancer-stable.</param>
public sealed record CreatePoolRequest(
    string? Pool,
    string? Token0,
    string? Token1,
    string? Kind,
    int? FeePips,
    int? TreasuryFeePips,
    string? Amplification,
    string? FeeE10,
    string? OffpegFeeMultiplierE10,
    string[]? WeightsE18,
    string? SwapFeeE18,
    string? AmplificationE3)
{
    /// <exception cref="ApiProblem">A field is missing, malformed or not of this kind.</exception>
    internal Pool.Command ToCommand(TokenId token0, TokenId token1, int[] decimals)
    {
        var treasury = Pips(TreasuryFeePips ?? 0, "treasuryFeePips");
        RefuseForeignFields();
        return Kind is null or "constant-product"
            ? new Pool.Command.Create(token0, token1, Pips(FeePips, "feePips"), treasury)
            : new Pool.Command.CreateCurve([token0, token1], Terms(decimals), treasury);
    }

    private CurveTerms Terms(int[] decimals) => Kind switch
    {
        "solidly-volatile" => new CurveTerms.SolidlyVolatile(Pips(FeePips, "feePips")),
        "solidly-stable" => new CurveTerms.SolidlyStable(Pips(FeePips, "feePips"), decimals),
        "stableswap-classic" => new CurveTerms.Classic(
            Whole(Amplification, "amplification"), Whole(FeeE10, "feeE10"), decimals),
        "stableswap-ng" => new CurveTerms.NextGeneration(
            Whole(Amplification, "amplification"),
            Whole(FeeE10, "feeE10"),
            OffpegFeeMultiplierE10 is null ? 10_000_000_000 : Whole(OffpegFeeMultiplierE10, "offpegFeeMultiplierE10"),
            decimals),
        "balancer-weighted" => new CurveTerms.Weighted(
            [.. (WeightsE18 ?? []).Select((w, i) => Whole(w, $"weightsE18[{i}]"))],
            Whole(SwapFeeE18, "swapFeeE18"),
            decimals),
        "balancer-stable" => new CurveTerms.Stable(
            Whole(AmplificationE3, "amplificationE3"), Whole(SwapFeeE18, "swapFeeE18"), decimals),
        _ => throw ApiProblem.Invalid(
            "kind",
            "One of constant-product, solidly-volatile, solidly-stable, stableswap-classic, stableswap-ng, "
            + "balancer-weighted and balancer-stable is expected."),
    };

    private void RefuseForeignFields()
    {
        var isStableSwap = Kind is "stableswap-classic" or "stableswap-ng";
        var isBalancer = Kind is "balancer-weighted" or "balancer-stable";
        Refuse(FeePips is not null && (isStableSwap || isBalancer), "feePips");
        Refuse(Amplification is not null && !isStableSwap, "amplification");
        Refuse(FeeE10 is not null && !isStableSwap, "feeE10");
        Refuse(OffpegFeeMultiplierE10 is not null && Kind != "stableswap-ng", "offpegFeeMultiplierE10");
        Refuse(WeightsE18 is not null && Kind != "balancer-weighted", "weightsE18");
        Refuse(SwapFeeE18 is not null && !isBalancer, "swapFeeE18");
        Refuse(AmplificationE3 is not null && Kind != "balancer-stable", "amplificationE3");
    }

    private void Refuse(bool isForeign, string field)
    {
        if (isForeign)
        {
            throw ApiProblem.Invalid(field, $"A pool of kind {Kind ?? "constant-product"} has no such parameter.");
        }
    }

    private static UInt256 Whole(string? text, string field) => RequestReading.Amount(text, 0, field);

    private static FeePips Pips(int? value, string field) =>
        value is { } given && Domain.Numerics.FeePips.TryCreate(given, out var fee)
            ? fee
            : throw ApiProblem.Invalid(field, "A whole number from 0 to 999999 is expected.");
}
