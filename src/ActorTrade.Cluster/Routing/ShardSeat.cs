using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.Cluster.Routing;

/// <summary>What a node has to do with a shard.</summary>
public enum SeatPhase
{
    /// <summary>Nothing.</summary>
    Out = 0,

    /// <summary>In the line of its queue.</summary>
    Standby = 1,

    /// <summary>A message came, so it is this node's turn; the epoch is being taken.</summary>
    Taking = 2,

    Serving = 3,

    /// <summary>Takes nothing new; finishes what is on its way.</summary>
    Draining = 4,
}

/// <summary>
/// One node's side of one shard: stands in the line of its queue, takes the epoch when the first message comes, serves,
/// and hands it on by draining and closing the channel.
/// </summary>
/// <remarks>
/// The broker's word that this node is the active consumer is a hint only; the epoch in the journal decides. Invariants
/// (ShardSeatTests): entities are served only under an epoch taken on the present channel; the channel is closed only
/// after what was decided is durable, unless the shard is dropped; a message is acknowledged only when its requests
/// have final answers.
/// </remarks>
internal sealed class ShardSeat(ShardId shard, SeatServices services) : Actor<ShardSeat.Message>, IShardConsumer
{
    private static readonly TimeSpan JoinAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly Queue<ShardDelivery> _buffer = new();
    private IShardChannel? _channel;
    private ShardTenure _tenure = new();
    private SeatPhase _phase;
    private bool _wantsIn;
    private int _attempts;
    private long _since;
    private Action? _done;

    private SeatPhase Phase
    {
        get => _phase;
        set
        {
            _phase = value;
            services.Board.Set(shard, value);
        }
    }

    void IShardConsumer.Delivered(IShardChannel channel, in ShardDelivery delivery) =>
        Context.Self.TellReserved(new Message.Delivered(channel, delivery));

    void IShardConsumer.Closed(IShardChannel channel, string? why) =>
        Context.Self.TellReserved(new Message.Closed(channel, why));

    // Nothing that is half done survives a restart: the shard is given up, and asked for again.
    protected override void PreRestart(Exception cause)
    {
        _wantsIn = false;
        Drop(ClusterEventKind.ShardDropped, $"The seat failed: {cause.Message}");
    }

