using System.Numerics;
using System.Text;

namespace ActorTrade.Venues.Recorded;

/// <summary>
/// Reads the decoded events of one Uniswap V3 pool (<c>*.pool.tick.csv</c>, the form of demeter-fetch).
/// </summary>
/// <remarks>
/// Rows stand in strictly rising order of (block, log index); one that does not is a bad row. As ticks only swaps
/// count: last = the pool's mid price after the swap, volume = base tokens moved. Mint, Burn and Collect change no
/// price and give no tick; read them with <see cref="Read"/>. Whole numbers may be printed as floats (<c>199045.0</c>).
/// </remarks>
public sealed class UniswapV3EventReader
{
    internal const string Header =
        "block_number,block_timestamp,tx_type,transaction_hash,tx_index,log_index,sender,receipt,amount0,amount1,"
        + "total_liquidity,total_liquidity_delta,sqrtPriceX96,current_tick,tick_lower,tick_upper,liquidity";

    private long _block = -1;
    private int _log = -1;

    internal UniswapV3EventReader()
    {
    }

    /// <summary>All events of a file in file order, with all their fields.</summary>
    /// <exception cref="RecordedDataException">The header is another one, or strict and a row is bad.</exception>
    public static IEnumerable<UniswapV3Row> Read(string path, bool strict = false)
    {
        using var lines = OpenAfterHeader(path);
        var reader = new UniswapV3EventReader();
        while (true)
        {
            if (!lines.TryRead(out var line))
            {
                yield break;
            }

            if (line.IsEmpty)
            {
                continue;
            }

            var parsed = reader.Parse(line, out var reason);
            var bad = parsed is null ? new BadRow(path, lines.LineNumber, reason) : null;
            if (bad is not null && strict)
            {
                throw new RecordedDataException(bad);
            }

            yield return new UniswapV3Row(parsed, bad);
        }
    }

    internal static Utf8Lines OpenAfterHeader(string path)
    {
        var lines = new Utf8Lines(File.OpenRead(path));
        if (lines.TryRead(out var header) && header.SequenceEqual(Encoding.ASCII.GetBytes(Header)))
        {
            return lines;
        }

        lines.Dispose();
        throw new RecordedDataException(new BadRow(path, 1, $"expected the header {Header}"));
    }

    /// <summary>The event of a line, or null and the reason.</summary>
    internal UniswapV3Event? Parse(ReadOnlySpan<byte> line, out string reason)
    {
        var f = new Utf8Fields(line);
        if (!TryPlace(ref f, out var place, out reason) || !TryAmounts(ref f, out var amounts, out reason)
            || !TryPosition(ref f, place.Type, out var position, out reason))
        {
            return null;
        }

        if (f.TryNext(out _))
        {
            reason = "more than 17 fields";
            return null;
        }

        if (place.Block < _block || (place.Block == _block && place.Log <= _log))
        {
            reason = $"out of order: block {place.Block} log {place.Log} after block {_block} log {_log}";
            return null;
        }

        (_block, _log) = (place.Block, place.Log);
        return new UniswapV3Event(
            place.Block, place.At, place.Type, place.Hash, place.Index, place.Log, place.Sender, place.Recipient,
            amounts.Amount0, amounts.Amount1, amounts.Liquidity, amounts.Delta, amounts.SqrtPriceX96, amounts.Tick,
            position.Lower, position.Upper, position.Liquidity);
    }

    private static bool TryPlace(ref Utf8Fields f, out Place place, out string reason)
    {
        place = default;
        reason = "expected block_number";
        if (!f.TryNext(out var field) || !Utf8Values.TryInt64(field, out place.Block) || place.Block < 0)
        {
            return false;
        }

        reason = "expected block_timestamp yyyy-MM-dd HH:mm:ss";
        if (!f.TryNext(out field) || !Utf8Values.TryInstant(field, out var ticks))
        {
            return false;
        }

        place.At = new DateTimeOffset(ticks, TimeSpan.Zero);
        reason = "expected tx_type SWAP, MINT, BURN or COLLECT";
        if (!f.TryNext(out field) || !TryType(field, out place.Type))
        {
            return false;
        }

        reason = "expected transaction_hash, tx_index and log_index";
        if (!f.TryNext(out field) || field.Length != 66 || !field.StartsWith("0x"u8))
        {
            return false;
        }

        place.Hash = Encoding.ASCII.GetString(field);
        if (!f.TryNext(out field) || !Utf8Values.TryFloatPrintedInt32(field, out place.Index)
            || !f.TryNext(out field) || !Utf8Values.TryFloatPrintedInt32(field, out place.Log) || place.Log < 0)
        {
            return false;
        }

        reason = "expected sender and receipt";
        if (!f.TryNext(out var sender) || !f.TryNext(out var recipient))
        {
            return false;
        }

        place.Sender = Encoding.ASCII.GetString(sender);
        place.Recipient = Encoding.ASCII.GetString(recipient);
        return true;
    }

