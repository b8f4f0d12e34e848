using ActorTrade.Domain.Markets;
using ActorTrade.Market.Simulation;
using static ActorTrade.UnitTests.Market.MarketTicks;

namespace ActorTrade.UnitTests.Market;

public sealed class SimulatedMarketTests
{
    [Fact]
    public void Same_seed_gives_the_same_ticks_and_another_one_does_not()
    {
        Assert.Equal(Ticks(7, 5000), Ticks(7, 5000));
        Assert.NotEqual(Ticks(7, 50), Ticks(8, 50));
    }

    [Fact]
    public void Ticks_of_a_seed_are_the_same_on_every_machine()
    {
        var last = Ticks(1, 5000)[^1];

        Assert.Equal(new Symbol("BTC", "EUR"), last.Symbol);
        Assert.Equal("54860.24/54871.23/8.3219", $"{last.Bid}/{last.Ask}/{last.BidSize}");
    }

    [Fact]
    public void Market_is_whole_for_many_seeds()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var ticks = Ticks(seed, 10_000);

            Assert.Equal(5, ticks.Select(t => t.Symbol).Distinct().Count());
            Assert.Equal(Enumerable.Range(0, ticks.Count).Select(i => (long)i), ticks.Select(t => t.Sequence));
            Assert.All(ticks, t => Assert.True(t.Bid > 0 && t.Ask > t.Bid && t.BidSize > 0 && t.AskSize > 0));
            Assert.All(ticks, t => Assert.Equal(t.Last is null, t.Volume is null));
            Assert.All(ticks, t => Assert.True(t.Last is null || t.Last == t.Bid || t.Last == t.Ask));
            Assert.InRange(ticks.Count(t => t.Last is not null), 2_500, 4_200);
        }
    }

    [Fact]
    public void Prices_move_but_stay_near_their_anchor_over_a_month_of_minutes()
    {
        var market = new SimulatedMarket(3, Start, TimeSpan.FromMinutes(1));
        var btc = market.Ticks().Take(5 * 60 * 24 * 30).Where(t => t.Symbol == Btc).Select(t => t.Mid!.Value).ToList();

        Assert.InRange(btc.Min(), 30_000, 60_000);
        Assert.InRange(btc.Max(), 60_000, 120_000);
        Assert.True(btc.Max() / btc.Min() > 1.05m);
    }

    [Fact]
    public void Triangle_is_open_now_and_then_but_not_always()
    {
        var rounds = Ticks(5, 50_000).Chunk(5).Select(round => round.ToDictionary(t => t.Symbol)).ToList();
        var (btcEur, eurUsd) = (new Symbol("BTC", "EUR"), new Symbol("EUR", "USD"));
        var open = rounds.Count(r => r[btcEur].Bid * r[eurUsd].Bid > r[Btc].Ask * 1.001m);

        Assert.InRange(open, rounds.Count / 20, rounds.Count / 2);
    }

    [Fact]
    public void Cross_before_its_legs_is_refused() => Assert.Throws<ArgumentException>(
        () => new SimulatedMarket(1, Start, TimeSpan.FromSeconds(1), [.. SimulatedMarket.Default.Reverse()]));

    private static List<Tick> Ticks(ulong seed, int count) =>
        [.. new SimulatedMarket(seed, Start, TimeSpan.FromSeconds(1)).Ticks().Take(count)];
}
