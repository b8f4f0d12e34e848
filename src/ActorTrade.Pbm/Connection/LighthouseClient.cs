using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorTrade.Operator;

namespace ActorTrade.Pbm.Connection;

/// <summary>Asks an operator endpoint; whatever goes wrong is an error that says what to do next.</summary>
internal sealed class LighthouseClient : IDisposable
{
    /// <summary>How long a command may take; the endpoint gives up earlier and says why.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _endpoint;
    private readonly TokenSource _token;

    public LighthouseClient(Uri endpoint, TokenSource token)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        })
        { BaseAddress = endpoint, Timeout = Timeout.InfiniteTimeSpan };
        if (token.Token is { } secret && AuthenticationHeaderValue.TryParse($"Bearer {secret}", out var header))
        {
            _http.DefaultRequestHeaders.Authorization = header;
        }

        (_endpoint, _token) = (endpoint.Authority, token);
    }

    public void Dispose() => _http.Dispose();

    public Task<PaletteBook> PaletteAsync(CancellationToken cancelled) => GuardAsync(
        async limit =>
        {
            using var response = await _http.GetAsync(OperatorProtocol.PalettePath, limit);
            return await ReadAsync<PaletteBook>(response, limit);
        },
        cancelled);

    public Task<IReadOnlyList<string>> CompleteAsync(string source, string prefix, CancellationToken cancelled) =>
        GuardAsync<IReadOnlyList<string>>(
            async limit =>
            {
                var query = $"{OperatorProtocol.CompletePath}?source={Uri.EscapeDataString(source)}"
                    + $"&prefix={Uri.EscapeDataString(prefix)}";
                using var response = await _http.GetAsync(query, limit);
                return await ReadAsync<string[]>(response, limit);
            },
            cancelled);

    public Task<CommandResult> RunAsync(RunRequest request, CancellationToken cancelled) => GuardAsync(
        async limit =>
        {
            using var response = await _http.PostAsJsonAsync(
                OperatorProtocol.RunPath, request, OperatorProtocol.Json, limit);
            return await ReadAsync<CommandResult>(response, limit);
        },
        cancelled);

    /// <summary>The items of a stream until its end; the last one is always an <see cref="StreamKinds.End"/>.</summary>
    public async IAsyncEnumerable<StreamItem> StreamAsync(
        RunRequest request, [EnumeratorCancellation] CancellationToken cancelled)
    {
        using var response = await GuardAsync(limit => OpenAsync(request, limit), cancelled);
        using var body = await response.Content.ReadAsStreamAsync(cancelled);
        using var reader = new StreamReader(body);
        while (true)
        {
            var item = await GuardAsync(limit => NextAsync(reader, limit), cancelled, OperatorProtocol.SilenceMax);
            yield return item;
            if (item.Kind == StreamKinds.End)
            {
                yield break;
            }
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(RunRequest request, CancellationToken limit)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, OperatorProtocol.RunPath)
        {
            Content = JsonContent.Create(request, options: OperatorProtocol.Json),
        };
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new OperatorException(await ErrorAsync(response, limit));
        }
    }

    private async Task<StreamItem> NextAsync(StreamReader reader, CancellationToken limit)
    {
        var line = await reader.ReadLineAsync(limit) ?? throw CutOff();
        return JsonSerializer.Deserialize<StreamItem>(line, OperatorProtocol.Json) ?? throw NotAnEndpoint();
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken limit)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new OperatorException(await ErrorAsync(response, limit));
        }

        return await response.Content.ReadFromJsonAsync<T>(OperatorProtocol.Json, limit) ?? throw NotAnEndpoint();
    }

    private async Task<OperatorError> ErrorAsync(HttpResponseMessage response, CancellationToken limit)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            return Unauthorized();
        }

        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        var error = isJson
            ? await response.Content.ReadFromJsonAsync<OperatorError>(OperatorProtocol.Json, limit)
            : null;
        return error is { Message.Length: > 0 } ? error : NotAnEndpoint().Error;
    }

    private OperatorError Unauthorized() => _token.Token is null
        ? OperatorError.Of(
            ExitCode.Configuration,
            "token-missing",
            $"The Lighthouse at {_endpoint} wants a token, and none was found.",
            $"Tokens are looked for in: {TokenSource.Places}. A Lighthouse prints the path of its tokens file when it "
            + "starts.")
        : OperatorError.Of(
            ExitCode.Configuration,
            "token-refused",
            $"The Lighthouse at {_endpoint} does not accept the token from {_token.From}.",
            $"Tokens are looked for in: {TokenSource.Places}; the first one found is used.");

    private async Task<T> GuardAsync<T>(
        Func<CancellationToken, Task<T>> ask, CancellationToken cancelled, TimeSpan? patience = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        limit.CancelAfter(patience ?? Patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw new OperatorException(
                ExitCode.Timeout,
                "no-answer",
                $"The Lighthouse at {_endpoint} did not answer within {(patience ?? Patience).TotalSeconds:0} s.",
                "What was asked may have happened: look before you repeat it.");
        }
        catch (JsonException)
        {
            throw NotAnEndpoint();
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (IOException) when (!cancelled.IsCancellationRequested)
        {
            throw CutOff();
        }
    }

    private OperatorException Unreachable(HttpRequestException e)
    {
        var why = (e.InnerException as SocketException)?.Message ?? e.Message;
        return new OperatorException(
            ExitCode.NotRunning,
            "not-reachable",
            $"No Lighthouse answers at {_endpoint}: {why}.",
            "Start one with 'lighthouse run', or name another: pbm HOST:PORT …");
    }

    private OperatorException CutOff() => new(
        ExitCode.NotRunning,
        "connection-lost",
        $"The connection to the Lighthouse at {_endpoint} was lost.",
        "Look whether it still runs, or ask another Lighthouse.");

    private OperatorException NotAnEndpoint() => new(
        ExitCode.Error,
        "not-an-endpoint",
        $"What answers at {_endpoint} is not an operator endpoint.",
        $"A Lighthouse listens on port {OperatorProtocol.PortDefault} unless configured; a node has a page instead.");
}
