using System.Collections.Immutable;
using ActorTrade.DefiTests.PoolFiles;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Listing;

public class PoolRegistryTests
{
    private static readonly DateTimeOffset At = new(2024, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly ListedToken Usd = Token("0x01", "USD", 6);
    private static readonly ListedToken Eth = Token("0x02", "ETH", 18);
    private static readonly ListedToken Meme = Token("0x03", "MEME", 0);
    private static readonly ListedToken Other = Token("0x04", "OTHER", 18);

    [Fact]
    public void The_newest_state_counts_in_whatever_order_states_come()
    {
        var registry = new PoolRegistry();
        Assert.Equal(RegistryOutcome.UnknownPool, registry.Update("p", Curve(1, 1), At));
        Assert.Equal(RegistryOutcome.Added, registry.Put(Pool("p", Usd, Eth, 10, 20), At));
        Assert.Equal(RegistryOutcome.Updated, registry.Update("p", Curve(30, 40), At.AddSeconds(5)));
        Assert.Equal(RegistryOutcome.OlderThanKnown, registry.Update("p", Curve(50, 60), At.AddSeconds(4)));
        Assert.Equal(RegistryOutcome.OlderThanKnown, registry.Put(Pool("p", Usd, Eth, 50, 60), At.AddSeconds(4)));

        var known = registry.Find("p")!;
        Assert.Equal(At.AddSeconds(5), known.UpdatedAt);
        Assert.Equal((UInt256)30u, ((ConstantProductCurve)known.Pool.Curve).Reserve0);
        Assert.Equal(1, registry.Count);
    }

    [Fact]
    public void A_state_of_another_pool_is_not_taken()
    {
        var registry = new PoolRegistry();
        registry.Put(Pool("p", Usd, Eth, 10, 20), At);

        Assert.Equal(RegistryOutcome.OtherPool, registry.Put(Pool("p", Usd, Meme, 10, 20), At.AddDays(1)));
        Assert.Equal(
            RegistryOutcome.OtherPool, registry.Update("p", new SolidlyVolatileCurve(1, 1, 0, 1), At.AddDays(1)));
        Assert.Equal(At, registry.Find("p")!.UpdatedAt);
    }

    [Fact]
    public void A_token_with_two_numbers_of_decimals_is_a_conflict()
    {
        var registry = new PoolRegistry();
        registry.Put(Pool("p", Usd, Eth, 10, 20), At);

        Assert.Equal(RegistryOutcome.TokenConflict, registry.Put(Pool("q", Token("0x01", "USD", 18), Meme, 1, 1), At));
        Assert.Equal(RegistryOutcome.Added, registry.Put(Pool("r", Token("0x01", "usd coin", 6), Meme, 1, 1), At));
        Assert.DoesNotContain(registry.Pools(), p => p.Pool.Id == "q");
    }

    [Fact]
    public void Tokens_of_one_symbol_are_kept_apart_and_listed_as_twins()
    {
        var registry = new PoolRegistry();
        var bridged = Token("0x09", "usd", 6);
        var elsewhere = new ListedToken(10, "0x01", "USD", new TokenDecimals(6));
        registry.Put(Pool("p", Usd, Eth, 10, 20), At);
        registry.Put(Pool("q", bridged, Eth, 10, 20), At);
        registry.Put(Pool("r", elsewhere, new ListedToken(10, "0x02", "OP", default), 10, 20), At);

        var (symbol, tokens) = Assert.Single(registry.Twins());
        Assert.Equal("USD", symbol);
        Assert.Equal([Usd, bridged, elsewhere], tokens);
        Assert.Equal([Usd, bridged], registry.TokensNamed("UsD", chainId: 1));
        Assert.Equal([Usd, elsewhere], registry.TokensNamed("0X01"));
    }

    [Fact]
    public void Filters_leave_what_they_name()
    {
        var registry = new PoolRegistry();
        registry.Put(Pool("small", Usd, Eth, 1_000_000, 1_000_000_000_000_000, "Uni"), At);
        registry.Put(Pool("large", Usd, Eth, 5_000_000, 5_000_000_000_000_000, "Sushi"), At.AddMinutes(-10));
        registry.Put(Pool("other", Other, Meme, 5, 5), At);
        var prices = TokenPrices.Derive([.. registry.Pools().Select(p => p.Pool)], [new(Usd, 1.0)]);

        string[] Ids(PoolFilter filter) => [.. registry.List(filter, prices, At).Select(p => p.Pool.Id)];

        Assert.Equal(["large", "small", "other"], Ids(new PoolFilter()));
        Assert.Equal(["large", "small"], Ids(new PoolFilter(TvlMin: 2)));
        Assert.Equal(["large"], Ids(new PoolFilter(TvlMin: 2.000001)));
        Assert.Equal(["large"], Ids(new PoolFilter(Dex: "sushi")));
        Assert.Equal(["small", "other"], Ids(new PoolFilter(AgeMax: TimeSpan.FromMinutes(9))));
        Assert.Equal(["other"], Ids(new PoolFilter(Token: "meme")));
        Assert.Equal(["large", "small"], Ids(new PoolFilter(Token: "0x02", Kind: "Constant-Product", ChainId: 1)));
        Assert.Empty(Ids(new PoolFilter(ChainId: 2)));
        Assert.Empty(Ids(new PoolFilter(Kind: "concentrated")));
        var large = registry.List(new PoolFilter(TvlMin: 3), prices, At)[0];
        Assert.Equal((10.0, TimeSpan.FromMinutes(10)), (large.Tvl!.Value, large.Age));
        Assert.Null(registry.List(new PoolFilter(Token: "meme"), prices, At)[0].Tvl);
    }

    [Fact]
    public void What_was_saved_is_loaded_again()
    {
        var registry = new PoolRegistry();
        foreach (var kind in PoolJson.Kinds)
        {
            registry.Put(PoolJson.Read(PoolJson.Of(kind, kind)).Find(kind)!.Pool, At);
        }

        var utf8 = new System.Buffers.ArrayBufferWriter<byte>();
        PoolFileWriter.Write(utf8, registry.Pools());
        var again = new PoolRegistry();
        Assert.Empty(again.Load(PoolFile.Read(utf8.WrittenMemory), At.AddDays(1)));

        Assert.Equal(registry.Count, again.Count);
        Assert.All(again.Pools(), p => Assert.Equal(At, p.UpdatedAt));
        Assert.Equal(RegistryOutcome.TokenConflict, Assert.Single(again.Load(
            PoolJson.Read(PoolJson.Of("concentrated", "wrong").With("tokens.0.decimals", "7")), At)).Why);
    }

    [Fact]
    public void A_price_comes_by_the_deepest_way()
    {
        // ETH costs 2,000 where much is traded, and a million where a dollar is.
        var deep = Pool("deep", Usd, Eth, 2_000_000_000_000, Units.PowerOfTen(21));
        var shallow = Pool("shallow", Usd, Eth, 1_000_000, Units.PowerOfTen(12));
        var meme = Pool("meme", Eth, Meme, Units.PowerOfTen(18), 1_000);

        var prices = TokenPrices.Derive([shallow, meme, deep], [new(Usd, 1.0)]);

        var eth = prices.Of(Eth)!.Value;
        Assert.Equal((1, "deep"), (eth.Hops, eth.PoolId));
        Assert.Equal(2_000, eth.Value, 1e-9);
        Assert.Equal(2_000_000, eth.Depth, 1e-6);
        var other = prices.Of(Meme)!.Value;
        Assert.Equal((2, "meme"), (other.Hops, other.PoolId));
        Assert.Equal(2, other.Value, 1e-12);
        Assert.Equal(2_000, other.Depth, 1e-9);
        Assert.Equal(double.PositiveInfinity, prices.Of(Usd)!.Value.Depth);
        Assert.Null(prices.Of(Other));
        Assert.Equal(4_000_000, prices.ValueOf(deep)!.Value, 1e-6);
    }

    [Fact]
    public void A_price_over_time_goes_before_that_of_the_moment_which_is_marked()
    {
        // ETH costs 2,000 in the pools now; over time it was 1,900 in one of them, told from its token 0 to 1.
        var deep = Pool("deep", Usd, Eth, 2_000_000_000_000, Units.PowerOfTen(21));
        var meme = Pool("meme", Eth, Meme, Units.PowerOfTen(18), 1_000);
        var means = new Dictionary<string, PoolMean>
        {
            ["deep"] = new(1e18 / (1_900 * 1e6), TimeSpan.FromSeconds(70), 0.9),
        };

        var prices = TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], means: means);

