namespace ActorTrade.Cluster.Membership;

/// <summary>
/// What the leading Lighthouse decides: who takes part in the placement. A function of what is stored and who is there,
/// so that the next leader goes on where the last one was.
/// </summary>
public static class PlacementLead
{
    /// <summary>
    /// The placement for the members that are there; the stored one itself where nothing changes. A member that is
    /// suspected stays: moving shards to and fro costs more than a few seconds of waiting, and the broker has given
    /// them to another if it is really gone.
    /// </summary>
    public static Placement Next(Placement stored, IEnumerable<Member> members)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(members);
        var known = members.ToList();
        var nodes = known
            .Where(m => m.IsEligible && m.Last.State is MemberState.Up or MemberState.Isolated)
            .Where(m => !m.HasRole(ClusterRoles.Lighthouse))
            .Where(m => !Contains(stored.Downed, m.Node) && !Contains(stored.Leaving, m.Node))
            .GroupBy(m => m.Name, StringComparer.Ordinal)
            .Select(g => g.MaxBy(m => m.Last.StartedAt)!)
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => new PlacedNode(m.Name, m.Node, [.. m.Last.Roles]))
            .ToList();

        // A process never comes back under its own id, so whoever is long gone can be forgotten.
        var next = new Placement(
            stored.Version + 1,
            nodes,
            stored.Wishes,
            [.. stored.Downed.Where(n => IsThere(known, n))],
            [.. stored.Leaving.Where(n => IsThere(known, n))]);
        return next.SaysTheSameAs(stored) ? stored : next;
    }

    private static bool Contains(IReadOnlyList<string> nodes, string node) =>
        nodes.Contains(node, StringComparer.Ordinal);

    private static bool IsThere(IEnumerable<Member> members, string node) => members.Any(m => m.Node == node);
}
