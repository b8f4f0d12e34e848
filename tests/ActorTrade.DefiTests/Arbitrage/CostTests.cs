using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Arbitrage;

/// <summary>What a trade costs beside its price: loans, gas, and those who trade around it.</summary>
public sealed class CostTests
{
    private static readonly ListedToken A = MarketMaker.Token(0);
    private static readonly ListedToken B = MarketMaker.Token(1);

    [Fact]
    public void Repayments_are_those_of_the_contracts()
    {
        // v2-core's test of a flash swap repaid in the same token: 1e18 out wants 1003009027081243732 back.
        var pair = FlashLender.OfPair(MarketMaker.Pair("p", A, B, MarketMaker.Units(1e21), MarketMaker.Units(5e20)));
        Assert.Equal((UInt256)1_003_009_027_081_243_732, Repayment(pair, 1_000_000_000_000_000_000));
        Assert.Equal((UInt256)100_050, Repayment(FlashLender.AaveLike(), 100_000));
        Assert.Equal((UInt256)1_002, Repayment(FlashLender.AaveLike(), 1_001));
        Assert.Equal((UInt256)100_000, Repayment(FlashLender.BalancerLike(), 100_000));
        Assert.Equal((UInt256)7, Repayment(FlashLender.OwnCapital(), 7));
        Assert.False(pair.TryRepayment(UInt256.MaxValue, out _));
        Assert.False(FlashLender.AaveLike().TryRepayment(UInt256.MaxValue, out _));
        Assert.Equal(1 / 0.997, pair.Cost, 1e-15);
        Assert.Equal(1.0005, FlashLender.AaveLike().Cost, 1e-15);
    }

    [Fact]
    public void Lender_has_what_is_in_it_and_a_pair_keeps_a_unit()
    {
        var pair = FlashLender.OfPair(MarketMaker.Pair("p", A, B, 1_000, 500));
        Assert.Equal((UInt256)999, pair.AvailableOf(A));
        Assert.Equal((UInt256)499, pair.AvailableOf(B));
        Assert.Equal(UInt256.Zero, pair.AvailableOf(MarketMaker.Token(7)));
        Assert.Equal(UInt256.MaxValue, FlashLender.BalancerLike().AvailableOf(A));
    }

