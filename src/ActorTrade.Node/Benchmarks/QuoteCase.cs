using System.Diagnostics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Benchmarks;

/// <summary>
/// Quotes of one kind of pool: many states and amounts in turn, so that no branch is learnt by heart.
/// </summary>
/// <param name="Name">Of the measured figure, as in <c>constantProduct</c>.</param>
/// <param name="Trades">Their number is a power of two.</param>
/// <param name="Question">What the peer's runner is asked for the same kind of trade; see tests/oracles/runner.mjs.
/// Null where there is no peer.</param>
internal sealed record QuoteCase(string Name, IReadOnlyList<QuoteTrade> Trades, object? Question)
{
    private const int QuotesBetweenLooks = 4096;

    /// <summary>
    /// Exact quotes a second of processor time, so that other programs on the machine take little from the figure. A
    /// quote that fails ends the measurement.
    /// </summary>
    public double Measure(TimeSpan span)
    {
        QuoteTrade[] trades = [.. Trades];
        var mask = trades.Length - 1;
        var clock = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        long quotes = 0;
        while (clock.Elapsed < span)
        {
            for (var i = 0; i < QuotesBetweenLooks; i++)
            {
                ref readonly var t = ref trades[i & mask];
                var error = t.Curve.QuoteExactIn(t.TokenIn, t.TokenOut, t.AmountIn, out _);
                if (error != QuoteError.None)
                {
                    throw new InvalidOperationException($"{Name}: a quote failed with {error}.");
                }
            }

            quotes += QuotesBetweenLooks;
        }

        return quotes / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}

/// <summary>One quote to ask for.</summary>
internal readonly record struct QuoteTrade(Curve Curve, int TokenIn, int TokenOut, UInt256 AmountIn);
