using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.Execution;

/// <summary>
/// A call to one venue, as its connector gets it. The sink hears one answer, in the words of <see cref="Venue"/>.
/// </summary>
public sealed record VenueCallMessage(Venue.Command Command, CommandHeader Header, IAnswerSink? AnswerTo);

/// <summary>What the execution supervisor handles.</summary>
public abstract record ExecutionMessage
{
    private ExecutionMessage()
    {
    }

    /// <summary>An order's call to a venue that is reached through a connector.</summary>
    public sealed record CallVenue(string Venue, VenueCallMessage Call) : ExecutionMessage;

    /// <summary>The system's mode is now this; told by whoever follows the trading system's journal.</summary>
    public sealed record SetMode(SystemMode Mode) : ExecutionMessage;

    /// <summary>An order was submitted; told from the journal, and at the start for every order that is open.</summary>
    public sealed record OrderOpened(OrderId OrderId) : ExecutionMessage;

    /// <summary>An order has reached a final state; told from the journal.</summary>
    public sealed record OrderEnded(OrderId OrderId) : ExecutionMessage;

    /// <summary>Asks for <see cref="ExecutionStatus"/>.</summary>
    public sealed record GetStatus(IReplyTo<ExecutionStatus> ReplyTo) : ExecutionMessage;

    /// <summary>An order answered the cancel of an emergency.</summary>
    internal sealed record CancelAnswered(OrderId OrderId, bool IsHeard) : ExecutionMessage;

    /// <summary>Cancels that nobody heard are sent again.</summary>
    internal sealed record CancelsDue : ExecutionMessage
    {
        public static CancelsDue Instance { get; } = new();
    }
}

/// <summary>What the execution supervisor knows.</summary>
/// <param name="Unheard">Orders that must be cancelled and have not said that they heard.</param>
/// <param name="Denied">Submissions that were not let out.</param>
/// <param name="Unreported">Orders beyond <see cref="ExecutionSupervisor.OpenOrdersMax"/> that are not watched.</param>
public sealed record ExecutionStatus(SystemMode Mode, int OpenOrders, int Unheard, long Denied, long Unreported);
