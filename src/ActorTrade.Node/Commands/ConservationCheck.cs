using ActorTrade.Domain.Ledger;
using ActorTrade.Journal.Projections;
using ActorTrade.Journal.Verification;

namespace ActorTrade.Node.Commands;

/// <summary>The first law over a whole journal: money is conserved, at every event and in the sum.</summary>
public sealed class ConservationCheck : IVerificationObserver
{
    private readonly ConservationLedger _ledger = new();

    /// <summary>Each token's sums, after the last event.</summary>
    public IReadOnlyList<TokenConservation> Tokens => _ledger.Report();

    public void Event(in ProjectedEvent projected) =>
        _ledger.Apply(projected.Ordering, projected.Entity, projected.Event);

    /// <summary>Affairs under way when the node stopped are in transit, which is no fault.</summary>
    public IReadOnlyList<string> Finished() => [.. _ledger.Check().Select(v => $"money is not conserved: {v}")];
}
