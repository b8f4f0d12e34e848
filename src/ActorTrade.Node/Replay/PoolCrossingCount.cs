using ActorTrade.Arbitrage.Markets;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Node.Replay;

/// <summary>
/// How often the prices of two pools of one pair crossed: the dearer became the cheaper. Equal prices are on neither
/// side. Pools of more tokens have as many pairs as they share with another. Prices are doubles, without fee: a
/// statistic.
/// </summary>
internal sealed class PoolCrossingCount
{
    private readonly SortedDictionary<Pair, (int Side, long Count)> _pairs = [];

    public IReadOnlyList<PoolCrossings> All =>
        [.. _pairs.Select(p => new PoolCrossings(p.Key.First, p.Key.Second, p.Key.Symbol, p.Value.Count))];

    /// <summary>Of the pairs whose two pools a test picks.</summary>
    public long CountOf(Func<string, bool> isPicked) =>
        _pairs.Where(p => isPicked(p.Key.First) && isPicked(p.Key.Second)).Sum(p => p.Value.Count);

    public void Look(PoolMarket market)
    {
        for (var i = 0; i < market.PoolCount; i++)
        {
            for (var j = i + 1; j < market.PoolCount; j++)
            {
                var isInOrder = string.CompareOrdinal(market.PoolAt(i).Id, market.PoolAt(j).Id) < 0;
                Look(market.PoolAt(isInOrder ? i : j), market.PoolAt(isInOrder ? j : i));
            }
        }
    }

    private void Look(ListedPool a, ListedPool b)
    {
        for (var i = 0; i < a.Tokens.Length; i++)
        {
            for (var j = i + 1; j < a.Tokens.Length; j++)
            {
                var (in0, in1) = (b.IndexOf(a.Tokens[i].Address), b.IndexOf(a.Tokens[j].Address));
                if (in0 >= 0 && in1 >= 0)
                {
                    var pair = new Pair(a.Id, b.Id, $"{a.Tokens[i].Symbol}/{a.Tokens[j].Symbol}");
                    Look(pair, a.Curve.SpotPrice(i, j), b.Curve.SpotPrice(in0, in1));
                }
            }
        }
    }

    private void Look(Pair pair, double price, double other)
    {
        var known = _pairs.GetValueOrDefault(pair);
        var side = double.IsNaN(price) || double.IsNaN(other) ? 0 : price.CompareTo(other);
        var crossed = side != 0 && known.Side != 0 && side != known.Side;
        _pairs[pair] = (side != 0 ? side : known.Side, known.Count + (crossed ? 1 : 0));
    }

    private readonly record struct Pair(string First, string Second, string Symbol) : IComparable<Pair>
    {
        public int CompareTo(Pair other)
        {
            var order = string.CompareOrdinal(First, other.First);
            order = order != 0 ? order : string.CompareOrdinal(Second, other.Second);
            return order != 0 ? order : string.CompareOrdinal(Symbol, other.Symbol);
        }
    }
}
