using ActorTrade.TestServers;

[assembly: AssemblyFixture(typeof(SharedServersEnd))]
