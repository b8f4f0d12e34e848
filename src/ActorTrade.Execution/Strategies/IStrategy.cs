using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;
using ActorTrade.Market.Signals;

namespace ActorTrade.Execution.Strategies;

/// <summary>
/// Decides what a bot wants. A state machine without clock, chance or I/O: the same calls give the same
/// intents. Its memory may be lost at any time (a restart, a move to another node) and then warms up anew;
/// what must survive is in the bot's position.
/// </summary>
public interface IStrategy
{
    void OnTick(Tick tick, StrategyContext context);

    void OnSignal(Signal signal, StrategyContext context);
}

/// <summary>What a strategy wants to be done. The bot's limits decide whether it is.</summary>
public abstract record Intent
{
    private Intent()
    {
    }

    /// <param name="Quantity">Base units of the base token.</param>
    /// <param name="LimitPrice">Null: at the market.</param>
    public sealed record Order(
        Symbol Symbol,
        Side Side,
        UInt256 Quantity,
        decimal? LimitPrice,
        decimal ReferencePrice,
        TimeInForce TimeInForce,
        string Why) : Intent;

    /// <summary>An order that the venue's desk works: triggers, pairs of ways out, slices, tips, dates.</summary>
    /// <param name="Quantity">Base units of the base token.</param>
    /// <param name="ReferencePrice">The price that the strategy saw.</param>
    public sealed record DeskOrder(
        Symbol Symbol, Side Side, UInt256 Quantity, DeskTerms Terms, decimal ReferencePrice, string Why) : Intent;

    /// <param name="Lifetime">The swap is refused when it has not happened by then.</param>
    public sealed record PoolSwap(
        SwapHop[] Route, UInt256 AmountIn, UInt256 MinAmountOut, TimeSpan Lifetime, string Why) : Intent;

    public sealed record Cancel(OrderId OrderId, string Why) : Intent;
}

/// <summary>A gain that prices offered, whether or not it was taken. An estimate:
/// depth and latency are not in it.</summary>
/// <param name="Route">Such as "BTC→EUR→USD→BTC".</param>
/// <param name="GainBps">Of the size, after the fees that the strategy was told of.</param>
/// <param name="Size">Whole tokens of <paramref name="Token"/> put in.</param>
/// <param name="Profit">Whole tokens of <paramref name="Token"/>.</param>
public sealed record Opportunity(
    string Kind, string Route, string Token, double GainBps, double Size, double Profit, DateTimeOffset At);

/// <summary>An order of the bot that a desk has or is asked for, and that has not ended.</summary>
/// <param name="Quantity">Base units of the base token, as it was sent.</param>
public sealed record OpenDeskOrder(OrderId OrderId, Symbol Symbol, Side Side, UInt256 Quantity, DeskTerms Terms);

/// <summary>What a strategy sees and where it puts its intents; valid for the one call it is given to.</summary>
public abstract class StrategyContext
{
    public abstract DateTimeOffset Now { get; }

    /// <summary>The bot's, in the order of its registration.</summary>
    public abstract IReadOnlyList<Instrument> Instruments { get; }

    public abstract PoolBook Pools { get; }

    /// <summary>Base units of the base token that the bot holds by its own trades.</summary>
    public abstract SignedAmount PositionOf(Symbol symbol);

    /// <summary>Orders and swaps of the bot that are sent and have not ended.</summary>
    public abstract int OpenCount { get; }

    /// <summary>Those of them that desks work, the oldest first; also after a restart, so that one can be cancelled.
    /// </summary>
    public abstract IReadOnlyList<OpenDeskOrder> DeskOrders { get; }

    public abstract void Send(Intent intent);

    public abstract void Found(Opportunity opportunity);
}
