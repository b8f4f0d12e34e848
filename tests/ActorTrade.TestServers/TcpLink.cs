using System.Net;
using System.Net.Sockets;

namespace ActorTrade.TestServers;

/// <summary>
/// A line between a node and a server that a test can cut, as when the node's process dies, or hold up, as when the
/// server hangs or the network lets nothing through.
/// </summary>
public sealed class TcpLink : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket[]> _lines = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = Done();

    public TcpLink(Uri server) : this(server.Host, server.Port) =>
        Uri = new UriBuilder(server) { Port = Port }.Uri;

    public TcpLink(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        Uri = new UriBuilder("tcp", "127.0.0.1", Port).Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>The server's address by way of this line.</summary>
    public Uri Uri { get; }

    /// <summary>On the loopback address.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lines that have been opened so far.</summary>
    public int Opened
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>Nothing goes through, either way, until <see cref="Flow"/>.</summary>
    public void HoldUp() => _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Flow() => _flowing.TrySetResult();

    /// <summary>Cuts the line of that number, from 0 in the order of opening; both ends see a reset.</summary>
    public void Cut(int line)
    {
        lock (_gate)
        {
            Array.ForEach(_lines[line], Reset);
        }
    }

    public void CutAll()
    {
        lock (_gate)
        {
            _lines.ForEach(line => Array.ForEach(line, Reset));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Flow();
        CutAll();
        await _accepting;
        _stopping.Dispose();
    }

    private static void Reset(Socket socket)
    {
        if (socket.SafeHandle.IsClosed)
        {
            return;
        }

        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await ForwardAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over: no more lines.
        }
    }

    private async Task ForwardAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        near.NoDelay = far.NoDelay = true;
        try
        {
            await far.ConnectAsync(_host, _port, _stopping.Token);
        }
        catch (SocketException)
        {
            // The server is away, and so is the line.
            Reset(far);
            Reset(near);
            return;
        }

        lock (_gate)
        {
            _lines.Add([near, far]);
        }

        _ = PumpAsync(near, far);
        _ = PumpAsync(far, near);
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _flowing.Task;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        // The news of an end goes no faster than all else.
        Reset(from);
        await _flowing.Task;
        Reset(to);
    }
}
