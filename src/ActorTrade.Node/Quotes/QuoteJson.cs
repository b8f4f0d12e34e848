using System.Text.Json;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Quotes;

/// <summary>Quotes as JSON. Amounts are decimal strings of base units.</summary>
internal static class QuoteJson
{
    /// <summary>The whole of a quote, as one object.</summary>
    public static void Write(Utf8JsonWriter json, in TradeQuote quote)
    {
        var (tokenIn, tokenOut) = (quote.TokenIn, quote.TokenOut);
        json.WriteStartObject();
        json.WriteString("pool", quote.Pool.Id);
        json.WriteString("kind", quote.Pool.Curve.Kind);
        json.WriteString("mathVersion", quote.Pool.Curve.MathVersion);
        json.WriteString("in", tokenIn.Address);
        json.WriteString("out", tokenOut.Address);
        WriteAmounts(json, quote);
        Write(json, "transferFeeIn"u8, quote.TransferFeeIn);
        Write(json, "transferFeeOut"u8, quote.TransferFeeOut);
        json.WriteString(
            "price", PriceText.Of(quote.AmountOut, tokenOut.Decimals, quote.AmountIn, tokenIn.Decimals));
        json.WriteStartObject("priceRatio");
        Write(json, "numerator"u8, quote.AmountOut);
        Write(json, "denominator"u8, quote.AmountIn);
        json.WriteEndObject();
        json.WriteString("spotPrice", PriceText.Of(quote.SpotPrice, tokenOut.Decimals, tokenIn.Decimals));
        if (double.IsFinite(quote.PriceImpact))
        {
            json.WriteNumber("priceImpact", quote.PriceImpact);
        }
        else
        {
            json.WriteNull("priceImpact");
        }

        json.WriteStartObject("endState");
        PoolFileWriter.WriteState(json, quote.Pool.Curve.Apply(quote.Curve));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What a line of a batch says of a quote too.</summary>
    public static void WriteAmounts(Utf8JsonWriter json, in TradeQuote quote)
    {
        Write(json, "amountIn"u8, quote.AmountIn);
        Write(json, "amountOut"u8, quote.AmountOut);
        Write(json, "fee"u8, quote.Curve.Fee);
        json.WriteString("feeToken"u8, quote.FeeToken.Address);
        Write(json, "protocolFee"u8, quote.Curve.ProtocolFee);
        Write(json, "leftover"u8, quote.Leftover);
    }

    public static void Write(Utf8JsonWriter json, QuoteFailure failure)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, failure.Code);
        json.WriteString("field"u8, failure.Field);
        json.WriteString("message"u8, failure.Message);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, UInt256 amount)
    {
        Span<char> digits = stackalloc char[80];
        amount.TryFormat(digits, out var written, default, null);
        json.WriteString(name, digits[..written]);
    }
}
