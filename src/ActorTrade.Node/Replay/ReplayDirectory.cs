namespace ActorTrade.Node.Replay;

/// <summary>
/// Where a replay's journal lies: a named folder that was empty, or a temporary one that is deleted afterwards.
/// </summary>
internal sealed class ReplayDirectory : IDisposable
{
    private readonly bool _isTemporary;

    private ReplayDirectory(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    public string Path { get; }

    /// <summary>The folder that stays; null for a temporary one.</summary>
    public string? Kept => _isTemporary ? null : Path;

    /// <exception cref="InvalidOperationException">The named folder holds something.</exception>
    public static ReplayDirectory Open(string? named)
    {
        if (named is null)
        {
            var made = Directory.CreateTempSubdirectory("actortrade-replay-").FullName;
            return new ReplayDirectory(made, isTemporary: true);
        }

        if (Directory.Exists(named) && Directory.EnumerateFileSystemEntries(named).Any())
        {
            throw new InvalidOperationException(
                $"The folder '{named}' is not empty: a replay begins with a new journal.");
        }

        Directory.CreateDirectory(named);
        return new ReplayDirectory(named, isTemporary: false);
    }

    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
