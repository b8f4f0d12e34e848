using ActorTrade.Cluster.Sharding;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway;

/// <summary>
/// Asks entities on behalf of a request; what is not an answer to it becomes the problem that says why.
/// </summary>
internal static class EntityAnswers
{
    public static async Task<(TView View, long SequenceNr)> ViewAsync<TView>(
        this GatewayServices services, EntityId entity) =>
        await services.Entities.QueryAsync(entity, services.Patience, services.Time) switch
        {
            Answer.Viewed { View: TView view } viewed => (view, viewed.SequenceNr),
            Answer.Refused refused => throw ApiProblem.Refused(refused.Reason),
            Answer.OutcomeUnknown => throw ApiProblem.Refused(RefusalReason.Unavailable),
            var other => throw new InvalidOperationException($"{entity} answered a query with {other.GetType().Name}."),
        };

    /// <summary>Sends a command; its acceptance, or the problem that its rejection or refusal is.</summary>
    /// <param name="services">The way to it.</param>
    /// <param name="target">Whom to ask.</param>
    /// <param name="command">What to ask.</param>
    /// <param name="id">The same for a repeat.</param>
    /// <param name="principal">Who asks.</param>
    /// <param name="forms">Shows the amounts of a rejection in whole tokens.</param>
    public static async Task<Answer.Accepted> AskAsync(
        this GatewayServices services,
        EntityId target,
        ICommand command,
        Guid id,
        string principal,
        TokenForms forms) =>
        await services.SendAsync(target, command, id, principal) switch
        {
            Answer.Accepted accepted => accepted,
            Answer.Rejected rejected => throw Rejections.ToProblem(rejected.Rejection, forms.Known),
            Answer.Refused refused => throw ApiProblem.Refused(refused.Reason),
            Answer.OutcomeUnknown unknown => throw ApiProblem.OutcomeUnknown(unknown.Why),
            var other =>
                throw new InvalidOperationException($"{target} answered a command with {other.GetType().Name}."),
        };

    public static Task<Answer> SendAsync(
        this GatewayServices services, EntityId target, ICommand command, Guid id, string principal)
    {
        var expiresAt = services.Time.GetUtcNow() + services.RememberFor;
        var header = new CommandHeader(id, principal, expiresAt, RequestOrigin.Current);
        return services.Entities.AskAsync(target, command, header, services.Patience, services.Time);
    }
}
