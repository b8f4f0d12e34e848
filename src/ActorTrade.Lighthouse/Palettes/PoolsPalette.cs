using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>pools list</c>, <c>tokens</c>, <c>show</c> and <c>create</c>.</summary>
internal sealed class PoolsPalette(LighthouseServices services, Asking asking, TokenDecimalsOf decimals) : IPalette
{
    private const string HouseChain = "house";

    public string Name => "pools";

    public string Meaning => "Liquidity pools: the cluster's own, and those of the configured file.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "list",
                Meaning = "Pools with what they hold and what that is worth, the largest first.",
                Options =
                [
                    Describe.Optional("tvl-min", "Only pools worth at least so many reference tokens."),
                    Describe.Optional("chain", "Only of this chain: its name, its number, or house."),
                    Describe.Optional("dex", "Only of this DEX."),
                    Describe.Optional("kind", "Only of this kind, such as concentrated."),
                    Describe.Optional("token", "Only with this token: its address or symbol."),
                    Describe.Optional("max-age", "Only states no older than this: 30s, 5m, 2h or hh:mm:ss."),
                    Describe.Count("limit", "Pools at most.", 100, 500),
                ],
            },
            Run = ListAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "tokens",
                Meaning = "Tokens of all pools with their price and by what; those of one symbol are told apart.",
                Options =
                [
                    Describe.Optional("token", "Only this one: its address or symbol."),
                    Describe.Flag("twins", "Only tokens that share their symbol with another one."),
                    Describe.Count("limit", "Tokens at most.", 100, 500),
                ],
            },
            Run = TokensAsync,
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
        new()
        {
            Description = new()
            {
                Name = "create",
                Meaning = "Creates a pool of registered tokens; a repeat with the same terms finds it there.",
                Acts = true,
                Arguments =
                [
                    Describe.Argument("pool", "Its name."),
                    Describe.Argument("token0", "The first token, for ever; or all of them: USDC,USDT,DAI."),
                    Describe.Argument("token1", "The second token; - where the first names all."),
                    Describe.Argument("kind", $"One of {string.Join(", ", PoolParameters.Kinds)}."),
                    Describe.Argument(
                        "parameters", "As in pool files, with semicolons: amplification=200;feeE10=4000000."),
                ],
            },
            Run = CreateAsync,
        },
    ];

    private async Task<CommandResult> CreateAsync(CommandCall call)
    {
        if (!PoolId.TryParse(call.Text("pool"), out var id, out var error))
        {
            throw new OperatorException(ExitCode.Configuration, "name-malformed", error);
        }

        var tokens = TokensOf(call);
        var digits = new int[tokens.Length];
        for (var i = 0; i < digits.Length; i++)
        {
            digits[i] = await RequireDecimalsAsync(tokens[i]);
        }

        try
        {
            var command = PoolParameters.Read(tokens, digits, call.Text("kind"), ParametersOf(call));
            await asking.DoAsync(call, Pool.IdOf(id), command);
        }
        catch (InvalidCurveException e)
        {
            throw new OperatorException(ExitCode.Configuration, "invalid-curve", $"{e.Field}: {e.Reason}");
        }

        return CommandResult.Of(ResultBlock.Line($"The pool {id} is there. Its first deposit sets its price."));
    }

    private static TokenId[] TokensOf(CommandCall call)
    {
        string[] names = call.Text("token1") == "-"
            ? call.Text("token0").Split(',')
            : [call.Text("token0"), call.Text("token1")];
        return
        [
            .. names.Select(name => TokenId.TryParse(name, out var token, out var error)
                ? token
                : throw new OperatorException(ExitCode.Configuration, "name-malformed", error)),
        ];
    }

    private async Task<int> RequireDecimalsAsync(TokenId token) => await decimals.OfAsync(token)
        ?? throw new OperatorException(
            ExitCode.NotFound, "token-not-registered", $"There is no token '{token}'.", "See 'pools tokens'.");

    private static Dictionary<string, string> ParametersOf(CommandCall call)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in call.Text("parameters").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var name, var value] || !given.TryAdd(name.Trim(), value.Trim()))
            {
                throw new OperatorException(
                    ExitCode.Configuration, "parameters-malformed", $"'{part}' is not name=value, or named twice.");
            }
        }

        return given;
    }

    private async Task<CommandResult> ListAsync(CommandCall call)
    {
        var catalogue = services.Pools.Catalogue();
        var filter = FilterOf(call, catalogue);
        var now = services.Time.GetUtcNow();
        var book = await PoolBook.OpenAsync(call, asking, decimals, services.Pools, now);
        var listed = book.Registry.List(filter, book.Prices, now);
        if (listed.Count == 0)
        {
            var why = book.Registry.Count == 0
                ? "There are no pools."
                : $"None of {book.Registry.Count:N0} pools is like that.";
            return Told(book, ResultBlock.Line(why));
        }

        Column[] columns =
        [
            new() { Name = "Pool" }, new() { Name = "Chain" }, new() { Name = "DEX" }, new() { Name = "Kind" },
            new() { Name = "Holds" }, new() { Name = "TVL", Kind = ColumnKinds.Amount }, new() { Name = "Prices" },
            new() { Name = "Age", Kind = ColumnKinds.Duration }, new() { Name = "Swaps", Kind = ColumnKinds.Number },
            new() { Name = "Prepared", Kind = ColumnKinds.Number },
        ];
        var rows = listed.Take(call.Whole("limit")).Select(p => RowOf(p, book, catalogue));
        var more = listed.Count - call.Whole("limit");
        return Told(
            book,
            ResultBlock.TableOf(null, columns, rows),
            more > 0 ? ResultBlock.Line($"And {more:N0} more; --limit shows them.") : null);
    }

    private async Task<CommandResult> TokensAsync(CommandCall call)
    {
        var catalogue = services.Pools.Catalogue();
        var now = services.Time.GetUtcNow();
        var book = await PoolBook.OpenAsync(call, asking, decimals, services.Pools, now);
        var twins = book.Registry.Twins().SelectMany(t => t.Tokens.Select(token => (token, t.Tokens.Length)))
            .ToDictionary(t => t.token, t => t.Length);
        IEnumerable<ListedToken> named = call.TextOrNull("token") is { } name
            ? book.Registry.TokensNamed(name)
            : book.Registry.Tokens;
        var tokens = named.OrderBy(t => t.ChainId).ThenBy(t => t.Address, StringComparer.Ordinal)
            .Where(t => !call.Flag("twins") || twins.ContainsKey(t)).ToList();
        Column[] columns =
        [
            new() { Name = "Symbol" }, new() { Name = "Chain" }, new() { Name = "Address" },
            new() { Name = "Decimals", Kind = ColumnKinds.Number }, new() { Name = "Price", Kind = ColumnKinds.Amount },
            new() { Name = "Depth", Kind = ColumnKinds.Amount }, new() { Name = "Priced by" },
            new() { Name = "Prices" },
            new() { Name = "Of its symbol", Kind = ColumnKinds.Number },
        ];
        var rows = tokens.Take(call.Whole("limit")).Select(t =>
        {
            var price = book.Prices.Of(t);
            return Row.Of(
                t.Symbol,
                ChainOf(t.ChainId, catalogue),
                t.Address,
                Wire.Of(t.Decimals.Value),
                price is { } known ? known.Value.ToString("G10", CultureInfo.InvariantCulture) : "unknown",
                price is { Depth: < double.PositiveInfinity } deep ? Money(deep.Depth) : "",
                price is { } by ? by.PoolId ?? "reference" : "",
                price is { Hops: > 0 } of ? BasisOf(Worth.Nothing.Plus(1, of)) : "",
                Wire.Of(twins.GetValueOrDefault(t, 1)));
        });
        return Told(
            book,
            tokens.Count == 0
                ? ResultBlock.Line("No token is like that.")
                : ResultBlock.TableOf(null, columns, rows));
    }

    private async Task<CommandResult> ShowAsync(CommandCall call)
    {
        if (!PoolId.TryParse(call.Text("pool"), out var id, out var error))
        {
            throw new OperatorException(ExitCode.Configuration, "pool-malformed", error, "See 'pools list'.");
        }

        var view = await asking.ViewAsync<PoolView>(Pool.IdOf(id));
        var tokens = view.AllTokens();
        if (tokens.Length == 0)
        {
            throw new OperatorException(
                ExitCode.NotFound, "pool-not-created", $"There is no pool '{id}'.", "See 'pools list'.");
        }

        var facts = new List<Fact> { new("Pool", id.Value), new("Kind", view.Curve?.Description ?? view.Kind) };
        for (var i = 0; i < tokens.Length; i++)
        {
            var reserve = await decimals.FormatAsync(tokens[i], view.AllReserves()[i]);
            facts.Add(new Fact($"Reserve {i}", $"{reserve} {tokens[i]}"));
        }

        facts.Add(new Fact("Shares", view.TotalShares.ToString()));
        facts.Add(new Fact("Fee to providers", $"{view.LiquidityFeePips / 100m:0.####} bps"));
        facts.Add(new Fact("Fee to treasury", $"{view.TreasuryFeePips / 100m:0.####} bps"));
        for (var i = 0; i < tokens.Length; i++)
        {
            var fees = await decimals.FormatAsync(tokens[i], view.AllTreasuryFees()[i]);
            facts.Add(new Fact($"Treasury {i}", $"{fees} {tokens[i]}"));
        }

        facts.Add(new Fact("Prepared legs", Wire.Of(view.PreparedLegs), Kind: ColumnKinds.Number));
        facts.Add(new Fact("Swaps", Wire.Of(view.Swaps), Kind: ColumnKinds.Number));
        facts.Add(new Fact("Mean of 5 min", await MeanAsync(call, id)));
        var shown = ResultBlock.FactsOf(null, [.. facts]);
        return view.Concentrated is { } ranged
            ? CommandResult.Of(shown, await RangesAsync(ranged, tokens))
            : CommandResult.Of(shown);
    }

    private async Task<ResultBlock> RangesAsync(ConcentratedState ranged, TokenId[] tokens)
    {
        Column[] columns =
        [
            new() { Name = "From tick", Kind = ColumnKinds.Number },
            new() { Name = "To tick", Kind = ColumnKinds.Number },
            new() { Name = "Shares", Kind = ColumnKinds.Number },
            new() { Name = "Fees 0", Kind = ColumnKinds.Amount },
            new() { Name = "Fees 1", Kind = ColumnKinds.Amount },
        ];
        var rows = new List<Row>();
        foreach (var range in ranged.Ranges.Select(r => ranged.Counted(r.Range)))
        {
            rows.Add(Row.Of(
                Wire.Of(range.Range.Lower),
                Wire.Of(range.Range.Upper),
                range.Liquidity.ToString(),
                await decimals.FormatAsync(tokens[0], range.Fees0),
                await decimals.FormatAsync(tokens[1], range.Fees1)));
        }

        return ResultBlock.TableOf($"Ranges; the price is at tick {ranged.Tick}", columns, rows);
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

    private static CommandResult Told(PoolBook book, params ResultBlock?[] blocks) => CommandResult.Of(
        [.. blocks.OfType<ResultBlock>(), .. book.Remarks.Select(r => ResultBlock.Line(r))]);

    private static Row RowOf(PoolListing listing, PoolBook book, DexCatalogue catalogue)
    {
        var pool = listing.Pool;
        var holds = pool.Tokens.Select((t, i) =>
            $"{Units.Format(PoolBalances.Of(pool.Curve, i), t.Decimals)} {t.Symbol}");
        var house = book.House.GetValueOrDefault(pool.Id);
        return Row.Of(
            pool.Id,
            ChainOf(pool.ChainId, catalogue),
            pool.Dex ?? "",
            pool.Curve.Kind,
            string.Join(" + ", holds),
            listing.Tvl is { } tvl ? Money(tvl) : "unknown",
            listing.Worth is { Value: > 0 } worth ? BasisOf(worth) : "",
            Wire.Of(listing.Age < TimeSpan.Zero ? TimeSpan.Zero : listing.Age),
            house is null ? "" : Wire.Of(house.Swaps),
            house is null ? "" : Wire.Of(house.PreparedLegs));
    }

    private static PoolFilter FilterOf(CommandCall call, DexCatalogue catalogue)
    {
        long? chain = null;
        if (call.TextOrNull("chain") is { } name)
        {
            chain = name == HouseChain ? 0 : catalogue.ChainIdOf(name) ?? throw Malformed(
                "chain",
                $"There is no chain '{name}' in the catalogue.",
                "Give its number, or configure Registry:CatalogueFile.");
        }

        double? tvlMin = null;
        if (call.TextOrNull("tvl-min") is { } least)
        {
            tvlMin = double.TryParse(least, CultureInfo.InvariantCulture, out var value) && value >= 0
                ? value
                : throw Malformed("tvl-min", $"'{least}' is no number of 0 or more.", "For example --tvl-min 100000.");
        }

        return new PoolFilter(
            chain, call.TextOrNull("dex"), call.TextOrNull("kind"), call.TextOrNull("token"), tvlMin,
            call.TextOrNull("max-age") is { } age ? AgeOf(age) : null);
    }

    private static TimeSpan AgeOf(string text)
    {
        var invariant = CultureInfo.InvariantCulture;
        var seconds = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, _ => 0 } : 0;
        if (seconds > 0 && uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, invariant, out var count))
        {
            return TimeSpan.FromSeconds((double)count * seconds);
        }

        return TimeSpan.TryParseExact(text, "c", invariant, out var age) && age >= TimeSpan.Zero
            ? age
            : throw Malformed("max-age", $"'{text}' is no duration.", "For example --max-age 30s, 5m or 01:00:00.");
    }

    private static OperatorException Malformed(string option, string message, string next) =>
        new(ExitCode.Configuration, $"{option}-malformed", message, next);

    private static string ChainOf(long chain, DexCatalogue catalogue) =>
        chain == 0 ? HouseChain : catalogue.ChainName(chain);

    /// <summary>Whether prices are means over time, how old and how certain; or, where one is not, that it is the
    /// price of a moment.</summary>
    internal static string BasisOf(in Worth worth) => worth.IsSpot
        ? "spot"
        : string.Create(
            CultureInfo.InvariantCulture, $"mean, {worth.Age.TotalSeconds:0} s old, {worth.Confidence:0.00}");

    internal static string Money(double value) => value.ToString("N2", CultureInfo.InvariantCulture);
}
