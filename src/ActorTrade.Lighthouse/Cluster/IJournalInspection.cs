using ActorTrade.Domain.Ledger;
using ActorTrade.Journal.Verification;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Reads the cluster's journal from beside it, while nodes write.</summary>
public interface IJournalInspection
{
    /// <summary>Verifies everything that is durable at its beginning.</summary>
    /// <param name="progress">Told now and then how many events are done, on any thread.</param>
    /// <exception cref="InspectionException">The journal cannot be read; says why.</exception>
    Task<JournalVerification> VerifyAsync(Action<long> progress, CancellationToken cancelled);

    /// <summary>How much is in it.</summary>
    /// <exception cref="InspectionException">The journal cannot be read; says why.</exception>
    Task<JournalSize> SizeAsync(CancellationToken cancelled);
}

/// <param name="Tokens">The sums of every token, from the conservation ledger.</param>
public sealed record JournalVerification(VerificationReport Report, IReadOnlyList<TokenConservation> Tokens);

public sealed record JournalSize(long Events, long Bytes, long Entities, long Snapshots);

/// <summary>The journal cannot be read.</summary>
public sealed class InspectionException(string message) : Exception(message);
