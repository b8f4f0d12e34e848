using System.Globalization;
using ActorTrade.Domain.Orders.Triggers;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary>What requests for orders on pools and at venues, and the tables' rows about them, have in common.</summary>
internal static class OrderRequests
{
    public static ExecutionStyle StyleOf(int? slices, string? visible) =>
        slices is not null ? ExecutionStyle.Twap
        : visible is not null ? ExecutionStyle.Iceberg
        : ExecutionStyle.Whole;

    /// <summary>A stop has a price or trails, not both; and only a stop has a limit of its own.</summary>
    public static void RequireOneStop(bool hasPrice, bool isTrailing, bool hasLimit)
    {
        if (hasPrice && isTrailing)
        {
            throw ApiProblem.Invalid("trailBps", "Give either a stop price or a trailing distance.");
        }

        if (hasLimit && !hasPrice && !isTrailing)
        {
            throw ApiProblem.Invalid("stopLimitPrice", "There is no stop that it could be the limit of.");
        }
    }

    public static string Text(this IReadOnlyDictionary<string, object?> row, string column) => (string)row[column]!;

    public static DateTimeOffset? Instant(this IReadOnlyDictionary<string, object?> row, string column) =>
        row[column] is string text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
            : null;
}
