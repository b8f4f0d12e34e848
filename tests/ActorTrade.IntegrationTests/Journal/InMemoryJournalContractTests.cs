using ActorTrade.Journal;
using ActorTrade.Journal.Simulated;

namespace ActorTrade.IntegrationTests.Journal;

public sealed class InMemoryJournalContractTests : JournalContract
{
    private readonly SimulatedDisk _disk = new();

    protected override Task<IJournal> OpenAsync() =>
        Task.FromResult<IJournal>(new InMemoryJournal(_disk, TimeProvider.System, TimeSpan.FromMilliseconds(1)));
}
