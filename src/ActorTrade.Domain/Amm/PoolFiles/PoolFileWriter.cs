using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>Writes pool files: one pool a line, every big integer as a decimal string.</summary>
public static class PoolFileWriter
{
    public static void Write(IBufferWriter<byte> utf8, IEnumerable<FiledPool> pools)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        ArgumentNullException.ThrowIfNull(pools);
        utf8.Write("{\"pools\":["u8);
        using var json = new Utf8JsonWriter(utf8);
        var isFirst = true;
        foreach (var pool in pools)
        {
            utf8.Write(isFirst ? "\n"u8 : ",\n"u8);
            isFirst = false;
            Write(json, pool);
            json.Flush();
            json.Reset();
        }

        utf8.Write("\n]}\n"u8);
    }

    /// <summary>One pool as an object.</summary>
    public static void Write(Utf8JsonWriter json, FiledPool filed)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(filed);
        var pool = filed.Pool;
        json.WriteStartObject();
        json.WriteString("id", pool.Id);
        json.WriteNumber("chainId", pool.ChainId);
        json.WriteString("kind", pool.Curve.Kind);
        json.WriteStartArray("tokens");
        foreach (var token in pool.Tokens)
        {
            Write(json, token);
        }

        json.WriteEndArray();
        if (pool.Dex is not null)
        {
            json.WriteString("dex", pool.Dex);
        }

        if (filed.UpdatedAt is { } at)
        {
            json.WriteString(
                "updatedAt", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        }

        WriteState(json, pool.Curve);
        json.WriteEndObject();
    }

    /// <summary>The fields of a curve's state, into an object that is open.</summary>
    public static void WriteState(Utf8JsonWriter json, Curve curve)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(curve);
        PoolKinds.Of(curve).Write(curve, json);
    }

    /// <summary>An amount as a decimal string, without making a string.</summary>
    internal static void WriteAmount(this Utf8JsonWriter json, ReadOnlySpan<byte> name, UInt256 amount)
    {
        json.WritePropertyName(name);
        json.WriteAmountValue(amount);
    }

    internal static void WriteAmountValue(this Utf8JsonWriter json, UInt256 amount)
    {
        Span<char> digits = stackalloc char[UInt256Text.LengthMax];
        amount.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        json.WriteStringValue(digits[..written]);
    }

    internal static void WriteAmounts(
        this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<UInt256> amounts)
    {
        json.WriteStartArray(name);
        foreach (var amount in amounts)
        {
            json.WriteAmountValue(amount);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ListedToken token)
    {
        json.WriteStartObject();
        json.WriteString("address", token.Address);
        json.WriteString("symbol", token.Symbol);
        json.WriteNumber("decimals", token.Decimals.Value);
        if (token.TransferFee.Value != 0)
        {
            json.WriteNumber("transferFeePips", token.TransferFee.Value);
        }

        json.WriteEndObject();
    }
}
