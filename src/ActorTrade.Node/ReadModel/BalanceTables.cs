using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Journal.Projections;
using static ActorTrade.Node.ReadModel.Columns;

namespace ActorTrade.Node.ReadModel;

/// <summary>
/// <c>accounts</c>, <c>balances</c>, <c>tokens</c>, <c>pools</c> and <c>pool_reserves</c>: who and what there is, and
/// where the money lies. Amounts in base units, from the same postings as the check of conservation.
/// </summary>
public sealed class BalanceTables : IProjection
{
    public string Name => "balances";

    public int Version => 1;

    public IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new TableDefinition(
            "accounts",
            [Text("account_id"), Text("owner"), Text("opened_at")],
            ["account_id"]) { Indexes = [["owner"]] },
        new TableDefinition(
            "balances",
            [Text("account_id"), Text("token_id"), TextOrNull("available"), TextOrNull("held")],
            ["account_id", "token_id"]) { Indexes = [["token_id"]] },
        new TableDefinition(
            "tokens",
            [
                Text("token_id"), TextOrNull("symbol"), WholeOrNull("decimals"), TextOrNull("minted"),
                TextOrNull("burned"), TextOrNull("registered_at"),
            ],
            ["token_id"]),
        new TableDefinition(
            "pools",
            [
                Text("pool_id"), TextOrNull("token_0"), TextOrNull("token_1"), WholeOrNull("liquidity_fee_pips"),
                WholeOrNull("treasury_fee_pips"), TextOrNull("total_shares"), TextOrNull("created_at"),
            ],
            ["pool_id"]),
        new TableDefinition(
            "pool_reserves",
            [Text("pool_id"), Text("token_id"), TextOrNull("reserve"), TextOrNull("treasury_fees")],
            ["pool_id", "token_id"]),
    ];

    public IEnumerable<RowChange> Project(ProjectedEvent projected)
    {
        if (Known(projected) is { } known)
        {
            yield return known;
        }

        foreach (var change in Supply(projected).Concat(Shares(projected)))
        {
            yield return change;
        }

        var isAccount = projected.Entity.Category == Account.Category;
        var rows = Postings.Of(projected.Entity, projected.Event)
            .Where(p => p.Bucket.Kind
                is BucketKind.Available or BucketKind.Held or BucketKind.Reserve or BucketKind.Treasury)
            .GroupBy(p => (p.Bucket.Owner, p.Token));
        foreach (var row in rows)
        {
            // Both amounts of a row, so that neither is ever empty.
            yield return Add(isAccount, row, isAccount ? BucketKind.Available : BucketKind.Reserve);
            yield return Add(isAccount, row, isAccount ? BucketKind.Held : BucketKind.Treasury);
        }
    }

    private static RowChange? Known(in ProjectedEvent projected) => projected.Event switch
    {
        Account.Event.Opened e => new RowChange.Upsert(
            "accounts", "account_id".Is(e.Account), "owner".Is(e.Owner), "opened_at".Is(e.At)),
        Token.Event.Registered e => new RowChange.Upsert(
            "tokens",
            "token_id".Is(e.Token),
            "symbol".Is(e.Symbol),
            "decimals".Is(e.Decimals),
            "minted".Is("0"),
            "burned".Is("0"),
            "registered_at".Is(e.At)),
        Pool.Event.CurveCreated e => PoolRow(e.ToCreated()),
        Pool.Event.Created e => PoolRow(e),
        _ => null,
    };

    private static RowChange.Upsert PoolRow(Pool.Event.Created e) => new(
        "pools",
        "pool_id".Is(e.Pool),
        "token_0".Is(e.Token0),
        "token_1".Is(e.Token1),
        "liquidity_fee_pips".Is(e.LiquidityFee.Value),
        "treasury_fee_pips".Is(e.TreasuryFee.Value),
        "total_shares".Is("0"),
        "created_at".Is(e.At));

    private static IEnumerable<RowChange> Supply(ProjectedEvent projected)
    {
        var key = new[] { "token_id".Is(projected.Entity.Key) };
        switch (projected.Event)
        {
            case Token.Event.Minted e:
                yield return new RowChange.AddToAmount("tokens", key, "minted", (BigInteger)e.Amount);
                break;
            case Token.Event.MintUndone e:
                yield return new RowChange.AddToAmount("tokens", key, "minted", -(BigInteger)e.Amount);
                break;
            case Token.Event.Burned e:
                yield return new RowChange.AddToAmount("tokens", key, "burned", (BigInteger)e.Amount);
                break;
        }
    }

    private static IEnumerable<RowChange> Shares(ProjectedEvent projected)
    {
        var key = new[] { "pool_id".Is(projected.Entity.Key) };
        switch (projected.Event)
        {
            case Pool.Event.LiquidityAdded e:
                yield return new RowChange.AddToAmount(
                    "pools", key, "total_shares", (BigInteger)(e.Shares + e.LockedShares));
                break;
            case Pool.Event.Joined { Range: null } e:
                yield return new RowChange.AddToAmount(
                    "pools", key, "total_shares", (BigInteger)(e.Shares + e.LockedShares));
                break;
            case Pool.Event.Exited { Range: null } e:
                yield return new RowChange.AddToAmount("pools", key, "total_shares", -(BigInteger)e.Shares);
                break;
            case Pool.Event.LiquidityRemoved e:
                yield return new RowChange.AddToAmount(
                    "pools", key, "total_shares", -(BigInteger)e.Shares);
                break;
        }
    }

    private static RowChange.AddToAmount Add(
        bool isAccount, IGrouping<(string Owner, TokenId Token), Posting> row, BucketKind kind) => new(
        isAccount ? "balances" : "pool_reserves",
        [(isAccount ? "account_id" : "pool_id").Is(row.Key.Owner), "token_id".Is(row.Key.Token)],
        kind switch
        {
            BucketKind.Available => "available",
            BucketKind.Held => "held",
            BucketKind.Reserve => "reserve",
            _ => "treasury_fees",
        },
        row.Where(p => p.Bucket.Kind == kind).Aggregate(BigInteger.Zero, (sum, p) => sum + Signed(p)));

    private static BigInteger Signed(in Posting posting) =>
        posting.Amount.IsNegative ? -(BigInteger)posting.Amount.Magnitude : (BigInteger)posting.Amount.Magnitude;
}
