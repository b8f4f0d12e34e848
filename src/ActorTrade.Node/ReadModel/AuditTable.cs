using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.System;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>audit_log</c>: what someone decided (who, when, what, from what to what). What the cluster does on its own
/// behalf to finish it is in the other tables.
/// </summary>
/// <remarks>Address and user agent are those of the request; empty for what the cluster decided itself.</remarks>
public sealed class AuditTable : IProjection
{
    public string Name => "audit";

    public int Version => 3;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            "audit_log",
            [
                Whole("ordering"), Text("timestamp"), Text("user_identifier"), Text("action"), Text("entity_type"),
                Text("entity_id"), TextOrNull("old_value"), TextOrNull("new_value"), TextOrNull("ip_address"),
                TextOrNull("user_agent"),
            ],
            ["ordering"]) { Indexes = [["user_identifier"], ["entity_type", "entity_id"]] },
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        if (Describe(projected) is var (action, before, after) && action is not null)
        {
            // The address holds no space; what follows the first one is the user agent.
            var origin = projected.Origin?.Split(' ', 2);
            yield return new RowChange.Insert(
                "audit_log",
                "ordering".Is(projected.Ordering),
                "timestamp".Is(projected.At),
                "user_identifier".Is(projected.Principal),
                "action".Is(action),
                "entity_type".Is(projected.Entity.Category),
                "entity_id".Is(projected.Entity.Key),
                "old_value".Is(before),
                "new_value".Is(after),
                "ip_address".Is(origin?[0]),
                "user_agent".Is(origin is [_, { Length: > 0 } agent] ? agent : null));
        }
    }

    private static (string? Action, string? Before, string? After) Describe(in ProjectedEvent projected) =>
        projected.Event switch
        {
            TradingSystem.Event.ModeChanged e => ("change-mode", e.From.ToString(), $"{e.To}: {e.Why}"),
            TradingSystem.Event.RecoveryProposed e => ("propose-recovery", null, e.Why),
            TradingSystem.Event.RecoveryWithdrawn e => ("withdraw-recovery", null, e.Why),
            Account.Event.Opened e => ("open-account", null, e.Owner),
            Account.Event.SwapStarted e => (
                "swap", null, $"{e.AmountIn} {e.Route[0].TokenIn} to at least {e.MinAmountOut} {e.Route[^1].TokenOut}"),
            Account.Event.PoolOrderPlaced e => (
                "place-pool-order", null,
                $"{PoolOrderTables.TypeOf(e.Order)} in {e.Pool}: {e.Order.AmountIn} {e.Order.TokenIn} to "
                    + e.Order.TokenOut),
            Account.Event.PoolOrderCancelRequested e => ("cancel-pool-order", null, $"{e.OrderId}: {e.Why}"),
            OrderDesk.Event.OrderReceived { Bot: null } e => (
                "place-venue-order", null,
                $"{VenueOrderTables.TypeOf(e.Order)} at {e.Order.Venue}: {e.Order.Side} {e.Order.Quantity} "
                    + e.Order.Instrument.Symbol),
            OrderDesk.Event.EndRequested e when projected.Principal != CommandContext.Self => (
                "cancel-venue-order", null, $"{e.OrderId}: {e.Reason}"),
            OrderDesk.Event.OrderEnded e when projected.Principal != CommandContext.Self => (
                "cancel-venue-order", null, $"{e.OrderId}: {e.Reason}"),
            Account.Event.LiquidityAdditionStarted e => (
                "add-liquidity", null,
                $"{e.Max0.Amount} {e.Max0.Token} and {e.Max1.Amount} {e.Max1.Token} to {e.Pool}"),
            Account.Event.LiquidityRemovalStarted e => ("remove-liquidity", null, $"{e.Shares} shares of {e.Pool}"),
            Account.Event.JoinStarted e => (
                "join-pool", null,
                $"{string.Join(" and ", e.Most.Select(m => $"{m.Amount} {m.Token}"))} to {e.Pool}"),
            Account.Event.ExitStarted e => ("exit-pool", null, $"{e.Shares} {e.Held().Token}"),
            Account.Event.TransferStarted e => ("transfer", null, $"{e.Amount} {e.Token} to {e.To}"),
            Account.Event.WithdrawalStarted e => ("withdraw", null, $"{e.Amount} {e.Token}"),
            Token.Event.Registered e => ("register-token", null, $"{e.Symbol}, {e.Decimals} decimals"),
            Token.Event.Minted e => ("deposit", null, $"{e.Amount} to {e.Account}"),
            Pool.Event.Created e =>
                ("create-pool", null, $"{e.Token0}/{e.Token1}, {e.LiquidityFee.Value}+{e.TreasuryFee.Value} pips"),
            Pool.Event.CurveCreated e =>
                ("create-pool", null, $"{string.Join('/', e.Tokens)}, {e.Curve.Description}"),
            Pool.Event.FeesCollected e => ("collect-fees", null, $"to {e.Treasury}"),
            Pool.Event.FeesOfAllCollected e => ("collect-fees", null, $"to {e.Treasury}"),
            Bot.Event.Registered e => ("register-bot", null, $"{e.Strategy} on {e.Account}"),
            Bot.Event.Started => ("start-bot", null, nameof(BotState.Running)),
            Bot.Event.Paused e => ("pause-bot", null, $"{nameof(BotState.Paused)}: {e.Why}"),
            Bot.Event.Stopped e => ("stop-bot", null, $"{nameof(BotState.Stopped)}: {e.Why}"),
            HostEvent.CommandPoisoned e => (
                "poison-command", null, $"{e.Command} after {e.Attempts} attempts: {e.ErrorType}: {e.Error}"),
            Bot.Event.LimitBreached e => ("breach-limit", null, $"{e.Limit}: {e.Value} {e.Token} of {e.Max}"),
            _ => default,
        };
}
