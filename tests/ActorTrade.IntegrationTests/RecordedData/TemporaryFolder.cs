using System.IO.Compression;

namespace ActorTrade.IntegrationTests.RecordedData;

/// <summary>A folder of its own for one test, with the recorded files the test describes.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("actortrade-recorded-").FullName;

    public string Write(string name, string content)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public string Zip(string name, params string[] rows)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var writer = new StreamWriter(archive.CreateEntry("bars.csv").Open());
        writer.Write(string.Join("\n", rows));
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