        var (eth, other) = (prices.Of(Eth)!.Value, prices.Of(Meme)!.Value);
        Assert.Equal(1_900, eth.Value, 1e-9);
        Assert.Equal((false, TimeSpan.FromSeconds(70), 0.9), (eth.IsSpot, eth.Age, eth.Confidence));
        Assert.Equal(1.9, other.Value, 1e-12);
        Assert.True(other.IsSpot);
        Assert.Equal((3_900_000, false), (prices.WorthOf(deep)!.Value.Value, prices.WorthOf(deep)!.Value.IsSpot));
        Assert.True(prices.WorthOf(meme)!.Value.IsSpot);

        // Confidences of a way are multiplied, the oldest price is its age.
        means["meme"] = new(1_000 / 1e18, TimeSpan.FromSeconds(5), 0.5);
        other = TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], means: means).Of(Meme)!.Value;
        Assert.Equal((false, TimeSpan.FromSeconds(70), 0.45), (other.IsSpot, other.Age, other.Confidence));
    }

    [Fact]
    public void A_price_needs_the_depth_and_the_hops_that_were_asked_for()
    {
        var deep = Pool("deep", Usd, Eth, 2_000_000_000_000, Units.PowerOfTen(21));
        var meme = Pool("meme", Eth, Meme, Units.PowerOfTen(18), 1_000);

        Assert.NotNull(TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], depthMin: 1_999).Of(Meme));
        Assert.Null(TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], depthMin: 2_001).Of(Meme));
        Assert.Null(TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], hopsMax: 1).Of(Meme));
        Assert.NotNull(TokenPrices.Derive([deep, meme], [new(Usd, 1.0)], hopsMax: 1).Of(Eth));
    }

    [Fact]
    public void Prices_of_random_markets_are_those_of_the_widest_path()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            ImmutableArray<ListedToken> tokens = [.. Enumerable.Range(1, 6).Select(i => Token($"0x{i}", $"T{i}", 0))];
            ListedPool[] pools =
            [
                .. Enumerable.Range(0, 9).Select(i =>
                {
                    var a = random.Next(6);
                    var b = (a + random.Next(1, 6)) % 6;
                    return Pool(
                        $"p{i}", tokens[a], tokens[b], (ulong)random.Next(1, 1_000), (ulong)random.Next(1, 1_000));
                }),
            ];

            var prices = TokenPrices.Derive(pools, [new(tokens[0], 1.0)], hopsMax: 6);

            var expected = Slowly(pools, tokens[0]);
            Assert.Equal(expected.Count, prices.Count);
            Assert.All(expected, e => Assert.Equal(e.Value, prices.Of(e.Key)));
        }
    }

    [Fact]
    public void What_a_concentrated_pool_holds_is_what_its_positions_hold()
    {
        var curve = (ConcentratedCurve)PoolJson.Read(PoolJson.Of("concentrated")).Find("p")!.Pool.Curve;
        var (inner0, inner1) = curve.AmountsOf(199000, 199300, 9_000_000_000_000_000_000, Rounding.Down);
        var (outer0, outer1) = curve.AmountsOf(198000, 200500, 3_000_000_000_000_000_000, Rounding.Down);
        var (upper0, upper1) = curve.AmountsOf(199300, 200500, 4_000_000_000_000_000_000, Rounding.Down);

        // The same liquidity, parted otherwise: each part is rounded down on its own.
        Assert.InRange(Difference(inner0 + outer0 + upper0, PoolBalances.Of(curve, 0)), -3, 3);
        Assert.InRange(Difference(inner1 + outer1 + upper1, PoolBalances.Of(curve, 1)), -3, 3);
        Assert.True(inner0 > 1_000u && inner1 > 1_000u);
    }

    private static double Difference(UInt256 a, UInt256 b) => a >= b ? (double)(a - b) : -(double)(b - a);

    // Of all ways from a token that has a price to one that has none, the deepest next, looked for anew each time.
    private static Dictionary<ListedToken, TokenPrice> Slowly(ListedPool[] pools, ListedToken reference)
    {
        var prices = new Dictionary<ListedToken, TokenPrice>
        {
            [reference] = new TokenPrice(1, double.PositiveInfinity, 0, null),
        };
        while (true)
        {
            var ways =
                from pool in pools
                from i in new[] { 0, 1 }
                where prices.ContainsKey(pool.Tokens[i]) && !prices.ContainsKey(pool.Tokens[1 - i])
                let price = prices[pool.Tokens[i]]
                let depth = Math.Min(price.Depth, (double)PoolBalances.Of(pool.Curve, i) * price.Value)
                orderby depth descending, pool.Id, pool.Tokens[1 - i].Address
                select (pool, i, price, depth);
            if (ways.FirstOrDefault() is not { pool: { } found } next)
            {
                return prices;
            }

            var value = found.Curve.SpotPrice(1 - next.i, next.i) * next.price.Value;
            prices[found.Tokens[1 - next.i]] = new TokenPrice(
                value, next.depth, next.price.Hops + 1, found.Id, IsSpot: true);
        }
    }

    private static ListedToken Token(string address, string symbol, int decimals) =>
        new(1, address, symbol, new TokenDecimals(decimals));

    private static ListedPool Pool(
        string id, ListedToken a, ListedToken b, UInt256 reserveA, UInt256 reserveB, string? dex = null) =>
        new(id, a.ChainId, [a, b], Curve(reserveA, reserveB), dex);

    private static ConstantProductCurve Curve(UInt256 a, UInt256 b) => new(a, b, 3, 1_000);
}
