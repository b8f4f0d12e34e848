using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace ActorTrade.Venues.Recorded;

/// <summary>Parses the values of recorded data from UTF-8 bytes: the whole field or nothing.</summary>
internal static class Utf8Values
{
    private const int UlongDigitsMax = 19;
    private const int ScaleMax = 28;

    /// <summary>Instants outside these years are a wrong unit (seconds, microseconds), not market data.</summary>
    private const int YearMin = 1970;
    private const int YearMax = 2199;

    private static readonly long UnixMillisecondsMin = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)
        .ToUnixTimeMilliseconds();

    private static readonly long UnixMillisecondsMax = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero)
        .ToUnixTimeMilliseconds() - 1;

    /// <summary>
    /// A decimal number, with or without an exponent. Digits beyond the 28 a <see cref="decimal"/> holds are rounded.
    /// </summary>
    public static bool TryDecimal(ReadOnlySpan<byte> text, out decimal value)
    {
        ulong digits = 0;
        var (any, significant, scale) = (false, 0, -1);
        var negative = !text.IsEmpty && text[0] == '-';
        for (var i = negative ? 1 : 0; i < text.Length; i++)
        {
            var digit = unchecked((uint)(text[i] - '0'));
            if (digit <= 9 && (digit | digits) == 0)
            {
                any = true;
            }
            else if (digit <= 9 && ++significant <= UlongDigitsMax)
            {
                any = true;
                digits = unchecked((digits * 10) + digit);
            }
            else if (text[i] == '.' && scale < 0 && text.Length - i - 1 <= ScaleMax)
            {
                scale = text.Length - i - 1;
            }
            else
            {
                return TryDecimalSlow(text, out value);
            }
        }

        value = any ? new decimal(Low(digits), Low(digits >> 32), 0, negative, (byte)Math.Max(scale, 0)) : 0;
        return any;
    }

    public static bool TryInt64(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text.Length > 0;

    /// <summary>An integer that a float-minded tool may have printed as <c>199045.0</c>.</summary>
    public static bool TryFloatPrintedInt32(ReadOnlySpan<byte> text, out int value)
    {
        var whole = text;
        var dot = text.IndexOf((byte)'.');
        if (dot >= 0)
        {
            whole = text[..dot];
            if (text[(dot + 1)..].ContainsAnyExcept((byte)'0'))
            {
                value = 0;
                return false;
            }
        }

        return Utf8Parser.TryParse(whole, out value, out var used) && used == whole.Length && whole.Length > 0;
    }

    public static bool TryBigInteger(ReadOnlySpan<byte> text, out BigInteger value)
    {
        const int DigitsMax = 78;
        var digits = text.StartsWith("-"u8) ? text[1..] : text;
        if (digits.IsEmpty || digits.Length > DigitsMax || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            value = default;
            return false;
        }

        Span<char> chars = stackalloc char[DigitsMax + 1];
        var length = Encoding.ASCII.GetChars(text, chars);
        return BigInteger.TryParse(chars[..length], out value);
    }

    /// <summary>
    /// An instant as UTC ticks (100 ns since 0001-01-01): Unix milliseconds, or ISO 8601 with <c>T</c> or a blank
    /// between date and time, up to seven digits of a second, and <c>Z</c>, an offset, or nothing, which means UTC.
    /// </summary>
    public static bool TryInstant(ReadOnlySpan<byte> text, out long utcTicks)
    {
        utcTicks = 0;
        if (text.Length > 4 && text[4] == '-')
        {
            return TryIso(text, out utcTicks);
        }

        if (!TryInt64(text, out var milliseconds)
            || milliseconds < UnixMillisecondsMin || milliseconds > UnixMillisecondsMax)
        {
            return false;
        }

        utcTicks = DateTime.UnixEpoch.Ticks + (milliseconds * TimeSpan.TicksPerMillisecond);
        return true;
    }

    /// <summary><c>yyyyMMdd</c> as ticks of that day's midnight, without a zone.</summary>
    public static bool TryCompactDate(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        return text.Length == 8
            && TryDigits(text[..4], out var year) && TryDigits(text[4..6], out var month)
            && TryDigits(text[6..], out var day) && TryDay(year, month, day, out ticks);
    }

    /// <summary><c>yyyyMMdd HH:mm</c> as ticks, without a zone.</summary>
    public static bool TryCompactDateTime(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length != 14 || text[8] != ' ' || text[11] != ':' || !TryCompactDate(text[..8], out var date)
            || !TryDigits(text[9..11], out var hour) || !TryDigits(text[12..], out var minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks = date + (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        return true;
    }

    private static bool TryIso(ReadOnlySpan<byte> text, out long utcTicks)
    {
        utcTicks = 0;
        if (text.Length < 19 || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':'
            || text[16] != ':'
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month)
            || !TryDigits(text[8..10], out var day) || !TryDay(year, month, day, out var ticks)
            || !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute)
            || !TryDigits(text[17..19], out var second) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        ticks += (((hour * 60L) + minute) * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond);
        var rest = text[19..];
        if (rest.StartsWith("."u8))
        {
            var end = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var digits = end < 0 ? rest[1..] : rest[1..(end + 1)];
            if (digits.Length is 0 or > 7 || !TryDigits(digits, out var fraction))
            {
                return false;
            }

            for (var i = digits.Length; i < 7; i++)
            {
                fraction *= 10;
            }

            ticks += fraction;
            rest = rest[(digits.Length + 1)..];
        }

        if (!TryOffset(rest, out var offset))
        {
            return false;
        }

        utcTicks = ticks - offset;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.IsEmpty || text is [(byte)'Z'])
        {
            return true;
        }

        if (text.Length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':'
            || !TryDigits(text[1..3], out var hours) || !TryDigits(text[4..], out var minutes)
            || hours > 14 || minutes > 59)
        {
            return false;
        }

        ticks = ((hours * 60L) + minutes) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryDay(int year, int month, int day, out long ticks)
    {
        ticks = 0;
        if (year is < YearMin or > YearMax || month is < 1 or > 12
            || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            var digit = unchecked((uint)(c - '0'));
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + (int)digit;
        }

        return true;
    }

    private static int Low(ulong bits) => unchecked((int)bits);

    private static bool TryDecimalSlow(ReadOnlySpan<byte> text, out decimal value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text.Length > 0;
}
