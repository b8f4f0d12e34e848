using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>The database server that other tests rely on, and <c>eng/postgres.sh</c> below it.</summary>
public sealed class PostgresServerTests
{
    [Fact]
    public async Task Data_survive_a_stop_and_a_kill_and_nothing_is_left_at_the_end()
    {
        var server = await PostgresServer.StartAsync();
        var pids = new List<int> { server.Pid };
        await using (server)
        {
            await ExecuteAsync(server.ConnectionString, "create table t (n int); insert into t values (1)");
            await server.StopAsync();
            Assert.False(Lives(server.Pid));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(server.ConnectionString, "select 1"));

            var port = server.Port;
            await server.StartAgainAsync();
            pids.Add(server.Pid);
            Assert.Equal(port, server.Port);
            await ExecuteAsync(server.ConnectionString, "insert into t values (2)");
            await server.KillAsync();
            Assert.False(Lives(server.Pid));

            await server.StartAgainAsync();
            pids.Add(server.Pid);
            Assert.Equal(3, pids.Distinct().Count());
            Assert.Equal(3L, await ExecuteAsync(server.ConnectionString, "select sum(n) from t"));
        }

        Assert.DoesNotContain(pids, Lives);
        Assert.False(Directory.Exists(server.Folder));
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk()
    {
        var server = await SharedServers.PostgresAsync();

        Assert.Equal("on", await ExecuteAsync(server.ConnectionString, "show fsync"));
        Assert.Equal("on", await ExecuteAsync(server.ConnectionString, "show synchronous_commit"));
    }

    [Fact]
    public async Task It_listens_on_the_loopback_address_only()
    {
        var server = await SharedServers.PostgresAsync();

        Assert.Equal("127.0.0.1", await ExecuteAsync(server.ConnectionString, "show listen_addresses"));
        Assert.Equal("", await ExecuteAsync(server.ConnectionString, "show unix_socket_directories"));
    }

    [Fact]
    public async Task Databases_of_two_tests_do_not_meet()
    {
        var server = await SharedServers.PostgresAsync();
        var first = await server.CreateDatabaseAsync();
        var second = await server.CreateDatabaseAsync();

        await ExecuteAsync(first, "create table t (n int)");

        const string tables = "select count(*) from pg_tables where tablename = 't'";
        Assert.Equal(1L, await ExecuteAsync(first, tables));
        Assert.Equal(0L, await ExecuteAsync(second, tables));
    }

    [Fact]
    public async Task A_taken_port_is_refused_by_its_number()
    {
        var server = await SharedServers.PostgresAsync();
        var folder = Path.Combine(Path.GetTempPath(), $"actortrade-taken-{Guid.NewGuid():N}");
        try
        {
            var refused = await Assert.ThrowsAsync<ServerScriptException>(
                () => ServerScript.RunAsync("postgres.sh", "start", folder, $"{server.Port}"));
            Assert.Contains($"{server.Port} is taken", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_does_not_run_is_reported_by_its_exit_code()
    {
        var refused = await Assert.ThrowsAsync<ServerScriptException>(
            () => ServerScript.RunAsync("postgres.sh", "status", Path.Combine(Path.GetTempPath(), "actortrade-none")));

        Assert.Equal(3, refused.ExitCode);
    }

    internal static async Task<object?> ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    // A process that ended but was not yet collected by its parent counts as ended.
    internal static bool Lives(int pid)
    {
        var stat = $"/proc/{pid}/stat";
        try
        {
            return File.Exists(stat) && !File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
