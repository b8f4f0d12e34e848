using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.Execution.Pools;
using ActorTrade.Node.Trading;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Strategies;

/// <summary>
/// House pools of every kind from a seed, as entities, between tokens of hidden values; each pool a little off them. A
/// bot sees them by their views, as the trading floor shows them, and its swaps are done by the entities.
/// </summary>
internal sealed class BotPools
{
    private static readonly AccountId Trader = AccountId.Parse("trader");

    private static readonly (TokenId Token, int Decimals, double Value)[] Tokens =
    [
        (TokenId.Parse("USD"), 6, 1), (TokenId.Parse("EUR"), 6, 1.002), (TokenId.Parse("BTC"), 8, 5_000),
        (TokenId.Parse("DAI"), 18, 0.999), (TokenId.Parse("ETH"), 18, 250),
    ];

    private readonly Random _random;
    private readonly Dictionary<PoolId, EntityHarness> _pools = [];
    private int _ids = 10;

    public BotPools(int seed) => _random = new Random(seed);

    public static IReadOnlyList<string> Kinds { get; } =
    [
        "constant-product", "solidly-volatile", "solidly-stable", "stableswap-classic", "stableswap-ng",
        "balancer-weighted", "balancer-stable", "concentrated", "curve-tricrypto",
    ];

    public PoolBook Book { get; private set; } = PoolBook.Empty;

    public IEnumerable<PoolView> Views => _pools.Values.Select(p => p.State<PoolState>().ToView());

    /// <summary>Adds a pool of a kind that has two tokens, among others where the kind has more. Its prices are off by
    /// up to a part of one.</summary>
    public void Add(string kind, int one, int other, double spread)
    {
        var treasury = new FeePips(_random.Next(2) * 300);
        var tokens = TokensOf(kind, one, other);
        var depth = Math.Pow(10, 4 + (_random.NextDouble() * 3));
        UInt256[] amounts =
        [
            .. tokens.Select(t => (UInt256)(
                depth * Math.Pow(10, Tokens[t].Decimals) / Tokens[t].Value
                * (1 + (spread * ((2 * _random.NextDouble()) - 1))))),
        ];
        var id = PoolId.Parse($"p{_pools.Count}");
        var pool = new EntityHarness(Pool.Definition, id.Value);
        TokenId[] ids = [.. tokens.Select(t => Tokens[t].Token)];
        if (kind == "constant-product")
        {
            pool.Given(new Pool.Command.Create(ids[0], ids[1], new FeePips(2_500), treasury));
        }
        else
        {
            pool.Given(new Pool.Command.CreateCurve(ids, TermsOf(kind, tokens, amounts), treasury));
        }

        foreach (var range in kind == "concentrated" ? RangesAround(amounts) : [null])
        {
            TokenAmount[] deposit = [.. ids.Zip(amounts, (t, amount) => new TokenAmount(t, amount))];
            pool.Given(new Pool.Command.Join(
                Id(++_ids), Trader, deposit, IsExact: false, range, UInt256.One, Deadline));
        }

        _pools.Add(id, pool);
        Tell(id);
    }

    /// <summary>What the pools give for a route, by their entities; null where one refuses.</summary>
    public UInt256? Execute(SwapHop[] route, UInt256 amountIn)
    {
        var amount = amountIn;
        foreach (var hop in route)
        {
            var events = _pools[hop.Pool].When(new Pool.Command.Swap(
                Id(++_ids), Trader, hop.TokenIn, hop.TokenOut, amount, UInt256.One, Deadline)).Events;
            if (events is not [Pool.Event.Swapped swapped, ..])
            {
                return null;
            }

            amount = swapped.AmountOut;
            Tell(hop.Pool);
        }

        return amount;
    }

    /// <summary>What the pools say a route would give; null where one refuses. Knows nothing of the search.</summary>
    public static UInt256? Ask(IReadOnlyList<(PoolView Pool, TokenId In, TokenId Out)> route, UInt256 amountIn)
    {
        var amount = amountIn;
        foreach (var (pool, tokenIn, tokenOut) in route)
        {
            if (pool.QuoteExactIn(tokenIn, tokenOut, amount, out var trade) != Domain.Amm.QuoteError.None)
            {
                return null;
            }

            amount = trade.AmountOut;
        }

        return amount;
    }

    /// <summary>Opens a leg at a pool, so that it is as busy as a pool can be.</summary>
    public void OpenLeg(PoolId pool, TokenId tokenIn, TokenId tokenOut, UInt256 amountIn)
    {
        _pools[pool].Given(new Pool.Command.PrepareLeg(
            Id(++_ids), Id(++_ids), Trader, tokenIn, tokenOut, amountIn, Deadline));
        Tell(pool);
    }

    private void Tell(PoolId id) => Book = Book.With(
        EventTap.QuoteOf(_pools[id].State<PoolState>().ToView(), _pools[id].Journal.Count)!);

    // Tricrypto has its own three; the kinds of baskets have a third one now and then.
    private int[] TokensOf(string kind, int one, int other)
    {
        if (kind == "curve-tricrypto")
        {
            return [0, 2, 4];
        }

        var third = Enumerable.Range(0, Tokens.Length).First(t => t != one && t != other && Tokens[t].Value < 2);
        var isBasket = kind is "balancer-weighted" or "balancer-stable" or "stableswap-ng" or "stableswap-classic";
        return isBasket && _random.Next(3) == 0 ? [one, third, other] : [one, other];
    }

    private static CurveTerms TermsOf(string kind, int[] tokens, UInt256[] amounts)
    {
        int[] decimals = [.. tokens.Select(t => Tokens[t].Decimals)];
        UInt256 e18 = 1_000_000_000_000_000_000;
        return kind switch
        {
            "solidly-volatile" => new CurveTerms.SolidlyVolatile(new FeePips(3_000)),
            "solidly-stable" => new CurveTerms.SolidlyStable(new FeePips(500), decimals),
            "stableswap-classic" => new CurveTerms.Classic(400, 4_000_000, decimals),
            "stableswap-ng" => new CurveTerms.NextGeneration(200, 4_000_000, 20_000_000_000, decimals),
            "balancer-weighted" => new CurveTerms.Weighted(
                [.. decimals.Select(_ => e18 / (uint)decimals.Length)], e18 / 1_000u, decimals),
            "balancer-stable" => new CurveTerms.Stable(200_000, e18 / 5_000u, decimals),
            "concentrated" => new CurveTerms.Concentrated(
                new FeePips(500), 10,
                (UInt256)(Math.Sqrt((double)amounts[1] / (double)amounts[0]) * Math.Pow(2, 96))),
            _ => new CurveTerms.TricryptoNg(
                1_707_629, 11_809_167_828_997, 3_000_000, 30_000_000, 500_000_000_000_000, 2_000_000_000_000,
                146_000_000_000_000, 866, [5_000u * e18, 250u * e18], decimals),
        };
    }

    // Narrow ones among wide ones, so that a trade of some size crosses ticks.
    private static TickRange?[] RangesAround(UInt256[] amounts)
    {
        var tick = (int)(Math.Log((double)amounts[1] / (double)amounts[0]) / Math.Log(1.0001)) / 10 * 10;
        return [new(tick - 4_000, tick + 4_000), new(tick - 100, tick + 60), new(tick - 20, tick + 20)];
    }
}
