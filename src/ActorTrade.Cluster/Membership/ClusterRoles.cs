namespace ActorTrade.Cluster.Membership;

/// <summary>What a process does in the cluster.</summary>
public static class ClusterRoles
{
    /// <summary>Serves accounts, pools, tokens, bots, orders, venues and the trading system.</summary>
    public const string Trade = "trade";

    /// <summary>Feeds market data.</summary>
    public const string Market = "market";

    /// <summary>Serves the connectors to chains.</summary>
    public const string Chain = "chain";

    /// <summary>Serves the page and the API, and keeps the tables.</summary>
    public const string Gateway = "gateway";

    /// <summary>Keeps the directory, the placement and the operator endpoint; serves no entity.</summary>
    public const string Lighthouse = "lighthouse";

    /// <summary>What a node may be configured with.</summary>
    public static IReadOnlyList<string> OfNodes { get; } = [Trade, Market, Chain, Gateway];
}
