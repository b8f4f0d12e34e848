using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActorTrade.Gateway.Accounts;
using ActorTrade.Gateway.Bots;
using ActorTrade.Gateway.Operation;
using ActorTrade.Gateway.Pools;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Http;

/// <summary>
/// Every shape on the wire: camelCase, enums as strings, absent instead of null, unknown fields refused.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(OpenAccountRequest))]
[JsonSerializable(typeof(AccountDetails))]
[JsonSerializable(typeof(MoneyRequest))]
[JsonSerializable(typeof(TransferRequest))]
[JsonSerializable(typeof(MovementReceipt))]
[JsonSerializable(typeof(SwapRequest))]
[JsonSerializable(typeof(SwapReceipt))]
[JsonSerializable(typeof(PoolOrderRequest))]
[JsonSerializable(typeof(PoolOrderDetails))]
[JsonSerializable(typeof(PoolOrderDetails[]))]
[JsonSerializable(typeof(VenueOrderRequest))]
[JsonSerializable(typeof(VenueOrderDetails))]
[JsonSerializable(typeof(VenueOrderDetails[]))]
[JsonSerializable(typeof(AddLiquidityRequest))]
[JsonSerializable(typeof(RemoveLiquidityRequest))]
[JsonSerializable(typeof(LiquidityReceipt))]
[JsonSerializable(typeof(SharesReceipt))]
[JsonSerializable(typeof(CreatePoolRequest))]
[JsonSerializable(typeof(PoolDetails[]))]
[JsonSerializable(typeof(TokenDetails[]))]
[JsonSerializable(typeof(TwapDetails))]
[JsonSerializable(typeof(MedianDetails))]
[JsonSerializable(typeof(TransactionView[]))]
[JsonSerializable(typeof(RegisterBotRequest))]
[JsonSerializable(typeof(WhyRequest))]
[JsonSerializable(typeof(BotDetails[]))]
[JsonSerializable(typeof(OrderDetails))]
[JsonSerializable(typeof(OrderSummary[]))]
[JsonSerializable(typeof(ChangeModeRequest))]
[JsonSerializable(typeof(SystemDetails))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(PageStatus))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static ApiJson Shapes => Default;
}

internal static class Responses
{
    public static Task WriteAsync<T>(this HttpContext http, T value, JsonTypeInfo<T> shape)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, shape, http.RequestAborted);
    }

    /// <summary>A part of the path.</summary>
    public static string Segment(this HttpContext http, string name) => (string)http.Request.RouteValues[name]!;
}
