using ActorTrade.Domain.Trades;
using ActorTrade.Domain.Numerics;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Trades;

/// <summary>An amount with its token, as a decimal string in whole tokens.</summary>
public sealed record AmountView(string Token, string Amount);

/// <summary>One affair that moved or was to move money.</summary>
/// <param name="Status">pending, confirmed or failed.</param>
public sealed record TransactionView(
    Guid TxHash,
    string Kind,
    string? From,
    string? To,
    string? Pool,
    IReadOnlyList<AmountView> Amounts,
    AmountView? Out,
    AmountView? Fee,
    string Status,
    string? Error,
    DateTimeOffset Timestamp);

/// <summary><c>GET /api/transactions</c>: what moved, newest first.</summary>
internal sealed class TransactionEndpoints(TokenForms forms, TransactionTable table)
{
    private const int LimitDefault = 50;
    private const int LimitMax = 1_000;

    public async Task ListAsync(HttpContext http)
    {
        var name = http.Request.Query["account"].ToString();
        AccountId? account = name.Length == 0 ? null : RequestReading.Account(name, "account");
        var views = await NewestAsync(account, http.Count("limit", LimitDefault, LimitMax));
        await http.WriteAsync(views, ApiJson.Shapes.TransactionViewArray);
    }

    public async Task<TransactionView[]> NewestAsync(AccountId? account, int limit)
    {
        var rows = table.Newest(account, limit);
        var views = new TransactionView[rows.Count];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = await ViewAsync(rows[i]);
        }

        return views;
    }

    private async Task<TransactionView> ViewAsync(TransactionRow row)
    {
        var amounts = new List<AmountView>(2);
        foreach (var part in row.Parts)
        {
            if (await FormatAsync(part) is { } amount)
            {
                amounts.Add(amount);
            }
        }

        return new TransactionView(
            row.Id,
            row.Kind,
            row.From,
            row.To,
            row.Pool,
            amounts,
            await FormatAsync(row.Out),
            await FormatAsync(row.Fee),
            row.Status ?? "pending",
            row.Error,
            row.StartedAt);
    }

    private async Task<AmountView?> FormatAsync(TokenAmount? part)
    {
        if (part is not { } amount)
        {
            return null;
        }

        // A token that is not registered has no decimals: nobody can hold it, but a refused request may name it.
        var decimals = await forms.DecimalsOfAsync(amount.Token) ?? 0;
        return new AmountView(amount.Token.Value, Units.Format(amount.Amount, decimals));
    }
}
