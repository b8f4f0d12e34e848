using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace ActorTrade.TestChains;

/// <summary>A node's refusal of a request, with the revert data where a contract reverted.</summary>
public sealed class JsonRpcException(string method, string message, string? data)
    : Exception($"{method}: {message} {data}".TrimEnd())
{
    /// <summary>What the contract reverted with, as 0x hex; null where the node says none.</summary>
    public string? RevertData { get; } = data;
}

/// <summary>Asks a chain's node over HTTP, one request or many at a time.</summary>
public sealed class JsonRpc(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    public static string Quantity(long value) => $"0x{value.ToString("x", CultureInfo.InvariantCulture)}";

    /// <exception cref="JsonRpcException">The node refused.</exception>
    public async Task<JsonElement> AskAsync(string method, params object[] parameters) =>
        Result(method, await PostAsync(Request(0, method, parameters)));

    /// <summary>The answers of one batch, in the order of the questions.</summary>
    /// <exception cref="JsonRpcException">The node refused one.</exception>
    public async Task<IReadOnlyList<JsonElement>> AskAllAsync(string method, IReadOnlyList<object[]> parameters)
    {
        if (parameters.Count == 0)
        {
            return [];
        }

        var replies = await PostAsync(parameters.Select((p, i) => Request(i, method, p)).ToArray());
        return
        [
            .. replies.EnumerateArray().OrderBy(r => r.GetProperty("id").GetInt32()).Select(r => Result(method, r)),
        ];
    }

    public void Dispose() => _http.Dispose();

    private static object Request(int id, string method, object[] parameters) =>
        new { jsonrpc = "2.0", id, method, @params = parameters };

    private static JsonElement Result(string method, JsonElement reply)
    {
        if (!reply.TryGetProperty("error", out var error))
        {
            return reply.GetProperty("result");
        }

        var hasData = error.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.String;
        throw new JsonRpcException(
            method, error.GetProperty("message").GetString() ?? "refused", hasData ? data.GetString() : null);
    }

    private async Task<JsonElement> PostAsync(object body)
    {
        using var response = await _http.PostAsJsonAsync("", body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
