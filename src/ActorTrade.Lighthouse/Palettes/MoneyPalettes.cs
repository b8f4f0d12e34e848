using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Decimals of tokens, asked for once each: they never change.</summary>
internal sealed class TokenDecimalsOf(Asking asking)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<TokenId, int> _known = new();

    /// <summary>An amount in whole tokens; in base units, and saying so, where the token is not known.</summary>
    public async Task<string> FormatAsync(TokenId token, UInt256 amount)
    {
        if (token.IsShares)
        {
            return amount.ToString();
        }

        return await OfAsync(token) is { } decimals ? Units.Format(amount, decimals) : $"{amount} base units";
    }

    /// <summary>One whole token in base units; one base unit where the token is not known.</summary>
    public async Task<UInt256> OneAsync(TokenId token) =>
        await OfAsync(token) is { } decimals ? Units.PowerOfTen(decimals) : UInt256.One;

    private async Task<int?> OfAsync(TokenId token)
    {
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

/// <summary><c>accounts show</c>.</summary>
internal sealed class AccountsPalette(Asking asking, TokenDecimalsOf decimals) : IPalette
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
    ];

    private async Task<CommandResult> ShowAsync(CommandCall call)
    {
        if (!AccountId.TryParse(call.Text("account"), out var id, out var error))
        {
            throw new OperatorException(ExitCode.Configuration, "account-malformed", error);
        }

        var view = await asking.ViewAsync<AccountView>(Account.IdOf(id));
        if (view.Owner is null)
        {
            throw new OperatorException(
                ExitCode.NotFound, "account-not-open", $"There is no account '{id}'.", "Check how it is spelt.");
        }

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
                new Fact("Owner", view.Owner),
                new Fact("Open trades", Wire.Of(view.OpenTrades), Kind: ColumnKinds.Number),
                new Fact("Open holds", Wire.Of(view.OpenHolds), Kind: ColumnKinds.Number)),
            ResultBlock.TableOf("Balances", columns, rows));
    }
}

/// <summary><c>pools list</c> and <c>pools show</c>.</summary>
internal sealed class PoolsPalette(Asking asking, TokenDecimalsOf decimals) : IPalette
{
    private const int PoolsAtOnce = 32;

    public string Name => "pools";

    public string Meaning => "Liquidity pools.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "list",
                Meaning = "Every pool with its reserves.",
                Options = [Describe.Count("limit", "Pools at most.", 100, 500)],
            },
            Run = ListAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "show",
                Meaning = "One pool: reserves, price, fees, prepared legs.",
                Arguments = [Describe.Argument("pool", "Its name.", "pools")],
            },
            Run = ShowAsync,
        },
    ];

    private async Task<CommandResult> ListAsync(CommandCall call)
    {
        var ids = (await asking.RowsAsync("pools", call.Whole("limit"), null, call.Cancelled)).Rows;
        if (ids.Count == 0)
        {
            return CommandResult.Of(ResultBlock.Line("There are no pools."));
        }

        var rows = new List<Row>();
        foreach (var some in ids.Chunk(PoolsAtOnce))
        {
            rows.AddRange(await Task.WhenAll(some.Select(async id =>
            {
                var view = await asking.ViewAsync<PoolView>(Pool.IdOf(PoolId.Parse(id[0]!)));
                return view is { Token0: { } token0, Token1: { } token1 }
                    ? Row.Of(
                        view.Id.Value,
                        $"{await decimals.FormatAsync(token0, view.Reserve0)} {token0}",
                        $"{await decimals.FormatAsync(token1, view.Reserve1)} {token1}",
                        Wire.Of(view.Swaps),
                        Wire.Of(view.PreparedLegs))
                    : Row.Of(view.Id.Value);
            })));
        }

        Column[] columns =
        [
            new() { Name = "Pool" }, new() { Name = "Reserve 0", Kind = ColumnKinds.Amount },
            new() { Name = "Reserve 1", Kind = ColumnKinds.Amount },
            new() { Name = "Swaps", Kind = ColumnKinds.Number },
            new() { Name = "Prepared", Kind = ColumnKinds.Number },
        ];
        return CommandResult.Of(ResultBlock.TableOf(null, columns, rows));
    }

    private async Task<CommandResult> ShowAsync(CommandCall call)
    {
        if (!PoolId.TryParse(call.Text("pool"), out var id, out var error))
        {
            throw new OperatorException(ExitCode.Configuration, "pool-malformed", error, "See 'pools list'.");
        }

        var view = await asking.ViewAsync<PoolView>(Pool.IdOf(id));
        if (view is not { Token0: { } token0, Token1: { } token1 })
        {
            throw new OperatorException(
                ExitCode.NotFound, "pool-not-created", $"There is no pool '{id}'.", "See 'pools list'.");
        }

        return CommandResult.Of(ResultBlock.FactsOf(
            null,
            new Fact("Pool", id.Value),
            new Fact("Reserve 0", $"{await decimals.FormatAsync(token0, view.Reserve0)} {token0}"),
            new Fact("Reserve 1", $"{await decimals.FormatAsync(token1, view.Reserve1)} {token1}"),
            new Fact("Shares", view.TotalShares.ToString()),
            new Fact("Fee to providers", $"{view.LiquidityFeePips / 100m:0.####} bps"),
            new Fact("Fee to treasury", $"{view.TreasuryFeePips / 100m:0.####} bps"),
            new Fact("Treasury 0", $"{await decimals.FormatAsync(token0, view.TreasuryFees0)} {token0}"),
            new Fact("Treasury 1", $"{await decimals.FormatAsync(token1, view.TreasuryFees1)} {token1}"),
            new Fact("Prepared legs", Wire.Of(view.PreparedLegs), Kind: ColumnKinds.Number),
            new Fact("Swaps", Wire.Of(view.Swaps), Kind: ColumnKinds.Number),
            new Fact("Mean of 5 min", await MeanAsync(call, id))));
    }

    // The geometric mean of the last minutes in whole tokens; a dash where the price did not change or is too new.
    private async Task<string> MeanAsync(CommandCall call, PoolId pool)
    {
        try
        {
            var terms = new OracleTerms(300, AgeSecondsMax: long.MaxValue, DeviationBpsMax: int.MaxValue);
            var answer = await asking.DoAsync(call, Pool.IdOf(pool), new Pool.Command.ObservePrice(terms));
            if (answer.Events is not [Pool.Event.PriceObserved seen])
            {
                return "-";
            }

            var one = await decimals.OneAsync(seen.Token0);
            return UInt256.TryMulDivDown(one, seen.Numerator, seen.Denominator, out var worth)
                ? $"{await decimals.FormatAsync(seen.Token1, worth)} {seen.Token1} a {seen.Token0}, "
                    + $"{seen.Observations} observations, {seen.AgeSeconds} s old"
                : "-";
        }
        catch (OperatorException e) when (e.Error.Code == "price-refused")
        {
            return "-";
        }
    }
}
