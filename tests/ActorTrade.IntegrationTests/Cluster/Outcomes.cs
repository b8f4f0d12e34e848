using ActorTrade.Cluster.Transport;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>Gathers what became of publications, and how often each was told.</summary>
internal sealed class Outcomes
{
    private readonly Lock _gate = new();
    private readonly List<List<PublishOutcome>> _told = [];

    /// <summary>The callback of one more publication.</summary>
    public Action<PublishOutcome> Next()
    {
        var told = new List<PublishOutcome>(1);
        lock (_gate)
        {
            _told.Add(told);
        }

        return outcome =>
        {
            lock (_gate)
            {
                told.Add(outcome);
            }
        };
    }

    public int Told
    {
        get
        {
            lock (_gate)
            {
                return _told.Count(t => t.Count > 0);
            }
        }
    }

    /// <summary>Waits until each was told; fails where one was told twice.</summary>
    public async Task<PublishOutcome[]> AllAsync()
    {
        await Eventually.TrueAsync(() => Told == _told.Count, "the outcomes of all publications");
        lock (_gate)
        {
            return [.. _told.Select(Assert.Single)];
        }
    }
}
