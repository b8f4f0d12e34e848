using System.Net.Sockets;
using System.Text.Json;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Lighthouse.Palettes;
using ActorTrade.Operator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrade.Lighthouse.Endpoint;

/// <summary>
/// The operator endpoint: HTTP with JSON. Every request carries a token, except for <c>/health</c>; every acting
/// command is in the audit before it is done.
/// </summary>
public sealed class OperatorEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OperatorEndpoint(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where it is reached, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <param name="audit">Owned by the caller.</param>
    /// <exception cref="AddressTakenException">Another process listens there.</exception>
    public static async Task<OperatorEndpoint> StartAsync(
        LighthouseServices services, OperatorTokens tokens, AuditTrail audit, EndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, ProcessLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = OperatorProtocol.RequestBytesMax * 2;
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        Map(app, services, tokens, audit, options);
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new AddressTakenException(options.Address, options.Port, e);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new OperatorEndpoint(app, new Uri(addresses.Addresses.First()));
    }

    /// <summary>Ends streams and takes no new requests.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static void Map(
        WebApplication app,
        LighthouseServices services,
        OperatorTokens tokens,
        AuditTrail audit,
        EndpointOptions options)
    {
        var palettes = PaletteSet.Of(services, audit);
        var completions = new Completions(services, new Asking(services));
        var runs = new CommandRuns(palettes, audit, services.Time, options, app.Lifetime.ApplicationStopping);
        app.Use(GuardAsync);
        app.MapGet("/health", http => http.Response.WriteAsJsonAsync(
            new { server = options.Server, isConnected = services.View.Now().IsConnected },
            OperatorProtocol.Json,
            http.RequestAborted));
        app.MapGet(OperatorProtocol.PalettePath, http => http.Response.WriteAsJsonAsync(
            palettes.BookFor(Authenticate(http, tokens), options.Server), OperatorProtocol.Json, http.RequestAborted));
        app.MapGet(OperatorProtocol.CompletePath, async http =>
        {
            Authenticate(http, tokens);
            var (source, prefix) = (http.Request.Query["source"].ToString(), http.Request.Query["prefix"].ToString());
            var names = await completions.OfAsync(source, prefix, http.RequestAborted);
            await http.Response.WriteAsJsonAsync(names, OperatorProtocol.Json, http.RequestAborted);
        });
        app.MapPost(OperatorProtocol.RunPath, http => runs.RunAsync(http, Authenticate(http, tokens)));
    }

    private static OperatorIdentity Authenticate(HttpContext http, OperatorTokens tokens)
    {
        const string Scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && tokens.Find(header[Scheme.Length..].Trim()) is { } who
            ? who
            : throw new UnauthorizedAccessException();
    }

    // The border of each request: whatever it throws becomes an error document, never a stack trace.
    private static async Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            if (http.Request.Headers.Origin.Count > 0)
            {
                // Browsers name the page that asks: no page has any business here.
                throw new OperatorException(ExitCode.Error, "foreign-origin", "Requests from pages are not taken.");
            }

            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: 404 or 405 })
            {
                throw new OperatorException(ExitCode.NotFound, "no-such-resource", "There is nothing at this address.");
            }
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            var (status, error) = ErrorOf(e);
            http.Response.StatusCode = status;
            if (status == 401)
            {
                http.Response.Headers.WWWAuthenticate = "Bearer";
            }

            await http.Response.WriteAsJsonAsync(error, OperatorProtocol.Json, CancellationToken.None);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
    }

    /// <summary>The HTTP status and the document of whatever ended a request.</summary>
    internal static (int Status, OperatorError Error) ErrorOf(Exception e) => e switch
    {
        OperatorException o => (StatusOf(o.Error), o.Error),
        UnauthorizedAccessException => (401, OperatorError.Of(
            ExitCode.Configuration, "token-refused", "A token is needed, and this was none.")),
        JsonException or BadHttpRequestException => (400, OperatorError.Of(
            ExitCode.Configuration, "request-malformed", $"The request cannot be read: {e.Message}")),
        _ => (500, OperatorError.Of(
            ExitCode.Error, "bug", $"The Lighthouse failed on this command ({e.GetType().Name}: {e.Message}).")),
    };

    private static int StatusOf(OperatorError error) => error.Code switch
    {
        "may-only-look" or "foreign-origin" => 403,
        "tails-max" => 429,
        _ => (ExitCode)error.ExitCode switch
        {
            ExitCode.NotFound => 404,
            ExitCode.NotRunning => 503,
            ExitCode.Configuration => 400,
            ExitCode.Timeout => 504,
            _ => 409,
        },
    };

    // The process decides when to stop; the web host must not listen to signals beside it.
    private sealed class ProcessLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
