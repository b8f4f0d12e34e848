using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Tokens.Token;

namespace ActorTrade.Domain.Tokens;

/// <summary>The fold of a token's events. Owned by its actor; changed only by <see cref="Evolve"/>.</summary>
public sealed class TokenState(TokenId id)
{
    private readonly Dictionary<Guid, Event.Minted> _openMints = [];
    private readonly StartOrder<Event.Minted> _mintOrder = new(static mint => mint.At);
    private readonly OutcomeMemory<Event> _outcomes = new(OutcomesMax);

    public TokenId Id { get; } = id;

    /// <summary>Symbol and decimals; null until registered.</summary>
    public Event.Registered? Form { get; private set; }

    /// <summary>All that ever came in, without what was undone.</summary>
    public UInt256 Minted { get; private set; }

    public UInt256 Burned { get; private set; }

    public IReadOnlyDictionary<Guid, Event.Minted> OpenMints => _openMints;

    public Event.Minted? OldestMint => _mintOrder.Oldest is { } oldest ? _openMints[oldest] : null;

    public OutcomeMemory<Event> Outcomes => _outcomes;

    public TokenState Evolve(Event e)
    {
        switch (e)
        {
            case Event.Registered registered:
                Form = registered;
                break;
            case Event.Minted minted:
                Minted += minted.Amount;
                _outcomes.ForgetBefore(minted.At);
                _openMints.Add(minted.MintId, minted);
                _mintOrder.Started(minted.MintId, minted.At);
                break;
            case Event.MintDelivered delivered:
                EndMint(delivered.MintId, e);
                break;
            case Event.MintUndone undone:
                Minted -= undone.Amount;
                EndMint(undone.MintId, e);
                break;
            case Event.Burned burned:
                Burned += burned.Amount;
                _outcomes.ForgetBefore(burned.At);
                _outcomes.Remember(burned.BurnId, e, burned.Deadline, needsAcknowledgement: true);
                break;
            case Event.BurnRefused refused:
                _outcomes.RememberRefusal(refused.BurnId, e, refused.Deadline, refused.At);
                break;
            case Event.BurnsAcknowledged acknowledged:
                _outcomes.ForgetBefore(acknowledged.At);
                foreach (var burnId in acknowledged.BurnIds)
                {
                    _outcomes.Acknowledge(burnId, acknowledged.At);
                }

                break;
            default:
                throw new InvalidOperationException($"The token knows no event {e.GetType().Name}.");
        }

        return this;
    }

    public TokenView ToView() => new(Id, Form?.Symbol, Form?.Decimals, Minted, Burned, _openMints.Count);

    public TokenSnapshot Capture() => new(
        Id,
        Form,
        Minted,
        Burned,
        [.. _mintOrder.InOrder(_openMints).Select(mintId => _openMints[mintId])],
        _outcomes.Capture());

    public static TokenState Restore(TokenSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var state = new TokenState(
            snapshot.Token)
        { Form = snapshot.Form, Minted = snapshot.Minted, Burned = snapshot.Burned };
        foreach (var mint in snapshot.OpenMints)
        {
            state._openMints.Add(mint.MintId, mint);
            state._mintOrder.Started(mint.MintId, mint.At);
        }

        state._outcomes.Restore(snapshot.Outcomes);
        return state;
    }

    private void EndMint(Guid mintId, Event outcome)
    {
        _openMints.Remove(mintId, out var mint);
        _mintOrder.DropEnded(_openMints);
        _outcomes.Remember(mintId, outcome, mint!.RememberUntil, needsAcknowledgement: false);
    }
}

[StoredName("token.snapshot.v1")]
public sealed record TokenSnapshot(
    TokenId Token,
    Event.Registered? Form,
    UInt256 Minted,
    UInt256 Burned,
    Event.Minted[] OpenMints,
    RememberedOutcome<Event>[] Outcomes);
