using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using static ActorTrade.Domain.Accounts.Account;

namespace ActorTrade.Domain.Accounts;

/// <summary>Whether a route over several pools will happen.</summary>
public enum RouteDecision
{
    Open = 0,
    Committed = 1,
    Aborted = 2,
}

/// <summary>A trade under way: what it holds, what it started from, and how far a route has come.</summary>
public sealed class OpenTrade
{
    private static readonly UInt256[] NoOutputs = [];
    private List<UInt256>? _legOutputs;
    private int _finishedLegs;

    private OpenTrade(Guid id, Event started, DateTimeOffset startedAt, TokenAmount[] held)
    {
        Id = id;
        Started = started;
        StartedAt = startedAt;
        Held = held;
    }

    public Guid Id { get; }

    /// <summary>The event that started it, with all its terms.</summary>
    public Event Started { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>What is set aside for it, each token once: at most as many as a pool has.</summary>
    public TokenAmount[] Held { get; }

    public RouteDecision Decision { get; private set; }

    public string? AbortReason { get; private set; }

    /// <summary>The fee of the first leg, in the input token.</summary>
    public UInt256 Fee { get; private set; }

    /// <summary>What each prepared leg of a route gives out, in route order.</summary>
    public IReadOnlyList<UInt256> LegOutputs => (IReadOnlyList<UInt256>?)_legOutputs ?? NoOutputs;

    /// <summary>Tells it from an earlier trade with its id, which is forgotten only when its own deadline has
    /// passed.</summary>
    public DateTimeOffset Deadline => Started switch
    {
        Event.SwapStarted e => e.Deadline,
        Event.LiquidityAdditionStarted e => e.Deadline,
        Event.LiquidityRemovalStarted e => e.Deadline,
        Event.JoinStarted e => e.Deadline,
        Event.ExitStarted e => e.Deadline,
        Event.TransferStarted e => e.Deadline,
        Event.WithdrawalStarted e => e.Deadline,
        Event.OrderFillStarted e => e.Deadline,
        _ => throw new InvalidOperationException($"{Started.GetType().Name} starts no trade."),
    };

    public DateTimeOffset RememberUntil => Started switch
    {
        Event.SwapStarted e => e.RememberUntil,
        Event.LiquidityAdditionStarted e => e.RememberUntil,
        Event.LiquidityRemovalStarted e => e.RememberUntil,
        Event.JoinStarted e => e.RememberUntil,
        Event.ExitStarted e => e.RememberUntil,
        Event.TransferStarted e => e.RememberUntil,
        Event.WithdrawalStarted e => e.RememberUntil,
        Event.OrderFillStarted e => e.RememberUntil,
        _ => throw new InvalidOperationException($"{Started.GetType().Name} starts no trade."),
    };

    /// <summary>Who remembers the outcome until it is acknowledged; null for a route, whose legs need no
    /// acknowledgement.</summary>
    public EntityId? Counterparty => Started switch
    {
        Event.SwapStarted { Route: [var only] } => Pool.IdOf(only.Pool),
        Event.OrderFillStarted e => Pool.IdOf(e.Hop.Pool),
        Event.LiquidityAdditionStarted e => Pool.IdOf(e.Pool),
        Event.LiquidityRemovalStarted e => Pool.IdOf(e.Pool),
        Event.JoinStarted e => Pool.IdOf(e.Pool),
        Event.ExitStarted e => Pool.IdOf(e.Pool),
        Event.TransferStarted e => IdOf(e.To),
        Event.WithdrawalStarted e => Token.IdOf(e.Token),
        _ => null,
    };

    /// <summary>The swap that it is, where it is one through a single pool; else null.</summary>
    public OneSwap? OneSwap => Started switch
    {
        Event.SwapStarted { Route: [var only] } e => new OneSwap(only, e.AmountIn, e.MinAmountOut, e.Deadline),
        Event.OrderFillStarted e => new OneSwap(e.Hop, e.AmountIn, e.MinAmountOut, e.Deadline),
        _ => null,
    };

    public static OpenTrade Start(Guid id, Event started, DateTimeOffset at, params TokenAmount[] held) =>
        new(id, started, at, held);

    public static OpenTrade Restore(CapturedTrade captured)
    {
        ArgumentNullException.ThrowIfNull(captured);
        var trade = new OpenTrade(captured.Id, captured.Started, captured.StartedAt, captured.Held)
        {
            Decision = captured.Decision,
            AbortReason = captured.AbortReason,
            Fee = captured.Fee,
            _finishedLegs = captured.FinishedLegs,
        };
        trade._legOutputs = captured.LegOutputs.Length > 0 ? [.. captured.LegOutputs] : null;
        return trade;
    }

    public CapturedTrade Capture() =>
        new(Id, Started, StartedAt, Held, Decision, AbortReason, Fee, [.. LegOutputs], _finishedLegs);

    /// <summary>The id of a leg: pools see legs, not routes.</summary>
    public Guid LegId(int hop) => DeterministicGuid.Derive(Id, (uint)hop);

    public bool IsLegFinished(int hop) => (_finishedLegs & (1 << hop)) != 0;

    /// <summary>Legs that a pool may have prepared: those that answered and the one being asked.</summary>
    public int LegsAsked(int hops) => Math.Min(LegOutputs.Count + 1, hops);

    /// <summary>Whether every leg that must commit or abort has done so once <paramref name="hop"/> has.</summary>
    public bool WouldFinish(int hop, int legs)
    {
        var all = (1 << legs) - 1;
        return ((_finishedLegs | (1 << hop)) & all) == all;
    }

    public void LegPrepared(UInt256 amountOut, UInt256 fee)
    {
        if (_legOutputs is null)
        {
            Fee = fee;
            _legOutputs = [];
        }

        _legOutputs.Add(amountOut);
    }

    public void Commit() => Decision = RouteDecision.Committed;

    public void Abort(string reason)
    {
        Decision = RouteDecision.Aborted;
        AbortReason = reason;
    }

    public void LegFinished(int hop) => _finishedLegs |= 1 << hop;
}

/// <summary>A swap through one pool.</summary>
public readonly record struct OneSwap(
    SwapHop Hop, UInt256 AmountIn, UInt256 MinAmountOut, DateTimeOffset Deadline);

/// <summary>Money set aside for an order at a venue.</summary>
public sealed class OpenHold(Event.FundsHeld held)
{
    private readonly HashSet<Guid> _fills = [];

