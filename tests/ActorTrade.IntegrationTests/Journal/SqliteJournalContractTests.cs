using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class SqliteJournalContractTests : JournalContract
{
    private readonly TemporaryDirectory _directory = new();

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(SqliteJournal.Open(_directory.Path));

    protected override Task CleanAsync()
    {
        _directory.Dispose();
        return Task.CompletedTask;
    }
}
