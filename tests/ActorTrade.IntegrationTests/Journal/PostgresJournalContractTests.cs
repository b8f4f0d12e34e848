using ActorTrade.Journal;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class PostgresJournalContractTests : JournalContract
{
    private readonly string _schema = SharedPostgres.NewSchema();

    protected override bool OrderingsAreContiguous => false;

    protected override async Task<IJournal> OpenAsync() => await PostgresProbe.OpenAsync(
        _schema, o => o with { TakesShardsOnDemand = true });

    protected override async Task CleanAsync() =>
        await (await SharedPostgres.GetAsync()).ExecuteAsync($"drop schema {_schema} cascade");
}
