using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Decimals of tokens, asked for once each: they never change.</summary>
internal sealed class TokenDecimalsOf(Asking asking)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<TokenId, int> _known = new();

    /// <summary>An amount in whole tokens; in base units, and saying so, where the token is not known.</summary>
    public async Task<string> FormatAsync(TokenId token, UInt256 amount)
    {
        return await OfAsync(token) is { } decimals ? Units.Format(amount, decimals) : $"{amount} base units";
    }

    /// <summary>One whole token in base units; one base unit where the token is not known.</summary>
    public async Task<UInt256> OneAsync(TokenId token) =>
        await OfAsync(token) is { } decimals ? Units.PowerOfTen(decimals) : UInt256.One;

    /// <summary>Null where the token is not known; 0 of a pool's shares, which are counted in base units.</summary>
    public async Task<int?> OfAsync(TokenId token)
    {
        if (token.IsShares)
        {
            return 0;
        }

        if (!_known.TryGetValue(token, out var decimals))
        {
            if ((await asking.ViewAsync<TokenView>(Token.IdOf(token))).Decimals is not { } found)
            {
                return null;
            }

            decimals = _known[token] = found;
        }

        return decimals;
    }
}

/// <summary><c>accounts show</c> and <c>worth</c>.</summary>
internal sealed class AccountsPalette(LighthouseServices services, Asking asking, TokenDecimalsOf decimals) : IPalette
{
    public string Name => "accounts";

    public string Meaning => "Accounts and their balances.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "show",
                Meaning = "The owner, the balances and what is under way of an account.",
                Arguments = [Describe.Argument("account", "Its name.", "accounts")],
            },
            Run = ShowAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "worth",
                Meaning = "What an account has, held money included, in reference tokens, and what says so.",
                Arguments = [Describe.Argument("account", "Its name.", "accounts")],
            },
            Run = WorthAsync,
        },
    ];

    private async Task<CommandResult> WorthAsync(CommandCall call)
    {
        var (_, view) = await AccountAsync(call);
        var now = services.Time.GetUtcNow();
        var book = await PoolBook.OpenAsync(call, asking, decimals, services.Pools, now);
        var (sum, unknown) = (Worth.Nothing, 0);
        var rows = new List<Row>();
        foreach (var balance in view.Balances.Where(b => !(b.Available + b.Held).IsZero))
        {
            var amount = balance.Available + balance.Held;
            var worth = book.WorthOf(balance.Token, amount);
            (sum, unknown) = worth is { } known ? (sum.Plus(known), unknown) : (sum, unknown + 1);
            rows.Add(Row.Of(
                balance.Token.Value,
                await decimals.FormatAsync(balance.Token, amount),
                worth is { } w ? PoolsPalette.Money(w.Value) : "unknown",
                worth is { } by ? PoolsPalette.BasisOf(by) : ""));
        }

        Column[] columns =
        [
            new() { Name = "Token" }, new() { Name = "Amount", Kind = ColumnKinds.Amount },
            new() { Name = "Worth", Kind = ColumnKinds.Amount }, new() { Name = "Prices" },
        ];
        return CommandResult.Of(
            ResultBlock.FactsOf(
                null,
                new Fact("Worth", PoolsPalette.Money(sum.Value)),
                new Fact("Prices", PoolsPalette.BasisOf(sum)),
                new Fact("Tokens without a price", Wire.Of(unknown), Kind: ColumnKinds.Number)),
            ResultBlock.TableOf(null, columns, rows));
    }

    private async Task<CommandResult> ShowAsync(CommandCall call)
    {
        var (id, view) = await AccountAsync(call);
        var rows = new List<Row>();
        foreach (var balance in view.Balances)
        {
            rows.Add(Row.Of(
                balance.Token.Value,
                await decimals.FormatAsync(balance.Token, balance.Available),
                await decimals.FormatAsync(balance.Token, balance.Held)));
        }

        Column[] columns =
        [
            new() { Name = "Token" }, new() { Name = "Available", Kind = ColumnKinds.Amount },
            new() { Name = "Held", Kind = ColumnKinds.Amount },
        ];
        return CommandResult.Of(
            ResultBlock.FactsOf(
                null,
                new Fact("Account", id.Value),
                new Fact("Owner", view.Owner!),
                new Fact("Open trades", Wire.Of(view.OpenTrades), Kind: ColumnKinds.Number),
                new Fact("Open holds", Wire.Of(view.OpenHolds), Kind: ColumnKinds.Number),
                new Fact("Open pool orders", Wire.Of(view.OpenPoolOrders), Kind: ColumnKinds.Number)),
            ResultBlock.TableOf("Balances", columns, rows));
    }

    private async Task<(AccountId Id, AccountView View)> AccountAsync(CommandCall call)
    {
        if (!AccountId.TryParse(call.Text("account"), out var id, out var error))
        {
            throw new OperatorException(ExitCode.Configuration, "account-malformed", error);
        }

        var view = await asking.ViewAsync<AccountView>(Account.IdOf(id));
        return view.Owner is null
            ? throw new OperatorException(
                ExitCode.NotFound, "account-not-open", $"There is no account '{id}'.", "Check how it is spelt.")
            : (id, view);
    }
}
