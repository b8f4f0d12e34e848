using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;

namespace ActorTrade.SimulationTests.Entities;

/// <summary>A deadline that passes is an unknown outcome, and the repeat hears the truth.</summary>
public sealed class EntityClientTests
{
    private readonly HostBench _bench = new();

    [Fact]
    public async Task A_deadline_that_passes_is_an_unknown_outcome()
    {
        var header = new CommandHeader(_bench.NewId(), "tester", _bench.Now + TimeSpan.FromMinutes(1));
        var patience = HostBench.CommitDelay;
        var asked = _bench.Shards.AskAsync(
            HostBench.IdOf("a"), new Probe.Command.Add(5), header, patience, _bench.Time);
        Assert.False(asked.IsCompleted);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.IsType<Answer.OutcomeUnknown>(await asked);

        // It was stored all the same; the same id hears of it.
        var again = _bench.Shards.AskAsync(
            HostBench.IdOf("a"), new Probe.Command.Add(5), header, TimeSpan.FromSeconds(5), _bench.Time);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Assert.IsType<Answer.Accepted>(await again).SequenceNr);
    }

    [Fact]
    public async Task An_answer_in_time_is_the_answer()
    {
        var view = _bench.Shards.QueryAsync(HostBench.IdOf("a"), TimeSpan.FromSeconds(5), _bench.Time);
        _bench.Run(TimeSpan.FromSeconds(1));
        Assert.IsType<Answer.Viewed>(await view);
        var refused = await _bench.Shards.QueryAsync(
            new EntityId("nothing", "x"), TimeSpan.FromSeconds(5), _bench.Time);
        Assert.Equal(new Answer.Refused(RefusalReason.UnknownCategory), refused);
    }

    [Fact]
    public async Task A_query_that_waits_too_long_is_unknown_too()
    {
        var view = _bench.Shards.QueryAsync(HostBench.IdOf("a"), TimeSpan.FromMilliseconds(1), _bench.Time);
        _bench.Run(TimeSpan.FromMilliseconds(2));
        Assert.IsType<Answer.OutcomeUnknown>(await view);
    }
}