    private static bool TryAmounts(ref Utf8Fields f, out Amounts amounts, out string reason)
    {
        amounts = default;
        reason = "expected whole numbers amount0, amount1, total_liquidity, total_liquidity_delta and sqrtPriceX96";
        if (!TryBig(ref f, out amounts.Amount0) || !TryBig(ref f, out amounts.Amount1)
            || !TryBig(ref f, out amounts.Liquidity) || !TryBig(ref f, out amounts.Delta)
            || !TryBig(ref f, out amounts.SqrtPriceX96)
            || amounts.Liquidity.Sign < 0 || amounts.SqrtPriceX96.Sign <= 0)
        {
            return false;
        }

        reason = "expected a whole current_tick";
        return f.TryNext(out var field) && Utf8Values.TryFloatPrintedInt32(field, out amounts.Tick);
    }

    private static bool TryPosition(ref Utf8Fields f, UniswapV3EventType type, out Position position, out string reason)
    {
        position = default;
        reason = "expected tick_lower, tick_upper and liquidity";
        if (!f.TryNext(out var lower) || !f.TryNext(out var upper) || !f.TryNext(out var liquidity))
        {
            return false;
        }

        if (lower.IsEmpty && upper.IsEmpty && liquidity.IsEmpty)
        {
            reason = "a liquidity event without its position";
            return type == UniswapV3EventType.Swap;
        }

        if (!Utf8Values.TryFloatPrintedInt32(lower, out var low) || !Utf8Values.TryFloatPrintedInt32(upper, out var up)
            || low >= up)
        {
            return false;
        }

        position = new Position { Lower = low, Upper = up };
        if (liquidity.IsEmpty)
        {
            return true;
        }

        var ok = Utf8Values.TryBigInteger(liquidity, out var moved);
        position.Liquidity = moved;
        return ok;
    }

    private static bool TryBig(ref Utf8Fields f, out BigInteger value)
    {
        value = default;
        return f.TryNext(out var field) && Utf8Values.TryBigInteger(field, out value);
    }

    private static bool TryType(ReadOnlySpan<byte> field, out UniswapV3EventType type)
    {
        UniswapV3EventType? known = field switch
        {
            _ when field.SequenceEqual("SWAP"u8) => UniswapV3EventType.Swap,
            _ when field.SequenceEqual("MINT"u8) => UniswapV3EventType.Mint,
            _ when field.SequenceEqual("BURN"u8) => UniswapV3EventType.Burn,
            _ when field.SequenceEqual("COLLECT"u8) => UniswapV3EventType.Collect,
            _ => null,
        };
        type = known.GetValueOrDefault();
        return known is not null;
    }

    private struct Place
    {
        public long Block;
        public DateTimeOffset At;
        public UniswapV3EventType Type;
        public string Hash;
        public int Index;
        public int Log;
        public string Sender;
        public string Recipient;
    }

    private struct Amounts
    {
        public BigInteger Amount0;
        public BigInteger Amount1;
        public BigInteger Liquidity;
        public BigInteger Delta;
        public BigInteger SqrtPriceX96;
        public int Tick;
    }

    private struct Position
    {
        public int? Lower;
        public int? Upper;
        public BigInteger? Liquidity;
    }
}

/// <summary>The swaps of an event file as ticks.</summary>
internal sealed class UniswapV3TickReader(string path, UniswapV3Pool pool)
    : RowReader(path, UniswapV3EventReader.OpenAfterHeader(path), equalTimesAllowed: true)
{
    private readonly UniswapV3EventReader _events = new();
    private readonly string _venue = pool.Venue;
    private readonly ActorTrade.Domain.Markets.Symbol _symbol = pool.Symbol;

    protected override Parsed Parse(ReadOnlySpan<byte> line, ref RawRow row)
    {
        if (_events.Parse(line, out var reason) is not { } found)
        {
            return Bad(ref row, reason);
        }

        if (found.Type != UniswapV3EventType.Swap)
        {
            return Parsed.NoTick;
        }

        row.UtcTicks = found.At.UtcTicks;
        row.Symbol = _symbol;
        row.Venue = _venue;
        row.Bid = row.Ask = row.BidSize = row.AskSize = null;
        row.Last = pool.Price(found.SqrtPriceX96);
        row.Volume = pool.Volume(found.Amount0, found.Amount1);
        return row.Last is null || row.Volume is null ? Bad(ref row, "price or amount beyond 28 digits") : Parsed.Tick;
    }
}
