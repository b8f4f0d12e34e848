using ActorTrade.EventSourcing;

namespace ActorTrade.Gateway.Http;

/// <summary>A request that cannot be served, on its way to become a problem document (RFC 9457).</summary>
/// <remarks>
/// Thrown at the border only, where the form of a request is read; what the rules say travels as answers.
/// </remarks>
/// <param name="status">The HTTP status.</param>
/// <param name="code">Stable, lower-case, dashed; what a client programs against.</param>
/// <param name="detail">One sentence for a person.</param>
public sealed class ApiProblem(int status, string code, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The field of the request it concerns; null where it concerns none.</summary>
    public string? Field { get; init; }

    /// <summary>Seconds after which a repeat makes sense; null where none does.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Further members of the document: numbers, ids and instants as JSON values.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Members { get; init; } = [];

    /// <summary>A field that is missing or has another form than it must.</summary>
    public static ApiProblem Invalid(string field, string detail) =>
        new(400, "invalid-field", detail) { Field = field };

    public static ApiProblem NotFound(string code, string detail) => new(404, code, detail);

    /// <summary>The command was sent and nobody knows yet what became of it.</summary>
    public static ApiProblem OutcomeUnknown(string why) => new(
        504,
        "outcome-unknown",
        $"{why} It may or may not have happened: repeat the same request with the same Idempotency-Key.")
    {
        RetryAfterSeconds = 1,
    };

    /// <summary>The same key came with other content.</summary>
    public static ApiProblem KeyReused(Guid id) => new(
        409, "id-reused", "This Idempotency-Key was used before for a request with other content.")
    {
        Members = [new("id", id)],
    };

    /// <summary>What a refusal by the host of an entity says to a client.</summary>
    public static ApiProblem Refused(RefusalReason reason) => reason switch
    {
        RefusalReason.MailboxFull => Busy("mailbox-full", "Too much is waiting before this request."),
        RefusalReason.TooManyRemembered =>
            Busy("too-many-remembered", "Too many requests of the last hour are remembered."),
        RefusalReason.Expired =>
            new ApiProblem(504, "expired", "The request waited too long and was not taken; send it again."),
        RefusalReason.NotPermitted => new ApiProblem(403, "not-permitted", "This principal may not ask this."),
        RefusalReason.Poisoned => new ApiProblem(
            500, "command-poisoned", "This request makes the node's rules fail and will not be tried again."),
        RefusalReason.UnknownCategory => NotFound("not-found", "There is no such thing here."),
        _ => new ApiProblem(503, "unavailable", "This part of the node cannot work at the moment; nothing was done.")
        {
            RetryAfterSeconds = 1,
        },
    };

    private static ApiProblem Busy(string code, string detail) =>
        new(429, code, $"{detail} Nothing was done; send it again later.") { RetryAfterSeconds = 1 };
}
