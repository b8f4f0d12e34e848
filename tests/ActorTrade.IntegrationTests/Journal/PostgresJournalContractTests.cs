using ActorTrade.Journal;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class PostgresJournalContractTests : JournalContract
{
    private readonly string _schema = PostgresProbe.NewSchema();

    protected override bool OrderingsAreContiguous => false;

    protected override async Task<IJournal> OpenAsync() => await PostgresProbe.OpenAsync(
        _schema, o => o with { TakesShardsOnDemand = true });

    protected override async Task CleanAsync() =>
        await (await SharedServers.PostgresAsync()).ExecuteAsync($"drop schema {_schema} cascade");
}
