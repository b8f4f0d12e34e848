using System.Diagnostics;

namespace ActorTrade.Cluster.Routing;

/// <summary>
/// Carries a trace across nodes in the W3C form. Spans are made only where somebody listens to the source
/// <c>ActorTrade.Cluster</c>.
/// </summary>
public static class Tracing
{
    public const string SourceName = "ActorTrade.Cluster";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The trace of the caller; null where there is none.</summary>
    public static string? Current() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
        ? activity.Id
        : null;

    /// <summary>The serving of a call that came from another node; null where nobody listens.</summary>
    public static Activity? Serve(string what, string? traceParent) =>
        Source.HasListeners() && ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity(what, ActivityKind.Server, parent)
            : null;
}
