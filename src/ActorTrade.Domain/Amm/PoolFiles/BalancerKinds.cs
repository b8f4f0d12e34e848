using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>Balances, weights, fee and scaling of Balancer's weighted pools.</summary>
internal sealed class BalancerWeightedKind : PoolKind
{
    private const int PowVersionUsual = 2;

    public override string Name => "balancer-weighted";

    public override ImmutableArray<PoolField> Fields { get; } =
        [.. BalancerFields.OfBoth, PoolField.Required("weightsE18"), PoolField.Optional("powVersion")];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens) => new BalancerWeighted(
        fields.Holdings("balances", tokens.Length),
        fields.Amounts("weightsE18", tokens.Length),
        fields.Amount("swapFeeE18"),
        fields.Amounts("scalingFactorsE18", tokens.Length),
        fields.WholeOrNull("powVersion", 1, 3) ?? PowVersionUsual,
        BalancerFields.RatesOf(fields, tokens.Length),
        fields.AmountOrNull("protocolFeeE18") ?? default);

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (BalancerWeighted)curve;
        BalancerFields.Write(json, pool);
        json.WriteAmounts("weightsE18"u8, pool.WeightsE18.AsSpan());
        json.WriteNumber("powVersion"u8, pool.PowVersion);
    }
}

/// <summary>Balances, amplification, fee and scaling of Balancer's stable pools.</summary>
internal sealed class BalancerStableKind : PoolKind
{
    private const int InvariantVersionUsual = 2;

    public override string Name => "balancer-stable";

    public override ImmutableArray<PoolField> Fields { get; } =
    [
        .. BalancerFields.OfBoth, PoolField.Required("amplificationE3"), PoolField.Optional("bptIndex"),
        PoolField.Optional("invariantVersion"),
    ];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var bptIndex = fields.WholeOrNull("bptIndex", 0, tokens.Length - 1);
        return new BalancerStable(
            fields.Holdings("balances", tokens.Length, except: bptIndex),
            fields.Amount("amplificationE3"),
            fields.Amount("swapFeeE18"),
            fields.Amounts("scalingFactorsE18", tokens.Length),
            bptIndex,
            fields.WholeOrNull("invariantVersion", 1, 3) ?? InvariantVersionUsual,
            BalancerFields.RatesOf(fields, tokens.Length),
            fields.AmountOrNull("protocolFeeE18") ?? default);
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (BalancerStable)curve;
        BalancerFields.Write(json, pool);
        json.WriteAmount("amplificationE3"u8, pool.AmplificationE3);
        if (pool.BptIndex is { } index)
        {
            json.WriteNumber("bptIndex"u8, index);
        }
        else
        {
            json.WriteNull("bptIndex"u8);
        }

        json.WriteNumber("invariantVersion"u8, pool.InvariantVersion);
    }
}

/// <summary>What both have. <c>ratesE18</c> and <c>protocolFeeE18</c> are of V3's pools only.</summary>
internal static class BalancerFields
{
    public static readonly ImmutableArray<PoolField> OfBoth =
    [
        PoolField.Required("balances"), PoolField.Required("swapFeeE18"), PoolField.Required("scalingFactorsE18"),
        PoolField.Optional("ratesE18"), PoolField.Optional("protocolFeeE18"),
    ];

    public static ImmutableArray<UInt256> RatesOf(PoolFields fields, int count) =>
        fields.Has("ratesE18") ? fields.Amounts("ratesE18", count) : default;

    public static void Write(Utf8JsonWriter json, BalancerCurve pool)
    {
        json.WriteAmounts("balances"u8, pool.Balances.AsSpan());
        json.WriteAmount("swapFeeE18"u8, pool.SwapFeeE18);
        json.WriteAmounts("scalingFactorsE18"u8, pool.ScalingFactorsE18.AsSpan());
        if (!pool.RatesE18.IsEmpty)
        {
            json.WriteAmounts("ratesE18"u8, pool.RatesE18.AsSpan());
        }

        if (!pool.ProtocolFeeE18.IsZero)
        {
            json.WriteAmount("protocolFeeE18"u8, pool.ProtocolFeeE18);
        }
    }
}
