using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// CRC-32C over every column of a row, its own key too, so that a row that was changed, cut or moved to another place
/// is found out. It guards against damage, not against an adversary.
/// </summary>
internal static class RecordChecksum
{
    public static uint OfEvent(
        long ordering, long entity, long sequenceNr, long previous, long at, long wakeAt, long name,
        ReadOnlySpan<byte> payload)
    {
        var crc = Add(Add(Add(Add(0xFFFF_FFFF, ordering), entity), sequenceNr), previous);
        return OfBytes(Add(Add(Add(crc, at), wakeAt), name), payload);
    }

    public static uint OfSnapshot(long entity, long sequenceNr, long name, ReadOnlySpan<byte> payload) =>
        OfBytes(Add(Add(Add(0xFFFF_FFFE, entity), sequenceNr), name), payload);

    public static uint OfHead(long entity, long ordering, long sequenceNr, long wakeAt) =>
        Add(Add(Add(Add(0xFFFF_FFFD, entity), ordering), sequenceNr), wakeAt);

    public static uint OfText(long number, string text) =>
        OfBytes(Add(0xFFFF_FFFC, number), Encoding.UTF8.GetBytes(text));

    private static uint Add(uint crc, long value) => BitOperations.Crc32C(crc, unchecked((ulong)value));

    private static uint OfBytes(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = Add(crc, bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * 8)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
