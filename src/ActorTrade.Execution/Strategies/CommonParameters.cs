namespace ActorTrade.Execution.Strategies;

/// <summary>Parameters that several strategies share.</summary>
internal static class CommonParameters
{
    public static StrategyParameter RetryAfter { get; } = new(
        "retry-after", ParameterType.Duration, "00:01:00", "Pause before an order that came to nothing is tried again.",
        Min: 1, Max: 86_400);

    public static StrategyParameter TrailBps { get; } = new(
        "trail-bps", ParameterType.Count, "0",
        "Distance of a trailing stop that guards a position, in basis points of the best price; 0 for none.",
        Min: 0, Max: 9_999);

    public static StrategyParameter ConfidenceMin { get; } = new(
        "confidence-min", ParameterType.Number, "0", "Signals below this confidence are ignored.", Min: 0, Max: 1);

    public static StrategyParameter Threshold { get; } = new(
        "threshold-bps", ParameterType.Number, "5", "Least gain after all fees, in basis points of what is put in.",
        Min: 0, Max: 10_000);

    public static StrategyParameter VenueFee { get; } = new(
        "venue-fee-bps", ParameterType.Number, "10", "What the venue takes of a trade, in basis points.", Min: 0,
        Max: 1_000);

    public static StrategyParameter Notional(string value) => new(
        "notional", ParameterType.Number, value, "Whole quote tokens of one trade.", Min: 0.000001m,
        Max: 1_000_000_000_000m);
}
