namespace ActorTrade.Domain.Amm.Curves;

/// <summary>A state that no pool of its kind can have: thrown when a curve is made, never by a quote.</summary>
/// <param name="field">The field of the pool file, as in <c>reserves[1]</c>.</param>
/// <param name="reason">What is wrong and what would be right.</param>
public sealed class InvalidCurveException(string field, string reason) : ArgumentException($"{field}: {reason}")
{
    public string Field { get; } = field;

    public string Reason { get; } = reason;
}
