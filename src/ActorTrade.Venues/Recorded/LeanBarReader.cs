using System.IO.Compression;

namespace ActorTrade.Venues.Recorded;

/// <summary>Reads the bars of one LEAN archive as ticks.</summary>
/// <remarks>
/// A row is stamped with the start of its bar, but its close is known only at the end: the tick is stamped with the
/// bar's <b>end</b>, so a replay never sees a price before it was made. A trade bar gives last = close and volume; a
/// quote bar gives bid and ask closes and their sizes. Size 0 means "not recorded" (all forex) and gives no size. A
/// daily bar ends at the next local midnight. Open, high and low are checked (a bar whose high is not the highest is a
/// bad row) and dropped. Sizes keep the float noise of their source (33.35399601000002).
/// </remarks>
internal sealed class LeanBarReader : RowReader
{
    private const long MillisecondsPerDay = 24 * 60 * 60 * 1000;

    private readonly LeanFile _bars;
    private readonly ZipArchive _archive;
    private readonly TimeZoneInfo _zone;
    private readonly bool _utc;
    private readonly FactorFile? _factors;
    private LeanTickType _type;

    private LeanBarReader(string path, LeanFile bars, ZipArchive archive, Utf8Lines lines, FactorFile? factors)
        : base(path, lines, equalTimesAllowed: false)
    {
        _bars = bars;
        _archive = archive;
        _type = bars.TickType;
        _factors = factors;
        _zone = bars.Market.Zone();
        _utc = _zone == TimeZoneInfo.Utc;
    }

    /// <exception cref="RecordedDataException">The archive cannot be opened or does not hold exactly one CSV
    /// file.</exception>
    public static LeanBarReader Open(string path, LeanFile bars, FactorFile? factors)
    {
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(System.IO.File.OpenRead(path), ZipArchiveMode.Read);
            if (archive.Entries.Count != 1)
            {
                throw new InvalidDataException($"expected one file in the archive, found {archive.Entries.Count}");
            }

            return new LeanBarReader(path, bars, archive, new Utf8Lines(archive.Entries[0].Open()), factors);
        }
        catch (InvalidDataException e)
        {
            archive?.Dispose();
            throw new RecordedDataException(new BadRow(path, 0, e.Message), e);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _archive.Dispose();
    }

    protected override Parsed Parse(ReadOnlySpan<byte> line, ref RawRow row)
    {
        if (_type == LeanTickType.FromRows)
        {
            _type = line.Count((byte)',') == 5 ? LeanTickType.Trade : LeanTickType.Quote;
        }

        var fields = new Utf8Fields(line);
        if (!fields.TryNext(out var time) || !TryTime(time, out var start))
        {
            return Bad(ref row, $"expected {(_bars.Day is null ? "yyyyMMdd HH:mm" : "milliseconds since midnight")}");
        }

        if (!TryEnd(start, out row.UtcTicks))
        {
            return Bad(ref row, $"{start:yyyy-MM-dd HH:mm:ss} does not exist in the zone {_zone.Id}");
        }

        row.Symbol = _bars.Symbol;
        row.Venue = _bars.Market.Venue;
        var factor = (_factors?.FactorOn(start.Date) ?? 1) / _bars.Market.PriceScale;
        return _type == LeanTickType.Trade ? Trade(ref fields, factor, ref row) : Quote(ref fields, factor, ref row);
    }

    private static Parsed Trade(ref Utf8Fields fields, decimal factor, ref RawRow row)
    {
        row.Bid = row.Ask = row.BidSize = row.AskSize = null;
        if (!TryClose(ref fields, out var close, out var reason) || !TrySize(ref fields, out var volume, ref reason))
        {
            return Bad(ref row, reason ?? "");
        }

        if (fields.TryNext(out _))
        {
            return Bad(ref row, "more than the 6 fields of a trade bar");
        }

        row.Last = Scaled(close, factor);
        row.Volume = volume;
        return Parsed.Tick;
    }

    private static Parsed Quote(ref Utf8Fields fields, decimal factor, ref RawRow row)
    {
        row.Last = row.Volume = null;
        if (!TryClose(ref fields, out var bid, out var reason) || !TrySize(ref fields, out var bidSize, ref reason)
            || !TryClose(ref fields, out var ask, out reason) || !TrySize(ref fields, out var askSize, ref reason))
        {
            return Bad(ref row, reason ?? "");
        }

        if (fields.TryNext(out _))
        {
            return Bad(ref row, "more than the 11 fields of a quote bar");
        }

        row.Bid = Scaled(bid, factor);
        row.Ask = Scaled(ask, factor);
        row.BidSize = bidSize > 0 ? bidSize : null;
        row.AskSize = askSize > 0 ? askSize : null;
        return Parsed.Tick;
    }

    private static decimal Scaled(decimal price, decimal factor) => factor == 1 ? price : price * factor;

    private static bool TryClose(ref Utf8Fields fields, out decimal close, out string? reason)
    {
        close = 0;
        reason = "expected open, high, low and close above 0";
        if (!TryPrice(ref fields, out var open) || !TryPrice(ref fields, out var high)
            || !TryPrice(ref fields, out var low) || !TryPrice(ref fields, out close))
        {
            return false;
        }

        reason = null;
        if (high >= open && high >= close && low <= open && low <= close)
        {
            return true;
        }

        reason = $"high {high} and low {low} do not enclose open {open} and close {close}";
        return false;
    }

    private static bool TryPrice(ref Utf8Fields fields, out decimal price)
    {
        price = 0;
        return fields.TryNext(out var field) && Utf8Values.TryDecimal(field, out price) && price > 0;
    }

    private static bool TrySize(ref Utf8Fields fields, out decimal size, ref string? reason)
    {
        if (fields.TryNext(out var field) && Utf8Values.TryDecimal(field, out size) && size >= 0)
        {
            return true;
        }

        size = 0;
        reason = "expected a volume or size of 0 or more";
        return false;
    }

    private bool TryTime(ReadOnlySpan<byte> field, out DateTime start)
    {
        start = default;
        if (_bars.Day is { } day)
        {
            if (!Utf8Values.TryInt64(field, out var milliseconds) || milliseconds is < 0 or >= MillisecondsPerDay)
            {
                return false;
            }

            start = day.AddTicks(milliseconds * TimeSpan.TicksPerMillisecond);
            return true;
        }

        if (!Utf8Values.TryCompactDateTime(field, out var ticks))
        {
            return false;
        }

        start = new DateTime(ticks);
        return true;
    }

    /// <summary>
    /// The bar's end in UTC. A local time that occurs twice (the hour after daylight saving ends) is taken as
    /// standard time; one that never occurs is refused.
    /// </summary>
    private bool TryEnd(DateTime start, out long utcTicks)
    {
        if (_utc)
        {
            utcTicks = start.Ticks + _bars.BarLength.Ticks;
            return true;
        }

        var daily = _bars.Resolution == LeanResolution.Daily;
        var local = daily ? start.AddDays(1) : start;
        if (_zone.IsInvalidTime(local))
        {
            utcTicks = 0;
            return false;
        }

        utcTicks = TimeZoneInfo.ConvertTimeToUtc(local, _zone).Ticks + (daily ? 0 : _bars.BarLength.Ticks);
        return true;
    }
}
