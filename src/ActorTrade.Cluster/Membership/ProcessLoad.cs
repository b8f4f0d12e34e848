namespace ActorTrade.Cluster.Membership;

/// <summary>How much of the machine's processors the process used since it was last asked.</summary>
internal sealed class ProcessLoad(TimeProvider time)
{
    private long _askedAt = time.GetTimestamp();
    private TimeSpan _used = Environment.CpuUsage.TotalTime;

    /// <summary>0 to 1.</summary>
    public double Next()
    {
        var used = Environment.CpuUsage.TotalTime;
        var wall = time.GetElapsedTime(_askedAt);
        var share = wall > TimeSpan.Zero ? (used - _used) / (wall * Environment.ProcessorCount) : 0;
        (_askedAt, _used) = (time.GetTimestamp(), used);
        return Math.Round(Math.Clamp(share, 0, 1), 3);
    }
}
