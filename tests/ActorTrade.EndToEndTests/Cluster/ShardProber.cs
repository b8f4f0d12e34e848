using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>
/// Asks one entity of every shard again and again, and knows when each shard last answered. What is asked at the
/// moment of a fault waits in the shard's queue, so the answer to it says to the millisecond when the shard was served
/// again.
/// </summary>
internal sealed class ShardProber : IAsyncDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private const int Slices = 4;

    private readonly ConcurrentDictionary<ShardId, Probe> _probes = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IEntities _entities;
    private readonly Task _running;

    private ShardProber(ClusterObserver observer)
    {
        _entities = observer.Entities;
        var wanted = observer.Shards.ToHashSet();
        for (var i = 0; _probes.Count < wanted.Count; i++)
        {
            var entity = Account.IdOf(AccountId.Parse($"probe-{i}"));
            _probes.TryAdd(observer.ShardOf(entity), new Probe(entity));
        }

        _running = RunAsync();
    }

    /// <summary>Starts, and waits until every shard has answered.</summary>
    public static async Task<ShardProber> StartAsync(ClusterObserver observer)
    {
        var prober = new ShardProber(observer);
        foreach (var probe in prober._probes.Values)
        {
            await probe.Answered.WaitAsync(TimeSpan.FromSeconds(30));
        }

        prober.ForgetPauses();
        return prober;
    }

    /// <summary>From now on, pauses count anew.</summary>
    public void ForgetPauses()
    {
        foreach (var probe in _probes.Values)
        {
            probe.Forget();
        }
    }

    /// <summary>The longest time that a shard gave no answer since <see cref="ForgetPauses"/>; up to the interval of
    /// asking, 0.1 s, too long.</summary>
    public TimeSpan PauseOf(ShardId shard) => _probes[shard].Pause;

    /// <summary>Marks a fault at this moment.</summary>
    /// <returns>Waits until each of some shards has answered what was asked after it, and says how long
    /// after.</returns>
    public Func<IReadOnlyCollection<ShardId>, TimeSpan, Task<IReadOnlyList<TimeSpan>>> Fault()
    {
        var at = Stopwatch.GetTimestamp();
        foreach (var probe in _probes.Values)
        {
            probe.Mark(at);
            probe.Ask(_entities);
        }

        return async (shards, within) =>
        {
            var answers = shards.Select(s => _probes[s].AfterMark).ToList();
            var all = Task.WhenAll(answers);
            var left = within - Stopwatch.GetElapsedTime(at);
            await Task.WhenAny(all, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero));
            var missing = shards.Zip(answers).Where(p => !p.Second.IsCompleted).Select(p => p.First).ToList();
            Assert.True(missing.Count == 0, $"Not served within {within}: {string.Join(", ", missing)}");
            return await all;
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var slices = _probes.Values.Select((p, i) => (Probe: p, Slice: i % Slices))
            .ToLookup(p => p.Slice, p => p.Probe);
        using var ticks = new PeriodicTimer(Turn / Slices);
        for (var turn = 0; !_stopping.IsCancellationRequested; turn++)
        {
            await ticks.WaitForNextTickAsync();
            foreach (var probe in slices[turn % Slices])
            {
                probe.AskUnlessAsked(_entities, AskAgainAfter);
            }
        }
    }

    private sealed class Probe(EntityId entity)
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<TimeSpan> _afterMark = New();
        private long _markedAt = long.MaxValue;
        private long _lastAnswerAt;
        private long _askedAt;
        private bool _isAsked;
        private TimeSpan _pause;

        public Task Answered => _answered.Task;

        public Task<TimeSpan> AfterMark
        {
            get
            {
                lock (_gate)
                {
                    return _afterMark.Task;
                }
            }
        }

        public TimeSpan Pause
        {
            get
            {
                lock (_gate)
                {
                    var present = Stopwatch.GetElapsedTime(_lastAnswerAt);
                    return present > _pause ? present : _pause;
                }
            }
        }

        public void Forget()
        {
            lock (_gate)
            {
                (_pause, _lastAnswerAt) = (TimeSpan.Zero, Stopwatch.GetTimestamp());
            }
        }

        public void Mark(long at)
        {
            lock (_gate)
            {
                (_markedAt, _afterMark) = (at, New());
            }
        }

        public void AskUnlessAsked(IEntities entities, TimeSpan again)
        {
            lock (_gate)
            {
                if (_isAsked && Stopwatch.GetElapsedTime(_askedAt) < again)
                {
                    return;
                }
            }

            Ask(entities);
        }

        public void Ask(IEntities entities)
        {
            var at = Stopwatch.GetTimestamp();
            lock (_gate)
            {
                (_isAsked, _askedAt) = (true, at);
            }

            entities.Query(entity, new Sink(this, at));
        }

        private void Heard(Answer answer, long askedAt)
        {
            lock (_gate)
            {
                _isAsked &= askedAt != _askedAt;
                if (answer is not Answer.Viewed)
                {
                    return;
                }

                var now = Stopwatch.GetTimestamp();
                var gap = Stopwatch.GetElapsedTime(_lastAnswerAt, now);
                _pause = gap > _pause ? gap : _pause;
                _lastAnswerAt = now;
                _answered.TrySetResult();
                if (askedAt >= _markedAt)
                {
                    _afterMark.TrySetResult(Stopwatch.GetElapsedTime(_markedAt, now));
                }
            }
        }

        private static TaskCompletionSource<TimeSpan> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        private sealed class Sink(Probe probe, long askedAt) : IAnswerSink
        {
            public void Answered(Answer answer) => probe.Heard(answer, askedAt);
        }
    }
}
