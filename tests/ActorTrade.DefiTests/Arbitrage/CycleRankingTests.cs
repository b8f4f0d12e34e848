using ActorTrade.Arbitrage.Cycles;

namespace ActorTrade.DefiTests.Arbitrage;

public sealed class CycleRankingTests
{
    [Fact]
    public void Best_are_those_of_a_full_sort_after_any_changes()
    {
        var random = new Random(1);
        var gains = new double[200];
        var ranking = new CycleRanking(gains.Length);
        for (var step = 0; step < 5_000; step++)
        {
            var cycle = random.Next(gains.Length);
            gains[cycle] = random.Next(3) == 0 ? 0 : random.NextDouble();
            ranking.Set(cycle, gains[cycle]);
            if (step % 50 == 0)
            {
                var expected = Enumerable.Range(0, gains.Length).Where(c => gains[c] > 0)
                    .OrderByDescending(c => gains[c]).Take(20);
                Assert.Equal(expected, ranking.Best(20));
                Assert.Equal(gains.Count(g => g > 0), ranking.Count);
            }
        }
    }
}
