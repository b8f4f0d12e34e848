using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Http;

/// <summary>
/// Where the request at hand came from, for the audit: the address, a space, the user agent. It flows with the request,
/// so that not every step between has to carry it.
/// </summary>
internal static class RequestOrigin
{
    // A header may be long; the journal keeps what tells one client from another.
    private const int UserAgentLengthMax = 200;
    private static readonly AsyncLocal<string?> Flowing = new();

    public static string? Current => Flowing.Value;

    /// <summary>Of a request that did not come over HTTP.</summary>
    public static void Remember(string origin) => Flowing.Value = origin;

    public static Task RememberAsync(HttpContext http, RequestDelegate next)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        agent = agent.Length <= UserAgentLengthMax ? agent : agent[..UserAgentLengthMax];
        Flowing.Value = $"{http.Connection.RemoteIpAddress} {agent}";
        return next(http);
    }
}
