using System.Buffers.Binary;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// Tells a torn end of SQLite's write-ahead log from damage inside it. SQLite takes the log up to
/// the first frame whose running checksum is wrong and drops the rest in silence; if whole commits
/// follow that frame, they had been acknowledged.
/// </summary>
/// <remarks>
/// Form of the file: https://sqlite.org/fileformat2.html#walformat. Each frame carries the salts of the log's
/// present round, so frames left over from earlier rounds are told apart. With full synchronisation every commit
/// but the newest was on the disk before the next began; so after a wrong frame there may be, of this round, the
/// rest of one commit and nothing behind it.
/// </remarks>
internal static class WriteAheadLog
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;

    /// <exception cref="JournalDamagedException">Commits that were durable cannot be read.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20);
        var header = new byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return;
        }

        // The lowest bit of the magic number says in which byte order the checksums were computed.
        var isBigEndian = (BinaryPrimitives.ReadUInt32BigEndian(header) & 1) == 1;
        var sum = Sum((0, 0), header.AsSpan(0, 24), isBigEndian);
        var pageSize = (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        var isHeaderWhole = sum == Stored(header.AsSpan(24));
        if (isHeaderWhole)
        {
            CheckFrames(file, header, pageSize, sum, isBigEndian);
        }
        else if (file.Length > HeaderSize)
        {
            throw new JournalDamagedException(0, "the header of its write-ahead log does not match its checksum");
        }
    }

    private static void CheckFrames(
        FileStream file, byte[] header, int pageSize, (uint, uint) sum, bool isBigEndian)
    {
        var frame = new byte[FrameHeaderSize + pageSize];
        var isWhole = true;
        var isCommitDropped = false;
        for (
            long number = 1; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            var isOfThisRound = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (isWhole)
            {
                sum = Sum(Sum(sum, frame.AsSpan(0, 8), isBigEndian), frame.AsSpan(FrameHeaderSize), isBigEndian);
                isWhole = isOfThisRound && sum == Stored(frame.AsSpan(16));
            }

            if (isWhole || !isOfThisRound)
            {
                continue;
            }

            if (isCommitDropped)
            {
                throw new JournalDamagedException(
                    0, $"frame {number} of its write-ahead log follows commits that cannot be read");
            }

            // A frame that ends a commit names the size of the database.
            isCommitDropped = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0;
        }
    }

    private static (uint, uint) Stored(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint, uint) Sum((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        unchecked
        {
            var (first, second) = sum;
            for (var i = 0; i < bytes.Length; i += 8)
            {
                first += Word(bytes[i..], isBigEndian) + second;
                second += Word(bytes[(i + 4)..], isBigEndian) + first;
            }

            return (first, second);
        }
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
