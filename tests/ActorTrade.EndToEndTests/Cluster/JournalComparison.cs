using System.Diagnostics;
using ActorTrade.Domain;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Verification;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>
/// What the journal says at the end against what clients were told: each acknowledged outcome is in it once and as it
/// was told, no trade, transfer or mint happened twice, money is conserved with nothing under way any more, and the
/// journal verifies clean.
/// </summary>
internal sealed class JournalComparison : IVerificationObserver
{
    private static readonly TimeSpan QuietWithin = TimeSpan.FromSeconds(90);

    private readonly Dictionary<(Type Kind, Guid Id), int> _counts = [];
    private readonly Dictionary<Guid, IEvent> _outcomes = [];
    private readonly ConservationLedger _ledger = new();

    /// <summary>Trades, transfers and mints with an event more than once.</summary>
    public IReadOnlyList<string> Doubled => [.. _counts.Where(c => c.Value > 1).Select(c => $"{c.Key}: {c.Value}")];

    public long Events => _ledger.Events;

    /// <summary>Waits until nothing is under way, and compares.</summary>
    /// <returns>Acknowledged commands, all of them found.</returns>
    public static async Task<int> CheckAsync(ClusterUnderTest cluster, params ClusterLoad[] loads)
    {
        await using var journal = await cluster.OpenJournalAsync();
        var compared = await ReadWhenQuietAsync(journal);
        Assert.Empty(compared.Doubled);
        Assert.Empty(compared._ledger.CheckQuiescent());
        var acknowledged = 0;
        foreach (var command in loads.SelectMany(l => l.Commands).Where(c => c.Last is Answer.Accepted))
        {
            acknowledged++;
            Assert.True(compared._outcomes.TryGetValue(command.Id, out var found), $"Lost: {command}");
            Assert.True(
                found is Account.Event.TradeReleased ? command.Outcome is Account.Event.TradeReleased
                    : found.Equals(command.Outcome),
                $"Told {command.Outcome}, but the journal has {found}.");
        }

        return acknowledged;
    }

    /// <summary>Compares, writes what came of it into the report, and closes that.</summary>
    public static async Task ReportAsync(ChaosReport report, ClusterUnderTest cluster, params ClusterLoad[] loads)
    {
        var acknowledged = await CheckAsync(cluster, loads);
        report.Note("acknowledged, each in the journal once", $"{acknowledged}");
        var failed = loads.SelectMany(l => l.Failed).ToList();
        report.Count("commands that failed", failed.Count, 0);
        foreach (var command in failed.Take(5))
        {
            report.Note("failed", $"{command} after {string.Join("; ", command.Disturbances.CountBy(d => d))}");
        }

        report.Close();
    }

    public void Event(in ProjectedEvent projected)
    {
        _ledger.Apply(projected.Ordering, projected.Entity, projected.Event);
        if (IdOf(projected.Event) is not { } id)
        {
            return;
        }

        var key = (projected.Event.GetType(), id);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        if (LoadCommand.IsOutcome(projected.Event))
        {
            // Settled and released are two ends of the same thing: both would be one too many.
            _counts[(typeof(IEvent), id)] = _counts.GetValueOrDefault((typeof(IEvent), id)) + 1;
            _outcomes[id] = projected.Event;
        }
    }

    public IReadOnlyList<string> Finished() => [.. _ledger.Check().Select(v => $"Money is not conserved: {v}")];

    private static async Task<JournalComparison> ReadWhenQuietAsync(IJournal journal)
    {
        for (var begun = Stopwatch.GetTimestamp(); ; await Task.Delay(500))
        {
            var last = journal.LastOrdering;
            await Task.Delay(500);
            if (journal.LastOrdering != last && Stopwatch.GetElapsedTime(begun) < QuietWithin)
            {
                continue;
            }

            var compared = new JournalComparison();
            var report = JournalVerifier.Verify(journal, EntityKinds.All, EntityKinds.Catalog(), [compared]);
            var isLate = Stopwatch.GetElapsedTime(begun) > QuietWithin;
            if (isLate || (report.IsClean && compared._ledger.CheckQuiescent().Count == 0))
            {
                Assert.True(report.IsClean, string.Join('\n', report.Problems));
                return compared;
            }
        }
    }

    private static Guid? IdOf(IEvent happened) => happened switch
    {
        Account.Event.SwapStarted e => e.TradeId,
        Account.Event.TransferStarted e => e.TradeId,
        Account.Event.TradeSettled e => e.TradeId,
        Account.Event.TradeReleased e => e.TradeId,
        Account.Event.TransferSettled e => e.TradeId,
        Account.Event.Credited e => e.CreditId,
        Pool.Event.Swapped e => e.TradeId,
        Token.Event.Minted e => e.MintId,
        Token.Event.MintDelivered e => e.MintId,
        Token.Event.MintUndone e => e.MintId,
        _ => null,
    };
}
