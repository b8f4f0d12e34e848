using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Execution.Pools;

namespace ActorTrade.Execution.Strategies;

/// <summary>A size for a cycle and what it brings, in base units of the cycle's token, by the
/// pools' own integer mathematics.</summary>
public readonly record struct CycleSize(UInt256 AmountIn, UInt256 AmountOut)
{
    /// <summary>Only of a size that gains.</summary>
    public UInt256 Profit => AmountOut - AmountIn;
}

/// <summary>
/// A route through constant product pools that returns to its first token, and how much to send through it.
/// </summary>
/// <remarks>
/// One pool gives out(x) = γ·Rout·x / (Rin + γ·x), γ = 1 − fee. Such functions compose to one of the same form, A·x /
/// (B + C·x), with A' = γ·Rout·A, B' = Rin·B, C' = Rin·C + γ·A for the next pool. The profit A·x/(B + C·x) − x is
/// concave and greatest at x = (√(A·B) − B) / C; there is none when A ≤ B. (The closed form of the two-pool optimum, as
/// in the artemis and degenbot projects, for any number of pools.) The optimum is found in double, where the profit is
/// flat, so that an error of 1e-15 in x costs about 1e-30 of it; for small pools, where rounding to whole base units
/// makes steps, the neighbourhood is searched in integers. What is returned is always computed by
/// <see cref="PoolQuote.AmountOut"/>, and nothing that does not gain there.
/// </remarks>
public sealed class PoolCycle
{
    private const int NeighboursEachSide = 16;

    private readonly PoolQuote[] _pools;

    /// <param name="start">The token the cycle begins and ends with.</param>
    /// <param name="pools">At least two, each with the token that the one before gives.</param>
    /// <exception cref="ArgumentException">The pools do not make a cycle.</exception>
    public PoolCycle(TokenId start, params PoolQuote[] pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        Start = start;
        _pools = pools;
        Route = new SwapHop[pools.Length];
        var token = start;
        for (var i = 0; i < pools.Length; i++)
        {
            if (!pools[i].Has(token))
            {
                throw new ArgumentException($"Pool {pools[i].Pool} does not trade {token}.", nameof(pools));
            }

            Route[i] = new SwapHop(pools[i].Pool, token, pools[i].Other(token));
            token = Route[i].TokenOut;
        }

        if (token != start || pools.Length < 2)
        {
            throw new ArgumentException("The pools do not lead back to the start.", nameof(pools));
        }
    }

    public TokenId Start { get; }

    public SwapHop[] Route { get; }

    /// <summary>Such as "USD→EUR→BTC→USD".</summary>
    public string Name => string.Join('→', Route.Select(h => h.TokenIn).Append(Start));

    /// <summary>Every cycle over three pools that begins and ends with the token, at
    /// most <paramref name="cyclesMax"/>.</summary>
    public static IReadOnlyList<PoolCycle> Triangles(PoolBook book, TokenId start, int cyclesMax)
    {
        ArgumentNullException.ThrowIfNull(book);
        var cycles = new List<PoolCycle>();
        var last = book.Pools.Where(p => p.Has(start)).ToList();
        var middle = book.Pools.Where(p => !p.Has(start)).ToList();
        foreach (var first in last)
        {
            foreach (var second in middle.Where(p => p.Has(first.Other(start))))
            {
                var token = second.Other(first.Other(start));
                foreach (var third in last.Where(p => p.Has(token)))
                {
                    if (cycles.Count == cyclesMax)
                    {
                        return cycles;
                    }

                    cycles.Add(new PoolCycle(start, first, second, third));
                }
            }
        }

        return cycles;
    }

    /// <summary>What the cycle gives for an input, rounded down at each pool; zero where a pool cannot quote.</summary>
    public UInt256 AmountOut(UInt256 amountIn)
    {
        var amount = amountIn;
        for (var i = 0; i < _pools.Length && !amount.IsZero; i++)
        {
            amount = _pools[i].AmountOut(Route[i].TokenIn, amount);
        }

        return amount;
    }

    /// <summary>The size with the greatest profit up to a maximum; null when no size gains.</summary>
    public CycleSize? Best(UInt256 amountInMax)
    {
        if (Optimum() is not { } optimum)
        {
            return null;
        }

        var centre = optimum >= (double)amountInMax ? amountInMax : (UInt256)optimum;
        CycleSize? best = null;
        var from = UInt256.TrySubtract(centre, NeighboursEachSide, out var below) ? below : default;
        for (var i = 0u; i <= 2 * NeighboursEachSide; i++)
        {
            var amountIn = from + i;
            if (amountIn.IsZero || amountIn > amountInMax)
            {
                continue;
            }

            var amountOut = AmountOut(amountIn);
            if (amountOut > amountIn && (best is null || amountOut - amountIn > best.Value.Profit))
            {
                best = new CycleSize(amountIn, amountOut);
            }
        }

        return best;
    }

    // A : B : C is all that counts, so B is kept at one by dividing by Rin at each
    // pool; nothing comes near a double's limits.
    private double? Optimum()
    {
        double a = 1;
        double c = 0;
        for (var i = 0; i < _pools.Length; i++)
        {
            var kept = 1 - (_pools[i].Fee.Value / (double)FeePips.One);
            var reserveIn = (double)_pools[i].ReserveOf(Route[i].TokenIn);
            var reserveOut = (double)_pools[i].ReserveOf(Route[i].TokenOut);
            if (reserveIn == 0 || reserveOut == 0)
            {
                return null;
            }

            c += kept * a / reserveIn;
            a *= kept * reserveOut / reserveIn;
        }

        return a > 1 ? (Math.Sqrt(a) - 1) / c : null;
    }
}