    protected override void PostRestart(Exception cause) =>
        Context.ScheduleOnce("join", JoinAgainAfter, new Message.Join());

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Message.Delivered delivered when delivered.Channel == _channel:
                OnDelivered(delivered.Delivery);
                break;
            case Message.Taken taken:
                OnTaken(taken);
                break;
            case Message.TakeAgain again when again.Channel == _channel && Phase == SeatPhase.Taking:
                Take();
                break;
            case Message.Join:
                _wantsIn = true;
                Register();
                break;
            case Message.JoinAgain:
                Register();
                break;
            case Message.Renew when Phase == SeatPhase.Standby:
                CloseChannel();
                Register();
                break;
            case Message.HandOver handOver:
                OnHandOver(handOver);
                break;
            case Message.Drop drop:
                _wantsIn &= drop.ComesBack;
                Drop(drop.Kind, drop.Why);
                break;
            case Message.Closed closed when closed.Channel == _channel:
                OnClosed(closed.Why);
                break;
            case Message.Drained drained when drained.Tenure == _tenure && Phase == SeatPhase.Draining:
                OnDrained();
                break;
            case Message.DrainOverdue overdue when overdue.Tenure == _tenure && Phase == SeatPhase.Draining:
                Drop(ClusterEventKind.ShardDropped, "Draining took too long; what was not finished goes on elsewhere.");
                break;
        }
    }

    private void Register()
    {
        if (Phase == SeatPhase.Out && _wantsIn && services.Links.Broker.IsConnected)
        {
            Phase = SeatPhase.Standby;
            _channel = services.Links.Broker.Register(shard, this);
        }
    }

    private void OnDelivered(in ShardDelivery delivery)
    {
        switch (Phase)
        {
            case SeatPhase.Standby:
                _buffer.Enqueue(delivery);
                _since = Context.Time.GetTimestamp();
                _attempts = 0;
                Phase = SeatPhase.Taking;
                Take();
                break;
            case SeatPhase.Taking:
                _buffer.Enqueue(delivery);
                break;
            case SeatPhase.Serving:
                Serve(delivery);
                break;
        }
    }

    private void Take()
    {
        var (self, channel) = (Context.Self, _channel!);
        services.Fences.TakeOver(shard, result => self.TellReserved(new Message.Taken(channel, result)));
    }

    private void OnTaken(Message.Taken taken)
    {
        if (taken.Channel != _channel || Phase != SeatPhase.Taking)
        {
            // Too late: the channel is gone, and with it the right to serve.
            if (taken.Result.Failure is null && Phase is SeatPhase.Out or SeatPhase.Standby)
            {
                services.Fences.Release(shard);
            }

            return;
        }

        if (taken.Result.Failure is { } failure)
        {
            services.Report(ClusterEventKind.TakeOverFailed, shard, failure.Message, null);
            var wait = TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(_attempts++, 5), 2000));
            Context.ScheduleOnce("take-again", wait, new Message.TakeAgain(taken.Channel));
            return;
        }

        _tenure = new ShardTenure();
        services.Local.Open(shard, taken.Result.WakeUps);
        Phase = SeatPhase.Serving;
        services.Report(
            ClusterEventKind.ShardTaken, shard, $"epoch {taken.Result.Epoch}", Context.Time.GetElapsedTime(_since));
        while (_buffer.TryDequeue(out var delivery))
        {
            Serve(delivery);
        }
    }

    private void Serve(in ShardDelivery delivery)
    {
        if (delivery.Message.Kind != ShardRoute.Kind)
        {
            // A message that says no more than that this node is the active one, or one of a newer version.
            _channel!.Acknowledge(delivery.Tag);
            return;
        }

        services.Inbox.Take(_channel!, delivery, _tenure);
    }

    private void OnHandOver(Message.HandOver handOver)
    {
        _wantsIn = handOver.ComesBack;
        _done += handOver.Done;
        switch (Phase)
        {
            case SeatPhase.Serving:
                BeginDrain();
                break;
            case SeatPhase.Standby or SeatPhase.Taking:
                CloseChannel();
                Leave();
                break;
            case SeatPhase.Out:
                Leave();
                break;
        }
    }

    private void BeginDrain()
    {
        if (!services.DrainsBeforeMoving)
        {
            CloseChannel();
            Context.ScheduleOnce(
                "drain", services.DrainMax, new Message.Drop(true, ClusterEventKind.ShardDropped, "Not drained."));
            return;
        }

        Phase = SeatPhase.Draining;
        _since = Context.Time.GetTimestamp();
        _tenure.End();
        var (self, tenure) = (Context.Self, _tenure);
        Context.ScheduleOnce("drain", services.DrainMax, new Message.DrainOverdue(tenure));
        services.Local.Drain(shard, () => self.TellReserved(new Message.Drained(tenure)));
    }

    private void OnDrained()
    {
        Context.CancelTimer("drain");
        services.Fences.Release(shard);
        services.Local.Drop(shard);
        CloseChannel();
        services.Report(ClusterEventKind.ShardReleased, shard, "handed on", Context.Time.GetElapsedTime(_since));
        Leave();
    }

    // The broker or the connection ended the registration: another node may own the shard from now on.
    private void OnClosed(string? why)
    {
        _channel = null;
        _buffer.Clear();
        if (Phase == SeatPhase.Serving)
        {
            BeginDrain();
        }
        else if (Phase is SeatPhase.Standby or SeatPhase.Taking)
        {
            // Not at once: a broker that closes every registration would be asked without end.
            Phase = SeatPhase.Out;
            Context.ScheduleOnce("join", JoinAgainAfter, new Message.JoinAgain());
        }
    }

    private void Drop(string kind, string why)
    {
        if (Phase is SeatPhase.Serving or SeatPhase.Draining)
        {
            Context.CancelTimer("drain");
            _tenure.End();
            services.Fences.Release(shard);
            services.Local.Drop(shard);
            services.Report(kind, shard, why, null);
        }

        CloseChannel();
        Leave();
    }

    private void CloseChannel()
    {
        _buffer.Clear();
        var channel = _channel;
        _channel = null;
        channel?.Close();
        if (Phase is SeatPhase.Standby or SeatPhase.Taking)
        {
            Phase = SeatPhase.Out;
        }
    }

    private void Leave()
    {
        Phase = SeatPhase.Out;
        Interlocked.Exchange(ref _done, null)?.Invoke();
        Register();
    }

    internal abstract record Message
    {
        private Message()
        {
        }

        /// <summary>Stand in the line.</summary>
        internal sealed record Join : Message;

        /// <summary>Stand in the line, if that is still wanted.</summary>
        internal sealed record JoinAgain : Message;

        /// <summary>Go to the end of the line, if standing in it.</summary>
        internal sealed record Renew : Message;

        /// <summary>Drain what is served and leave the line; then, if wanted, stand at its end.</summary>
        internal sealed record HandOver(bool ComesBack, Action? Done) : Message;

        /// <summary>Serve nothing from this moment.</summary>
        /// <param name="ComesBack">Stand at the end of the line again, unless the seat was to stay out already.</param>
        internal sealed record Drop(bool ComesBack, string Kind, string Why) : Message;

        internal sealed record Delivered(IShardChannel Channel, ShardDelivery Delivery) : Message;

        internal sealed record Closed(IShardChannel Channel, string? Why) : Message;

        internal sealed record Taken(IShardChannel Channel, ShardTakeOver Result) : Message;

        internal sealed record TakeAgain(IShardChannel Channel) : Message;

        internal sealed record Drained(ShardTenure Tenure) : Message;

        internal sealed record DrainOverdue(ShardTenure Tenure) : Message;
    }
}

/// <summary>What all seats of a node share.</summary>
internal sealed record SeatServices(
    ClusterLinks Links,
    LocalShards Local,
    IShardFences Fences,
    SeatBoard Board,
    RequestInbox Inbox,
    TimeSpan DrainMax,
    bool DrainsBeforeMoving,
    Action<string, ShardId, string, TimeSpan?> Report);
