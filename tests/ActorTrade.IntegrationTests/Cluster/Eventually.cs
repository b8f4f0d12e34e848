using System.Diagnostics;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>Waits until a condition holds, looking every few milliseconds.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"Not within {Patience.TotalSeconds} s: {what}.");
            await Task.Delay(2);
        }
    }
}
