using System.Diagnostics;
using Npgsql;

namespace ActorTrade.Journal.Postgres;

/// <summary>
/// Sizes for a status page: counted while the journal is small, estimated from the server's own statistics above, asked
/// once a second at most. A server that is away or hangs holds nobody up: the last known sizes do.
/// </summary>
internal sealed class PostgresCounts
{
    private static readonly TimeSpan AskedEvery = TimeSpan.FromSeconds(1);

    // Counting so much takes some milliseconds.
    private const long CountedBytesMax = 16 << 20;

    private readonly Lock _gate = new();
    private readonly PostgresSources _sources;
    private readonly BoundedQuestion<int, JournalStatistics> _question;
    private JournalStatistics _newest = new(0, 0, 0, 0, 0);
    private long _askedAt;

    public PostgresCounts(PostgresSources sources)
    {
        _sources = sources;
        _question = new BoundedQuestion<int, JournalStatistics>(_ => Ask(), _newest);
    }

    public JournalStatistics Read(long commits)
    {
        lock (_gate)
        {
            if (_askedAt == 0 || Stopwatch.GetElapsedTime(_askedAt) > AskedEvery)
            {
                _newest = _question.Read(0, out _);
                _askedAt = Stopwatch.GetTimestamp();
            }

            return _newest with { Commits = commits };
        }
    }

    private JournalStatistics Ask()
    {
        using var connection = _sources.Primary.OpenConnection();
        using var size = new NpgsqlCommand(
            "select (pg_total_relation_size('journal') + pg_total_relation_size('snapshot'))::bigint, "
            + "pg_relation_size('journal')::bigint",
            connection);
        long bytes;
        bool isSmall;
        using (var reader = size.ExecuteReader())
        {
            reader.Read();
            bytes = reader.GetInt64(0);
            isSmall = reader.GetInt64(1) <= CountedBytesMax;
        }

        using var count = new NpgsqlCommand(isSmall ? CountSql : EstimateSql, connection);
        using var counts = count.ExecuteReader();
        counts.Read();
        return new JournalStatistics(counts.GetInt64(0), bytes, counts.GetInt64(1), counts.GetInt64(2), 0);
    }

    private const string CountSql =
        "select count(*), count(distinct persistence_id), (select count(*) from snapshot) from journal";

    private const string EstimateSql =
        """
        select greatest(c.reltuples, 0)::bigint,
            coalesce(case when s.n_distinct < 0 then -s.n_distinct * c.reltuples else s.n_distinct end, 0)::bigint,
            (select greatest(reltuples, 0)::bigint from pg_class where oid = 'snapshot'::regclass)
        from pg_class c
        left join pg_stats s on s.schemaname = current_schema() and s.tablename = 'journal'
            and s.attname = 'persistence_id'
        where c.oid = 'journal'::regclass
        """;
}
