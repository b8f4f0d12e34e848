using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Http;

/// <summary>
/// Reads the parts of a request into the value types of the domain, or throws the problem that names the field.
/// </summary>
internal static class RequestReading
{
    public const string PrincipalHeader = "X-Principal";
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>The principal of a request that names none.</summary>
    public const string PrincipalDefault = "local";

    private const int NameLengthMax = 64;
    private const int KeyLengthMax = 200;

    /// <summary>
    /// Who asks. Until there is a sign-in the header is believed, which is why it is taken from this machine
    /// only; never the cluster itself, nor a bot.
    /// </summary>
    public static string Principal(this HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } remote || !IPAddress.IsLoopback(remote))
        {
            throw new ApiProblem(403, "not-local", "Without sign-in only requests from this machine are taken.");
        }

        var given = http.Request.Headers[PrincipalHeader];
        if (given.Count == 0)
        {
            return PrincipalDefault;
        }

        var name = given.Count == 1 ? given[0] : null;
        if (string.IsNullOrEmpty(name) || name.Length > NameLengthMax || !name.All(IsNameCharacter))
        {
            throw ApiProblem.Invalid(
                PrincipalHeader, $"A principal has 1 to {NameLengthMax} characters of A-Z a-z 0-9 @ . _ -");
        }

        return name == CommandContext.Self
            ? throw new ApiProblem(403, "not-permitted", "Nobody outside speaks for the cluster.")
            {
                Field = PrincipalHeader,
            }
            : name;
    }

    /// <summary>
    /// The id of what the request does: the same for every repeat by the same principal with the same key. A key counts
    /// within one kind of request to one entity, so the ids of two affairs never meet.
    /// </summary>
    public static Guid IdOf(this HttpContext http, string kind, EntityId target)
    {
        var principal = http.Principal();
        var keys = http.Request.Headers[KeyHeader];
        var key = keys.Count == 1 ? keys[0] : null;
        if (string.IsNullOrEmpty(key) || key.Length > KeyLengthMax || key.Any(char.IsControl))
        {
            throw new ApiProblem(
                400,
                keys.Count == 0 ? "idempotency-key-missing" : "invalid-field",
                $"The header {KeyHeader} is needed: 1 to {KeyLengthMax} characters, new for each request, "
                + "the same for its repeats.")
            {
                Field = KeyHeader,
            };
        }

        // Only the key could hold a line feed, and it may not: no two requests give one text.
        return DeterministicGuid.FromText($"{kind}\n{target}\n{principal}\n{key}");
    }

    /// <summary>
    /// The body, by its shape: unknown fields, missing ones and wrong types are the client's to mend.
    /// </summary>
    public static async Task<T> BodyAsync<T>(this HttpContext http, JsonTypeInfo<T> shape)
        where T : class
    {
        if (http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is not true)
        {
            throw new ApiProblem(415, "content-type", "The body must be application/json.");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, shape, http.RequestAborted)
                ?? throw new ApiProblem(400, "invalid-body", "The body is null.");
        }
        catch (JsonException e)
        {
            var field = e.Path?.TrimStart('$', '.');
            throw new ApiProblem(400, "invalid-body", $"The body does not have the form it must: {e.Message}")
            {
                Field = string.IsNullOrEmpty(field) ? null : field,
            };
        }
    }

    public static AccountId Account(string? text, string field) =>
        AccountId.TryParse(text, out var id, out var error) ? id : throw ApiProblem.Invalid(field, error);

    public static TokenId Token(string? text, string field) =>
        TokenId.TryParse(text, out var id, out var error) ? id : throw ApiProblem.Invalid(field, error);

    public static PoolId Pool(string? text, string field) =>
        PoolId.TryParse(text, out var id, out var error) ? id : throw ApiProblem.Invalid(field, error);

    public static BotId Bot(string? text, string field) =>
        BotId.TryParse(text, out var id, out var error) ? id : throw ApiProblem.Invalid(field, error);

    public static OrderId Order(string? text, string field) =>
        OrderId.TryParse(text, out var id, out var error) ? id : throw ApiProblem.Invalid(field, error);

    /// <summary>A decimal string as base units: exact, or a problem with the field.</summary>
    public static UInt256 Amount(string? text, int decimals, string field) =>
        Units.TryParse(text, decimals, out var amount, out var error) ? amount : throw ApiProblem.Invalid(field, error);

    /// <summary>A plain decimal number such as a price or a limit.</summary>
    public static decimal Number(string? text, string field) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiProblem.Invalid(field, "Digits with at most one decimal point are expected.");

    /// <summary>A case by its name, whatever its letters' case.</summary>
    public static T EnumOf<T>(string text, string field, string expected)
        where T : struct, Enum =>
        !text.Any(char.IsAsciiDigit) && Enum.TryParse<T>(text, ignoreCase: true, out var parsed)
            ? parsed
            : throw ApiProblem.Invalid(field, expected);

    /// <summary>What is left out is good till the date, or till cancelled where there is none.</summary>
    public static TimeInForce TimeInForceOf(string? text, DateTimeOffset? expiresAt) => text is null
        ? expiresAt is null ? TimeInForce.Gtc : TimeInForce.Gtd
        : EnumOf<TimeInForce>(text, "timeInForce", "Gtc, Gtd, Ioc or Fok is expected.");

    /// <summary>A whole number of the query string within bounds.</summary>
    public static int Count(this HttpContext http, string name, int otherwise, int max)
    {
        var text = http.Request.Query[name].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }

        var isWhole = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        return isWhole && count >= 1 && count <= max
            ? count
            : throw ApiProblem.Invalid(name, $"A whole number from 1 to {max} is expected.");
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '_' or '-';
}
