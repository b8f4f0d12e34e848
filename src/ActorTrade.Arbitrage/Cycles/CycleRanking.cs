namespace ActorTrade.Arbitrage.Cycles;

/// <summary>
/// The cycles that gain, the best at the top: a binary heap that knows where each cycle stands in it, so that a changed
/// gain moves its cycle in O(log n). Allocates nothing after it is made.
/// </summary>
internal sealed class CycleRanking
{
    private readonly double[] _gain;
    private readonly int[] _place;
    private readonly int[] _heap;

    public CycleRanking(int count)
    {
        _gain = new double[count];
        _place = new int[count];
        _heap = new int[count];
        Array.Fill(_place, -1);
    }

    /// <summary>How many cycles gain.</summary>
    public int Count { get; private set; }

    public double GainOf(int cycle) => _gain[cycle];

    /// <summary>Sets what a cycle gains; zero or less takes it off the ranking.</summary>
    public void Set(int cycle, double gain)
    {
        var place = _place[cycle];
        if (!(gain > 0))
        {
            if (place >= 0)
            {
                Remove(cycle, place);
            }

            return;
        }

        var before = _gain[cycle];
        _gain[cycle] = gain;
        if (place < 0)
        {
            place = Count++;
            _heap[place] = cycle;
            Rise(cycle, place);
        }
        else if (gain > before)
        {
            Rise(cycle, place);
        }
        else if (gain < before)
        {
            Sink(cycle, place);
        }
    }

    /// <summary>The best <paramref name="count"/> cycles, best first; fewer where fewer gain.</summary>
    public int[] Best(int count)
    {
        var best = new List<int>(Math.Min(count, Count));
        var open = new PriorityQueue<int, (double, int)>();
        if (Count > 0)
        {
            open.Enqueue(0, (-_gain[_heap[0]], _heap[0]));
        }

        while (best.Count < count && open.TryDequeue(out var place, out _))
        {
            best.Add(_heap[place]);
            for (var child = (2 * place) + 1; child <= (2 * place) + 2 && child < Count; child++)
            {
                open.Enqueue(child, (-_gain[_heap[child]], _heap[child]));
            }
        }

        return [.. best];
    }

    private void Remove(int cycle, int place)
    {
        var last = _heap[--Count];
        _place[cycle] = -1;
        _gain[cycle] = 0;
        if (last != cycle)
        {
            _heap[place] = last;
            _place[last] = place;
            Rise(last, place);
            Sink(last, _place[last]);
        }
    }

    private void Rise(int cycle, int place)
    {
        var gain = _gain[cycle];
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            var above = _heap[parent];
            if (_gain[above] >= gain)
            {
                break;
            }

            _heap[place] = above;
            _place[above] = place;
            place = parent;
        }

        _heap[place] = cycle;
        _place[cycle] = place;
    }

    private void Sink(int cycle, int place)
    {
        var gain = _gain[cycle];
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _gain[_heap[child + 1]] > _gain[_heap[child]])
            {
                child++;
            }

            var below = _heap[child];
            if (_gain[below] <= gain)
            {
                break;
            }

            _heap[place] = below;
            _place[below] = place;
            place = child;
        }

        _heap[place] = cycle;
        _place[cycle] = place;
    }
}
