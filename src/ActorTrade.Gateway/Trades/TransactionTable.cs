using System.Globalization;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.Gateway.Trades;

/// <summary>The table <c>transactions</c>: every affair that moved or was to move money, by its id.</summary>
internal sealed class TransactionTable(GatewayServices services)
{
    private const string Columns =
        "tx_hash, kind, from_account, to_account, pool, token, amount, token_2, amount_2, token_out, amount_out, "
        + "more, fee, fee_token, price_impact_bps, status, error_message, timestamp, ended_at, sequence_nr";

    public TransactionRow? Find(Guid id)
    {
        var rows = services.Tables.Query($"select {Columns} from transactions where tx_hash = ?1", id);
        return rows.Count == 0 ? null : new TransactionRow(rows[0]);
    }

    /// <summary>The newest first; of one account where given.</summary>
    public IReadOnlyList<TransactionRow> Newest(AccountId? account, int limit)
    {
        var rows = account is { } id
            ? services.Tables.Query(
                $"select {Columns} from transactions where from_account = ?1 or to_account = ?1 "
                + "order by ordering desc limit ?2",
                id.Value,
                limit)
            : services.Tables.Query($"select {Columns} from transactions order by ordering desc limit ?1", limit);
        return [.. rows.Select(r => new TransactionRow(r))];
    }
}

/// <summary>One row of <c>transactions</c>. Amounts in base units.</summary>
internal sealed class TransactionRow(IReadOnlyDictionary<string, object?> row)
{
    public Guid Id => Guid.Parse(Text("tx_hash")!);

    public string Kind => Text("kind")!;

    public string? From => Text("from_account");

    public string? To => Text("to_account");

    /// <summary>The pools passed, separated by commas.</summary>
    public string? Pool => Text("pool");

    public string? Status => Text("status");

    public string? Error => Text("error_message");

    public bool IsFinal => Status is "confirmed" or "failed";

    public TokenAmount? First => Part("token", "amount");

    public TokenAmount? Second => Part("token_2", "amount_2");

    /// <summary>All amounts: the first, the second, and those of a pool of more tokens.</summary>
    public TokenAmount[] Parts =>
    [
        .. new[] { First, Second }.OfType<TokenAmount>(),
        .. (Text("more") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('='))
            .Select(p => new TokenAmount(TokenId.Parse(p[0]), UInt256.Parse(p[1]))),
    ];

    public TokenAmount? Out => Part("token_out", "amount_out");

    public TokenAmount? Fee => Part("fee_token", "fee");

    public DateTimeOffset StartedAt => Instant("timestamp");

    public DateTimeOffset EndedAt => Instant("ended_at");

    public long SequenceNr => row["sequence_nr"] as long? ?? 0;

    /// <summary>The event that ended it, as the entity told it.</summary>
    public IEvent ToEvent()
    {
        if (Status == "failed")
        {
            return new Account.Event.TradeReleased(Id, [], Error ?? "failed", EndedAt);
        }

        return Kind switch
        {
            "swap" or "order-fill" => new Account.Event.TradeSettled(
                Id, First!.Value.Token, First.Value.Amount, Out!.Value.Token, Out.Value.Amount, Fee?.Amount ?? default,
                (int)(row["price_impact_bps"] as long? ?? 0), EndedAt),
            "deposit" => new Token.Event.MintDelivered(Id, AccountId.Parse(To!), First!.Value.Amount, EndedAt),
            "withdrawal" => new Account.Event.WithdrawalSettled(Id, First!.Value.Token, First.Value.Amount, EndedAt),
            "transfer" => new Account.Event.TransferSettled(
                Id, AccountId.Parse(To!), First!.Value.Token, First.Value.Amount, EndedAt),
            "liquidity-added" => new Account.Event.LiquidityAdded(
                Id, PoolId.Parse(Pool!), First!.Value, Second!.Value, default, default, Out!.Value.Amount, EndedAt),
            "liquidity-removed" => new Account.Event.LiquidityRemoved(
                Id, PoolId.Parse(Pool!), Out!.Value.Amount, First!.Value, Second!.Value, EndedAt),
            "joined" => new Account.Event.Joined(
                Id, PoolId.Parse(Pool!), TickRange.Of(Out!.Value.Token), Parts, [], Out!.Value.Amount, EndedAt),
            "exited" => new Account.Event.Exited(
                Id, PoolId.Parse(Pool!), TickRange.Of(Out!.Value.Token), Out!.Value.Amount, Parts, EndedAt),
            _ => throw new InvalidOperationException($"A transaction of the kind '{Kind}' is asked for by nobody."),
        };
    }

    private string? Text(string column) => row[column] as string;

    private DateTimeOffset Instant(string column) =>
        DateTimeOffset.Parse(
            Text(column)!,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private TokenAmount? Part(string token, string amount) =>
        Text(token) is { } t && Text(amount) is { } a ? new TokenAmount(TokenId.Parse(t), UInt256.Parse(a)) : null;
}
