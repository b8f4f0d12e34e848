using System.Globalization;

namespace ActorTrade.Domain.Numerics;

/// <summary>
/// Text form of <see cref="UInt256"/>: decimal digits, or 0x and hexadecimal digits. Culture plays no part.
/// </summary>
internal static class UInt256Text
{
    /// <summary>The longest text: 2^256 - 1 has 78 decimal digits; 0x and 64 hexadecimal ones are shorter.</summary>
    public const int LengthMax = 78;

    // The largest power of ten in a limb.
    private const int ChunkDigits = 19;
    private const ulong Chunk = 10_000_000_000_000_000_000;

    public enum Outcome
    {
        Ok,
        Malformed,
        TooLarge,
    }

    public static bool TryFormat(
        UInt256 value,
        Span<char> destination,
        out int written,
        ReadOnlySpan<char> format) => format switch
        {
            "" or "D" or "d" or "G" or "g" or "R" or "r" => TryFormatDecimal(value, destination, out written),
            "x" or "X" => TryFormatHex(value, destination, out written, format[0]),
            _ => throw new FormatException($"'{format}' is no format of UInt256; use D, x or X."),
        };

    public static Outcome Read(ReadOnlySpan<char> text, out UInt256 value)
    {
        value = default;
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var digits = isHex ? text[2..] : text;
        if (digits.IsEmpty)
        {
            return Outcome.Malformed;
        }

        foreach (var c in digits)
        {
            if (!(isHex ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c)))
            {
                return Outcome.Malformed;
            }
        }

        digits = digits.TrimStart('0');
        if (digits.Length > (isHex ? 64 : LengthMax))
        {
            return Outcome.TooLarge;
        }

        return isHex ? ReadHex(digits, out value) : ReadDecimal(digits, out value);
    }

    private static Outcome ReadHex(ReadOnlySpan<char> digits, out UInt256 value)
    {
        Span<ulong> limbs = stackalloc ulong[UInt256.LimbCountMax];
        for (var i = 0; i < digits.Length; i += 16)
        {
            var end = digits.Length - i;
            var limb = digits[Math.Max(0, end - 16)..end];
            limbs[i / 16] = ulong.Parse(limb, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        value = UInt256.FromLimbs(limbs);
        return Outcome.Ok;
    }

    private static Outcome ReadDecimal(ReadOnlySpan<char> digits, out UInt256 value)
    {
        value = default;
        while (!digits.IsEmpty)
        {
            var take = Math.Min(ChunkDigits, digits.Length);
            ulong chunk = 0;
            ulong scale = 1;
            foreach (var c in digits[..take])
            {
                chunk = (chunk * 10) + (ulong)(c - '0');
                scale *= 10;
            }

            if (!UInt256.TryMultiply(value, scale, out value) || !UInt256.TryAdd(value, chunk, out value))
            {
                value = default;
                return Outcome.TooLarge;
            }

            digits = digits[take..];
        }

        return Outcome.Ok;
    }

    private static bool TryFormatDecimal(UInt256 value, Span<char> destination, out int written)
    {
        Span<char> digits = stackalloc char[LengthMax];
        var start = digits.Length;
        var rest = value;
        while (rest.LimbCount > 1)
        {
            (rest, var chunk) = UInt256.DivRem(rest, Chunk);
            var low = chunk.GetLimb(0);
            for (var i = 0; i < ChunkDigits; i++)
            {
                digits[--start] = (char)('0' + (int)(low % 10));
                low /= 10;
            }
        }

        var top = rest.GetLimb(0);
        while (top != 0 || start == digits.Length)
        {
            digits[--start] = (char)('0' + (int)(top % 10));
            top /= 10;
        }

        return TryCopy(digits[start..], destination, out written);
    }

    private static bool TryFormatHex(UInt256 value, Span<char> destination, out int written, char format)
    {
        Span<char> text = stackalloc char[2 + 64];
        var alphabet = format == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        var start = text.Length;
        for (var i = 0; i < 64 && (i == 0 || i * 4 < value.BitLength); i++)
        {
            text[--start] = alphabet[(int)((value.GetLimb(i / 16) >> (i % 16 * 4)) & 15)];
        }

        text[--start] = 'x';
        text[--start] = '0';
        return TryCopy(text[start..], destination, out written);
    }

    private static bool TryCopy(ReadOnlySpan<char> text, Span<char> destination, out int written)
    {
        written = text.TryCopyTo(destination) ? text.Length : 0;
        return written > 0;
    }
}