    [Fact]
    public void Gas_table_is_read_and_its_faults_are_named()
    {
        var table = GasTable.Parse("""{"transaction":21000,"unknownKind":300000,"hops":{"concentrated":99000}}""");

        Assert.Equal(21_000, table.Transaction);
        Assert.Equal(new GasOfHop(99_000, IsMeasured: true), table.OfHop("concentrated"));
        Assert.Equal(new GasOfHop(300_000, IsMeasured: false), table.OfHop("constant-product"));
        Assert.Empty(table.Lenders);
        var estimate = GasTable.Parse(
            """{"transaction":1,"unknownKind":2,"hops":{"a":{"gas":3,"measured":false}},"lenders":{"b":4}}""");
        Assert.Equal(new GasOfHop(3, IsMeasured: false), estimate.OfHop("a"));
        Assert.Equal(new GasOfHop(4, IsMeasured: true), estimate.Lenders["b"]);
        AssertFault("transaction", """{"unknownKind":1,"hops":{}}""");
        AssertFault("unknownKind", """{"transaction":1,"unknownKind":-1,"hops":{}}""");
        AssertFault("hops.a", """{"transaction":1,"unknownKind":1,"hops":{"a":"9"}}""");
        AssertFault("hops.a", """{"transaction":1,"unknownKind":1,"hops":{"a":{"gas":-1,"measured":true}}}""");
        AssertFault("measured", """{"transaction":1,"unknownKind":1,"hops":{"a":{"gas":1}}}""");
        AssertFault("gas table", "[1");
        AssertFault("gas table", """{"transaction":1,"unknownKind":1,"hops":3}""");

        static void AssertFault(string field, string json)
        {
            var fault = Assert.Throws<FormatException>(() => GasTable.Parse(json));
            Assert.Contains(field, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Gas_table_in_use_is_the_file_that_is_measured()
    {
        var file = Path.Combine(
            RepositoryRoot(), "src", "ActorTrade.Arbitrage", "Opportunities", "gas-table.json");
        var measured = GasTable.Parse(File.ReadAllText(file));

        Assert.Equal(measured.Transaction, GasTable.Default.Transaction);
        Assert.Equal(measured.UnknownKind, GasTable.Default.UnknownKind);
        Assert.Equal(measured.Hops, GasTable.Default.Hops);
        Assert.Equal(measured.Lenders, GasTable.Default.Lenders);
        Assert.Equal(
            ["balancer-stable", "balancer-weighted", "concentrated", "constant-product", "stableswap-classic"],
            measured.Hops.Where(h => h.Value.IsMeasured).Select(h => h.Key).Order());
        Assert.All(measured.Lenders, l => Assert.True(l.Value.IsMeasured));
        Assert.Equal(measured.Lenders["aave-like"].Units, FlashLender.AaveLike().GasUnits);
        Assert.Equal(measured.Lenders["balancer-like"].Units, FlashLender.BalancerLike().GasUnits);

        static string RepositoryRoot()
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "ActorTrade.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    [Fact]
    public void Sandwich_bound_is_the_one_of_the_derivation()
    {
        Assert.Equal(0.0030135, SandwichBound.ShareMax(0.997), 1e-7);
        foreach (var kept in (double[])[0.9999, 0.9995, 0.997, 0.99, 0.9])
        {
            var bound = SandwichBound.ShareMax(kept);
            Assert.False(SandwichBound.IsExposed(bound * 0.9999, kept));
            Assert.True(SandwichBound.IsExposed(bound * 1.0001, kept));
        }
    }

    [Theory]
    [InlineData(0.98, false)]
    [InlineData(1.3, true)]
    public void Sandwich_gains_exactly_above_the_bound(double partOfBound, bool gains)
    {
        // The attacker buys in front of the victim and sells all of it behind, in integers, at any of many sizes.
        var curve = new ConstantProductCurve(MarketMaker.Units(1e30), MarketMaker.Units(1e30), 3, 1_000);
        var victim = MarketMaker.Units(1e30 * SandwichBound.ShareMax(0.997) * partOfBound);
        var best = SignedAmount.Minus(UInt256.MaxValue);
        for (var size = 1e22; size < 1e29; size *= 1.5)
        {
            var front = Trade(curve, 0, MarketMaker.Units(size), out var bought);
            var middle = Trade(front, 0, victim, out _);
            Trade(middle, 1, bought, out var back);
            var gain = (SignedAmount)back - MarketMaker.Units(size);
            best = gain > best ? gain : best;
        }

        Assert.Equal(gains, best > SignedAmount.Zero);
    }

    [Fact]
    public void Prices_of_the_market_go_along_the_deepest_path()
    {
        var (c, alone) = (MarketMaker.Token(2), MarketMaker.Token(3));
        var market = new PoolMarket(
        [
            MarketMaker.Pair("ab", A, B, MarketMaker.Units(1e24), MarketMaker.Units(2e24)),
            MarketMaker.Pair("bc", B, c, MarketMaker.Units(3e24), MarketMaker.Units(1e24)),
            MarketMaker.Pair("shallow", A, c, MarketMaker.Units(1e20), MarketMaker.Units(9e20)),
            MarketMaker.Pair("apart", alone, MarketMaker.Token(4), 1_000, 1_000),
        ]);

        var prices = MarketPrices.In(market, A);

        Assert.Equal(1, prices[market.NumberOf(A)]);
        Assert.Equal(0.5, prices[market.NumberOf(B)], 1e-12);
        Assert.Equal(1.5, prices[market.NumberOf(c)], 1e-12);
        Assert.Equal(double.NaN, prices[market.NumberOf(alone)]);
    }

    private static UInt256 Repayment(FlashLender lender, UInt256 amount)
    {
        Assert.True(lender.TryRepayment(amount, out var repayment));
        return repayment;
    }

    private static Curve Trade(Curve curve, int tokenIn, UInt256 amount, out UInt256 amountOut)
    {
        Assert.Equal(QuoteError.None, curve.QuoteExactIn(tokenIn, 1 - tokenIn, amount, out var quote));
        amountOut = quote.AmountOut;
        return curve.Apply(quote);
    }
}
