using ActorTrade.TestServers;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>One cluster for all tests that leave the servers alone; each brings it back to three nodes first.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    internal ClusterUnderTest Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var database = await (await SharedServers.PostgresAsync()).CreateDatabaseAsync();
        var broker = await (await SharedServers.BrokerAsync()).CreateVirtualHostAsync();
        Cluster = await ClusterUnderTest.StartAsync(database, broker);
        await ClusterLoad.PrepareAsync(Cluster.Observer);
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }
}

/// <summary>These measure times, so nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "cluster";
}
