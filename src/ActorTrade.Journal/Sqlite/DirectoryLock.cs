using System.Diagnostics;
using System.Globalization;

namespace ActorTrade.Journal.Sqlite;

/// <summary>
/// Holds a data directory for this process until disposed or dead: an exclusive lock on <c>journal.lock</c>. Who holds
/// it stands in <c>journal.holder</c>, a second file, since a locked file cannot be read everywhere.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string LockName = "journal.lock";
    private const string HolderName = "journal.holder";
    private const string FullMark = "synchronous=full";

    private readonly string _directory;
    private readonly FileStream _file;

    private DirectoryLock(string directory, FileStream file)
    {
        _directory = directory;
        _file = file;
        var before = ReadHolder(directory);
        WasFull = before.Length > 1 && before[1] == FullMark;
        Announce(WasFull);
    }

    /// <summary>Whether the last holder waited for the disk at each commit.</summary>
    public bool WasFull { get; }

    /// <exception cref="JournalHeldException">Another open journal, mostly of another process, holds it.</exception>
    public static DirectoryLock Take(string directory)
    {
        Directory.CreateDirectory(directory);
        FileStream file;
        try
        {
            file = new FileStream(
                Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            var holder = ReadHolder(directory);
            throw new JournalHeldException(directory, holder.Length > 0 ? holder[0] : "another process");
        }

        return new DirectoryLock(directory, file);
    }

    /// <summary>Writes down who holds the directory and how it commits.</summary>
    public void Announce(bool isFull)
    {
        using var process = Process.GetCurrentProcess();
        var since = process.StartTime.ToUniversalTime().ToString(
            "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var who = string.Create(
            CultureInfo.InvariantCulture, $"process {process.Id} ({process.ProcessName}), running since {since}");
        var temporary = Path.Combine(_directory, HolderName + ".new");
        File.WriteAllLines(temporary, [who, isFull ? FullMark : "synchronous=normal"]);
        File.Move(temporary, Path.Combine(_directory, HolderName), overwrite: true);
    }

    public void Dispose() => _file.Dispose();

    private static string[] ReadHolder(string directory)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(directory, HolderName));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
