using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Transport;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What the Lighthouses of a cluster share: the placement, changed by one of them at a time.</summary>
internal sealed class PlacementStore
{
    public Placement Stored { get; private set; } = Placement.None;

    /// <summary>What a leading Lighthouse does each second, by the members that it sees.</summary>
    public void Lead(ClusterNode lighthouse)
    {
        Stored = PlacementLead.Next(Stored, lighthouse.Cluster.Members.Members);
        lighthouse.Client.PublishToTopic("placement", new BrokerMessage("placement.v1", Stored.ToJson()));
    }

    public void Wish(string shard, string name) => Stored = Stored with
    {
        Version = Stored.Version + 1,
        Wishes = new Dictionary<string, string>(Stored.Wishes) { [shard] = name },
    };

    public void Down(string node) => Stored = Stored with
    {
        Version = Stored.Version + 1,
        Downed = [.. Stored.Downed, node],
    };

    public void Leave(string node) => Stored = Stored with
    {
        Version = Stored.Version + 1,
        Leaving = [.. Stored.Leaving, node],
    };
}
