using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Quotes;

/// <summary>A quote as names and values for people: whole tokens first, base units behind.</summary>
internal static class QuoteText
{
    public static (string Name, string Value)[] Of(in TradeQuote quote)
    {
        var (tokenIn, tokenOut) = (quote.TokenIn, quote.TokenOut);
        var pair = $"{tokenOut.Symbol} for one {tokenIn.Symbol}";
        List<(string Name, string Value)> facts =
        [
            ("Pool", $"{quote.Pool.Curve.Kind}, {quote.Pool.Curve.MathVersion}"),
            ("In", Amount(quote.AmountIn, tokenIn)),
            ("Out", Amount(quote.AmountOut, tokenOut)),
            ("Fee", Amount(quote.Curve.Fee, quote.FeeToken)),
            ("To protocol", Amount(quote.Curve.ProtocolFee, quote.FeeToken)),
        ];
        AddIfAny(facts, "Transfer fee in", quote.TransferFeeIn, tokenIn);
        AddIfAny(facts, "Transfer fee out", quote.TransferFeeOut, tokenOut);
        AddIfAny(facts, "Left over", quote.Leftover, tokenIn);
        facts.Add(("Price", $"{Price(quote)} {pair}"));
        facts.Add(
            ("Spot price", $"{PriceText.Of(quote.SpotPrice, tokenOut.Decimals, tokenIn.Decimals) ?? "none"} {pair}"));
        facts.Add(("Price impact", quote.PriceImpact.ToString("0.######%", CultureInfo.InvariantCulture)));
        facts.AddRange(Changed(quote.Pool.Curve, quote.Pool.Curve.Apply(quote.Curve)));
        return [.. facts];
    }

    // The fields of the pool's state that the trade changes, as the file has them, with their values afterwards.
    private static IEnumerable<(string Name, string Value)> Changed(Curve before, Curve after)
    {
        var former = StateOf(before);
        foreach (var field in StateOf(after).EnumerateObject())
        {
            if (!former.TryGetProperty(field.Name, out var was) || !JsonElement.DeepEquals(was, field.Value))
            {
                yield return ($"After: {field.Name}", field.Value.ToString());
            }
        }
    }

    private static JsonElement StateOf(Curve curve)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            PoolFileWriter.WriteState(json, curve);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static string Price(in TradeQuote quote) =>
        PriceText.Of(quote.AmountOut, quote.TokenOut.Decimals, quote.AmountIn, quote.TokenIn.Decimals);

    private static void AddIfAny(List<(string, string)> facts, string name, UInt256 amount, ListedToken token)
    {
        if (!amount.IsZero)
        {
            facts.Add((name, Amount(amount, token)));
        }
    }

    private static string Amount(UInt256 amount, ListedToken token) =>
        $"{Units.Format(amount, token.Decimals)} {token.Symbol} ({amount} base units)";
}
