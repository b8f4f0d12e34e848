namespace ActorTrade.Arbitrage.Routing;

/// <summary>
/// Splits an amount over a network so that most comes out: the dual problem, one price a token. Solves for σ = √price,
/// with the bought token's σ = 1: an edge from u to v then trades until its s = 1/√(marginal rate) is σ_v/σ_u.
/// </summary>
/// <remarks>
/// What is left over at a token grows with its own price and falls with the others', so each token's price that spends
/// what arrives there is the root of a rising function: found by Newton's steps inside a bracket. Tokens between the
/// sold and the bought one depend on these two alone where routes have two hops; else the tokens are gone through in
/// rounds until no price moves. The sold token's price is then found by secant steps, for the amount spent is a nearly
/// straight line in 1/σ. Optimal by strong duality, every edge being concave; pools that several paths share are one
/// edge here, and need no special care.
/// </remarks>
internal sealed class FlowSolver
{
    private const int NodeStepsMax = 60;
    private const int RoundsMax = 400;
    private const int OuterStepsMax = 60;
    private const double PrecisionOfPrice = 1e-13;

    private readonly RouteNetwork _network;
    private readonly double[] _sigma;
    private readonly bool _hasInnerEdges;

    public FlowSolver(RouteNetwork network)
    {
        _network = network;
        _sigma = new double[network.NodeCount];
        Inputs = new double[network.EdgeCount];
        Outputs = new double[network.EdgeCount];
        for (var e = 0; e < network.EdgeCount; e++)
        {
            _hasInnerEdges |= network.From[e] != RouteNetwork.Source && network.To[e] != RouteNetwork.Target;
        }
    }

    /// <summary>What each edge takes.</summary>
    public double[] Inputs { get; }

    /// <summary>What each edge gives.</summary>
    public double[] Outputs { get; }

    /// <summary>What arrives at the bought token.</summary>
    public double Output { get; private set; }

    /// <summary>1/√rate at size zero of the best path; infinite where there is none.</summary>
    public double LeastRoot() => LeastRoots()[RouteNetwork.Source];

    /// <summary>False where the network cannot take the amount.</summary>
    public bool Solve(double amount)
    {
        // At first each token is worth what it would bring at size zero.
        var roots = LeastRoots();
        var start = roots[RouteNetwork.Source];
        if (!double.IsFinite(start))
        {
            return false;
        }

        for (var node = 0; node < _sigma.Length; node++)
        {
            _sigma[node] = 1 / roots[node];
        }

        // low spends too little, high enough; both are 1/σ of the sold token.
        var (low, high) = (start, start * 1.02);
        var (atLow, atHigh) = (-amount, Spent(high) - amount);
        for (var growth = 1.05; atHigh < 0; growth *= 1.5)
        {
            if (growth > 1e12)
            {
                return false;
            }

            (low, atLow) = (high, atHigh);
            high *= growth;
            atHigh = Spent(high) - amount;
        }

        Narrow(amount, low, atLow, high, atHigh);
        Output = 0;
        foreach (var e in _network.In[RouteNetwork.Target])
        {
            Output += Outputs[e];
        }

        return true;
    }

    // Regula falsi with halving of the side that stays (Illinois), which a nearly straight line needs little of.
    private void Narrow(double amount, double low, double atLow, double high, double atHigh)
    {
        for (var step = 0; step < OuterStepsMax; step++)
        {
            var middle = high - (atHigh * (high - low) / (atHigh - atLow));
            if (!(middle > low && middle < high))
            {
                middle = 0.5 * (low + high);
            }

            var at = Spent(middle) - amount;
            if (Math.Abs(at) <= amount * 1e-12 || high - low <= high * 1e-15)
            {
                return;
            }

            if (at > 0)
            {
                (high, atHigh) = (middle, at);
                atLow *= 0.5;
            }
            else
            {
                (low, atLow) = (middle, at);
                atHigh *= 0.5;
            }
        }
    }

    // What is spent of the sold token at its 1/σ, with all other tokens in balance.
    private double Spent(double inverse)
    {
        _sigma[RouteNetwork.Source] = 1 / inverse;
        for (var round = 0; round < RoundsMax; round++)
        {
            var moved = 0d;
            for (var node = 2; node < _sigma.Length; node++)
            {
                var before = _sigma[node];
                var now = Balance(node);
                _sigma[node] = now;
                moved = Math.Max(moved, now == before ? 0 : Math.Abs(now - before) / Math.Max(now, before));
            }

            if (!_hasInnerEdges || moved <= PrecisionOfPrice * 10)
            {
                break;
            }
        }

        var spent = 0d;
        for (var e = 0; e < _network.EdgeCount; e++)
        {
            var from = _sigma[_network.From[e]];
            _network.Until(
                e, from > 0 ? _sigma[_network.To[e]] / from : 0, out Inputs[e], out Outputs[e], out _);
            spent += _network.From[e] == RouteNetwork.Source ? Inputs[e] : 0;
        }

        return spent;
    }

    // The σ at which a token's edges spend what they bring. Below `low` nothing arrives, above `high` nothing leaves.
    private double Balance(int node)
    {
        var (low, high) = (double.PositiveInfinity, 0d);
        foreach (var e in _network.In[node])
        {
            var from = _sigma[_network.From[e]];
            low = from > 0 ? Math.Min(low, _network.Root[e] * from) : low;
        }

        foreach (var e in _network.Out[node])
        {
            high = Math.Max(high, _sigma[_network.To[e]] / _network.Root[e]);
        }

        if (!(low < high))
        {
            // Nothing flows; a price at which neither side would trade keeps it so.
            return high > 0 ? high : double.IsFinite(low) ? low : 0;
        }

        var sigma = _sigma[node] > low && _sigma[node] < high ? _sigma[node] : Math.Sqrt(low * high);
        for (var step = 0; step < NodeStepsMax; step++)
        {
            var surplus = Surplus(node, sigma, out var slope);
            if (surplus > 0)
            {
                high = sigma;
            }
            else
            {
                low = sigma;
            }

            var next = slope > 0 ? sigma - (surplus / slope) : double.NaN;
            next = next > low && next < high ? next : 0.5 * (low + high);
            if (Math.Abs(next - sigma) <= PrecisionOfPrice * sigma)
            {
                return next;
            }

            sigma = next;
        }

        return sigma;
    }

    private double Surplus(int node, double sigma, out double slope)
    {
        var surplus = 0d;
        slope = 0;
        foreach (var e in _network.In[node])
        {
            var from = _sigma[_network.From[e]];
            if (from > 0)
            {
                var root = sigma / from;
                _network.Until(e, root, out _, out var output, out var perRoot);
                surplus += output;
                slope += perRoot / (root * root * from);
            }
        }

        foreach (var e in _network.Out[node])
        {
            var to = _sigma[_network.To[e]];
            _network.Until(e, to / sigma, out var input, out _, out var perRoot);
            surplus -= input;
            slope += perRoot * to / (sigma * sigma);
        }

        return surplus;
    }

    // 1/√rate at size zero of the best path from each token to the bought one, by relaxing every edge a few times.
    private double[] LeastRoots()
    {
        var best = new double[_network.NodeCount];
        Array.Fill(best, double.PositiveInfinity);
        best[RouteNetwork.Target] = 1;
        for (var hop = 0; hop < Cycles.CycleIndex.HopsMax; hop++)
        {
            for (var e = 0; e < _network.EdgeCount; e++)
            {
                best[_network.From[e]] = Math.Min(best[_network.From[e]], best[_network.To[e]] * _network.Root[e]);
            }
        }

        return best;
    }
}
