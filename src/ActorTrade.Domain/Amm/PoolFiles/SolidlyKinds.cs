using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>As <c>constant-product</c>; the fee leaves the pair.</summary>
internal sealed class SolidlyVolatileKind : PoolKind
{
    public override string Name => "solidly-volatile";

    public override ImmutableArray<PoolField> Fields { get; } =
        [PoolField.Required("reserves"), PoolField.Required("fee")];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var reserves = fields.PairOf("reserves", tokens);
        var (numerator, denominator) = FeeFields.Read(fields);
        return new SolidlyVolatileCurve(reserves[0], reserves[1], numerator, denominator);
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (SolidlyVolatileCurve)curve;
        json.WriteAmounts("reserves"u8, [pool.Reserve0, pool.Reserve1]);
        FeeFields.Write(json, pool.FeeNumerator, pool.FeeDenominator);
    }
}

/// <summary>As <c>solidly-volatile</c>, on the stable curve; decimals are those of the tokens.</summary>
internal sealed class SolidlyStableKind : PoolKind
{
    private static readonly (string Name, SolidlyVersion Version)[] Versions =
    [
        ("velodrome-v2", SolidlyVersion.VelodromeV2), ("aerodrome", SolidlyVersion.Aerodrome),
        ("solidly", SolidlyVersion.Solidly),
    ];

    public override string Name => "solidly-stable";

    public override ImmutableArray<PoolField> Fields { get; } =
        [PoolField.Required("reserves"), PoolField.Required("fee"), PoolField.Optional("solidlyVersion")];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        var reserves = fields.PairOf("reserves", tokens);
        var (numerator, denominator) = FeeFields.Read(fields);
        return new SolidlyStableCurve(
            reserves[0], reserves[1], tokens[0].Decimals, tokens[1].Decimals, numerator, denominator,
            ReadVersion(fields));
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (SolidlyStableCurve)curve;
        json.WriteAmounts("reserves"u8, [pool.Reserve0, pool.Reserve1]);
        FeeFields.Write(json, pool.FeeNumerator, pool.FeeDenominator);
        json.WriteString("solidlyVersion"u8, Versions.First(v => v.Version == pool.Version).Name);
    }

    private static SolidlyVersion ReadVersion(PoolFields fields)
    {
        var name = fields.TextOrNull("solidlyVersion") ?? Versions[0].Name;
        foreach (var known in Versions)
        {
            if (known.Name == name)
            {
                return known.Version;
            }
        }

        throw new PoolFaultException(
            "solidlyVersion",
            PoolFaultCodes.OutOfRange,
            $"it is '{name}'; known are {string.Join(", ", Versions.Select(v => v.Name))}.");
    }
}
