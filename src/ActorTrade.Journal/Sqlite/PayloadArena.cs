namespace ActorTrade.Journal.Sqlite;

/// <summary>Copies payloads out of SQLite's pages into shared blocks, so that reading
/// allocates once for many events.</summary>
internal sealed class PayloadArena
{
    // Below the size from which the runtime keeps arrays in the heap of large objects.
    private const int BlockSize = 64 * 1024;

    private byte[] _block = [];
    private int _used;

    /// <summary>The copy is never written again; it lives as long as somebody refers to its block.</summary>
    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > BlockSize / 4)
        {
            return payload.ToArray();
        }

        if (_block.Length - _used < payload.Length)
        {
            _block = GC.AllocateUninitializedArray<byte>(BlockSize);
            _used = 0;
        }

        payload.CopyTo(_block.AsSpan(_used));
        var copy = _block.AsMemory(_used, payload.Length);
        _used += payload.Length;
        return copy;
    }
}
