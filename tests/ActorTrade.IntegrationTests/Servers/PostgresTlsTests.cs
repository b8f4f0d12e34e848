using ActorTrade.TestServers;
using Npgsql;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>Who gets into a database server that asks for client certificates, and whom a client believes.</summary>
public sealed class PostgresTlsTests(PostgresTlsTests.Fixture fixture) : IClassFixture<PostgresTlsTests.Fixture>
{
    private readonly TestAuthority _authority = fixture.Authority;
    private readonly TestAuthority _foreign = fixture.Foreign;
    private readonly PostgresServer _server = fixture.Server;

    [Fact]
    public async Task A_certificate_of_the_authority_is_let_in_over_tls_1_3()
    {
        const string how = "select version || ' ' || client_dn || ' ' || current_user from pg_stat_ssl "
            + "where pid = pg_backend_pid()";

        Assert.Equal("TLSv1.3 /CN=node-1 actortrade", await AskAsync(With(_authority, "node-1"), how));
    }

    [Fact]
    public async Task No_certificate_is_refused()
    {
        var refused = await RefusedAsync(With(_authority, "node-1", c => (c.SslCertificate, c.SslKey) = (null, null)));

        Assert.Equal("28000", Assert.IsType<PostgresException>(refused).SqlState);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused() =>
        await RefusedAsync(With(_foreign, "node-1", c => c.RootCertificate = _authority.RootCertificate));

    [Fact]
    public async Task A_revoked_certificate_is_refused() => await RefusedAsync(With(_authority, "node-2"));

    [Fact]
    public async Task A_certificate_revoked_while_the_server_runs_is_refused_once_it_read_the_new_list()
    {
        await AskAsync(With(_authority, "node-3"), "select 1");

        await _authority.RevokeAsync("node-3");
        await _server.StartAgainAsync();

        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await AskAsync(With(_authority, "node-3"), "select 1");
                return false;
            }
            catch (NpgsqlException)
            {
                return true;
            }
        });
        await AskAsync(With(_authority, "node-1"), "select 1");
    }

    [Fact]
    public async Task A_connection_without_tls_is_refused()
    {
        var refused = await RefusedAsync(With(_authority, "node-1", c => c.SslMode = SslMode.Disable));

        Assert.Equal("28000", Assert.IsType<PostgresException>(refused).SqlState);
    }

    [Fact]
    public async Task A_client_refuses_a_server_of_another_root() =>
        await RefusedAsync(With(_authority, "node-1", c => c.RootCertificate = _foreign.RootCertificate));

    [Fact]
    public async Task A_client_refuses_a_server_whose_certificate_is_for_another_host()
    {
        using var elsewhere = _authority.Copy();
        File.Delete(elsewhere.CertificateOf("server"));
        await elsewhere.IssueAsync("--hosts", "elsewhere.example", "server");
        await using var server = await PostgresServer.StartAsync(elsewhere.Folder);

        var connection = With(elsewhere, "node-1", c => c.Port = server.Port);
        await RefusedAsync(connection);

        var careless = new NpgsqlConnectionStringBuilder(connection) { SslMode = SslMode.VerifyCA };
        Assert.Equal(1, await AskAsync(careless.ConnectionString, "select 1"));
    }

    private string With(TestAuthority authority, string name, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(_server.ConnectionString)
        {
            RootCertificate = authority.RootCertificate,
            SslCertificate = authority.CertificateOf(name),
            SslKey = authority.KeyOf(name),
        };
        change?.Invoke(builder);
        return builder.ConnectionString;
    }

    private static Task<object?> AskAsync(string connection, string sql) =>
        PostgresServerTests.ExecuteAsync(connection, sql);

    private static Task<NpgsqlException> RefusedAsync(string connection) =>
        Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(connection, "select 1"));

    public sealed class Fixture() : TlsFixture<PostgresServer>(PostgresServer.StartAsync);
}
