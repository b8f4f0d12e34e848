using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.Node.Replay;

/// <summary>
/// How often the prices of two pools of one pair crossed: the dearer became the cheaper. Equal prices are on neither
/// side. Prices are doubles, without fee: a statistic.
/// </summary>
internal sealed class PoolCrossingCount
{
    private readonly SortedDictionary<(string First, string Second), (int Side, long Count)> _pairs = [];

    public IReadOnlyList<PoolCrossings> All =>
        [.. _pairs.Select(p => new PoolCrossings(p.Key.First, p.Key.Second, p.Value.Count))];

    /// <summary>Of the pairs whose two pools a test picks.</summary>
    public long CountOf(Func<string, bool> isPicked) =>
        _pairs.Where(p => isPicked(p.Key.First) && isPicked(p.Key.Second)).Sum(p => p.Value.Count);

    public void Look(PoolMarket market)
    {
        for (var i = 0; i < market.PoolCount; i++)
        {
            for (var j = i + 1; j < market.PoolCount; j++)
            {
                Look(market, i, j);
            }
        }
    }

    private void Look(PoolMarket market, int first, int second)
    {
        var (a, b) = (market.PoolAt(first), market.PoolAt(second));
        var (in0, in1) = (b.IndexOf(a.Tokens[0].Address), b.IndexOf(a.Tokens[1].Address));
        if (in0 < 0 || in1 < 0)
        {
            return;
        }

        var pair = string.CompareOrdinal(a.Id, b.Id) < 0 ? (a.Id, b.Id) : (b.Id, a.Id);
        var known = _pairs.GetValueOrDefault(pair);
        var side = a.Curve.SpotPrice(0, 1).CompareTo(b.Curve.SpotPrice(in0, in1));
        if (double.IsNaN(a.Curve.SpotPrice(0, 1)) || double.IsNaN(b.Curve.SpotPrice(in0, in1)))
        {
            side = 0;
        }

        side = pair.Item1 == a.Id ? side : -side;
        var crossed = side != 0 && known.Side != 0 && side != known.Side;
        _pairs[pair] = (side != 0 ? side : known.Side, known.Count + (crossed ? 1 : 0));
    }
}
