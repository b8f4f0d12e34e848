using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.Lighthouse.Endpoint;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>The endpoint over real HTTP: tokens, rights, the audit, and what the palettes do.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task Every_palette_of_the_cluster_is_there()
    {
        await using var endpoint = await Endpoint.StartAsync();
        using var client = Client(endpoint, Endpoint.Eve);

        var book = (await client.GetFromJsonAsync<PaletteBook>("/palette", OperatorProtocol.Json))!;

        Assert.Equal(("eve", false), (book.Operator, book.MayAct));
        Assert.Equal(
            [
                "cluster", "cluster-sharding", "actor", "trade", "orders", "bots", "accounts", "pools", "journal",
                "log", "doctor",
            ],
            book.Palettes.Select(p => p.Name));
        Assert.Equal(
            [
                "state", "pause", "resume", "maintenance", "emergency", "recover", "orders", "in-doubt", "flatten",
                "cancel-all",
            ],
            book.Find("trade")!.Commands.Select(c => c.Name));
    }

    [Fact]
    public async Task Without_a_right_token_nothing_is_told()
    {
        await using var endpoint = await Endpoint.StartAsync();
        using var nobody = new HttpClient { BaseAddress = endpoint.Address };
        using var stranger = Client(endpoint, "0123456789012345678901234");

        foreach (var path in new[] { "/palette", "/complete?source=nodes&prefix=" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task Who_may_only_look_changes_nothing()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (_, error) = await RunAsync(endpoint, Endpoint.Eve, "trade", "emergency", ("reason", "fire"));
        var (state, _) = await RunAsync(endpoint, Endpoint.Eve, "trade", "state");

        Assert.Equal("may-only-look", error!.Code);
        Assert.Equal("Init", state!.Blocks[0].Facts[0].Value);
        Assert.Equal("", endpoint.AuditText);
    }

    [Fact]
    public async Task Recovery_takes_two_operators()
    {
        await using var endpoint = await Endpoint.StartAsync();
        await RunAsync(endpoint, Endpoint.Alice, "trade", "emergency", ("reason", "fire"));

        var (proposed, _) = await RunAsync(endpoint, Endpoint.Alice, "trade", "recover", ("reason", "out"));
        await RunAsync(endpoint, Endpoint.Alice, "trade", "recover", ("reason", "alone"));
        var (alone, _) = await RunAsync(endpoint, Endpoint.Alice, "trade", "state");
        var (confirmed, _) = await RunAsync(endpoint, Endpoint.Bob, "trade", "recover", ("reason", "agreed"));

        Assert.StartsWith("Proposed.", proposed!.Blocks[0].Lines[0], StringComparison.Ordinal);
        Assert.Equal("Emergency", alone!.Blocks[0].Facts[0].Value);
        Assert.Equal("Maintenance", confirmed!.Blocks[1].Facts[0].Value);
        Assert.Contains(confirmed.Blocks[1].Facts, f => f.Value == "bob, proposed by alice");
    }

    [Fact]
    public async Task What_acts_is_in_the_audit_before_and_after()
    {
        await using var endpoint = await Endpoint.StartAsync();
        await RunAsync(endpoint, Endpoint.Alice, "trade", "emergency", ("reason", "fire"));
        await RunAsync(endpoint, Endpoint.Bob, "trade", "resume", ("reason", "no"));

        var lines = endpoint.AuditText.TrimEnd().Split('\n')
            .Select(l => JsonSerializer.Deserialize<AuditEntry>(l, OperatorProtocol.Json)!).ToList();

        Assert.Equal(["begun", "ended", "begun", "ended"], lines.Select(l => l.Stage));
        Assert.Equal(("alice", "ok", "fire"), (lines[1].Operator, lines[1].Result, lines[1].Values["reason"]));
        Assert.Equal(("bob", "system-transition-not-allowed"), (lines[3].Operator, lines[3].Result));
        Assert.Equal(lines[2].Id, lines[3].Id);
    }

    [Fact]
    public async Task Where_the_audit_cannot_be_written_only_stopping_is_done()
    {
        await using var endpoint = await Endpoint.StartAsync();
        Directory.CreateDirectory(Path.Combine(endpoint.Folder, "audit.log"));

        var (_, refused) = await RunAsync(endpoint, Endpoint.Alice, "cluster", "leave", ("node", "node-1"));
        var (stopped, _) = await RunAsync(endpoint, Endpoint.Alice, "trade", "emergency", ("reason", "fire"));

        Assert.Equal("audit-unwritable", refused!.Code);
        Assert.Empty(endpoint.Cluster.Orders);
        Assert.Equal("Emergency", stopped!.Blocks[1].Facts[0].Value);
    }

    [Fact]
    public async Task A_node_that_is_up_is_downed_only_by_force()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (_, refused) = await RunAsync(endpoint, Endpoint.Alice, "cluster", "down", ("node", "node-1"));
        await RunAsync(endpoint, Endpoint.Alice, "cluster", "down", ("node", "node-1"), ("force", "true"));
        await RunAsync(endpoint, Endpoint.Alice, "cluster", "down-unreachable");

        Assert.Equal("node-is-up", refused!.Code);
        Assert.Equal(["down node-1-1", "down node-3-1"], endpoint.Cluster.Orders);
    }

    [Fact]
    public async Task Nodes_without_an_answer_are_named_beside_those_with_one()
    {
        await using var endpoint = await Endpoint.StartAsync();
        endpoint.Cluster.Answer(NodeQuestions.Mailboxes, (node, _) => node == "node-2-1"
            ? throw new NodeCallException(NodeCallFailure.TimedOut, node, "mailboxes", "no answer within 5 s")
            : new MailboxesAnswer([new MailboxLine("/user/" + node, "X", 95, 100)], 1, 95, 0, 0));

        var (result, _) = await RunAsync(endpoint, Endpoint.Eve, "actor", "mailboxes");

        Assert.Equal(1, result!.ExitCode);
        Assert.Equal(2, result.Blocks[0].Rows.Count);
        Assert.Equal(Tones.Fail, result.Blocks[0].Rows[0].Cells[5].Tone);
        Assert.Equal("No answer: node-2 did not answer in time.", Assert.Single(result.Blocks[2].Lines));
    }

    [Fact]
    public async Task Doctor_says_what_to_do()
    {
        await using var endpoint = await Endpoint.StartAsync();
        endpoint.Cluster.Answer(NodeQuestions.Health, (_, _) => new NodeHealthAnswer(
            default, "0.2.0", 5, "Active", 1, 1, 1, 0, true, Lag: 5000, DiskFree: 4, DiskSize: 100, Problems: []));

        var (result, _) = await RunAsync(endpoint, Endpoint.Eve, "doctor", "");

        var rows = result!.Blocks[0].Rows.Select(r => r.Cells.Select(c => c.Text).ToArray()).ToList();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(rows, r => r[0] == "fail" && r[1] == "disk of node-1" && r[3].StartsWith("Make room"));
        Assert.Contains(rows, r => r[0] == "warn" && r[1] == "tables of node-1");
        Assert.Contains(rows, r => r[0] == "warn" && r[1] == "nodes" && r[2].Contains("node-3"));
        Assert.All(rows.Where(r => r[0] != "ok"), r => Assert.NotEmpty(r[3]));
    }

    [Fact]
    public async Task An_entity_is_found_and_names_are_completed()
    {
        await using var endpoint = await Endpoint.StartAsync();
        using var client = Client(endpoint, Endpoint.Eve);

        var (where, _) = await RunAsync(endpoint, Endpoint.Eve, "cluster-sharding", "where", ("entity", "account-a"));
        var names = await client.GetFromJsonAsync<string[]>("/complete?source=nodes&prefix=node-");

        Assert.Equal("account-a", where!.Blocks[0].Facts[0].Value);
        Assert.Equal(["node-1", "node-2", "node-3"], names!);
    }

    [Fact]
    public async Task Further_tails_than_allowed_are_refused()
    {
        await using var endpoint = await Endpoint.StartAsync(new EndpointOptions { TailsMax = 1 });
        using var client = Client(endpoint, Endpoint.Eve);
        var request = new RunRequest { Palette = "cluster", Command = "tail" };
        using var message = new HttpRequestMessage(HttpMethod.Post, "/run")
        {
            Content = JsonContent.Create(request, options: OperatorProtocol.Json),
        };
        using var first = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);

        var (_, error) = await RunAsync(endpoint, Endpoint.Eve, "cluster", "tail");

        Assert.Equal("tails-max", error!.Code);
    }

    [Fact]
    public async Task What_is_not_there_says_where_to_look()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (_, error) = await RunAsync(endpoint, Endpoint.Alice, "bots", "start", ("bot", "nobody"));

        Assert.Equal(("bot-unknown", (int)ExitCode.NotFound), (error!.Code, error.ExitCode));
        Assert.Equal("'bots list' shows them.", error.Next);
    }

    private static HttpClient Client(Endpoint endpoint, string token)
    {
        var client = new HttpClient { BaseAddress = endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<(CommandResult? Result, OperatorError? Error)> RunAsync(
        Endpoint endpoint, string token, string palette, string command, params (string Name, string Value)[] values)
    {
        using var client = Client(endpoint, token);
        var request = new RunRequest
        {
            Palette = palette,
            Command = command,
            Values = values.ToDictionary(v => v.Name, v => v.Value),
        };
        using var response = await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadFromJsonAsync<CommandResult>(OperatorProtocol.Json), null)
            : (null, await response.Content.ReadFromJsonAsync<OperatorError>(OperatorProtocol.Json));
    }
}
