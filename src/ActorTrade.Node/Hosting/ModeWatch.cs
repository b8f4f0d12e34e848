using ActorTrade.Kernel;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// Looks at the trading system's mode every so often, as the bound for changes that did not come through this node's
/// door. A
/// stopped system is so stopped here within twice the period. In a cluster only the node that serves the trading system
/// looks; the others hear of a change from it.
/// </summary>
internal sealed class ModeWatch(EntityDoor door, TimeSpan period, Func<bool> looks) : Actor<ModeWatch.LookDue>
{
    protected override void PreStart() => Context.SchedulePeriodic("look", period, new LookDue());

    protected override void Receive(LookDue message)
    {
        if (looks())
        {
            door.Refresh();
        }
    }

    internal sealed record LookDue;
}
