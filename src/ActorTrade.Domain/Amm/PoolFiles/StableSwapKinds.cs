using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>Balances, amplification, fee and rates of Curve's pools before NG.</summary>
internal sealed class StableSwapClassicKind : PoolKind
{
    private const uint PrecisionUsual = 100;
    private const int GenerationUsual = 2;

    public override string Name => "stableswap-classic";

    public override ImmutableArray<PoolField> Fields { get; } =
    [
        .. StableSwapFields.OfBoth, PoolField.Optional("amplificationPrecision"), PoolField.Optional("generation"),
    ];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var pool = new StableSwapClassic(
            fields.Holdings("balances", tokens.Length),
            fields.Amount("amplification"),
            fields.Amount("feeE10"),
            fields.Amounts("rates", tokens.Length),
            fields.AmountOrNull("adminFeeE10") ?? default,
            (uint)(fields.WholeOrNull("amplificationPrecision", 1, 100) ?? (int)PrecisionUsual),
            fields.WholeOrNull("generation", 1, GenerationUsual) ?? GenerationUsual);
        return fields.AmountOrNull("preciseAmplification") is { } precise ? pool.WithAmplification(precise) : pool;
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (StableSwapClassic)curve;
        StableSwapFields.Write(json, pool);
        if (pool.Precision != PrecisionUsual)
        {
            json.WriteNumber("amplificationPrecision"u8, pool.Precision);
        }

        if (pool.Generation != GenerationUsual)
        {
            json.WriteNumber("generation"u8, pool.Generation);
        }
    }
}

/// <summary>As <c>stableswap-classic</c>, with the multiplier of the fee off the peg.</summary>
internal sealed class StableSwapNgKind : PoolKind
{
    public override string Name => "stableswap-ng";

    public override ImmutableArray<PoolField> Fields { get; } =
        [.. StableSwapFields.OfBoth, PoolField.Required("offpegFeeMultiplierE10")];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var pool = new StableSwapNg(
            fields.Holdings("balances", tokens.Length),
            fields.Amount("amplification"),
            fields.Amount("feeE10"),
            fields.Amounts("rates", tokens.Length),
            fields.Amount("offpegFeeMultiplierE10"),
            fields.AmountOrNull("adminFeeE10") ?? default);
        return fields.AmountOrNull("preciseAmplification") is { } precise ? pool.WithAmplification(precise) : pool;
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (StableSwapNg)curve;
        StableSwapFields.Write(json, pool);
        json.WriteAmount("offpegFeeMultiplierE10"u8, pool.OffpegFeeMultiplierE10);
    }
}

/// <summary>
/// What both families have. <c>amplification</c> is what A() answers; while it is on the way to another value, what the
/// pool computes with is finer: <c>preciseAmplification</c>, as A_precise() answers, which then counts.
/// </summary>
internal static class StableSwapFields
{
    public static readonly ImmutableArray<PoolField> OfBoth =
    [
        PoolField.Required("balances"), PoolField.Required("amplification"), PoolField.Required("feeE10"),
        PoolField.Required("rates"), PoolField.Optional("adminFeeE10"), PoolField.Optional("preciseAmplification"),
    ];

    public static void Write(Utf8JsonWriter json, StableSwapCurve pool)
    {
        json.WriteAmounts("balances"u8, pool.Balances.AsSpan());
        var (whole, part) = UInt256.DivRem(pool.PreciseAmplification, pool.Precision);
        json.WriteAmount("amplification"u8, whole);
        if (!part.IsZero)
        {
            json.WriteAmount("preciseAmplification"u8, pool.PreciseAmplification);
        }

        json.WriteAmount("feeE10"u8, pool.FeeE10);
        json.WriteAmounts("rates"u8, pool.Rates.AsSpan());
        if (!pool.AdminFeeE10.IsZero)
        {
            json.WriteAmount("adminFeeE10"u8, pool.AdminFeeE10);
        }
    }
}
