using ActorTrade.Journal;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.IntegrationTests.Journal;

/// <summary>One node that holds every shard, on simulated time that a thread moves as fast as it can.</summary>
public sealed class SimulatedStoreContractTests : JournalContract
{
    private static readonly ShardMap Shards = new(4);
    private readonly SimulatedDispatcher _dispatcher = new();
    private readonly SimulatedTime _time = new();
    private readonly SimulatedStore _store;
    private readonly Thread _pump;
    private volatile bool _isStopping;
    private int _nodes;

    public SimulatedStoreContractTests()
    {
        _store = new SimulatedStore(_time, seed: 1, entity => new ShardId("trade", Shards.ShardOf(entity)));
        _pump = new Thread(Pump) { IsBackground = true };
        _pump.Start();
    }

    protected override async Task<IJournal> OpenAsync()
    {
        var journal = _store.Connect(new SimulatedProcess($"node-{++_nodes}", _dispatcher, _time));
        for (var i = 0; i < Shards.ShardCount; i++)
        {
            var taken = new TaskCompletionSource<ShardTakeOver>(TaskCreationOptions.RunContinuationsAsynchronously);
            journal.TakeOver(new ShardId("trade", i), taken.SetResult);
            Assert.Null((await taken.Task).Failure);
        }

        return journal;
    }

    protected override Task CleanAsync()
    {
        _isStopping = true;
        _pump.Join();
        return Task.CompletedTask;
    }

    private void Pump()
    {
        while (!_isStopping)
        {
            if (_dispatcher.RunUntilIdle() == 0 && !_time.AdvanceToNextTimer())
            {
                Thread.Yield();
            }
        }
    }
}
