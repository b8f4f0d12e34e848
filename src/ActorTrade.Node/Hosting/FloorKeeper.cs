using ActorTrade.Kernel;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// Runs the floor while this node serves the market's shard: starts it shortly after it does, stops it as soon as it no
/// longer does, and starts the next one only when nothing of the last runs any more.
/// </summary>
/// <remarks>
/// The node that hands the shard on sees it within <see cref="LookEvery"/>, and the one that takes it over waits for
/// <see cref="StartsAfter"/>, so in an orderly move two floors do not run at once. After a failure they may, until the
/// old node notices: then bots' entities decide, which have one writer, and commands of both.
/// </remarks>
/// <param name="serves">Whether this node serves the market's shard now.</param>
/// <param name="ring">Rings at the shard: told while another node serves it, since that one may be gone.</param>
/// <param name="start">Starts a floor.</param>
/// <param name="now">Told of the floor that runs from now on, and null when it is being stopped.</param>
internal sealed class FloorKeeper(Func<bool> serves, Action ring, Func<LiveMarket> start, Action<LiveMarket?> now)
    : Actor<FloorKeeper.Message>
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan RingsEvery = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan StartsAfter = TimeSpan.FromMilliseconds(300);

    private LiveMarket? _market;
    private long? _servesSince;
    private bool _isStopping;

    protected override void PreStart()
    {
        Context.SchedulePeriodic("look", LookEvery, new Message.LookDue());
        Context.SchedulePeriodic("ring", RingsEvery, new Message.RingDue());
    }

    protected override void PostStop() => _ = _market?.StopAsync();

    protected override void Receive(Message message)
    {
        switch (message)
        {
            case Message.LookDue:
                Look();
                break;
            case Message.RingDue when !serves():
                ring();
                break;
            case Message.Stopped:
                _isStopping = false;
                break;
        }
    }

    private void Look()
    {
        if (!serves())
        {
            _servesSince = null;
            Stop();
            return;
        }

        _servesSince ??= Context.Time.GetTimestamp();
        if (_market is null && !_isStopping && Context.Time.GetElapsedTime(_servesSince.Value) >= StartsAfter)
        {
            _market = start();
            now(_market);
        }
    }

    private void Stop()
    {
        if (_market is not { } market)
        {
            return;
        }

        _market = null;
        _isStopping = true;
        now(null);
        Context.PipeToSelf(StopAsync(market), static _ => new Message.Stopped(), static _ => new Message.Stopped());
    }

    private static async Task<bool> StopAsync(LiveMarket market)
    {
        await market.StopAsync();
        return true;
    }

    internal abstract record Message
    {
        private Message()
        {
        }

        internal sealed record LookDue : Message;

        internal sealed record RingDue : Message;

        internal sealed record Stopped : Message;
    }
}
