using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.Execution;

/// <summary>
/// The parent of every venue connector and the hand on the switch: it restarts connectors with back-off, lets no new
/// submission through to them unless the system is active, and in an emergency cancels every open order until each has
/// heard it.
/// </summary>
/// <remarks>
/// <para>It is one of three gates: an order asks the mode before it writes its submission down, the paper venue asks it
/// when an unknown order arrives, and this actor asks it for venues behind connectors. A submission that may have been
/// sent before (by an earlier process, or an earlier sending) is not denied, since a denial says that nothing left the
/// system: it goes on to the connector, which knows or says that it timed out. Cancels and questions always
/// pass.</para>
/// <para>What is open it is told from the journal. Its memory is a copy: after a restart it is told again.</para>
/// </remarks>
public sealed class ExecutionSupervisor : Actor<ExecutionMessage>
{
    /// <summary>
    /// Open orders that are watched; a further submission is refused.
    /// </summary>
    public const int OpenOrdersMax = 1_000_000;

    /// <summary>
    /// Calls that one connector may have waiting; more are refused, and sent again by the order's host.
    /// </summary>
    public const int CallsWaitingMax = 4_096;

    /// <summary>A cancel that was not heard goes again after this.</summary>
    public static readonly TimeSpan CancelAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CancelExpiresAfter = TimeSpan.FromSeconds(10);
    private const uint CancelSalt = 0x7000_0000;
    private const string CancelTimer = "cancels";

    private readonly IEntities _entities;
    private readonly IReadOnlyDictionary<string, Func<Actor<VenueCallMessage>>> _factories;
    private readonly Dictionary<string, ActorRef<VenueCallMessage>> _connectors = new(StringComparer.Ordinal);
    private readonly HashSet<OrderId> _open = [];
    private readonly HashSet<OrderId> _letOut = [];
    private readonly HashSet<OrderId> _unheard = [];
    private DateTimeOffset _startedAt;
    private SystemMode _mode;
    private long _denied;
    private long _unreported;

    /// <param name="entities">The way to the orders.</param>
    /// <param name="connectors">How to make the connector of each venue, by the venue's name.</param>
    /// <param name="mode">The mode at the start.</param>
    public ExecutionSupervisor(
        IEntities entities, IReadOnlyDictionary<string, Func<Actor<VenueCallMessage>>> connectors, SystemMode mode)
    {
        ArgumentNullException.ThrowIfNull(entities);
        ArgumentNullException.ThrowIfNull(connectors);
        _entities = entities;
        _factories = connectors;
        _mode = mode;
    }

    protected override SupervisorStrategy SupervisorStrategy { get; } = new()
    {
        MaxRestarts = 100,
        Window = TimeSpan.FromHours(1),
        Backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)),
    };

    protected override void PreStart()
    {
        _startedAt = Context.Time.GetUtcNow();
        foreach (var (venue, factory) in _factories)
        {
            var options = new SpawnOptions { Capacity = CallsWaitingMax };
            _connectors.Add(venue, Context.Spawn(factory, venue, options));
        }
    }

    protected override void Receive(ExecutionMessage message)
    {
        switch (message)
        {
            case ExecutionMessage.CallVenue m:
                Call(m);
                break;
            case ExecutionMessage.OrderOpened m:
                Open(m.OrderId);
                break;
            case ExecutionMessage.OrderEnded m:
                _open.Remove(m.OrderId);
                _unheard.Remove(m.OrderId);
                _letOut.Remove(m.OrderId);
                break;
            case ExecutionMessage.SetMode m:
                SetMode(m.Mode);
                break;
            case ExecutionMessage.CancelAnswered { IsHeard: true } m:
                _unheard.Remove(m.OrderId);
                break;
            case ExecutionMessage.CancelAnswered:
                Context.ScheduleOnce(CancelTimer, CancelAgainAfter, ExecutionMessage.CancelsDue.Instance);
                break;
            case ExecutionMessage.CancelsDue:
                CancelUnheard();
                break;
            case ExecutionMessage.GetStatus m:
                m.ReplyTo.Reply(new ExecutionStatus(_mode, _open.Count, _unheard.Count, _denied, _unreported));
                break;
            default:
                throw new InvalidOperationException($"{message.GetType().Name} is not for the execution supervisor.");
        }
    }

    private void Call(ExecutionMessage.CallVenue message)
    {
        var call = message.Call;
        if (!_connectors.TryGetValue(message.Venue, out var connector))
        {
            call.AnswerTo?.Answered(new Answer.Refused(RefusalReason.UnknownCategory));
            return;
        }

        if (call.Command is Venue.Command.Submit submit)
        {
            // Beyond the bound nobody could say later whether it was let out, nor cancel it in an emergency.
            if (_open.Count >= OpenOrdersMax && !_open.Contains(submit.OrderId))
            {
                call.AnswerTo?.Answered(new Answer.Refused(RefusalReason.TooManyRemembered));
                return;
            }

            if (_mode != SystemMode.Active && submit.SubmittedAt >= _startedAt && !_letOut.Contains(submit.OrderId))
            {
                _denied++;
                var denial = new Denial.SystemNotActive(_mode);
                call.AnswerTo?.Answered(new Answer.Rejected(new Venue.Rejection.Denied(denial.Code)));
                return;
            }

            Open(submit.OrderId);
            _letOut.Add(submit.OrderId);
        }

        if (!connector.Tell(call))
        {
            var reason = connector.IsStopped ? RefusalReason.Unavailable : RefusalReason.MailboxFull;
            call.AnswerTo?.Answered(new Answer.Refused(reason));
        }
    }

    private void Open(OrderId order)
    {
        if (_open.Contains(order))
        {
            return;
        }

        if (_open.Count >= OpenOrdersMax)
        {
            _unreported++;
            return;
        }

        _open.Add(order);
        if (_mode == SystemMode.Emergency)
        {
            // It was on its way when the emergency came.
            _unheard.Add(order);
            Cancel(order);
        }
    }

    private void SetMode(SystemMode mode)
    {
        _mode = mode;
        _unheard.Clear();
        Context.CancelTimer(CancelTimer);
        if (mode == SystemMode.Emergency)
        {
            _unheard.UnionWith(_open);
            CancelUnheard();
        }
    }

    private void CancelUnheard()
    {
        foreach (var order in _unheard.Order())
        {
            Cancel(order);
        }

        if (_unheard.Count > 0)
        {
            Context.ScheduleOnce(CancelTimer, CancelAgainAfter, ExecutionMessage.CancelsDue.Instance);
        }
    }

    private void Cancel(OrderId order) => _entities.Send(
        Order.IdOf(order),
        new Order.Command.Cancel(Order.EmergencyReason),
        new CommandHeader(
            DeterministicGuid.Derive(order.Value, CancelSalt),
            CommandContext.Self,
            Context.Time.GetUtcNow() + CancelExpiresAfter),
        new CancelSink(Context.Self, order));

    /// <summary>
    /// Any answer of the order's rules is heard, also that it has ended; everything else is tried again.
    /// </summary>
    private sealed class CancelSink(ActorRef<ExecutionMessage> supervisor, OrderId order) : IAnswerSink
    {
        public void Answered(Answer answer) => supervisor.Tell(
            new ExecutionMessage.CancelAnswered(order, answer is Answer.Accepted or Answer.Rejected));
    }
}
