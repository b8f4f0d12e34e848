using System.Text;
using ActorTrade.Cluster.Transport;
using ActorTrade.Journal.Postgres;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// A Lighthouse's part in the placement. The one that holds the lock leads: it follows the members, stores every change
/// and says it aloud every second. What operators want goes into the stored placement, from whichever Lighthouse they
/// asked, so that the next leader knows it too.
/// </summary>
public sealed class PlacementKeeper
{
    private const string Document = "placement";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(1);

    // By then everybody has been heard who is there.
    private static readonly TimeSpan ListensFirst = TimeSpan.FromSeconds(2.5);

    private readonly ClusterDocuments _documents;
    private readonly LeaderLock _lock;
    private readonly IBroker _broker;
    private readonly Func<ClusterSnapshot> _members;
    private readonly TimeProvider _time;
    private volatile Placement _current = Placement.None;
    private volatile string? _problem;
    private DateTimeOffset _leadsSince = DateTimeOffset.MaxValue;
    private DateTimeOffset _saidAt;

    public PlacementKeeper(
        ClusterDocuments documents,
        LeaderLock leaderLock,
        IBroker broker,
        Func<ClusterSnapshot> members,
        TimeProvider time)
    {
        _documents = documents;
        _lock = leaderLock;
        _broker = broker;
        _members = members;
        _time = time;
    }

    /// <summary>Runs with each new placement that this Lighthouse decided on.</summary>
    public event Action<Placement, Placement>? Decided;

    /// <summary>The newest known.</summary>
    public Placement Current => _current;

    /// <summary>Whether this Lighthouse decides.</summary>
    public bool IsLeading => _leadsSince != DateTimeOffset.MaxValue;

    /// <summary>What keeps it from its work at the moment; null for nothing.</summary>
    public string? Problem => _problem;

    /// <summary>Works until cancelled; a database that is away is tried again.</summary>
    public async Task RunAsync(CancellationToken cancelled)
    {
        while (!cancelled.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancelled).ConfigureAwait(false);
                _problem = null;
            }
            catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The boundary of a loop that must go on: it is tried again, and operators see why it was in vain.
                _problem = e.Message;
                _leadsSince = DateTimeOffset.MaxValue;
            }

            await Task.Delay(LookEvery, _time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Changes what operators want; tried again while others change it too.</summary>
    /// <exception cref="InvalidOperationException">Others changed it too often meanwhile.</exception>
    public async Task ChangeAsync(Func<Placement, Placement> change, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(change);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var stored = await LoadAsync(cancelled).ConfigureAwait(false);
            var next = change(stored) with { Version = stored.Version + 1 };
            if (await SaveAsync(stored, next, cancelled).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new InvalidOperationException("The placement is being changed by others: try again.");
    }

    private async Task LookAsync(CancellationToken cancelled)
    {
        var now = _time.GetUtcNow();
        var isLeader = await _lock.TryHoldAsync(cancelled).ConfigureAwait(false);
        _leadsSince = !isLeader ? DateTimeOffset.MaxValue : IsLeading ? _leadsSince : now;
        var stored = await LoadAsync(cancelled).ConfigureAwait(false);
        if (isLeader && _broker.IsConnected && now - _leadsSince >= ListensFirst)
        {
            var next = PlacementLead.Next(stored, _members().Members);
            if (!ReferenceEquals(next, stored) && await SaveAsync(stored, next, cancelled).ConfigureAwait(false))
            {
                stored = next;
            }
        }

        var before = _current;
        if (stored.Version > before.Version)
        {
            _current = stored;
            _saidAt = default;
            if (isLeader && before.Version > 0)
            {
                Decided?.Invoke(before, stored);
            }
        }

        if (isLeader && stored.Version > 0 && now - _saidAt >= SayEvery)
        {
            _saidAt = now;
            _broker.PublishToTopic("placement", new BrokerMessage("placement.v1", stored.ToJson()));
        }
    }

    private async Task<Placement> LoadAsync(CancellationToken cancelled)
    {
        var document = await _documents.LoadAsync(Document, cancelled).ConfigureAwait(false);
        if (document is null)
        {
            return Placement.None;
        }

        return Placement.FromJson(Encoding.UTF8.GetBytes(document.Body)) is { } placement
            ? placement with { Version = document.Version }
            : throw new InvalidOperationException("The stored placement cannot be read: a newer version wrote it.");
    }

    private Task<bool> SaveAsync(Placement stored, Placement next, CancellationToken cancelled) =>
        _documents.SaveAsync(
            Document,
            stored.Version,
            new ClusterDocument(next.Version, Encoding.UTF8.GetString(next.ToJson())),
            cancelled);
}
