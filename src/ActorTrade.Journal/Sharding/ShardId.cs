using System.Globalization;

namespace ActorTrade.Journal.Sharding;

/// <summary>
/// One shard: the unit that has one owner and moves between nodes. Its role says which nodes may own it; its number is
/// the <see cref="ShardMap"/>'s of its entities.
/// </summary>
public readonly record struct ShardId(string Role, int Number) : IComparable<ShardId>
{
    /// <summary>Reads the text form, such as <c>trade/17</c>.</summary>
    public static bool TryParse(string? text, out ShardId shard)
    {
        shard = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        shard = new ShardId(text![..slash], number);
        return true;
    }

    public int CompareTo(ShardId other)
    {
        var byRole = string.CompareOrdinal(Role, other.Role);
        return byRole != 0 ? byRole : Number.CompareTo(other.Number);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Role}/{Number}");
}
