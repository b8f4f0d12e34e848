using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary>One affair that ends with an event: whom it is asked of, and under which id.</summary>
/// <param name="Matches">Whether the end is one of this very request; false where a key was reused with other
/// content.</param>
internal sealed record TradeCall(
    Guid Id, EntityId Target, ICommand Command, string Principal, Func<IEvent, bool> Matches);

/// <summary>How an affair ended, and where that stands.</summary>
internal readonly record struct TradeEnd(IEvent Event, long SequenceNr, DateTimeOffset At);

/// <summary>
/// Runs affairs so that a repeat gets the first answer, however late: the entity
/// remembers for an hour, the tables for ever.
/// </summary>
/// <remarks>
/// The sequence number belongs to the event. The entity's answer to a repeat carries its newest number instead, so for
/// repeats the number is read from the tables, where the event was counted.
/// </remarks>
internal sealed class TradeDesk(GatewayServices services, TokenForms forms, TransactionTable table)
{
    /// <summary>The end of the affair, whether it ends now or ended before.</summary>
    /// <exception cref="ApiProblem">It was rejected, released, refused, or its outcome is unknown.</exception>
    public async Task<TradeEnd> RunAsync(TradeCall call)
    {
        if (table.Find(call.Id) is { IsFinal: true } before)
        {
            return Judge(call, before.ToEvent(), before.SequenceNr, before.EndedAt);
        }

        var answer = await services.SendAsync(call.Target, call.Command, call.Id, call.Principal);
        if (answer is Answer.Rejected { Rejection.Code: "id-reused" } && call.Command is Account.Command.StartSwap)
        {
            answer = await ResolveAsync(call);
        }

        return answer switch
        {
            Answer.Accepted { Events: [.., var end] } accepted => await EndOfAsync(call, end, accepted),
            Answer.Accepted =>
                throw new InvalidOperationException($"{call.Target} accepted {call.Command} without an outcome."),
            Answer.Rejected rejected => throw Rejections.ToProblem(rejected.Rejection, forms.Known),
            Answer.Refused refused => throw ApiProblem.Refused(refused.Reason),
            Answer.OutcomeUnknown unknown => throw ApiProblem.OutcomeUnknown(unknown.Why),
            _ => throw new InvalidOperationException($"{call.Target} answered with {answer.GetType().Name}."),
        };
    }

    // A repeat of a swap whose bound was derived from the price carries another bound while the first is still open.
    private async Task<Answer> ResolveAsync(TradeCall call)
    {
        var resolved = await services.SendAsync(
            call.Target, new Account.Command.ResolveTrade(call.Id), call.Id, CommandContext.Self);
        return resolved switch
        {
            Answer.Rejected { Rejection: Account.Rejection.StillOpen } =>
                throw ApiProblem.OutcomeUnknown("The trade is under way."),
            Answer.Accepted { Events: [Account.Event.RouteCommitted or Account.Event.RouteAborted] } =>
                throw ApiProblem.OutcomeUnknown("The trade is under way."),
            Answer.Rejected => throw ApiProblem.KeyReused(call.Id),
            _ => resolved,
        };
    }

    private async Task<TradeEnd> EndOfAsync(TradeCall call, IEvent end, Answer.Accepted accepted)
    {
        var at = AtOf(end);
        if (at == accepted.At)
        {
            return Judge(call, end, accepted.SequenceNr, at);
        }

        await services.Tables.CaughtUpAsync();
        return table.Find(call.Id) is { IsFinal: true } row
            ? Judge(call, end, row.SequenceNr, at)
            : Judge(call, end, accepted.SequenceNr, at);
    }

    private static TradeEnd Judge(TradeCall call, IEvent end, long sequenceNr, DateTimeOffset at) => end switch
    {
        Account.Event.TradeReleased released => throw Rejections.Released(call.Id, released.Reason, at),
        Token.Event.MintUndone undone => throw Rejections.Released(call.Id, undone.Reason, at),
        _ when !call.Matches(end) => throw ApiProblem.KeyReused(call.Id),
        _ => new TradeEnd(end, sequenceNr, at),
    };

    private static DateTimeOffset AtOf(IEvent end) => end switch
    {
        Account.Event.TradeSettled e => e.At,
        Account.Event.TradeReleased e => e.At,
        Account.Event.TransferSettled e => e.At,
        Account.Event.WithdrawalSettled e => e.At,
        Account.Event.LiquidityAdded e => e.At,
        Account.Event.LiquidityRemoved e => e.At,
        Account.Event.Joined e => e.At,
        Account.Event.Exited e => e.At,
        Token.Event.MintDelivered e => e.At,
        Token.Event.MintUndone e => e.At,
        _ => throw new InvalidOperationException($"{end.GetType().Name} ends no trade."),
    };
}
