using System.Net;
using System.Net.Sockets;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>
/// A line between a node and a server that a test can cut, as when the node's process dies, or hold up, as when the
/// server hangs.
/// </summary>
internal sealed class TcpLink : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket[]> _lines = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Uri _server;
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = Done();

    public TcpLink(Uri server)
    {
        _server = server;
        _listener.Start();
        Uri = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    /// <summary>The server's address by way of this line.</summary>
    public Uri Uri { get; }

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
                var near = await _listener.AcceptSocketAsync(_stopping.Token);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                near.NoDelay = far.NoDelay = true;
                await far.ConnectAsync(_server.Host, _server.Port, _stopping.Token);
                lock (_gate)
                {
                    _lines.Add([near, far]);
                }

                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over, or the server gone: no more lines.
        }
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

        Reset(from);
        Reset(to);
    }
}
