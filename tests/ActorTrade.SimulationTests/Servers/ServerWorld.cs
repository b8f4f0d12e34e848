using System.Globalization;
using System.Text;
using ActorTrade.Cluster.Simulated;
using ActorTrade.Cluster.Transport;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Servers;

/// <summary>A broker, a store and processes on simulated time, and a trace of all that they hear.</summary>
internal sealed class ServerWorld
{
    public static readonly ShardId Shard = new("trade", 0);
    public static readonly ShardId OtherShard = new("trade", 1);

    private readonly SimulatedDispatcher _dispatcher;

    public ServerWorld(
        ulong seed = 1, SimulatedBrokerSettings? broker = null, SimulatedStoreSettings? store = null)
    {
        _dispatcher = new SimulatedDispatcher(seed, SimulatedOrder.Random);
        Broker = new SimulatedBroker(Time, seed, broker);
        Store = new SimulatedStore(Time, seed, e => e.Key == "other" ? OtherShard : Shard, store);
    }

    public SimulatedTime Time { get; } = new();

    public SimulatedBroker Broker { get; }

    public SimulatedStore Store { get; }

    /// <summary>What was heard, with the time in milliseconds.</summary>
    public List<string> Trace { get; } = [];

    public SimulatedProcess Process(string name) => new(name, _dispatcher, Time);

    /// <summary>A process whose client of the broker is connected.</summary>
    public SimulatedBrokerClient Client(SimulatedProcess process)
    {
        var client = Broker.Connect(process);
        client.OnConnection(c => Note($"{process.Name} {(c ? "connected" : "disconnected")}"));
        RunUntil(() => client.IsConnected);
        return client;
    }

    /// <summary>A process's journal that holds the shard.</summary>
    public SimulatedStoreJournal Journal(SimulatedProcess process, params ShardId[] shards)
    {
        var journal = Store.Connect(process);
        foreach (var shard in shards)
        {
            Assert.Null(TakeOver(journal, shard).Failure);
        }

        return journal;
    }

    public ShardTakeOver TakeOver(SimulatedStoreJournal journal, ShardId shard)
    {
        ShardTakeOver? result = null;
        journal.TakeOver(shard, taken => result = taken);
        RunUntil(() => result is not null);
        return result!;
    }

    public EntityStream Recover(SimulatedStoreJournal journal, string key)
    {
        var sink = new RecoveredEntity();
        journal.Recover(new EntityId("account", key), sink);
        RunUntil(() => sink.Stream is not null || sink.Failure is not null);
        return sink.Stream ?? throw sink.Failure!;
    }

    public void Note(string what) => Trace.Add(
        string.Create(CultureInfo.InvariantCulture, $"{Time.GetTimestamp() / TimeSpan.TicksPerMillisecond} {what}"));

    public void Run(TimeSpan time)
    {
        var until = Time.GetUtcNow() + time;
        do
        {
            _dispatcher.RunUntilIdle();
        }
        while (Time.NextTimerDue <= until && Time.AdvanceToNextTimer());

        Time.AdvanceTo(until);
        _dispatcher.RunUntilIdle();
    }

    public void RunUntil(Func<bool> isDone)
    {
        var until = Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        while (!isDone())
        {
            Assert.True(Time.GetUtcNow() < until, $"Not within a minute:\n{string.Join('\n', Trace)}");
            if (!_dispatcher.RunOne())
            {
                Assert.True(Time.AdvanceToNextTimer(), "Nothing is left that could happen.");
            }
        }
    }

    public static BrokerMessage Message(string text, TimeSpan? expiresAfter = null) =>
        new("test.v1", Encoding.UTF8.GetBytes(text), expiresAfter);

    private sealed class RecoveredEntity : IRecoverySink
    {
        public EntityStream? Stream { get; private set; }

        public Exception? Failure { get; private set; }

        public bool Restore(StoredSnapshot snapshot) => false;

        public void Apply(in StoredEvent stored)
        {
        }

        public void Recovered(EntityStream stream, long lastSequenceNr) => Stream = stream;

        public void Failed(Exception reason) => Failure = reason;
    }
}

/// <summary>Notes what a registration hears, and acknowledges where told to.</summary>
internal sealed class ProbeConsumer(ServerWorld world, string name, bool acknowledges = false) : IShardConsumer
{
    public List<(string Text, int Deliveries)> Heard { get; } = [];

    public List<ulong> Tags { get; } = [];

    public bool IsClosed { get; private set; }

    public string? Why { get; private set; }

    public IEnumerable<string> Texts => Heard.Select(h => h.Text);

    public void Delivered(IShardChannel channel, in ShardDelivery delivery)
    {
        Assert.False(IsClosed, "Delivered after the last call.");
        var text = Encoding.UTF8.GetString(delivery.Message.Body.Span);
        Heard.Add((text, delivery.Deliveries));
        Tags.Add(delivery.Tag);
        world.Note($"{name} got {text} ({delivery.Deliveries})");
        if (acknowledges)
        {
            channel.Acknowledge(delivery.Tag);
        }
    }

    public void Closed(IShardChannel channel, string? why)
    {
        Assert.False(IsClosed, "Closed twice.");
        (IsClosed, Why) = (true, why);
        world.Note($"{name} closed: {why ?? "by itself"}");
    }
}

/// <summary>An append and its outcome.</summary>
internal sealed class ProbeAppend : AppendRequest
{
    public AppendOutcome? Outcome { get; private set; }

    public static ProbeAppend To(
        SimulatedStoreJournal journal, EntityStream stream, long sequenceNr, DateTimeOffset? wakeAt = null)
    {
        var append = new ProbeAppend
        {
            Stream = stream,
            FirstSequenceNr = sequenceNr,
            At = DateTimeOffset.UnixEpoch,
            WakeAt = wakeAt,
            Events = [new NewEvent("probe.noted.v1", [1])],
        };
        journal.Append(append);
        return append;
    }

    public override void Completed(AppendOutcome outcome)
    {
        Assert.Null(Outcome);
        Outcome = outcome;
    }
}
