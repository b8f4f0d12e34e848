using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>What the deployed pool answers, by the names of its functions. Precisions follow from the tokens'
/// decimals.</summary>
internal sealed class TricryptoKind : PoolKind
{
    private const int TokenCount = 3;
    private const int DecimalsMax = 18;

    public override string Name => "curve-tricrypto";

    public override ImmutableArray<PoolField> Fields { get; } =
    [
        PoolField.Required("balances"), PoolField.Required("A"), PoolField.Required("gamma"), PoolField.Required("D"),
        PoolField.Required("price_scale"), PoolField.Required("mid_fee"), PoolField.Required("out_fee"),
        PoolField.Required("fee_gamma"),
    ];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        fields.CheckCount(tokens, TokenCount);
        return new Tricrypto(
            fields.Holdings("balances", TokenCount),
            [.. Enumerable.Range(0, TokenCount).Select(i => PrecisionOf(tokens[i], i))],
            fields.Amount("A"),
            fields.Amount("gamma"),
            fields.Amount("D"),
            fields.Amounts("price_scale", TokenCount - 1),
            fields.Amount("mid_fee"),
            fields.Amount("out_fee"),
            fields.Amount("fee_gamma"));
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (Tricrypto)curve;
        json.WriteAmounts("balances"u8, pool.Balances.AsSpan());
        json.WriteAmount("A"u8, pool.A);
        json.WriteAmount("gamma"u8, pool.Gamma);
        json.WriteAmount("D"u8, pool.D);
        json.WriteAmounts("price_scale"u8, pool.PriceScale.AsSpan());
        json.WriteAmount("mid_fee"u8, pool.MidFee);
        json.WriteAmount("out_fee"u8, pool.OutFee);
        json.WriteAmount("fee_gamma"u8, pool.FeeGamma);
    }

    private static UInt256 PrecisionOf(ListedToken token, int index) => token.Decimals <= DecimalsMax
        ? Units.PowerOfTen(DecimalsMax - token.Decimals)
        : throw new PoolFaultException(
            $"tokens[{index}].decimals",
            PoolFaultCodes.OutOfRange,
            $"it is {token.Decimals}; tokens of this kind of pool have at most {DecimalsMax}.");
}
