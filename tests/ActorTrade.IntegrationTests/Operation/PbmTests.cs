using System.Text.Json;
using ActorTrade.Cluster.Events;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>The real client as a process against a real endpoint.</summary>
public sealed class PbmTests
{
    [Fact]
    public async Task Show_lists_the_members_in_aligned_columns()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, output, error) = await RunAsync(endpoint, "cluster", "show");

        Assert.Equal("", error);
        Assert.Equal(0, code);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal("Count: 3 nodes", lines[^1]);
        Assert.Equal(
            lines[0].IndexOf("State", StringComparison.Ordinal), lines[1].IndexOf("up ", StringComparison.Ordinal));
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public async Task Json_is_one_document_with_numbers_as_numbers()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, output, _) = await RunAsync(endpoint, "cluster", "show", "--json");

        Assert.Equal(0, code);
        var row = JsonDocument.Parse(output).RootElement.GetProperty("blocks")[0].GetProperty("rows")[0];
        Assert.Equal("node-1", row.GetProperty("node").GetString());
        Assert.Equal(3, row.GetProperty("shards").GetInt32());
    }

    [Fact]
    public async Task Without_a_token_it_says_where_tokens_are_looked_for()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, _, error) = await PbmProcess.RunAsync(
            endpoint.Folder, token: null, input: null, endpoint.HostAndPort, "cluster", "show");

        Assert.Equal(4, code);
        Assert.Contains("none was found", error, StringComparison.Ordinal);
        Assert.Contains("PBM_TOKEN", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_told_with_its_place()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, _, error) = await PbmProcess.RunAsync(
            endpoint.Folder, "not-the-right-token-at-all", null, endpoint.HostAndPort, "cluster", "show");

        Assert.Equal(4, code);
        Assert.Contains("environment variable PBM_TOKEN", error, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-right-token", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_file_and_the_default_place_are_read()
    {
        await using var endpoint = await Endpoint.StartAsync();
        var file = endpoint.TokenFile(Endpoint.Alice);
        Directory.CreateDirectory(Path.Combine(endpoint.Folder, "actortrade"));
        File.Copy(file, Path.Combine(endpoint.Folder, "actortrade", "token"));

        var (named, _, error) = await PbmProcess.RunAsync(
            endpoint.Folder, null, null, endpoint.HostAndPort, "cluster", "status", "--token-file", file);
        var (found, _, _) = await PbmProcess.RunAsync(
            endpoint.Folder, null, null, endpoint.HostAndPort, "cluster", "status");

        Assert.Equal((0, 0, ""), (named, found, error));
    }

    [Fact]
    public async Task A_token_on_the_command_line_is_refused()
    {
        var (code, _, error) = await PbmProcess.RunAsync("nowhere", null, null, "cluster", "show", "--token=abc");

        Assert.Equal(4, code);
        Assert.Contains("--token-file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_how_to_start_a_lighthouse()
    {
        var (code, _, error) = await PbmProcess.RunAsync("nowhere", "x", null, "127.0.0.1:1", "cluster", "show");

        Assert.Equal(3, code);
        Assert.Contains("lighthouse run", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slip_names_the_nearest_command()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, _, error) = await RunAsync(endpoint, "cluster", "shwo");
        var (json, _, document) = await RunAsync(endpoint, "clutser", "show", "--json");

        Assert.Equal((4, 4), (code, json));
        Assert.Contains("Did you mean 'show'?", error, StringComparison.Ordinal);
        Assert.Equal("palette-unknown", JsonDocument.Parse(document).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_tail_shows_what_happens_and_ends_on_interrupt()
    {
        await using var endpoint = await Endpoint.StartAsync();
        using var tail = PbmProcess.Start(
            endpoint.Folder, Endpoint.Eve, endpoint.HostAndPort, "cluster", "tail");
        endpoint.Cluster.Happens(ClusterEventKind.MemberJoined, "node-4", "joined with 0 shards");

        Assert.Contains("joined with 0 shards", await tail.LineAsync(), StringComparison.Ordinal);
        var (acted, _, _) = await RunAsync(endpoint, "cluster", "leave", "node-1");
        Assert.Equal(0, acted);
        Assert.Contains("alice: cluster leave node-1", await tail.LineAsync(), StringComparison.Ordinal);

        tail.Interrupt();
        Assert.Equal(0, await tail.EndAsync());
        await UntilAsync(() => endpoint.Cluster.Followers == 0);
    }

    [Fact]
    public async Task Verify_ends_with_one_where_the_journal_is_not_whole()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (clean, whole, _) = await RunAsync(endpoint, "journal", "verify");
        endpoint.Cluster.IsClean = false;
        var (dirty, broken, _) = await RunAsync(endpoint, "journal", "verify");

        Assert.Equal((0, 1), (clean, dirty));
        Assert.Contains("whole", whole, StringComparison.Ordinal);
        Assert.Contains("The checksum does not fit.", broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_a_script_that_stops_at_the_first_failure()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (code, output, error) = await PbmProcess.RunAsync(
            endpoint.Folder,
            Endpoint.Alice,
            "# first\ncluster leave node-1\ncluster leave nobody\ncluster leave node-2\n",
            endpoint.HostAndPort);

        Assert.Equal(2, code);
        Assert.Equal(["leave node-1-1"], endpoint.Cluster.Orders);
        Assert.Contains("asked to leave", output, StringComparison.Ordinal);
        Assert.Contains("There is no node 'nobody'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_made_of_the_palette()
    {
        await using var endpoint = await Endpoint.StartAsync();

        var (_, all, _) = await RunAsync(endpoint, "help");
        var (_, one, _) = await RunAsync(endpoint, "trade", "pause", "--help");

        foreach (var line in new[] { "cluster show", "cluster-sharding move <shard> <node>", "doctor", "log tail" })
        {
            Assert.Contains(line, all, StringComparison.Ordinal);
        }

        Assert.Contains("trade pause --reason <text>", one, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(Endpoint endpoint, params string[] words) =>
        PbmProcess.RunAsync(endpoint.Folder, Endpoint.Alice, null, [endpoint.HostAndPort, .. words]);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
