using System.Net;
using System.Net.Sockets;
using ActorTrade.Gateway.Accounts;
using ActorTrade.Gateway.Bots;
using ActorTrade.Gateway.Http;
using ActorTrade.Gateway.Operation;
using ActorTrade.Gateway.Pools;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorTrade.Gateway;

/// <summary>Where the gateway listens.</summary>
public sealed record GatewayOptions
{
    /// <summary>
    /// An address of this machine. Anything but loopback can read, but not act: there is no sign-in yet.
    /// </summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; } = 5080;

    /// <summary>The longest body of a request, in bytes; a longer one is answered with 413.</summary>
    public int BodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>Connections at once; more are closed.</summary>
    public int ConnectionsMax { get; init; } = 1_000;
}

/// <summary>The REST interface and the status page of a node.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>Where it is reached, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <exception cref="AddressTakenException">Another process listens there.</exception>
    public static async Task<GatewayServer> StartAsync(GatewayServices services, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NodeLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        app.Use(GuardAsync);
        app.Use(RequestOrigin.RememberAsync);
        Map(app, services);
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
        return new GatewayServer(app, new Uri(addresses.Addresses.First()));
    }

    /// <summary>Takes no new requests and waits for those under way, at most until the deadline.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        using var given = new CancellationTokenSource(deadline);
        await _app.StopAsync(given.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Map(IEndpointRouteBuilder app, GatewayServices services)
    {
        var forms = new TokenForms(services);
        var table = new TransactionTable(services);
        var desk = new TradeDesk(services, forms, table);
        var accounts = new AccountEndpoints(services, forms, desk);
        var pools = new PoolEndpoints(services, forms, desk);
        var prices = new PriceEndpoints(services, forms);
        var bots = new BotEndpoints(services, forms);
        var orders = new OrderEndpoints(services, forms);
        var poolOrders = new PoolOrderEndpoints(services, forms);
        var venueOrders = new VenueOrderEndpoints(services, forms);
        var transactions = new TransactionEndpoints(forms, table);
        var system = new SystemEndpoints(services, forms);
        var status = new StatusEndpoints(services, pools, bots, orders, venueOrders, transactions);

        app.MapGet("/", StatusEndpoints.PageAsync);
        app.MapGet("/api/health", status.HealthAsync);
        app.MapGet("/api/status", status.StatusAsync);
        app.MapPost("/api/accounts", accounts.OpenAsync);
        app.MapGet("/api/accounts/{id}", accounts.GetAsync);
        app.MapPost("/api/accounts/{id}/deposits", accounts.DepositAsync);
        app.MapPost("/api/accounts/{id}/withdrawals", accounts.WithdrawAsync);
        app.MapPost("/api/accounts/{id}/transfers", accounts.TransferAsync);
        app.MapGet("/api/tokens", pools.TokensAsync);
        app.MapGet("/api/pools", pools.ListAsync);
        app.MapPost("/api/pools", pools.CreateAsync);
        app.MapGet("/api/pools/{id}", pools.GetAsync);
        app.MapGet("/api/pools/{id}/twap", prices.TwapAsync);
        app.MapGet("/api/prices/{base}/{quote}", prices.MedianAsync);
        app.MapPost("/api/pools/{id}/liquidity/add", pools.AddLiquidityAsync);
        app.MapPost("/api/pools/{id}/liquidity/remove", pools.RemoveLiquidityAsync);
        app.MapPost("/api/pools/{id}/orders", poolOrders.PlaceAsync);
        app.MapGet("/api/pool-orders", poolOrders.ListAsync);
        app.MapGet("/api/pool-orders/{id}", poolOrders.GetAsync);
        app.MapPost("/api/pool-orders/{id}/cancel", poolOrders.CancelAsync);
        app.MapPost("/api/venues/{id}/orders", venueOrders.PlaceAsync);
        app.MapGet("/api/venue-orders", venueOrders.ListAsync);
        app.MapGet("/api/venue-orders/{id}", venueOrders.GetAsync);
        app.MapPost("/api/venue-orders/{id}/cancel", venueOrders.CancelAsync);
        app.MapPost("/api/swaps", new SwapEndpoints(services, forms, desk).SwapAsync);
        app.MapGet("/api/transactions", transactions.ListAsync);
        app.MapPost("/api/bots", bots.RegisterAsync);
        app.MapGet("/api/bots", bots.ListAsync);
        app.MapGet("/api/bots/{id}", bots.GetAsync);
        app.MapPost("/api/bots/{id}/start", bots.StartAsync);
        app.MapPost("/api/bots/{id}/pause", bots.PauseAsync);
        app.MapPost("/api/bots/{id}/stop", bots.StopAsync);
        app.MapGet("/api/orders", orders.ListAsync);
        app.MapGet("/api/orders/{id}", orders.GetAsync);
        app.MapGet("/api/system", system.GetAsync);
        app.MapPost("/api/system", system.ChangeAsync);
    }

    // The border of each request: whatever it throws becomes a problem document, never a stack trace.
    private static async Task GuardAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            RefuseForeignPages(http);
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: 404 or 405 })
            {
                // Only the routing leaves these behind without a word.
                throw http.Response.StatusCode == 405
                    ? new ApiProblem(405, "method-not-allowed", "This address takes another method.")
                    : ApiProblem.NotFound("no-such-resource", "There is nothing at this address.");
            }
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            if (ProblemOf(e, http) is { } problem)
            {
                await ProblemWriter.WriteAsync(http, problem);
            }
        }
    }

    // A page of another site that the operator has open must not act here. Browsers name the page's origin on every
    // post.
    private static void RefuseForeignPages(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && origin != $"{http.Request.Scheme}://{http.Request.Host}")
        {
            throw new ApiProblem(403, "foreign-origin", "Requests from pages of other sites are not taken.");
        }
    }

    private static ApiProblem? ProblemOf(Exception e, HttpContext http) => e switch
    {
        ApiProblem problem => problem,
        Microsoft.AspNetCore.Http.BadHttpRequestException { StatusCode: 413 } =>
            new ApiProblem(413, "body-too-large", "The body of the request is too long."),
        Microsoft.AspNetCore.Http.BadHttpRequestException bad =>
            new ApiProblem(bad.StatusCode, "bad-request", "The request is malformed."),
        OperationCanceledException when http.RequestAborted.IsCancellationRequested => null,
        _ => new ApiProblem(500, "internal-error", $"The node failed on this request ({e.GetType().Name})."),
    };

    // The node decides when to stop; the web host must not listen to signals beside it.
    private sealed class NodeLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The gateway cannot listen where it was told to.</summary>
public sealed class AddressTakenException(IPAddress address, int port, Exception inner)
    : Exception($"Cannot listen on {address}:{port}: {inner.Message} Set Http:Port to a free one.", inner);
