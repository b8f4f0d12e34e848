using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Sharding;
using ActorTrade.Journal.Simulated;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Servers;

/// <summary>Each thing a shared store may do to its nodes is seen to happen.</summary>
public sealed class SimulatedStoreTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ServerWorld _world = new(store: new SimulatedStoreSettings { OrderingGaps = 0.3 });

    [Fact]
    public void An_entity_of_a_shard_that_is_not_held_is_not_recovered()
    {
        var journal = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        _world.Recover(journal, "alice");
        var refusal = Assert.Throws<ShardNotHeldException>(() => _world.Recover(journal, "other"));
        Assert.Equal(ServerWorld.OtherShard, refusal.Shard);
    }

    [Fact]
    public void A_stale_epoch_is_fenced_and_told_and_the_others_of_its_commit_are_stored()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard, ServerWorld.OtherShard);
        var (alice, other) = (_world.Recover(a, "alice"), _world.Recover(a, "other"));
        var fenced = new List<ShardId>();
        a.OnFenced(fenced.Add);
        var b = _world.Journal(_world.Process("b"), ServerWorld.Shard);
        var (bad, good) = (ProbeAppend.To(a, alice, 1), ProbeAppend.To(a, other, 1));
        _world.RunUntil(() => bad.Outcome is not null && good.Outcome is not null);
        Assert.Equal((AppendOutcome.Fenced, AppendOutcome.Stored), (bad.Outcome, good.Outcome));
        Assert.Equal([ServerWorld.Shard], fenced);
        Assert.Throws<ShardNotHeldException>(() => _world.Recover(a, "alice"));
        Assert.Equal(AppendOutcome.Stored, Append(b, _world.Recover(b, "alice"), 1));
        Assert.Equal(2, _world.Store.EpochOf(ServerWorld.Shard));
        Assert.Equal([("a", 1L), ("b", 2L)], _world.Store.History().Select(e => (e.Node, e.Epoch)));
    }

    [Fact]
    public void A_store_that_ignores_epochs_lets_two_owners_write()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var (alice, bob) = (_world.Recover(a, "alice"), _world.Recover(a, "bob"));
        var b = _world.Journal(_world.Process("b"), ServerWorld.Shard);
        _world.Store.ChecksEpochs = false;
        Assert.Equal(AppendOutcome.Stored, Append(b, _world.Recover(b, "bob"), 1));
        Assert.Equal(AppendOutcome.Stored, Append(a, alice, 1));
        Assert.Equal(AppendOutcome.Fenced, Append(a, bob, 1));
        Assert.Equal([2L, 1L], _world.Store.History().Select(e => e.Epoch));
    }

    [Fact]
    public void A_released_shard_stores_what_was_queued_and_nothing_later()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var alice = _world.Recover(a, "alice");
        var queued = ProbeAppend.To(a, alice, 1);
        a.Release(ServerWorld.Shard);
        var late = ProbeAppend.To(a, alice, 2);
        _world.RunUntil(() => queued.Outcome is not null && late.Outcome is not null);
        Assert.Equal((AppendOutcome.Stored, AppendOutcome.Fenced), (queued.Outcome, late.Outcome));
    }

    [Fact]
    public void A_take_over_gives_the_wake_ups_of_its_shard_only()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard, ServerWorld.OtherShard);
        var due = DateTimeOffset.UnixEpoch.AddDays(1);
        foreach (var key in new[] { "alice", "other" })
        {
            var append = ProbeAppend.To(a, _world.Recover(a, key), 1, due);
            _world.RunUntil(() => append.Outcome is not null);
        }

        var taken = _world.TakeOver(_world.Store.Connect(_world.Process("b")), ServerWorld.Shard);
        Assert.Equal((2L, ServerWorld.Shard), (taken.Epoch, taken.Shard));
        Assert.Equal([(new EntityId("account", "alice"), due)], taken.WakeUps);
    }

    [Theory]
    [InlineData(CommitFault.Fail, AppendOutcome.Failed, 0)]
    [InlineData(CommitFault.UnknownStored, AppendOutcome.Unknown, 1)]
    [InlineData(CommitFault.UnknownLost, AppendOutcome.Unknown, 0)]
    public void A_faulty_commit_invalidates_what_was_decided_on_top_of_it(
        CommitFault fault, AppendOutcome outcome, int stored)
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var alice = _world.Recover(a, "alice");
        _world.Store.Faults = node => node == "a" ? fault : CommitFault.None;
        var first = ProbeAppend.To(a, alice, 1);
        _world.Run(TimeSpan.FromTicks(1));
        var second = ProbeAppend.To(a, alice, 2);
        _world.RunUntil(() => first.Outcome is not null && second.Outcome is not null);
        Assert.Equal((outcome, AppendOutcome.Fenced), (first.Outcome, second.Outcome));
        Assert.Equal(stored, _world.Store.History().Count);
        _world.Store.Faults = null;
        _world.RunUntil(() => a.HasRoom);
        Assert.Equal(AppendOutcome.Stored, Append(a, _world.Recover(a, "alice"), stored + 1));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_cut_makes_what_is_under_way_unknown_and_the_rest_fail_and_it_heals(bool toServer, bool fromServer)
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var (alice, bob) = (_world.Recover(a, "alice"), _world.Recover(a, "bob"));
        a.Link.Cut(toServer, fromServer);
        var underWay = ProbeAppend.To(a, alice, 1);
        _world.RunUntil(() => underWay.Outcome is not null);
        Assert.Equal(AppendOutcome.Unknown, underWay.Outcome);
        Assert.Equal(fromServer ? 1 : 0, _world.Store.History().Count);
        Assert.False(a.HasRoom);
        Assert.Equal(AppendOutcome.Failed, Append(a, bob, 1));
        Assert.Throws<JournalUnavailableException>(() => a.ReadAll(0));
        Assert.NotNull(_world.TakeOver(a, ServerWorld.OtherShard).Failure);
        a.Link.Heal();
        _world.RunUntil(() => a.HasRoom);

        // The call was in the connection that was cut: it is carried out though its caller has given it up.
        _world.Run(Second);
        Assert.Single(_world.Store.History());
        Assert.Equal(AppendOutcome.Stored, Append(a, _world.Recover(a, "alice"), 2));
    }

    [Fact]
    public void A_zombies_call_that_arrives_late_is_fenced()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var alice = _world.Recover(a, "alice");
        a.Link.Cut();
        ProbeAppend.To(a, alice, 1);
        _world.Run(Second);
        var b = _world.Journal(_world.Process("b"), ServerWorld.Shard);
        _world.Recover(b, "alice");
        a.Link.Heal();
        _world.Run(Second * 10);
        Assert.Empty(_world.Store.History());
    }

    [Fact]
    public void A_restarted_store_has_what_was_committed()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var (alice, bob) = (_world.Recover(a, "alice"), _world.Recover(a, "bob"));
        Append(a, alice, 1);
        _world.Store.Stop();
        Assert.Equal(AppendOutcome.Unknown, Append(a, alice, 2));
        _world.Run(Second * 5);
        Assert.False(a.HasRoom);
        Assert.Equal(AppendOutcome.Failed, Append(a, bob, 1));
        _world.Store.Start();
        _world.RunUntil(() => a.HasRoom);
        Assert.Equal(AppendOutcome.Stored, Append(a, _world.Recover(a, "alice"), 2));
        Assert.Equal(1, _world.Store.EpochOf(ServerWorld.Shard));
    }

    [Fact]
    public void Other_nodes_hear_of_a_commit_later_and_orderings_rise_with_gaps()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var b = _world.Store.Connect(_world.Process("b"));
        var heard = new List<long>();
        b.OnCommitted(heard.Add);
        var alice = _world.Recover(a, "alice");
        for (var i = 1; i <= 20; i++)
        {
            Append(a, alice, i);
        }

        _world.Run(Second);
        var orderings = a.ReadAll(0).Select(e => e.Ordering).ToList();
        Assert.Equal(orderings.Order(), orderings);
        Assert.True(orderings[^1] > 20, "no gap");
        Assert.Equal(orderings, heard);
        Assert.Equal(a.LastOrdering, b.LastOrdering);
        Assert.Equal(orderings.Skip(7), b.ReadAll(orderings[6]).Select(e => e.Ordering));
    }

    [Fact]
    public void A_node_that_was_away_hears_of_what_others_committed_meanwhile()
    {
        var a = _world.Journal(_world.Process("a"), ServerWorld.Shard);
        var b = _world.Store.Connect(_world.Process("b"));
        b.Link.Cut();
        Assert.NotNull(_world.TakeOver(b, ServerWorld.OtherShard).Failure);
        var heard = new List<long>();
        b.OnCommitted(heard.Add);
        Append(a, _world.Recover(a, "alice"), 1);
        b.Link.Heal();
        _world.RunUntil(() => b.HasRoom);
        _world.Run(TimeSpan.Zero);
        Assert.Equal([a.LastOrdering], heard);
    }

    [Fact]
    public void A_crashed_nodes_last_call_may_be_stored_though_nobody_hears()
    {
        var process = _world.Process("a");
        var a = _world.Journal(process, ServerWorld.Shard);
        var alice = _world.Recover(a, "alice");
        var append = ProbeAppend.To(a, alice, 1);
        _world.Run(TimeSpan.FromTicks(1));
        process.Crash();
        _world.Run(Second);
        Assert.Null(append.Outcome);
        Assert.Single(_world.Store.History());
    }

    [Fact]
    public void A_paused_node_finds_its_call_carried_out_and_its_shard_taken()
    {
        var process = _world.Process("a");
        var a = _world.Journal(process, ServerWorld.Shard);
        var (alice, bob) = (_world.Recover(a, "alice"), _world.Recover(a, "bob"));
        var underWay = ProbeAppend.To(a, alice, 1);
        _world.Run(TimeSpan.FromTicks(1));
        process.Pause();
        _world.Journal(_world.Process("b"), ServerWorld.Shard);
        _world.Run(Second);
        Assert.Null(underWay.Outcome);
        process.Resume();
        _world.RunUntil(() => underWay.Outcome is not null);
        Assert.Equal(AppendOutcome.Stored, underWay.Outcome);
        Assert.Equal(AppendOutcome.Fenced, Append(a, bob, 1));
    }

    [Fact]
    public void A_seed_repeats_exactly()
    {
        Assert.Equal(TraceOf(5), TraceOf(5));
        Assert.NotEqual(TraceOf(5), TraceOf(6));
    }

    private static List<string> TraceOf(ulong seed)
    {
        var world = new ServerWorld(seed);
        var chance = new SeededRandom(seed);
        world.Store.Faults = _ => (CommitFault)chance.NextInt(4);
        var a = world.Journal(world.Process("a"), ServerWorld.Shard);
        var last = 0;
        for (var i = 0; i < 30; i++)
        {
            world.RunUntil(() => a.HasRoom);
            var append = ProbeAppend.To(a, world.Recover(a, "alice"), last + 1);
            world.RunUntil(() => append.Outcome is not null);
            world.Note($"{append.Outcome}");
            last = world.Store.History().Count;
        }

        return world.Trace;
    }

    private AppendOutcome? Append(SimulatedStoreJournal journal, EntityStream stream, long sequenceNr)
    {
        var append = ProbeAppend.To(journal, stream, sequenceNr);
        _world.RunUntil(() => append.Outcome is not null);
        return append.Outcome;
    }
}
