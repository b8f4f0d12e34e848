using System.Text.Json;
using System.Threading.Channels;
using ActorTrade.Cluster.Events;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Operators;

/// <summary>One acting command, before it is done and after.</summary>
/// <param name="Stage">begun or ended: a line that began and never ended was cut off.</param>
/// <param name="Result">ok, or the code of the error.</param>
public sealed record AuditEntry(
    Guid Id,
    DateTimeOffset At,
    string Stage,
    string Operator,
    string Origin,
    string Command,
    IReadOnlyDictionary<string, string> Values,
    string? Result,
    string? Message);

/// <summary>
/// Keeps who did what: a line in a file, flushed to the disk before the command is done, and an event for everyone who
/// follows the cluster. Values longer than <see cref="ValueMax"/> are cut.
/// </summary>
public sealed class AuditTrail : IDisposable
{
    private const int ValueMax = 500;
    private const int TextMax = 1_000;
    private const int WaitingMax = 1_000;
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly List<Channel<ClusterEvent>> _followers = [];
    private FileStream? _file;

    /// <param name="path">Appended to; made where there is none, readable by its owner only.</param>
    public AuditTrail(string path) => _path = Path.GetFullPath(path);

    /// <summary>Tells every process of the cluster, this one's followers too; null where there is no cluster.</summary>
    public Action<string>? TellCluster { get; init; }

    /// <summary>Writes the entry.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var cut = entry with
        {
            Values = entry.Values.ToDictionary(
                v => v.Key, v => v.Value.Length <= ValueMax ? v.Value : v.Value[..ValueMax]),
        };
        var line = JsonSerializer.SerializeToUtf8Bytes(cut, OperatorProtocol.Json);
        lock (_gate)
        {
            _file ??= Open();
            _file.Write([.. line, (byte)'\n']);
            _file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Tells everyone who follows: through the cluster where there is one, whose followers here hear it from
    /// there, and else those of this process.</summary>
    public void Tell(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var why = entry.Values.TryGetValue("reason", out var reason) ? $" ({reason})" : "";
        var text = $"{entry.Operator}: {entry.Command}{why} – {entry.Message ?? entry.Result}";
        text = text.Length <= TextMax ? text : text[..TextMax] + "…";
        if (TellCluster is { } tell)
        {
            tell(text);
            return;
        }

        var happened = new ClusterEvent(entry.At, ClusterEventKind.OperatorActed, "operator", null, text);
        lock (_gate)
        {
            foreach (var follower in _followers)
            {
                follower.Writer.TryWrite(happened);
            }
        }
    }

    /// <summary>What is told from now on; the oldest give way where nobody reads.</summary>
    public IDisposable Follow(out ChannelReader<ClusterEvent> events)
    {
        var channel = Channel.CreateBounded<ClusterEvent>(
            new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _followers.Add(channel);
        }

        events = channel.Reader;
        return new Following(this, channel);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(_path, options);
    }

    private sealed class Following(AuditTrail trail, Channel<ClusterEvent> channel) : IDisposable
    {
        public void Dispose()
        {
            lock (trail._gate)
            {
                trail._followers.Remove(channel);
            }
        }
    }
}
