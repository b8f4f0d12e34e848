using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>Checks of the fields a curve is made of; each throws <see cref="InvalidCurveException"/>.</summary>
internal static class CurveFields
{
    public static void CheckCount(string field, ImmutableArray<UInt256> values, int min, int max)
    {
        var count = values.IsDefault ? 0 : values.Length;
        if (count < min || count > max)
        {
            throw new InvalidCurveException(
                field, min == max ? $"{count} numbers; expected {min}." : $"{count} numbers; expected {min} to {max}.");
        }
    }

    public static void CheckSameCount(string field, ImmutableArray<UInt256> values, ImmutableArray<UInt256> balances) =>
        CheckCount(field, values, balances.Length, balances.Length);

    public static void CheckRange(string field, UInt256 value, UInt256 min, UInt256 max)
    {
        if (value < min || value > max)
        {
            throw new InvalidCurveException(
                field,
                max == UInt256.MaxValue ? $"{value}; must be at least {min}." : $"{value}; must be {min} to {max}.");
        }
    }
}
