using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

/// <summary>
/// The values of one row before they become a <see cref="Tick"/>, so that a merge allocates each tick once.
/// </summary>
internal struct RawRow
{
    public long UtcTicks;
    public long Line;
    public Symbol Symbol;
    public string Venue;
    public decimal? Bid;
    public decimal? Ask;
    public decimal? BidSize;
    public decimal? AskSize;
    public decimal? Last;
    public decimal? Volume;
    public string? BadReason;

    public readonly Tick ToTick(long sequence) =>
        new(Symbol, Venue, At, Bid, Ask, BidSize, AskSize, Last, Volume, sequence);

    private readonly DateTimeOffset At => new(UtcTicks, TimeSpan.Zero);
}

/// <summary>Reads one recorded file row by row, in file order.</summary>
/// <remarks>
/// A row that is not later than the one before it (or, where the format allows rows of one instant, earlier) is a bad
/// row; its time then counts for nothing. A damaged archive gives one bad row and ends the file. A blank line is no
/// row.
/// </remarks>
internal abstract class RowReader(string file, Utf8Lines lines, bool equalTimesAllowed) : IDisposable
{
    private bool _ended;

    protected enum Parsed
    {
        Tick,

        /// <summary>A good row without a price, such as a liquidity event of a pool.</summary>
        NoTick,
        Bad,
    }

    public string File { get; } = file;

    /// <summary>The time of the last good tick, UTC ticks; 0 before the first.</summary>
    public long LastUtcTicks { get; private set; }

    protected Utf8Lines Lines { get; } = lines;

    /// <summary>Reads the next tick or bad row into <paramref name="row"/>; false at the end of the file.</summary>
    public bool TryRead(ref RawRow row)
    {
        while (!_ended)
        {
            row.BadReason = null;
            var parsed = TryParseNext(ref row);
            row.Line = Lines.LineNumber;
            if (_ended && parsed == Parsed.NoTick)
            {
                return false;
            }

            if (parsed == Parsed.Tick)
            {
                CheckOrder(ref row);
            }

            if (parsed != Parsed.NoTick)
            {
                return true;
            }
        }

        return false;
    }

    public virtual void Dispose()
    {
        Lines.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Parses a line; sets <see cref="RawRow.BadReason"/> when it answers <see cref="Parsed.Bad"/>.</summary>
    protected abstract Parsed Parse(ReadOnlySpan<byte> line, ref RawRow row);

    protected static Parsed Bad(ref RawRow row, string reason)
    {
        row.BadReason = reason;
        return Parsed.Bad;
    }

    private Parsed TryParseNext(ref RawRow row)
    {
        try
        {
            if (!Lines.TryRead(out var line))
            {
                _ended = true;
                return Parsed.NoTick;
            }

            return line.IsEmpty ? Parsed.NoTick : Parse(line, ref row);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            _ended = true;
            return Bad(ref row, $"the rest of the file cannot be read: {e.Message}");
        }
    }

    private void CheckOrder(ref RawRow row)
    {
        if (row.UtcTicks > LastUtcTicks || (equalTimesAllowed && row.UtcTicks == LastUtcTicks))
        {
            LastUtcTicks = row.UtcTicks;
            return;
        }

        var (at, last) = (new DateTime(row.UtcTicks), new DateTime(LastUtcTicks));
        row.BadReason = row.UtcTicks == LastUtcTicks
            ? $"a second row for {at:yyyy-MM-ddTHH:mm:ss.fff}Z"
            : $"out of order: {at:yyyy-MM-ddTHH:mm:ss.fff}Z after {last:yyyy-MM-ddTHH:mm:ss.fff}Z";
    }
}
