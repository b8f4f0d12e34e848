using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary><c>reserves</c> and <c>fee</c>: the part of the input that is fee.</summary>
internal sealed class ConstantProductKind : PoolKind
{
    public override string Name => "constant-product";

    public override ImmutableArray<PoolField> Fields { get; } =
        [PoolField.Required("reserves"), PoolField.Required("fee")];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var reserves = fields.PairOf("reserves", tokens);
        var (numerator, denominator) = FeeFields.Read(fields);
        return new ConstantProductCurve(reserves[0], reserves[1], numerator, denominator);
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (ConstantProductCurve)curve;
        json.WriteAmounts("reserves"u8, [pool.Reserve0, pool.Reserve1]);
        FeeFields.Write(json, pool.FeeNumerator, pool.FeeDenominator);
    }
}

/// <summary><c>fee</c>: <c>{"numerator":3,"denominator":1000}</c>.</summary>
internal static class FeeFields
{
    public static readonly ImmutableArray<PoolField> All =
        [PoolField.Required("numerator"), PoolField.Required("denominator")];

    public static (uint Numerator, uint Denominator) Read(PoolFields fields)
    {
        var fee = fields.Object("fee", All);
        return ((uint)fee.Long("numerator", 0, uint.MaxValue), (uint)fee.Long("denominator", 1, uint.MaxValue));
    }

    public static void Write(Utf8JsonWriter json, uint numerator, uint denominator)
    {
        json.WriteStartObject("fee"u8);
        json.WriteNumber("numerator"u8, numerator);
        json.WriteNumber("denominator"u8, denominator);
        json.WriteEndObject();
    }
}
