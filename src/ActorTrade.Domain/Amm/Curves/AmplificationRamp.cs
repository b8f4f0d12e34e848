using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// A StableSwap pool's amplification on its way from one value to another, as _A() of Curve's contracts: linear in
/// time, rounded towards the initial value.
/// </summary>
/// <param name="Initial">initial_A: with the contract's A_PRECISION in it.</param>
/// <param name="Future">future_A, likewise.</param>
/// <param name="InitialTime">Unix seconds.</param>
/// <param name="FutureTime">Unix seconds; 0, or any time gone by, where nothing moves any more.</param>
public readonly record struct AmplificationRamp(UInt256 Initial, UInt256 Future, ulong InitialTime, ulong FutureTime)
{
    /// <summary>The amplification at a time not before <see cref="InitialTime"/>, A_PRECISION in it.</summary>
    public UInt256 At(ulong time)
    {
        if (time >= FutureTime)
        {
            return Future;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(time, InitialTime);
        UInt256 gone = time - InitialTime;
        UInt256 whole = FutureTime - InitialTime;
        return Future > Initial
            ? Initial + ((Future - Initial) * gone / whole)
            : Initial - ((Initial - Future) * gone / whole);
    }
}