    /// <summary>The event that opened it, with all its terms.</summary>
    public Event.FundsHeld Held { get; } = held;

    public Guid Id => Held.HoldId;

    public TokenId Token => Held.Token;

    /// <summary>Not yet spent by fills.</summary>
    public UInt256 Left { get; private set; } = held.Amount;

    /// <summary>After it a hold of this id is refused, so a repeat cannot hold again what was released.</summary>
    public DateTimeOffset Deadline => Held.Deadline;

    public int FillCount => _fills.Count;

    public static OpenHold Restore(CapturedHold captured)
    {
        ArgumentNullException.ThrowIfNull(captured);
        var hold = new OpenHold(captured.Held) { Left = captured.Left };
        hold._fills.UnionWith(captured.Fills);
        return hold;
    }

    public CapturedHold Capture() => new(Held, Left, [.. _fills.Order()]);

    public bool HasFill(Guid fillId) => _fills.Contains(fillId);

    public void Settle(Guid fillId, UInt256 spent)
    {
        Left -= spent;
        _fills.Add(fillId);
    }
}

public sealed record CapturedTrade(
    Guid Id,
    Event Started,
    DateTimeOffset StartedAt,
    TokenAmount[] Held,
    RouteDecision Decision,
    string? AbortReason,
    UInt256 Fee,
    UInt256[] LegOutputs,
    int FinishedLegs);

public sealed record CapturedHold(Event.FundsHeld Held, UInt256 Left, Guid[] Fills);
