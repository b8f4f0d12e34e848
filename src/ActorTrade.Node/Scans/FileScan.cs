using System.Collections.Immutable;
using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Node.Commands;
using ActorTrade.Operator;

namespace ActorTrade.Node.Scans;

/// <summary>What was found on one chain.</summary>
/// <param name="Unit">The token that profits are compared in.</param>
/// <param name="Cycles">How many were looked at.</param>
/// <param name="IsTruncated">There are more cycles than the index takes; the longest were left out.</param>
/// <param name="Found">The best first.</param>
internal sealed record ChainScan(
    long ChainId,
    int Pools,
    int Cycles,
    bool IsTruncated,
    ListedToken Unit,
    ImmutableArray<Opportunity> Found,
    IReadOnlyDictionary<string, DateTimeOffset?> UpdatedAt,
    DateTimeOffset Now)
{
    /// <summary>Null where the file does not say when the pool's state was read.</summary>
    public TimeSpan? AgeOf(string pool) => UpdatedAt[pool] is { } at ? Now - at : null;
}

/// <summary>Scans the pools of a file, each chain on its own: no cycle leaves its chain.</summary>
internal static class FileScan
{
    // The scanner takes eight lenders; two are left to those that are no pools.
    private const int PairLendersMax = 6;

    /// <exception cref="CommandException">A token that was named is on no chain of the file.</exception>
    public static IReadOnlyList<ChainScan> Run(PoolFile file, ScanRequest request, DateTimeOffset now)
    {
        ImmutableArray<FiledPool> pools =
        [
            .. file.Pools.Where(p => request.AgeMax is null || (p.UpdatedAt is { } at && now - at <= request.AgeMax)),
        ];
        CheckNames(request, pools);
        return
        [
            .. pools.GroupBy(p => p.Pool.ChainId).OrderBy(c => c.Key)
                .Where(c => IsWanted(request, c))
                .Select(c => Scan([.. c], request, now)),
        ];
    }

    private static ChainScan Scan(ImmutableArray<FiledPool> pools, ScanRequest request, DateTimeOffset now)
    {
        ImmutableArray<ListedPool> listed = [.. pools.Select(p => p.Pool)];
        var market = new PoolMarket(listed);
        ImmutableArray<ListedToken> wanted = [.. request.Tokens.SelectMany(a => Named(listed, a))];
        var unit = (request.Native is { } native ? Named(listed, native).FirstOrDefault() : null)
            ?? wanted.FirstOrDefault() ?? MostTraded(listed);
        if (request.Native is null && !request.GasPrice.IsZero)
        {
            throw new CommandException(
                ExitCode.Configuration, "Gas has a price: name the token it is paid in with --native.");
        }

        var options = new ScanOptions
        {
            BaseTokens = wanted,
            Lenders = Lenders(request, listed),
            GasPrice = (double)request.GasPrice,
            NativeToken = unit,
            NetValueMin = (double)request.NetValueMin,
            Cycles = new CycleIndexOptions
            {
                HopsMax = request.HopsMax,
                AllowsTransferFees = request.AllowsTransferFees,
            },
        };
        var scanner = new OpportunityScanner(market, options);
        var found = request.Overlapping ? scanner.Best(request.Top) : scanner.BestWithoutOverlaps(request.Top);
        return new ChainScan(
            listed[0].ChainId,
            listed.Length,
            scanner.Cycles.Count,
            scanner.Cycles.IsTruncated,
            unit,
            found,
            pools.ToDictionary(p => p.Pool.Id, p => p.UpdatedAt, StringComparer.Ordinal),
            now);
    }

    private static List<FlashLender> Lenders(ScanRequest request, ImmutableArray<ListedPool> pools)
    {
        var lenders = new List<FlashLender>();
        foreach (var name in request.Lenders.Distinct())
        {
            switch (name)
            {
                case "own":
                    lenders.Add(FlashLender.OwnCapital());
                    break;
                case "balancer":
                    lenders.Add(FlashLender.BalancerLike());
                    break;
                case "aave":
                    lenders.Add(FlashLender.AaveLike());
                    break;
                default:
                    lenders.AddRange(Pairs(pools).Take(PairLendersMax - 1));
                    break;
            }
        }

        return lenders.Count > 0 ? lenders : throw new CommandException(
            ExitCode.Configuration, "No lender is left: --lender pairs needs pairs of constant product in the file.");
    }

    // The deepest pair of each of the tokens that stand in most pools.
    private static IEnumerable<FlashLender> Pairs(ImmutableArray<ListedPool> pools)
    {
        var pairs = pools.Where(p => p.Curve is ConstantProductCurve).ToList();
        return pairs.SelectMany(p => p.Tokens.Select((token, i) => (Token: token, Pool: p, Index: i)))
            .GroupBy(p => p.Token)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Address, StringComparer.Ordinal)
            .Select(g => g.OrderByDescending(p => PoolBalances.Of(p.Pool.Curve, p.Index))
                .ThenBy(p => p.Pool.Id, StringComparer.Ordinal).First().Pool)
            .Distinct()
            .Select(FlashLender.OfPair);
    }

    private static ListedToken MostTraded(ImmutableArray<ListedPool> pools) =>
        pools.SelectMany(p => p.Tokens).GroupBy(t => t).OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key.Address, StringComparer.Ordinal).First().Key;

    private static IEnumerable<ListedToken> Named(IEnumerable<ListedPool> pools, string address) =>
        pools.SelectMany(p => p.Tokens)
            .Where(t => string.Equals(t.Address, address, StringComparison.OrdinalIgnoreCase)).Distinct();

    private static bool IsWanted(ScanRequest request, IEnumerable<FiledPool> chain)
    {
        var pools = chain.Select(p => p.Pool);
        return (request.Tokens.Count == 0 || request.Tokens.Any(a => Named(pools, a).Any()))
            && (request.Native is null || Named(pools, request.Native).Any());
    }

    private static void CheckNames(ScanRequest request, ImmutableArray<FiledPool> pools)
    {
        foreach (var address in request.Native is { } native ? [.. request.Tokens, native] : request.Tokens)
        {
            if (!Named(pools.Select(p => p.Pool), address).Any())
            {
                throw new CommandException(ExitCode.NotFound, $"No pool of the file trades a token {address}.");
            }
        }
    }
}
