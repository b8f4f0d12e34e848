using System.Diagnostics;

namespace ActorTrade.TestServers;

/// <summary>Waits for a condition in tests of real processes.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks again every 2 ms until it is true.</summary>
    /// <param name="what">What is waited for, for the failure's text.</param>
    /// <exception cref="TimeoutException">It was not true within 20 s.</exception>
    public static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.");
            }

            await Task.Delay(ShortPause);
        }
    }

    /// <summary>Asks again every 50 ms until it holds.</summary>
    /// <param name="within">10 s if not given.</param>
    /// <exception cref="TimeoutException">It did not hold in that time.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? within = null)
    {
        var patience = within ?? TimeSpan.FromSeconds(10);
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > patience)
            {
                throw new TimeoutException($"It did not hold within {patience}.");
            }

            await Task.Delay(Pause);
        }
    }
}
