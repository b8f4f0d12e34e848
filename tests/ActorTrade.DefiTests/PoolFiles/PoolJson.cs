using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ActorTrade.Domain.Amm.PoolFiles;

namespace ActorTrade.DefiTests.PoolFiles;

/// <summary>A sound pool of each kind as JSON, for tests to spoil.</summary>
internal static class PoolJson
{
    public const string Usdc = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

    public const string Weth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";

    public const string Dai = "0x6b175474e89094c44da98b954eedeac495271d0f";

    private const string TwoTokens =
        $$"""
        "tokens":[{"address":"{{Usdc}}","symbol":"USDC","decimals":6},
        {"address":"{{Weth}}","symbol":"WETH","decimals":18}]
        """;

    private const string StableTokens =
        $$"""
        "tokens":[{"address":"{{Usdc}}","symbol":"USDC","decimals":6},
        {"address":"{{Dai}}","symbol":"DAI","decimals":18}]
        """;

    private static readonly Dictionary<string, string> States = new(StringComparer.Ordinal)
    {
        ["constant-product"] = TwoTokens
            + """, "reserves":["46712345678901","20765432109876543210987"],"fee":{"numerator":3,"denominator":1000}""",
        ["solidly-volatile"] = TwoTokens
            + """, "reserves":["46712345678901","20765432109876543210987"],"fee":{"numerator":3,"denominator":1000}""",
        ["solidly-stable"] = StableTokens
            + """, "reserves":["2512345678901","2487654321098765432109876"],"fee":{"numerator":1,"denominator":2000}""",
        ["concentrated"] = TwoTokens
            + """
              , "feePips":500,"tickSpacing":10,"sqrtPriceX96":"1670371012412803262271218476711936","tick":199134,
              "liquidity":"12000000000000000000","ticks":[[198000,"3000000000000000000","3000000000000000000"],
              [199000,"9000000000000000000","9000000000000000000"],
              [199300,"5000000000000000000","-5000000000000000000"],
              [200500,"7000000000000000000","-7000000000000000000"]]
              """,
        ["stableswap-classic"] = StableTokens
            + """
              , "balances":["65432109876543","66123456789012345678901234"],"amplification":"2000","feeE10":"1000000",
              "rates":["1000000000000000000000000000000","1000000000000000000"],"adminFeeE10":"5000000000"
              """,
        ["stableswap-ng"] = StableTokens
            + """
              , "balances":["65432109876543","66123456789012345678901234"],"amplification":"500","feeE10":"1000000",
              "rates":["1000000000000000000000000000000","1000000000000000000"],"offpegFeeMultiplierE10":"50000000000"
              """,
        ["balancer-weighted"] = TwoTokens
            + """
              , "balances":["4671234567890","8305432109876543210987"],
              "weightsE18":["200000000000000000","800000000000000000"],"swapFeeE18":"3000000000000000",
              "scalingFactorsE18":["1000000000000000000000000000000","1000000000000000000"],"powVersion":2
              """,
        ["balancer-stable"] = StableTokens
            + """
              , "balances":["65432109876543","66123456789012345678901234"],"amplificationE3":"500000",
              "swapFeeE18":"400000000000000","scalingFactorsE18":["1000000000000000000000000000000",
              "1000000000000000000"],"bptIndex":null,"invariantVersion":2
              """,
        ["curve-tricrypto"] =
            $$"""
            "tokens":[{"address":"{{Usdc}}","symbol":"USDC","decimals":6},
            {"address":"0x2260fac5e5542a773aa44fbcfedf7c193bc2c599","symbol":"WBTC","decimals":8},
            {"address":"{{Weth}}","symbol":"WETH","decimals":18}],
            "balances":["5000000000000","8300000000","1660000000000000000000"],"A":"1707629","gamma":"11809167828997",
            "D":"14959999963351757968086599","price_scale":["60000000000000000000000","3000000000000000000000"],
            "mid_fee":"3000000","out_fee":"30000000","fee_gamma":"500000000000000",
            "totalSupply":"8658699431387414546504","xcpProfit":"1042000000000000000","xcpProfitA":"1041900000000000000",
            "virtualPrice":"1020000000000000000","lastPrices":["60450000000000000000000","3021000000000000000000"],
            "priceOracle":["60390000000000000000000","3018000000000000000000"],"lastPricesTimestamp":1704412823,
            "allowedExtraProfit":"100000000","adjustmentStep":"100000000000","maTime":"866","futureAGammaTime":0
            """,
    };

    public static IEnumerable<string> Kinds => States.Keys;

    public static JsonObject Of(string kind, string id = "p") =>
        JsonNode.Parse($$"""{"id":"{{id}}","chainId":1,"kind":"{{kind}}",{{States[kind]}}}""")!.AsObject();

    public static PoolFile Read(params IEnumerable<JsonNode> pools) =>
        ReadText($"{{\"pools\":[{string.Join(",", pools.Select(p => p.ToJsonString()))}]}}");

    public static PoolFile ReadText(string text) => PoolFile.Read(Encoding.UTF8.GetBytes(text));

    /// <summary>Puts a value at a path such as <c>tokens.0.decimals</c>; null takes the field away.</summary>
    public static JsonObject With(this JsonObject pool, string path, string? json)
    {
        var parts = path.Split('.');
        JsonNode at = pool;
        foreach (var part in parts[..^1])
        {
            at = at is JsonArray ? at[Number(part)]! : at[part]!;
        }

        var value = json is null ? null : JsonNode.Parse(json);
        if (at is JsonArray list)
        {
            list[Number(parts[^1])] = value;
        }
        else if (json is null)
        {
            at.AsObject().Remove(parts[^1]);
        }
        else
        {
            at[parts[^1]] = value;
        }

        return pool;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
