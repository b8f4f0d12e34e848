using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ActorTrade.Cluster.Operation;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;
using ActorTrade.Domain.Pools;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>The cluster's own pools and those of the configured file in one registry, with prices.</summary>
/// <param name="House">What the pools of the house answered, by their id in the registry.</param>
/// <param name="Remarks">What the reader of a list should know.</param>
internal sealed record PoolBook(
    PoolRegistry Registry,
    TokenPrices Prices,
    IReadOnlyDictionary<string, PoolView> House,
    IReadOnlyList<string> Remarks)
{
    private const int PoolsAtOnce = 32;

    // What a valuation accepts: half an hour, however long ago the price last changed, and whatever it is now.
    private static readonly OracleTerms Terms = new(
        1_800, AgeSecondsMax: long.MaxValue, ObservationsMin: 0, DeviationBpsMax: int.MaxValue);

    // A pool that trades every second reaches back 17 minutes, a new one less.
    private static readonly OracleTerms[] Windows =
        [Terms, Terms with { WindowSeconds = 600 }, Terms with { WindowSeconds = 60 }];

    private const string HouseDex = "house";

    public static async Task<PoolBook> OpenAsync(
        CommandCall call, Asking asking, TokenDecimalsOf decimals, PoolDirectory directory, DateTimeOffset now)
    {
        var registry = new PoolRegistry();
        var remarks = new List<string>();
        var house = new Dictionary<string, PoolView>(StringComparer.Ordinal);
        var means = new Dictionary<string, PoolMean>(StringComparer.Ordinal);
        var ids = (await asking.RowsAsync("pools", NodeQuestions.RowsMax, null, call.Cancelled)).Rows;
        foreach (var some in ids.Chunk(PoolsAtOnce))
        {
            var seen = await Task.WhenAll(some.Select(id => SeenAsync(call, asking, PoolId.Parse(id[0]!))));
            foreach (var (view, mean) in seen)
            {
                if (mean is { } price)
                {
                    means[view.Id.Value] = price;
                }

                if (await ListedAsync(view, decimals) is { } pool)
                {
                    house[pool.Id] = view;
                    registry.Put(pool, now);
                }
                else
                {
                    remarks.Add($"{view.Id} is not listed: its tokens are not known, or its reserves are too large.");
                }
            }
        }

        AddConfigured(directory, registry, remarks, now);
        return new PoolBook(registry, PricesOf(registry, directory, means), house, remarks);
    }

    /// <summary>What an amount of a token of the house is worth, shares of its pools included; null where nobody says
    /// so.</summary>
    public Worth? WorthOf(TokenId token, UInt256 amount)
    {
        if (!token.IsShares)
        {
            return Registry.TokensNamed(token.Value, chainId: 0)
                .FirstOrDefault(t => string.Equals(t.Address, token.Value, StringComparison.OrdinalIgnoreCase)) is { } t
                && Prices.Of(t) is { } price
                    ? Worth.Nothing.Plus(Units.ToDoubleLossy(amount, t.Decimals), price)
                    : null;
        }

        return House.Values.FirstOrDefault(v => TokenId.SharesOf(v.Id) == token) is { TotalShares.IsZero: false } view
            && Registry.Find(view.Id.Value) is { } pool
            && Prices.WorthOf(pool.Pool) is { } whole
                ? whole with { Value = whole.Value * ((double)amount / (double)view.TotalShares) }
                : null;
    }

    private static async Task<(PoolView View, PoolMean? Mean)> SeenAsync(CommandCall call, Asking asking, PoolId pool)
    {
        var view = await asking.ViewAsync<PoolView>(Pool.IdOf(pool));
        foreach (var terms in view.Observations == 0 ? [] : Windows)
        {
            if (await MeanAsync(call, asking, pool, terms) is { } mean)
            {
                return (view, mean);
            }
        }

        return (view, null);
    }

    private static async Task<PoolMean?> MeanAsync(CommandCall call, Asking asking, PoolId pool, OracleTerms terms)
    {
        try
        {
            // Asked anew each time: what was answered a while ago is not the price of now.
            var question = call with { Id = Guid.NewGuid() };
            var answer = await asking.DoAsync(question, Pool.IdOf(pool), new Pool.Command.ObservePrice(terms));
            return answer.Events is [Pool.Event.PriceObserved seen]
                && seen.ToPrice() is var price
                && price.Price.ToDoubleLossy(0, 0) is > 0 and var value
                    ? new PoolMean(value, price.Age, price.Confidence)
                    : null;
        }
        catch (OperatorException e) when (e.Error.Code == "price-refused")
        {
            return null;
        }
    }

    private static void AddConfigured(
        PoolDirectory directory, PoolRegistry registry, List<string> remarks, DateTimeOffset now)
    {
        if (directory.Pools() is not { } configured)
        {
            return;
        }

        // A file from the future is as old as one of now.
        var writtenAt = configured.WrittenAt < now ? configured.WrittenAt : now;
        var refused = registry.Load(configured.File, writtenAt);
        if (!configured.File.Faults.IsEmpty)
        {
            remarks.Add($"{configured.File.Faults.Length} pools of the file are not usable; the first: "
                + configured.File.Faults[0].Message);
        }

        if (refused.Count > 0)
        {
            remarks.Add($"{refused.Count} pools of the file were not taken; the first: pool '{refused[0].Pool.Id}', "
                + $"{refused[0].Why}.");
        }
    }

    private static TokenPrices PricesOf(
        PoolRegistry registry, PoolDirectory directory, Dictionary<string, PoolMean> means)
    {
        var references =
            from reference in directory.References
            from token in registry.TokensNamed(reference.Key.Address, reference.Key.ChainId)
            where token.Address == reference.Key.Address
            select new KeyValuePair<ListedToken, double>(token, reference.Value);
        return TokenPrices.Derive(
            [.. registry.Pools().Select(p => p.Pool)], references, directory.PriceDepthMin, means: means);
    }

    private static async Task<ListedPool?> ListedAsync(PoolView view, TokenDecimalsOf decimals)
    {
        var all = view.AllTokens();
        if (all.Length == 0)
        {
            return null;
        }

        var tokens = ImmutableArray.CreateBuilder<ListedToken>(all.Length);
        foreach (var token in all)
        {
            if (await decimals.OfAsync(token) is not { } known)
            {
                return null;
            }

            tokens.Add(new ListedToken(0, token.Value, token.Value, new TokenDecimals(known)));
        }

        return TryCurve(view, out var curve)
            ? new ListedPool(view.Id.Value, 0, tokens.MoveToImmutable(), curve, HouseDex)
            : null;
    }

    // The house's own constant product reaches further than the curve that stands for it here; then it is left out.
    private static bool TryCurve(PoolView view, [NotNullWhen(true)] out Curve? curve)
    {
        if (view.Curve is not null)
        {
            return view.TryCurve(out curve);
        }

        var fee = (uint)(view.LiquidityFeePips + view.TreasuryFeePips);
        var fits = view.Reserve0 <= ConstantProductCurve.ReserveMax && view.Reserve1 <= ConstantProductCurve.ReserveMax;
        curve = fits ? new ConstantProductCurve(view.Reserve0, view.Reserve1, fee, FeePips.One) : null;
        return curve is not null;
    }
}
