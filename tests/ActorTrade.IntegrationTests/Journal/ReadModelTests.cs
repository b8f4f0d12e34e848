using System.Globalization;
using System.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Simulated;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class ReadModelTests : IAsyncLifetime
{
    private static readonly EntityId Id = new("counter", "a");
    private readonly TemporaryDirectory _directory = new();
    private readonly InMemoryJournal _journal = new(new SimulatedDisk(), TimeProvider.System, TimeSpan.Zero);
    private EntityStream _stream = null!;
    private long _last;

    public async ValueTask InitializeAsync() => _stream = (await _journal.RecoverAsync(Id)).Stream;

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Rows_follow_the_journal_and_every_kind_of_change_works()
    {
        await using var model = Open(new Totals());
        await AddAsync(5, 7);
        await model.WaitForAsync(_last);
        await AddAsync(-20);
        await model.WaitForAsync(_last);
        var row = Assert.Single(model.Query("select * from totals join stamps using(id) where id = ?1", "counter-a"));
        Assert.Equal("-8", row["total"]);
        Assert.Equal(-20L, row["newest"]);
        Assert.Equal("2024-02-29T12:00:00.0000000Z", row["changed_at"]);
        Assert.Equal(3L, Assert.Single(model.Query("select count(*) as n from additions"))["n"]);
        Assert.Equal(0, model.Lag);
        Assert.Equal(3, model.Ordering);
        Assert.Null(model.Failure);
    }

    [Fact]
    public async Task Amounts_are_exact_beyond_every_machine_word()
    {
        var large = BigInteger.Pow(2, 255);
        await using var model = Open(new Totals { Factor = large });
        await AddAsync(1, 1, 1);
        await model.WaitForAsync(_last);
        var total = (string)Assert.Single(model.Query("select total from totals"))["total"]!;
        Assert.Equal(large * 3, BigInteger.Parse(total, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_crash_between_rows_and_place_doubles_nothing_and_leaves_nothing_out()
    {
        await AddAsync(Enumerable.Range(1, 2500).Select(i => (long)i).ToArray());
        foreach (var crashAt in new long[] { 1, 999, 1000, 1001, 1777, 2500 })
        {
            await using var crashing = Open(new Totals { CrashesAt = crashAt });
            await Assert.ThrowsAsync<InvalidOperationException>(() => crashing.WaitForAsync(2500));
            Assert.IsType<InvalidOperationException>(crashing.Failure);
            Assert.Equal((crashAt - 1) / 1000 * 1000, crashing.Query("select 1 from additions").Count);
        }

        await using var model = Open(new Totals());
        await model.WaitForAsync(2500);
        Assert.Equal(2500L, Assert.Single(model.Query("select count(*) as n from additions"))["n"]);
        Assert.Equal($"{2500 * 2501 / 2}", Assert.Single(model.Query("select total from totals"))["total"]);
    }

    [Fact]
    public async Task A_restart_goes_on_where_it_was_and_a_new_version_starts_from_nothing()
    {
        await AddAsync(1, 2);
        var first = new Totals();
        await using (var model = Open(first))
        {
            await model.WaitForAsync(2);
        }

        await AddAsync(3);
        var second = new Totals();
        await using (var model = Open(second))
        {
            await model.WaitForAsync(3);
            Assert.Equal("6", Assert.Single(model.Query("select total from totals"))["total"]);
        }

        Assert.Equal([1L, 2], first.Seen);
        Assert.Equal([3L], second.Seen);
        var newer = new Totals { Version = 2, Factor = 10 };
        var besides = new Totals { Prefix = "other_" };
        await using (var model = Open(newer, besides))
        {
            await model.WaitForAsync(3);
            Assert.Equal("60", Assert.Single(model.Query("select total from totals"))["total"]);
            Assert.Equal("6", Assert.Single(model.Query("select total from other_totals"))["total"]);
        }

        Assert.Equal([1L, 2, 3], newer.Seen);
    }

    [Fact]
    public async Task A_read_model_ahead_of_the_journal_is_made_anew()
    {
        await AddAsync(1, 2, 3);
        await using (var model = Open(new Totals()))
        {
            await model.WaitForAsync(3);
        }

        await using var older = new InMemoryJournal(new SimulatedDisk(), TimeProvider.System, TimeSpan.Zero);
        var stream = (await older.RecoverAsync(Id)).Stream;
        await older.Queue(stream, 1, null, [Counter.Added(9)]).Outcome;
        await using var anew = ReadModel.Open(
            _directory.Path, older, ProjectedEvent.Decoder(Counter.Catalog), [new Totals()]);
        await anew.WaitForAsync(1);
        Assert.Equal("9", Assert.Single(anew.Query("select total from totals"))["total"]);
    }

    [Fact]
    public async Task Queries_cannot_write_and_are_bounded()
    {
        await using var model = Open(new Totals());
        Assert.Throws<SqliteException>(() => model.Query("delete from totals"));
        Assert.Throws<SqliteException>(() => model.Query("select nonsense from totals"));
        Assert.Throws<InvalidOperationException>(() => model.Query(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"));
    }

    [Fact]
    public void Names_must_be_plain_and_belong_to_one()
    {
        Assert.Throws<ArgumentException>(() => Open(new Totals(), new Totals()));
        Assert.Throws<ArgumentException>(() => Open(new Totals { Prefix = "x;drop table y--" }));
    }

    private ReadModel Open(params IProjection[] projections) =>
        ReadModel.Open(_directory.Path, _journal, ProjectedEvent.Decoder(Counter.Catalog), projections);

    private async Task AddAsync(params long[] amounts)
    {
        var events = amounts.Select(a => Counter.Added(a)).ToArray();
        Assert.Equal(AppendOutcome.Stored, await _journal.Queue(_stream, _last + 1, null, events).Outcome);
        _last += amounts.Length;
    }

    private sealed class Totals : IProjection
    {
        public string Name => Prefix + "totals";

        public int Version { get; init; } = 1;

        public string Prefix { get; init; } = "";

        public BigInteger Factor { get; init; } = BigInteger.One;

        public long CrashesAt { get; init; }

        public List<long> Seen { get; } = [];

        public IReadOnlyList<TableDefinition> Tables =>
        [
            new(
                Prefix + "totals",
                [
                    new("id", ColumnType.Text), new("total", ColumnType.Text),
                    new("newest", ColumnType.Integer, IsNullable: true),
                ],
                ["id"]),
            new(Prefix + "stamps", [new("id", ColumnType.Text), new("changed_at", ColumnType.Text)], ["id"]),
            new(
                Prefix + "additions",
                [new("ordering", ColumnType.Integer), new("amount", ColumnType.Integer)],
                ["ordering"]) { Indexes = [["amount"]] },
        ];

        public IEnumerable<RowChange> Project(ProjectedEvent projected)
        {
            Seen.Add(projected.Ordering);
            var amount = ((Counter.Event.Added)projected.Event).Amount;
            Cell[] key = [new("id", projected.Entity.ToString())];
            yield return new RowChange.AddToAmount(Prefix + "totals", key, "total", amount * Factor);
            yield return new RowChange.Update(Prefix + "totals", key, new Cell("newest", amount));
            yield return new RowChange.Insert(
                Prefix + "additions", new("ordering", projected.Ordering), new("amount", amount));
            if (projected.Ordering == CrashesAt)
            {
                throw new InvalidOperationException("planted");
            }

            yield return new RowChange.Upsert(Prefix + "stamps", key[0], new("changed_at", projected.At));
        }
    }
}
