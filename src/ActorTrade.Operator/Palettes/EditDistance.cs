namespace ActorTrade.Operator;

/// <summary>
/// How far two names are apart: insertions, deletions and replacements of single characters (Levenshtein).
/// </summary>
public static class EditDistance
{
    /// <summary>The first of the nearest names, without regard to case.</summary>
    /// <exception cref="InvalidOperationException">No name is known.</exception>
    public static string Nearest(string name, IEnumerable<string> known) => known.MinBy(k => Between(name, k))
        ?? throw new InvalidOperationException("No name is known.");

    /// <summary>The nearest name where it is near enough to have been meant; null otherwise.</summary>
    public static string? Meant(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        return known
            .Where(k => DistanceTo(k) <= Math.Max(2, k.Length / 3))
            .MinBy(DistanceTo);

        int DistanceTo(string k) => k.StartsWith(name, StringComparison.Ordinal) ? 0 : Between(name, k);
    }

    public static int Between(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);

        // One row of the usual table at a time: row[j] is the distance of a's first i characters to b's first j.
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
