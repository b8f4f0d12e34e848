using ActorTrade.Cluster.Membership;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Hosting;

/// <summary>
/// The way into a node for everyone outside its entities: it keeps the mode that every decision is given, counts who
/// still waits
/// for an answer, and can be closed so that the node may stop with nobody waiting.
/// </summary>
/// <remarks>
/// The mode is taken from the trading system's answers before they go on to whoever asked, so a change is in force when
/// it is
/// acknowledged; <see cref="Refresh"/> asks for it, for the start and for whatever passes by. Versions keep an old
/// answer from
/// undoing a newer one.
/// </remarks>
public sealed class EntityDoor : IEntities
{
    private readonly IEntities _inside;
    private readonly ModeBoard _board;
    private readonly IAnswerSink _modeListener;
    private int _waiting;
    private volatile bool _isClosed;

    /// <param name="board">Where the mode is kept.</param>
    /// <param name="inside">The way to the entities.</param>
    public EntityDoor(ModeBoard board, IEntities inside)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(inside);
        _board = board;
        _inside = inside;
        _modeListener = new ModeListener(this);
    }

    /// <summary>What the system allows now.</summary>
    public SystemMode Mode => _board.Effective;

    /// <summary>Commands and queries without an answer yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether the mode has been heard from the trading system since the start.</summary>
    public bool IsModeKnown => _board.IsKnown;

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
    {
        if (_isClosed)
        {
            answerTo?.Answered(new Answer.Refused(RefusalReason.Unavailable));
            return;
        }

        _inside.Send(target, command, header, answerTo is null && target != TradingSystem.Id ? null : Guard(answerTo));
    }

    public void Query(EntityId target, IAnswerSink answerTo)
    {
        ArgumentNullException.ThrowIfNull(answerTo);
        if (_isClosed)
        {
            answerTo.Answered(new Answer.Refused(RefusalReason.Unavailable));
            return;
        }

        _inside.Query(target, Guard(answerTo));
    }

    /// <summary>Asks the trading system for its mode; the answer is taken when it comes.</summary>
    public void Refresh()
    {
        if (!_isClosed)
        {
            _inside.Query(TradingSystem.Id, _modeListener);
        }
    }

    /// <summary>Takes nothing new from here on.</summary>
    public void Close() => _isClosed = true;

    private Waiter Guard(IAnswerSink? answerTo)
    {
        Interlocked.Increment(ref _waiting);
        return new Waiter(this, answerTo);
    }

    private void Hear(Answer answer)
    {
        switch (answer)
        {
            case Answer.Accepted accepted:
                foreach (var change in accepted.Events.OfType<TradingSystem.Event.ModeChanged>())
                {
                    _board.Learn(change.To, change.Version);
                }

                break;
            case Answer.Viewed { View: TradingSystemView view }:
                _board.Learn(view.Mode, view.Version);
                break;
        }
    }

    private sealed class Waiter(EntityDoor door, IAnswerSink? answerTo) : IAnswerSink
    {
        public void Answered(Answer answer)
        {
            door.Hear(answer);
            answerTo?.Answered(answer);
            Interlocked.Decrement(ref door._waiting);
        }
    }

    private sealed class ModeListener(EntityDoor door) : IAnswerSink
    {
        public void Answered(Answer answer) => door.Hear(answer);
    }
}
