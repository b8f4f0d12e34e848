using System.Text.Json;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Scans;

/// <summary>What a scan found, as JSON. Amounts are decimal strings of base units.</summary>
internal static class ScanJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChainScan> chains)
    {
        json.WriteStartObject();
        json.WriteStartArray("chains");
        foreach (var chain in chains)
        {
            json.WriteStartObject();
            json.WriteNumber("chainId", chain.ChainId);
            json.WriteNumber("pools", chain.Pools);
            json.WriteNumber("cycles", chain.Cycles);
            json.WriteBoolean("cyclesTruncated", chain.IsTruncated);
            json.WriteString("comparedIn", chain.Unit.Address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("opportunities");
        foreach (var chain in chains)
        {
            for (var i = 0; i < chain.Found.Length; i++)
            {
                Write(json, chain, chain.Found[i], rank: i + 1);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ChainScan chain, Opportunity found, int rank)
    {
        json.WriteStartObject();
        json.WriteNumber("rank", rank);
        json.WriteNumber("chainId", chain.ChainId);
        json.WriteString("token", found.Token.Address);
        json.WriteString("symbol", found.Token.Symbol);
        Write(json, "amountIn", found.AmountIn);
        Write(json, "amountOut", found.AmountOut);
        Write(json, "grossProfit", found.GrossProfit);
        json.WriteString("lender", found.Lender.Name);
        Write(json, "loanFee", found.LoanFee);
        json.WriteNumber("gasUnits", found.GasUnits);
        json.WriteBoolean("gasMeasured", found.IsGasMeasured);
        Write(json, "gasCost", found.GasCost);
        json.WriteString("netProfit", found.NetProfit.ToString());
        json.WriteNumber("netValue", found.NetValue);
        json.WriteNumber("priceImpact", found.PriceImpact);
        json.WriteNumber("feeShare", found.FeeShare);
        json.WriteBoolean("sandwichExposed", found.IsSandwichExposed);
        json.WriteStartArray("hops");
        foreach (var hop in found.Hops)
        {
            json.WriteStartObject();
            json.WriteString("pool", hop.Pool.Id);
            json.WriteString("kind", hop.Pool.Curve.Kind);
            json.WriteString("in", hop.TokenIn.Address);
            json.WriteString("out", hop.TokenOut.Address);
            Write(json, "amountIn", hop.AmountIn);
            Write(json, "amountOut", hop.AmountOut);
            json.WriteNumber("priceImpact", hop.PriceImpact);
            json.WriteNumber("sandwichShare", hop.Sandwich.Share);
            json.WriteNumber("sandwichShareMax", hop.Sandwich.ShareMax);
            WriteAge(json, chain.AgeOf(hop.Pool.Id));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAge(Utf8JsonWriter json, TimeSpan? age)
    {
        if (age is { } known)
        {
            json.WriteNumber("ageSeconds", Math.Round(known.TotalSeconds, 3));
        }
        else
        {
            json.WriteNull("ageSeconds");
        }
    }

    private static void Write(Utf8JsonWriter json, string name, UInt256 amount) =>
        json.WriteString(name, amount.ToString());
}
