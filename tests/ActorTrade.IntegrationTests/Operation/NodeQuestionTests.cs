using ActorTrade.Cluster.Operation;
using ActorTrade.Domain;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Execution.Strategies;
using ActorTrade.Gateway;
using ActorTrade.Gateway.Bots;
using ActorTrade.Gateway.Http;
using ActorTrade.IntegrationTests.Journal;
using ActorTrade.Journal;
using ActorTrade.Journal.Entities;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Operation;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>What a real node answers to operators.</summary>
public sealed class NodeQuestionTests : IAsyncLifetime
{
    private const string Bot = """
        {"bot":"trend-9","account":"house","strategy":"trend","symbols":["BTCUSD"],
         "limits":{"orderNotionalMax":"1000","positionMax":"1","dailyLossMax":"100"}}
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("actortrade-question-").FullName;
    private NodeHost _host = null!;
    private NodeCallHandlers _handlers = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await NodeHost.StartAsync(
            new NodeHostOptions { DataDirectory = _directory, FirstStart = FirstStartPlan.Default });
        var log = new LogRing(_host.System.Time);
        _handlers = new NodeCallHandlers(_host, log, new FailureLedger(_host.System, log), Services());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Lists_come_from_its_tables()
    {
        await new OperatorBots(Services()).RegisterAsync(Bot, "operator:alice 127.0.0.1 pbm");
        await _host.Tables!.WaitForAsync(_host.Journal.LastOrdering);
        var tables = new OperatorTables(_host, () => null);

        Assert.Equal("house", Assert.Single(tables.Read(new RowsRequest("accounts")).Rows)[0]);
        Assert.Equal("trend-9", Assert.Single(tables.Read(new RowsRequest("bots")).Rows)[0]);
        Assert.Equal(5, tables.Read(new RowsRequest("pools")).Rows.Count);
        Assert.Equal(2, tables.Read(new RowsRequest("pools", Limit: 2)).Rows.Count);
        Assert.All(tables.Read(new RowsRequest("pools", 9, "BTC")).Rows, r => Assert.StartsWith("BTC", r[0]!));
        Assert.Empty(tables.Read(new RowsRequest("pools", 9, "%")).Rows);
        Assert.Empty(tables.Read(new RowsRequest("orders")).Rows);
        Assert.Empty(tables.Read(new RowsRequest("in-doubt")).Rows);
        Assert.Empty(tables.Read(new RowsRequest("quotes")).Rows);
        Assert.Throws<ArgumentException>(() => tables.Read(new RowsRequest("bots; drop table bots")));
    }

    [Fact]
    public void Quotes_are_those_of_the_market()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var market = new MarketStatus(
            "simulated", 1, 1, [new QuoteStatus("BTCUSD", "simulated", 5_999.5m, 6_000.5m, null, at)]);
        var row = Assert.Single(new OperatorTables(_host, () => market).Read(new RowsRequest("quotes")).Rows);
        Assert.Equal(["BTCUSD", "simulated", "5999.5", "6000.5", null, "2026-01-02T03:04:05.0000000+00:00"], row);
    }

    [Fact]
    public async Task A_command_that_was_set_aside_is_found_later()
    {
        var catalog = EntityKinds.Catalog();
        var fact = new HostEvent.CommandPoisoned(
            Guid.NewGuid(), "account.open.v1", "alice", "DivideByZeroException", "boom", 3);
        var now = _host.System.Time.GetUtcNow();
        var context = new CommandContext(fact.CommandId, "alice", now, now, SystemMode.Active);
        var bytes = EventEnvelope.Write(catalog, new RecordWriter(), context, remember: false, fact);
        var stream = (await _host.Journal.RecoverAsync(new EntityId("account", "sick"))).Stream;
        await _host.Journal.Queue(stream, 1, null, [new NewEvent(catalog.NameOf(fact), bytes)]).Outcome;
        await _host.Tables!.WaitForAsync(_host.Journal.LastOrdering);
        var tables = new OperatorTables(_host, () => null);

        var found = tables.Read(new RowsRequest("poisoned", Prefix: "account-sick"));

        Assert.Equal(["timestamp", "entity", "sender", "command"], found.Columns);
        Assert.Equal(
            ["account-sick", "alice", "account.open.v1 after 3 attempts: DivideByZeroException: boom"],
            Assert.Single(found.Rows).Skip(1));
        Assert.Empty(tables.Read(new RowsRequest("poisoned", Prefix: "account-well")).Rows);
    }

    [Fact]
    public async Task A_file_that_is_no_bot_says_what_is_wrong()
    {
        var bots = new OperatorBots(Services());

        var malformed = await Assert.ThrowsAsync<ApiProblem>(() => bots.RegisterAsync("{", "x"));
        var missing = await Assert.ThrowsAsync<ApiProblem>(
            () => bots.RegisterAsync(Bot.Replace("house", "nobody", StringComparison.Ordinal), "x"));

        Assert.Equal(("invalid-body", "account-not-open"), (malformed.Code, missing.Code));
    }

    [Fact]
    public void Actors_and_health_are_told()
    {
        var tree = _handlers.Hierarchy(new HierarchyRequest(Depth: 1));
        var health = _handlers.Health();
        var mailboxes = _handlers.Mailboxes(new TopRequest());

        Assert.Equal("/user", tree.Actors[0].Path);
        Assert.Contains(tree.Actors, a => a is { Path: "/user/wake-scheduler", Type: "WakeScheduler", Depth: 1 });
        Assert.Throws<ArgumentException>(() => _handlers.Hierarchy(new HierarchyRequest("/user/nobody")));
        Assert.Equal(NodeHost.Version, health.Version);
        Assert.InRange(health.DiskFree!.Value, 1, health.DiskSize!.Value);
        Assert.Empty(health.Problems);
        Assert.Equal(tree.Actors[0].Children, mailboxes.Live);
        Assert.Empty(_handlers.RegionStats().Shards);
        Assert.Empty(_handlers.Restarts(new TopRequest()).Actors);
    }

    private GatewayServices Services() => new()
    {
        Entities = _host.Door,
        Tables = new NodeTables(_host),
        Time = _host.System.Time,
        Status = () => _host.Status(market: null),
        StrategyProblem = static (strategy, instruments, parameters) =>
            StrategyCatalog.TryCreate(strategy, instruments, parameters, out _, out var error) ? null : error,
    };
}
