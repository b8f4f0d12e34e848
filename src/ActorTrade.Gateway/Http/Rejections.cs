using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.EventSourcing;

namespace ActorTrade.Gateway.Http;

/// <summary>
/// Turns what an entity's rules say into a problem: the code as it is, the numbers as members, the status that fits.
/// </summary>
internal static class Rejections
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Members = new();

    /// <param name="rejection">What the rules say.</param>
    /// <param name="decimalsOf">Decimals of a token; amounts beside a token are shown in whole tokens.</param>
    public static ApiProblem ToProblem(IRejection rejection, Func<TokenId, int?> decimalsOf)
    {
        var (code, subject) = rejection is Pool.Rejection.PriceRefused refused
            ? (refused.Refusal.Code, (object)refused.Refusal)
            : (rejection.Code, rejection);
        var properties = Members.GetOrAdd(subject.GetType(), static type =>
            [.. type.GetProperties().Where(p => p.Name is not ("Code" or "EqualityContract"))]);
        var values = properties.Select(p => (p.Name, Value: p.GetValue(subject))).ToList();
        var decimals = values.Select(v => v.Value).OfType<TokenId>().Select(decimalsOf).FirstOrDefault();
        var members = values.Select(v => KeyValuePair.Create(
            JsonNamingPolicy.CamelCase.ConvertName(v.Name),
            v.Value is UInt256 amount && decimals is { } d ? Units.Format(amount, d) : v.Value));
        return new ApiProblem(StatusOf(code), code, Sentence(code))
        {
            Members = [.. members],
            RetryAfterSeconds = rejection.Code.StartsWith("too-many", StringComparison.Ordinal) ? 1 : null,
        };
    }

    /// <summary>
    /// A trade that was taken and then did not happen: a fact, with the reason the pool or account journaled.
    /// </summary>
    public static ApiProblem Released(Guid id, string reason, DateTimeOffset at) =>
        new(StatusOf(reason), reason, $"The trade did not happen and its money is available again: {reason}.")
        {
            Members = [new("id", id), new("at", at)],
        };

    public static int StatusOf(string code) => code switch
    {
        "not-permitted" or "bot-not-permitted" => 403,
        "account-not-open" or "pool-not-created" or "token-not-registered" or "bot-unknown" or "order-unknown"
            or "unknown-trade" => 404,
        "id-reused" or "bot-id-reused" or "order-id-reused" or "trading-halted" or "bot-not-running" or "wrong-nonce"
            or "order-is-final" or "still-open" or "pool-busy" => 409,
        _ when code.Contains("already", StringComparison.Ordinal) => 409,
        _ when code.StartsWith("system-", StringComparison.Ordinal) && code != "system-reason-invalid" => 409,
        _ when code.StartsWith("too-many", StringComparison.Ordinal) => 429,
        _ => 422,
    };

    private static string Sentence(string code) => code switch
    {
        "insufficient-funds" => "The account has less available than this needs.",
        "trading-halted" => "The system takes no new work of this kind at the moment.",
        "account-not-open" => "There is no such account.",
        "not-permitted" => "Only the owner may do this.",
        "bot-unknown" => "There is no such bot.",
        "order-unknown" => "There is no such order.",
        "token-reserved" => "Tokens whose name begins with 'lp:' are shares, which only their pool makes.",
        "price-too-old" => "The price last changed longer ago than was accepted.",
        "window-not-covered" => "The window is shorter or longer than there are observations for.",
        "too-few-observations" => "The price changed less often within the window than was asked for.",
        "price-deviates" => "The mean price is farther from the present one than was accepted.",
        "no-quorum" => "Too few sources agree on a price.",
        _ => $"The rules do not allow it: {code.Replace('-', ' ')}.",
    };
}
