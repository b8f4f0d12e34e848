using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;
using ActorTrade.Gateway.Trades;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Accounts;

/// <param name="Owner">Who may trade with it; the principal of the request if left out.</param>
public sealed record OpenAccountRequest(string? Account, string? Owner);

/// <summary>One token of an account; in whole tokens.</summary>
public sealed record AccountBalance(string Token, string Available, string Held);

public sealed record AccountDetails(
    string Account,
    string Owner,
    ulong Nonce,
    IReadOnlyList<AccountBalance> Balances,
    int OpenTrades,
    int OpenHolds,
    int OpenPoolOrders,
    long SequenceNr);

/// <summary>Accounts and the money that moves into, out of and between them.</summary>
internal sealed class AccountEndpoints(GatewayServices services, TokenForms forms, TradeDesk desk)
{
    public async Task GetAsync(HttpContext http) =>
        await http.WriteAsync(
            await DetailsAsync(RequestReading.Account(http.Segment("id"), "id")), ApiJson.Shapes.AccountDetails);

    public async Task OpenAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.OpenAccountRequest);
        var account = RequestReading.Account(request.Account, "account");
        var principal = http.Principal();
        var owner = request.Owner ?? principal;
        if (owner.Length is 0 or > 64 || owner == CommandContext.Self)
        {
            throw ApiProblem.Invalid(
                "owner", "1 to 64 characters are expected; nobody outside speaks for the cluster.");
        }

        await services.AskAsync(
            Account.IdOf(account), new Account.Command.Open(owner), Guid.NewGuid(), principal, forms);
        await http.WriteAsync(await DetailsAsync(account), ApiJson.Shapes.AccountDetails);
    }

    /// <summary>
    /// Mints, since a single node is where its money comes from; deposits from chains come by their connectors.
    /// </summary>
    public async Task DepositAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.MoneyRequest);
        var account = RequestReading.Account(http.Segment("id"), "id");
        var token = RequestReading.Token(request.Token, "token");
        var id = http.IdOf($"deposit\n{account}", Token.IdOf(token));
        var decimals = await forms.RequireAsync(token, "token");
        var amount = RequestReading.Amount(request.Amount, decimals, "amount");
        var end = await desk.RunAsync(new TradeCall(
            id,
            Token.IdOf(token),
            new Token.Command.Mint(id, account, amount, DeadlineOf(request.Deadline)),
            CommandContext.Self,
            e => e is Token.Event.MintDelivered d && d.Account == account && d.Amount == amount));
        await http.WriteAsync(
            new MovementReceipt(
                id,
                "deposit",
                account.Value,
                To: null,
                token.Value,
                Units.Format(amount, decimals),
                end.SequenceNr,
                end.At),
            ApiJson.Shapes.MovementReceipt);
    }

    public async Task WithdrawAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.MoneyRequest);
        var account = RequestReading.Account(http.Segment("id"), "id");
        var id = http.IdOf("withdrawal", Account.IdOf(account));
        var token = RequestReading.Token(request.Token, "token");
        var decimals = await forms.RequireAsync(token, "token");
        var amount = RequestReading.Amount(request.Amount, decimals, "amount");
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.Withdraw(id, token, amount, DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.WithdrawalSettled w && w.Token == token && w.Amount == amount));
        await http.WriteAsync(
            new MovementReceipt(
                id,
                "withdrawal",
                account.Value,
                To: null,
                token.Value,
                Units.Format(amount, decimals),
                end.SequenceNr,
                end.At),
            ApiJson.Shapes.MovementReceipt);
    }

    public async Task TransferAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.TransferRequest);
        var account = RequestReading.Account(http.Segment("id"), "id");
        var id = http.IdOf("transfer", Account.IdOf(account));
        var to = RequestReading.Account(request.To, "to");
        var token = RequestReading.Token(request.Token, "token");
        var decimals = await forms.RequireAsync(token, "token");
        var amount = RequestReading.Amount(request.Amount, decimals, "amount");
        var end = await desk.RunAsync(new TradeCall(
            id,
            Account.IdOf(account),
            new Account.Command.Transfer(id, to, token, amount, DeadlineOf(request.Deadline)),
            http.Principal(),
            e => e is Account.Event.TransferSettled t && t.To == to && t.Token == token && t.Amount == amount));
        await http.WriteAsync(
            new MovementReceipt(
                id,
                "transfer",
                account.Value,
                to.Value,
                token.Value,
                Units.Format(amount, decimals),
                end.SequenceNr,
                end.At),
            ApiJson.Shapes.MovementReceipt);
    }

    private DateTimeOffset DeadlineOf(DateTimeOffset? given) =>
        given ?? services.Time.GetUtcNow() + SwapEndpoints.DeadlineDefault;

    private async Task<AccountDetails> DetailsAsync(AccountId account)
    {
        var (view, sequenceNr) = await services.ViewAsync<AccountView>(Account.IdOf(account));
        if (view.Owner is not { } owner)
        {
            throw ApiProblem.NotFound("account-not-open", $"There is no account '{account}'.");
        }

        var balances = new List<AccountBalance>(view.Balances.Length);
        foreach (var balance in view.Balances)
        {
            var decimals = await forms.DecimalsOfAsync(balance.Token) ?? 0;
            balances.Add(new AccountBalance(
                balance.Token.Value, Units.Format(balance.Available, decimals), Units.Format(balance.Held, decimals)));
        }

        return new AccountDetails(
            account.Value, owner, view.Nonce, balances, view.OpenTrades, view.OpenHolds, view.OpenPoolOrders,
            sequenceNr);
    }
}
