using ActorTrade.EventSourcing;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Journal.Verification;

/// <summary>Looks at a journal's whole content while it is verified, for laws that
/// the journal itself does not know.</summary>
public interface IVerificationObserver
{
    /// <summary>Every readable event, in commit order.</summary>
    void Event(in ProjectedEvent projected)
    {
    }

    /// <summary>Every entity after its last event, ordered by id.</summary>
    void Folded(EntityId entity, IEntityFold fold)
    {
    }

    /// <summary>The end; what does not hold, in words.</summary>
    IReadOnlyList<string> Finished();
}

/// <summary>Something in the journal that should not be so.</summary>
/// <param name="Ordering">The record it concerns; 0 where it concerns none in particular.</param>
public sealed record VerificationProblem(long Ordering, string What);

/// <summary>What a verification found.</summary>
/// <param name="Events">Events read and checked.</param>
/// <param name="Entities">Entities folded.</param>
/// <param name="Snapshots">Snapshots in the store.</param>
/// <param name="SnapshotsCompared">Snapshots whose state, and all that follows from it,
/// equals the fold from the first event.</param>
/// <param name="SnapshotsUnreadable">Snapshots of a form this version does not know;
/// harmless, the events are read instead.</param>
/// <param name="StateHash"> SHA-256, lower-case hex, over every entity's id and captured state, ordered by id; of an
/// entity without a captured form its last sequence number. Equal histories have equal hashes.
/// </param>
/// <param name="Problems">The first hundred.</param>
/// <param name="ProblemCount">All of them.</param>
/// <param name="Elapsed">Wall-clock time taken.</param>
public sealed record VerificationReport(
    long Events,
    long Entities,
    long Snapshots,
    long SnapshotsCompared,
    long SnapshotsUnreadable,
    string StateHash,
    IReadOnlyList<VerificationProblem> Problems,
    long ProblemCount,
    TimeSpan Elapsed)
{
    public bool IsClean => ProblemCount == 0;
}

/// <summary>Collects problems from both threads of a verification; keeps the first hundred.</summary>
internal sealed class ProblemList
{
    private const int KeptMax = 100;
    private readonly List<VerificationProblem> _kept = [];

    public long Count { get; private set; }

    public void Add(long ordering, string what)
    {
        lock (_kept)
        {
            Count++;
            if (_kept.Count < KeptMax)
            {
                _kept.Add(new VerificationProblem(ordering, what));
            }
        }
    }

    public IReadOnlyList<VerificationProblem> InOrder() => _kept.OrderBy(p => p.Ordering).ToList();
}
