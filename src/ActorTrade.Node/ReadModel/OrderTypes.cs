using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Node.ReadModel;

/// <summary>What an order is called in lists: limit, stop, oco, iceberg limit …</summary>
internal static class OrderTypes
{
    public static string NameOf(
        IReadOnlyList<(TriggerKind Trigger, bool HasLimit)> legs, ExecutionStyle style, bool isPostOnly)
    {
        var name = legs.Count == 2
            ? legs[0].Trigger == TriggerKind.None ? "oco" : "bracket"
            : legs[0] switch
            {
                (TriggerKind.Stop, true) => "stop-limit",
                (TriggerKind.Stop, _) => "stop",
                (TriggerKind.TakeProfit, _) => "take-profit",
                (TriggerKind.TrailingStop, _) => "trailing-stop",
                (_, true) => "limit",
                _ => "market",
            };
        return style switch
        {
            ExecutionStyle.Twap => "twap " + name,
            ExecutionStyle.Iceberg => "iceberg " + name,
            _ => isPostOnly ? "post-only " + name : name,
        };
    }
}
