using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>transactions</c>: one row for each affair that moved or was to move money; <c>tx_hash</c> is
/// the affair's id. A row is made when the affair starts (pending) and completed when it ends
/// (confirmed or failed), both by whoever drives it.
/// </summary>
/// <remarks>Block number and gas stay empty: nothing here happened on a chain. Amounts in base units.</remarks>
public sealed class TransactionsTable : IProjection
{
    private const string Table = "transactions";

    public string Name => "transactions";

    public int Version => 2;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            Table,
            [
                Text("tx_hash"), Text("kind"), TextOrNull("from_account"), TextOrNull("to_account"), TextOrNull("pool"),
                TextOrNull("token"), TextOrNull("amount"), TextOrNull("token_2"), TextOrNull("amount_2"),
                TextOrNull("more"), TextOrNull("token_out"), TextOrNull("amount_out"), TextOrNull("fee_token"),
                TextOrNull("fee"),
                WholeOrNull("price_impact_bps"), Text("status"), TextOrNull("error_message"), Text("timestamp"),
                TextOrNull("ended_at"), Whole("ordering"), WholeOrNull("sequence_nr"), WholeOrNull("block_number"),
                WholeOrNull("gas_used"),
            ],
            ["tx_hash"]) { Indexes = [["from_account"], ["to_account"], ["ordering"]] },
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        if ((Start(projected) ?? End(projected)) is { } change)
        {
            yield return change;
        }
    }

    private static RowChange? Start(in ProjectedEvent projected)
    {
        var account = projected.Entity.Key;
        return projected.Event switch
        {
            Account.Event.SwapStarted e => New(
                projected, e.TradeId, "swap", account, null, string.Join(',', e.Route.Select(h => h.Pool.Value)),
                new TokenAmount(e.Route[0].TokenIn, e.AmountIn), e.At),
            Account.Event.OrderFillStarted e => New(
                projected, e.TradeId, "order-fill", account, null, e.Hop.Pool.Value,
                new TokenAmount(e.Hop.TokenIn, e.AmountIn), e.At),
            Account.Event.LiquidityAdditionStarted e => New(
                projected, e.TradeId, "liquidity-added", account, null, e.Pool.Value, e.Max0, e.At, second: e.Max1),
            Account.Event.LiquidityRemovalStarted e => New(
                projected, e.TradeId, "liquidity-removed", account, null, e.Pool.Value, null, e.At,
                gained: new TokenAmount(TokenId.SharesOf(e.Pool), e.Shares)),
            Account.Event.JoinStarted e => New(
                projected, e.TradeId, "joined", account, null, e.Pool.Value, e.Most[0], e.At,
                second: e.Most.Length > 1 ? e.Most[1] : null, more: e.Most),
            Account.Event.ExitStarted e => New(
                projected, e.TradeId, "exited", account, null, e.Pool.Value, null, e.At, gained: e.Held()),
            Account.Event.TransferStarted e => New(
                projected, e.TradeId, "transfer", account, e.To.Value, null, new TokenAmount(e.Token, e.Amount), e.At),
            Account.Event.WithdrawalStarted e => New(
                projected, e.TradeId, "withdrawal", account, null, null, new TokenAmount(e.Token, e.Amount), e.At),
            Token.Event.Minted e => New(
                projected, e.MintId, "deposit", null, e.Account.Value, null,
                new TokenAmount(TokenId.Parse(projected.Entity.Key), e.Amount), e.At),
            _ => null,
        };
    }

    private static RowChange? End(in ProjectedEvent projected) => projected.Event switch
    {
        Account.Event.TradeSettled e => Confirmed(
            projected,
            e.TradeId,
            e.At,
            "token_out".Is(e.TokenOut),
            "amount_out".Is(e.AmountOut),
            "fee_token".Is(e.TokenIn),
            "fee".Is(e.Fee),
            "price_impact_bps".Is(e.PriceImpactBps)),
        Account.Event.LiquidityAdded e => Confirmed(
            projected,
            e.TradeId,
            e.At,
            "amount".Is(e.Spent0.Amount),
            "amount_2".Is(e.Spent1.Amount),
            "token_out".Is(TokenId.SharesOf(e.Pool)),
            "amount_out".Is(e.Shares)),
        Account.Event.LiquidityRemoved e => Confirmed(
            projected,
            e.TradeId,
            e.At,
            "token".Is(e.Received0.Token),
            "amount".Is(e.Received0.Amount),
            "token_2".Is(e.Received1.Token),
            "amount_2".Is(e.Received1.Amount)),
        Account.Event.Joined e => Confirmed(
            projected,
            e.TradeId,
            e.At,
            [
                .. PartsOf(e.Spent),
                "token_out".Is(TickRange.SharesOf(e.Pool, e.Range)),
                "amount_out".Is(e.Shares),
            ]),
        Account.Event.Exited e => Confirmed(projected, e.TradeId, e.At, PartsOf(e.Received)),
        Account.Event.TransferSettled e => Confirmed(projected, e.TradeId, e.At),
        Account.Event.WithdrawalSettled e => Confirmed(projected, e.TradeId, e.At),
        Token.Event.MintDelivered e => Confirmed(projected, e.MintId, e.At),
        Account.Event.TradeReleased e => Failed(projected, e.TradeId, e.Reason, e.At),
        Token.Event.MintUndone e => Failed(projected, e.MintId, e.Reason, e.At),
        Account.Event.FillSettled e => Fill(projected, e),
        Pool.Event.FeesCollected e => Collection(projected, FeeCollection.Of(e)!),
        Pool.Event.FeesOfAllCollected e => Collection(projected, FeeCollection.Of(e)!),
        _ => null,
    };

    private static RowChange.Upsert New(
        in ProjectedEvent projected,
        Guid id,
        string kind,
        string? from,
        string? to,
        string? pool,
        TokenAmount? first,
        DateTimeOffset at,
        TokenAmount? second = null,
        TokenAmount? gained = null,
        TokenAmount[]? more = null) => new(
        Table,
        "tx_hash".Is(id),
        "kind".Is(kind),
        "from_account".Is(from),
        "to_account".Is(to),
        "pool".Is(pool),
        "token".Is(first?.Token),
        "amount".Is(first?.Amount),
        "token_2".Is(second?.Token),
        "amount_2".Is(second?.Amount),
        "more".Is(MoreOf(more)),
        "token_out".Is(gained?.Token),
        "amount_out".Is(gained?.Amount),
        "status".Is("pending"),
        "timestamp".Is(at),
        "ordering".Is(projected.Ordering));

    private static RowChange.Update Confirmed(
        in ProjectedEvent projected, Guid id, DateTimeOffset at, params Cell[] cells) => new(
        Table,
        ["tx_hash".Is(id)],
        [.. cells, "status".Is("confirmed"), "ended_at".Is(at), "sequence_nr".Is(projected.SequenceNr)]);

    private static RowChange.Update Failed(
        in ProjectedEvent projected, Guid id, string reason, DateTimeOffset at) => new(
        Table,
        ["tx_hash".Is(id)],
        "status".Is("failed"),
        "error_message".Is(reason),
        "ended_at".Is(at),
        "sequence_nr".Is(projected.SequenceNr));

    // A fill of an order at a venue is known only when it is booked.
    private static RowChange.Upsert Fill(in ProjectedEvent projected, Account.Event.FillSettled e) => new(
        Table,
        "tx_hash".Is(e.FillId),
        "kind".Is("fill"),
        "from_account".Is(projected.Entity.Key),
        "to_account".Is(e.Venue),
        "token".Is(e.SpentToken),
        "amount".Is(e.Spent),
        "token_out".Is(e.Received),
        "amount_out".Is(e.ReceivedAmount),
        "fee_token".Is(e.FeeToken),
        "fee".Is(e.Fee),
        "status".Is("confirmed"),
        "timestamp".Is(e.At),
        "ended_at".Is(e.At),
        "ordering".Is(projected.Ordering),
        "sequence_nr".Is(projected.SequenceNr));

    private static RowChange.Upsert Collection(in ProjectedEvent projected, FeeCollection e) => new(
        Table,
        [
            "tx_hash".Is(e.CollectionId),
            "kind".Is("fees-collected"),
            "to_account".Is(e.Treasury),
            "pool".Is(projected.Entity.Key),
            .. PartsOf(e.Fees),
            "status".Is("confirmed"),
            "timestamp".Is(e.At),
            "ended_at".Is(e.At),
            "ordering".Is(projected.Ordering),
            "sequence_nr".Is(projected.SequenceNr),
        ]);

    private static Cell[] PartsOf(TokenAmount[] parts) =>
    [
        "token".Is(parts.Length > 0 ? parts[0].Token : null),
        "amount".Is(parts.Length > 0 ? parts[0].Amount : null),
        "token_2".Is(parts.Length > 1 ? parts[1].Token : null),
        "amount_2".Is(parts.Length > 1 ? parts[1].Amount : null),
        "more".Is(MoreOf(parts)),
    ];

    // What does not fit the two columns, as token=amount with commas between.
    private static string? MoreOf(TokenAmount[]? parts) => parts is { Length: > 2 }
        ? string.Join(',', parts.Skip(2).Select(p => $"{p.Token}={p.Amount}"))
        : null;
}
