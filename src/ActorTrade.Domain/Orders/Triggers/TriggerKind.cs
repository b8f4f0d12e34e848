namespace ActorTrade.Domain.Orders.Triggers;

/// <summary>What makes one side of an order begin to trade. Stored by number.</summary>
public enum TriggerKind
{
    /// <summary>Nothing: it trades from the start.</summary>
    None = 0,

    /// <summary>The price falls to a price or below.</summary>
    Stop = 1,

    /// <summary>The price rises to a price or above.</summary>
    TakeProfit = 2,

    /// <summary>The price falls a share below the highest since the order was placed.</summary>
    TrailingStop = 3,
}

/// <summary>How an order shows its amount to the market. Stored by number.</summary>
public enum ExecutionStyle
{
    /// <summary>All of it at once.</summary>
    Whole = 0,

    /// <summary>A slice every interval; what a slice leaves is added to the next.</summary>
    Twap = 1,

    /// <summary>A visible part; when it is filled, the next one goes to the end of its price's line.</summary>
    Iceberg = 2,
}
