using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Servers;

/// <summary>A server that lets in certificates of one authority, of which node-2's is revoked, and another authority
/// that uses the same names.</summary>
public abstract class TlsFixture<T>(Func<string?, Task<T>> start) : IAsyncLifetime
    where T : TestServer
{
    private T? _server;

    public TestAuthority Authority { get; private set; } = null!;

    public TestAuthority Foreign { get; private set; } = null!;

    public T Server => _server!;

    public async ValueTask InitializeAsync()
    {
        Authority = await TestAuthority.CreateAsync("node-1", "node-2", "node-3");
        Foreign = await TestAuthority.CreateAsync("node-1");
        await Authority.RevokeAsync("node-2");
        _server = await start(Authority.Folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Authority.Dispose();
        Foreign.Dispose();
        GC.SuppressFinalize(this);
    }
}
