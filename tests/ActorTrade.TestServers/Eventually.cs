using System.Diagnostics;

namespace ActorTrade.TestServers;

/// <summary>Waits for a condition in tests of real processes.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

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
