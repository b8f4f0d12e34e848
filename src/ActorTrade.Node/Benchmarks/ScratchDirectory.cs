namespace ActorTrade.Node.Benchmarks;

/// <summary>A new empty directory beside other temporary files, gone at the end.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory() => Path = Directory.CreateTempSubdirectory("actortrade-").FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
