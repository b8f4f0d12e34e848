using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Sharding;

/// <summary>
/// The right of one node to append to the entities of a shard, kept where the events are. Taking a shard over raises
/// its epoch; every append carries the epoch under which its entity was recovered and is
/// <see cref="AppendOutcome.Fenced"/> once the store knows a higher one.
/// </summary>
/// <remarks>
/// A journal with fences recovers entities of held shards only: <see cref="IJournal.Recover"/> of another fails with
/// <see cref="ShardNotHeldException"/>. Calls may come from any thread and do not wait; callbacks run on the journal's
/// threads and must only hand on.
/// </remarks>
public interface IShardFences
{
    /// <summary>Takes the next epoch of the shard for this node.</summary>
    /// <param name="shard">Which.</param>
    /// <param name="taken">Hears once: the epoch and the wake-ups of the shard's entities, or why not.</param>
    void TakeOver(ShardId shard, Action<ShardTakeOver> taken);

    /// <summary>
    /// Gives the shard up without asking the store: what is queued is still stored, later appends under the held epoch
    /// are fenced at once.
    /// </summary>
    void Release(ShardId shard);

    /// <summary>Runs when an append finds that another node has taken a held shard over; the shard is then no longer
    /// held.</summary>
    IDisposable OnFenced(Action<ShardId> fenced);
}

/// <summary>What became of taking a shard over.</summary>
/// <param name="Epoch">The new epoch; 0 where it failed.</param>
/// <param name="WakeUps">Entities that may want to be woken, and when: never later than they want, perhaps
/// earlier.</param>
/// <param name="Failure">Why not; null where it was taken. It may have been taken nevertheless: take it again.</param>
public sealed record ShardTakeOver(
    ShardId Shard, long Epoch, IReadOnlyList<(EntityId Entity, DateTimeOffset WakeAt)> WakeUps, Exception? Failure);

/// <summary>The entity's shard is not held by this node.</summary>
public sealed class ShardNotHeldException(ShardId shard)
    : Exception($"The shard {shard} is not held by this node.")
{
    public ShardId Shard { get; } = shard;
}
