using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>
/// What the deployed pool answers, by the names of its functions; what moves the price scale by the names of the
/// contract's variables, all of it or none. Precisions follow from the tokens' decimals.
/// </summary>
internal sealed class TricryptoKind : PoolKind
{
    private const int TokenCount = 3;
    private const int DecimalsMax = 18;

    private static readonly ImmutableArray<string> OfRebalancing =
    [
        "totalSupply", "xcpProfit", "xcpProfitA", "virtualPrice", "lastPrices", "priceOracle", "lastPricesTimestamp",
        "allowedExtraProfit", "adjustmentStep", "maTime", "futureAGammaTime",
    ];

    public override string Name => "curve-tricrypto";

    public override ImmutableArray<PoolField> Fields { get; } =
    [
        PoolField.Required("balances"), PoolField.Required("A"), PoolField.Required("gamma"), PoolField.Required("D"),
        PoolField.Required("price_scale"), PoolField.Required("mid_fee"), PoolField.Required("out_fee"),
        PoolField.Required("fee_gamma"), .. OfRebalancing.Select(PoolField.Optional),
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
            fields.Amount("fee_gamma"),
            ReadRebalancing(fields));
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
        if (pool.Rebalancing is { } state)
        {
            WriteRebalancing(state, json);
        }
    }

    private static TricryptoRebalancing? ReadRebalancing(PoolFields fields)
    {
        if (!OfRebalancing.Any(fields.Has))
        {
            return null;
        }

        return OfRebalancing.FirstOrDefault(name => !fields.Has(name)) is { } missing
            ? throw new InvalidCurveException(
                missing, $"missing, while others are there that move the price scale: give all {OfRebalancing.Length}.")
            : new TricryptoRebalancing(
                TotalSupply: fields.Amount("totalSupply"),
                XcpProfit: fields.Amount("xcpProfit"),
                XcpProfitA: fields.Amount("xcpProfitA"),
                VirtualPrice: fields.Amount("virtualPrice"),
                LastPrices: PricesOf(fields, "lastPrices"),
                PriceOracle: PricesOf(fields, "priceOracle"),
                LastPricesTimestamp: (ulong)fields.Long("lastPricesTimestamp", 0, long.MaxValue),
                AllowedExtraProfit: fields.Amount("allowedExtraProfit"),
                AdjustmentStep: fields.Amount("adjustmentStep"),
                MaTime: fields.Amount("maTime"),
                FutureAGammaTime: (ulong)fields.Long("futureAGammaTime", 0, long.MaxValue));
    }

    private static void WriteRebalancing(TricryptoRebalancing state, Utf8JsonWriter json)
    {
        json.WriteAmount("totalSupply"u8, state.TotalSupply);
        json.WriteAmount("xcpProfit"u8, state.XcpProfit);
        json.WriteAmount("xcpProfitA"u8, state.XcpProfitA);
        json.WriteAmount("virtualPrice"u8, state.VirtualPrice);
        json.WriteAmounts("lastPrices"u8, [state.LastPrices.OfToken1, state.LastPrices.OfToken2]);
        json.WriteAmounts("priceOracle"u8, [state.PriceOracle.OfToken1, state.PriceOracle.OfToken2]);
        json.WriteNumber("lastPricesTimestamp"u8, state.LastPricesTimestamp);
        json.WriteAmount("allowedExtraProfit"u8, state.AllowedExtraProfit);
        json.WriteAmount("adjustmentStep"u8, state.AdjustmentStep);
        json.WriteAmount("maTime"u8, state.MaTime);
        json.WriteNumber("futureAGammaTime"u8, state.FutureAGammaTime);
    }

    private static TricryptoPrices PricesOf(PoolFields fields, string name)
    {
        var prices = fields.Amounts(name, TokenCount - 1);
        return new TricryptoPrices(prices[0], prices[1]);
    }

    private static UInt256 PrecisionOf(ListedToken token, int index) => token.Decimals <= DecimalsMax
        ? Units.PowerOfTen(DecimalsMax - token.Decimals)
        : throw new PoolFaultException(
            $"tokens[{index}].decimals",
            PoolFaultCodes.OutOfRange,
            $"it is {token.Decimals}; tokens of this kind of pool have at most {DecimalsMax}.");
}
