using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Oracles;

namespace ActorTrade.DefiTests.Oracles;

public sealed class PriceMedianTests
{
    private static readonly MedianTerms Terms = new(TimeSpan.FromMinutes(1), Quorum: 2, DeviationBpsMax: 200);

    private static WeightedPrice Says(string source, uint price, int weight = 1, int age = 1, double confidence = 1) =>
        new(
            new OraclePrice(new Price(price, 1_000), source, default, TimeSpan.FromSeconds(age), confidence, 1),
            weight);

    [Fact]
    public void The_median_is_named_with_who_spoke_for_it_and_who_was_dropped()
    {
        WeightedPrice[] sources =
        [
            Says("pool:A-B", 1_000), Says("venue:x", 1_010), Says("venue:y", 1_500), Says("venue:old", 1_005, age: 61),
        ];
        Assert.Null(PriceMedian.Of(sources, Terms, out var median, out var dropped));
        Assert.Equal(new Price(1_000, 1_000), median!.Price.Price);
        Assert.Equal(["pool:A-B", "venue:x"], median.Used);
        Assert.Equal(
            [("venue:old", "price-too-old"), ("venue:y", "price-deviates")],
            dropped.Select(d => (d.Source, d.Code)));
        Assert.Equal(0.5, median.Price.Confidence);
    }

    [Fact]
    public void Without_a_quorum_there_is_no_price()
    {
        Assert.Equal(
            new OracleRefusal.NoQuorum(1, 2),
            PriceMedian.Of([Says("a", 1), Says("b", 2, age: 100)], Terms, out _, out _));
        Assert.Equal(
            new OracleRefusal.NoQuorum(1, 2),
            PriceMedian.Of([Says("a", 1_000), Says("b", 1_500)], Terms, out var none, out var dropped));
        Assert.Null(none);
        Assert.Equal("b", Assert.Single(dropped).Source);
    }

    /// <summary>Liars with less than half of the weight cannot move the price beyond what the honest say.</summary>
    [Fact]
    public void A_minority_moves_the_median_only_within_what_the_others_say()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var random = new Random(seed);
            var honest = Enumerable.Range(0, random.Next(1, 8))
                .Select(i => Says($"honest{i}", (uint)random.Next(9_950, 10_050), random.Next(1, 5))).ToList();
            var weight = honest.Sum(h => h.Weight);
            var liars = new List<WeightedPrice>();
            for (var left = weight - 1; left > 0 && random.Next(4) > 0;)
            {
                var part = random.Next(1, left + 1);
                liars.Add(Says($"liar{liars.Count}", (uint)random.Next(1, 1_000_000), part));
                left -= part;
            }

            WeightedPrice[] all = [.. honest.Concat(liars)];
            random.Shuffle(all);
            Assert.Null(PriceMedian.Of(all, Terms with { Quorum = 1 }, out var median, out _));
            var price = median!.Price.Price;
            Assert.True(
                price >= honest.Min(h => h.Price.Price) && price <= honest.Max(h => h.Price.Price),
                $"seed {seed}: {price}");
        }
    }
}
