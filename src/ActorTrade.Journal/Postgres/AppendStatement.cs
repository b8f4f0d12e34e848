using Npgsql;
using NpgsqlTypes;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// The one statement that stores a commit: it locks the epochs of the shards concerned against a take-over, stores the
/// events of those whose epoch is still the one claimed, and moves their wake-ups, all or nothing. It is its own
/// transaction, so no node ever holds one open between two messages.
/// </summary>
internal sealed class AppendStatement : IDisposable
{
    /// <summary>The places one transaction has in the order of all events.</summary>
    public const int RowsMax = 65_536;

    // The locks are taken in one order everywhere, so that two statements never wait for each other.
    private const string Sql =
        """
        with held as materialized (
            select c.slot, e.role, e.shard
            from unnest($1, $2, $3) with ordinality as c(role, shard, epoch, slot)
            join shard_epoch e on e.role = c.role and e.shard = c.shard
            where e.epoch = c.epoch
            order by e.role, e.shard
            for share of e),
        place as materialized (
            select base + (pg_current_xact_id()::text::bigint << 16) - 1 as before from ordering_base),
        stored as (
            insert into journal(persistence_id, sequence_nr, at, wake_at, stored_name, payload, ordering)
            select u.id, u.sequence_nr, u.at, nullif(u.wake_at, 0), u.name, u.payload, p.before + u.n
            from unnest($4, $5, $6, $7, $8, $9, $10)
                with ordinality as u(slot, id, sequence_nr, at, wake_at, name, payload, n)
            cross join place p
            where u.slot in (select slot from held)
            returning ordering),
        woken as (
            insert into entity_wake as w(persistence_id, role, shard, due)
            select u.id, h.role, h.shard, u.due
            from unnest($11, $12, $13) as u(slot, id, due) join held h on h.slot = u.slot
            where u.due <> 0
            on conflict (persistence_id) do update
            set role = excluded.role, shard = excluded.shard, due = excluded.due),
        asleep as (
            delete from entity_wake w
            using unnest($11, $12, $13) as u(slot, id, due)
            where u.due = 0 and w.persistence_id = u.id and u.slot in (select slot from held))
        select h.slot, s.events, s.last
        from (select count(*) as events, coalesce(max(ordering), 0) as last from stored) s left join held h on true
        """;

    private readonly NpgsqlCommand _command;
    private readonly List<string> _roles = [];
    private readonly List<int> _shards = [];
    private readonly List<long> _epochs = [];
    private readonly List<long> _slots = [];
    private readonly List<string> _ids = [];
    private readonly List<long> _sequenceNrs = [];
    private readonly List<long> _ats = [];
    private readonly List<long> _wakes = [];
    private readonly List<string> _names = [];
    private readonly List<byte[]> _payloads = [];
    private readonly List<long> _wakeSlots = [];
    private readonly List<string> _wakeIds = [];
    private readonly List<long> _dues = [];
    private readonly Dictionary<HeldShard, int> _slotOf = [];
    private readonly List<HeldShard> _claimed = [];
    private readonly List<int> _rowsOfSlot = [];

    public AppendStatement(NpgsqlConnection connection)
    {
        _command = new NpgsqlCommand(Sql, connection);
        Add(_roles, NpgsqlDbType.Text);
        Add(_shards, NpgsqlDbType.Integer);
        Add(_epochs, NpgsqlDbType.Bigint);
        Add(_slots, NpgsqlDbType.Bigint);
        Add(_ids, NpgsqlDbType.Text);
        Add(_sequenceNrs, NpgsqlDbType.Bigint);
        Add(_ats, NpgsqlDbType.Bigint);
        Add(_wakes, NpgsqlDbType.Bigint);
        Add(_names, NpgsqlDbType.Text);
        Add(_payloads, NpgsqlDbType.Bytea);
        Add(_wakeSlots, NpgsqlDbType.Bigint);
        Add(_wakeIds, NpgsqlDbType.Text);
        Add(_dues, NpgsqlDbType.Bigint);
        _command.Prepare();
    }

    public int Rows => _ids.Count;

    public IReadOnlyList<HeldShard> Claimed => _claimed;

    public void Clear()
    {
        _roles.Clear();
        _shards.Clear();
        _epochs.Clear();
        _slots.Clear();
        _ids.Clear();
        _sequenceNrs.Clear();
        _ats.Clear();
        _wakes.Clear();
        _names.Clear();
        _payloads.Clear();
        _wakeSlots.Clear();
        _wakeIds.Clear();
        _dues.Clear();
        _slotOf.Clear();
        _claimed.Clear();
        _rowsOfSlot.Clear();
    }

    public void Add(AppendRequest request, string id)
    {
        var slot = SlotOf(((PostgresEntityStream)request.Stream).Shard);
        var at = request.At.UtcTicks;
        var wakeAt = request.WakeAt?.UtcTicks ?? 0;
        for (var i = 0; i < request.Events.Length; i++)
        {
            _slots.Add(slot);
            _ids.Add(id);
            _sequenceNrs.Add(request.FirstSequenceNr + i);
            _ats.Add(at);
            _wakes.Add(wakeAt);
            _names.Add(request.Events[i].StoredName);
            _payloads.Add(request.Events[i].Payload);
        }

        _rowsOfSlot[slot - 1] += request.Events.Length;
    }

    /// <param name="due">UTC ticks; 0 to be woken no more.</param>
    public void MoveWake(HeldShard shard, string id, long due)
    {
        _wakeSlots.Add(SlotOf(shard));
        _wakeIds.Add(id);
        _dues.Add(due);
    }

    /// <summary>Runs it.</summary>
    /// <param name="held">Gets the shards whose events are stored.</param>
    /// <returns>Ordering of the last event; 0 where none was stored.</returns>
    public long Run(HashSet<HeldShard> held)
    {
        held.Clear();
        long events = 0;
        long last = 0;
        using (var reader = _command.ExecuteReader())
        {
            while (reader.Read())
            {
                (events, last) = (reader.GetInt64(1), reader.GetInt64(2));
                if (!reader.IsDBNull(0))
                {
                    held.Add(_claimed[(int)reader.GetInt64(0) - 1]);
                }
            }
        }

        long expected = 0;
        foreach (var shard in held)
        {
            expected += _rowsOfSlot[_slotOf[shard] - 1];
        }

        return events == expected
            ? last
            : throw new JournalDamagedException(last, $"{events} events of {expected} were stored.");
    }

    public void Dispose() => _command.Dispose();

    private int SlotOf(HeldShard shard)
    {
        if (_slotOf.TryGetValue(shard, out var slot))
        {
            return slot;
        }

        _claimed.Add(shard);
        _rowsOfSlot.Add(0);
        _roles.Add(shard.Shard.Role);
        _shards.Add(shard.Shard.Number);
        _epochs.Add(shard.Epoch);
        slot = _claimed.Count;
        _slotOf.Add(shard, slot);
        return slot;
    }

    private void Add<T>(List<T> values, NpgsqlDbType type) => _command.Parameters.Add(
        new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
