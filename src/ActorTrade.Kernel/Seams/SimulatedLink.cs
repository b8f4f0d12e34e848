namespace ActorTrade.Kernel;

/// <summary>
/// The network between one process and one server. Each connection over it is a pair of pipes, in each of which
/// things arrive in the order they were sent. Cut, a direction delivers nothing; what was sent waits, as TCP sends
/// again, and arrives once healed, however late, unless whoever is at the end has given the connection up.
/// </summary>
/// <param name="time">The true time.</param>
/// <param name="latency">Asked once a message; draw it from a seed.</param>
public sealed class SimulatedLink(SimulatedTime time, Func<TimeSpan> latency)
{
    private readonly List<SimulatedPipe> blocked = [];

    /// <summary>True while nothing reaches the server.</summary>
    public bool IsCutToServer { get; private set; }

    /// <summary>True while nothing from the server arrives.</summary>
    public bool IsCutFromServer { get; private set; }

    /// <summary>Cuts one direction or both; a direction that is cut already stays so.</summary>
    public void Cut(bool toServer = true, bool fromServer = true)
    {
        IsCutToServer |= toServer;
        IsCutFromServer |= fromServer;
    }

    /// <summary>Ends every cut. What waited arrives after a latency drawn anew for each connection.</summary>
    public void Heal()
    {
        (IsCutToServer, IsCutFromServer) = (false, false);
        var waiting = blocked.ToArray();
        blocked.Clear();
        foreach (var pipe in waiting)
        {
            pipe.Retry(latency());
        }
    }

    /// <summary>The process's half of a new connection.</summary>
    public SimulatedPipe OpenToServer() => new(this, toServer: true);

    /// <summary>The server's half of a new connection.</summary>
    public SimulatedPipe OpenFromServer() => new(this, toServer: false);

    internal bool IsCut(bool toServer) => toServer ? IsCutToServer : IsCutFromServer;

    internal ITimer CreateTimer(TimerCallback callback) =>
        time.CreateTimer(callback, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    internal DateTimeOffset Now() => time.GetUtcNow();

    internal TimeSpan NextLatency() => latency();

    internal void Block(SimulatedPipe pipe)
    {
        if (!blocked.Contains(pipe))
        {
            blocked.Add(pipe);
        }
    }
}

/// <summary>One direction of one connection: first in, first out.</summary>
public sealed class SimulatedPipe
{
    private readonly SimulatedLink link;
    private readonly bool toServer;
    private readonly Queue<(DateTimeOffset DueAt, Action Arrive)> onTheWay = new();
    private readonly ITimer timer;
    private DateTimeOffset lastDueAt;

    internal SimulatedPipe(SimulatedLink link, bool toServer)
    {
        this.link = link;
        this.toServer = toServer;
        timer = link.CreateTimer(_ => Deliver());
    }

    /// <summary>Runs the action at the other end, after the latency and after all that was sent before.</summary>
    public void Send(Action arrive)
    {
        var dueAt = link.Now() + link.NextLatency();
        lastDueAt = dueAt > lastDueAt ? dueAt : lastDueAt;
        onTheWay.Enqueue((lastDueAt, arrive));
        if (onTheWay.Count == 1)
        {
            Arm();
        }
    }

    internal void Retry(TimeSpan after) => timer.Change(after, Timeout.InfiniteTimeSpan);

    private void Arm()
    {
        var wait = onTheWay.Peek().DueAt - link.Now();
        Retry(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    private void Deliver()
    {
        while (onTheWay.TryPeek(out var first) && first.DueAt <= link.Now())
        {
            if (link.IsCut(toServer))
            {
                link.Block(this);
                return;
            }

            onTheWay.Dequeue();
            first.Arrive();
        }

        if (onTheWay.Count > 0)
        {
            Arm();
        }
    }
}
