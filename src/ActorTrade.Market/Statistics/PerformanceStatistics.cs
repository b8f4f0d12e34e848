namespace ActorTrade.Market.Statistics;

/// <summary>What an account was worth at an instant, in its quote currency.</summary>
public readonly record struct EquityPoint(DateTimeOffset At, decimal Equity);

/// <summary>A position that was opened and closed again.</summary>
/// <param name="Profit">After fees; negative is a loss.</param>
/// <param name="Fees">The fees already taken from the profit, 0 or more.</param>
public readonly record struct ClosedTrade(DateTimeOffset ClosedAt, decimal Profit, decimal Fees);

/// <summary>How well an account did. A figure that its input does not define is null, never NaN or infinite.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Year: 365.25 days of calendar time; years = (last − first instant) / year.</item>
/// <item>Sampling of returns: the equity is a step function, read at first + k × interval and at the
/// last instant. The interval is a day for periods of 30 days and more, an hour for two days and more,
/// else a minute. r = E(k) / E(k−1) − 1.</item>
/// <item>Annualisation: × √(number of returns / years), so by the actual period and not by 252 or 365.</item>
/// <item>The risk-free rate is 0.</item>
/// </list>
/// </remarks>
/// <param name="StartEquity">Equity at the first instant.</param>
/// <param name="EndEquity">Equity at the last instant.</param>
/// <param name="NetProfit">End − start, open positions included at their value.</param>
/// <param name="TotalReturn">Net profit / start; null where the start is not above 0.</param>
/// <param name="Cagr"> (end / start)^(1 / years) − 1. Null for no time, a start not above 0, or beyond what a double
/// holds; −1 where nothing is left. For periods far below a year it is an extrapolation.
/// </param>
/// <param name="Sharpe">Mean / sample standard deviation of the returns, annualised; null under
/// two returns or without variance.</param>
/// <param name="Sortino">Mean / √(Σ min(r, 0)² / n), annualised; null under two
/// returns or where no return is negative.</param>
/// <param name="Calmar">Cagr / max drawdown; null where either is missing or there was no drawdown.</param>
/// <param name="MaxDrawdown"> Largest (peak − equity) / peak over every point, not only samples: 0 = never below
/// a peak, 1 = all lost. Above 1 with debts.
/// </param>
/// <param name="ProfitFactor">Sum of profits / sum of losses of closed trades; null without a loss.</param>
/// <param name="WinRate">Part of the closed trades with a profit above 0; null without trades.</param>
/// <param name="Expectancy">Mean profit of a closed trade in the quote currency; null without trades.</param>
/// <param name="Trades">Closed trades.</param>
/// <param name="Fees">All fees: of closed trades and of what is still open.</param>
public sealed record PerformanceStatistics(
    decimal StartEquity,
    decimal EndEquity,
    decimal NetProfit,
    decimal? TotalReturn,
    double? Cagr,
    double? Sharpe,
    double? Sortino,
    double? Calmar,
    decimal MaxDrawdown,
    decimal? ProfitFactor,
    decimal? WinRate,
    decimal? Expectancy,
    int Trades,
    decimal Fees)
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365.25);

    /// <summary>Computes all figures.</summary>
    /// <param name="equity">At least one point, in the order of time; of several at one instant the last
    /// counts.</param>
    /// <param name="trades">Closed trades in any order.</param>
    /// <param name="feesOfOpenPositions">Fees that are in no closed trade.</param>
    /// <exception cref="ArgumentException">The curve is empty or goes back in time.</exception>
    public static PerformanceStatistics Of(
        IReadOnlyList<EquityPoint> equity, IReadOnlyCollection<ClosedTrade> trades, decimal feesOfOpenPositions = 0)
    {
        ArgumentNullException.ThrowIfNull(equity);
        ArgumentNullException.ThrowIfNull(trades);
        CheckOrder(equity);
        var (start, end) = (equity[0].Equity, equity[^1].Equity);
        var years = (equity[^1].At - equity[0].At) / Year;
        var returns = Returns(equity);
        var cagr = CagrOf(start, end, years);
        var drawdown = DrawdownOf(equity);
        var gains = trades.Where(t => t.Profit > 0).Sum(t => t.Profit);
        var losses = -trades.Where(t => t.Profit < 0).Sum(t => t.Profit);
        return new PerformanceStatistics(
            start,
            end,
            end - start,
            start > 0 ? (end - start) / start : null,
            cagr,
            returns is null ? null : SharpeOf(returns, years),
            returns is null ? null : SortinoOf(returns, years),
            drawdown > 0 && cagr is { } c ? Finite(c / (double)drawdown) : null,
            drawdown,
            losses > 0 ? gains / losses : null,
            trades.Count > 0 ? (decimal)trades.Count(t => t.Profit > 0) / trades.Count : null,
            trades.Count > 0 ? (gains - losses) / trades.Count : null,
            trades.Count,
            trades.Sum(t => t.Fees) + feesOfOpenPositions);
    }

    /// <summary>
    /// The sum of several curves of one currency: at each instant of any of them the sum of what each was worth,
    /// counting a curve that has not begun with its first equity.
    /// </summary>
    public static IReadOnlyList<EquityPoint> Sum(IReadOnlyList<IReadOnlyList<EquityPoint>> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        var worth = curves.Select(c => c[0].Equity).ToArray();
        var total = worth.Sum();
        var sum = new List<EquityPoint>();
        var changes = curves.SelectMany((curve, i) => curve.Select(point => (point, i)));
        foreach (var (point, i) in changes.OrderBy(change => change.point.At))
        {
            total += point.Equity - worth[i];
            worth[i] = point.Equity;
            if (sum.Count > 0 && sum[^1].At == point.At)
            {
                sum.RemoveAt(sum.Count - 1);
            }

            sum.Add(new EquityPoint(point.At, total));
        }

        return sum;
    }

    private static void CheckOrder(IReadOnlyList<EquityPoint> equity)
    {
        if (equity.Count == 0)
        {
            throw new ArgumentException("An equity curve needs at least one point.", nameof(equity));
        }

        for (var i = 1; i < equity.Count; i++)
        {
            if (equity[i].At < equity[i - 1].At)
            {
                throw new ArgumentException(
                    $"The curve goes back from {equity[i - 1].At:O} to {equity[i].At:O}.", nameof(equity));
            }
        }
    }

    private static TimeSpan SamplingOf(TimeSpan period) => period.TotalDays switch
    {
        >= 30 => TimeSpan.FromDays(1),
        >= 2 => TimeSpan.FromHours(1),
        _ => TimeSpan.FromMinutes(1),
    };

    /// <summary>
    /// The sampled returns; null where a sample is not above 0, which leaves the next return undefined.
    /// </summary>
    private static List<double>? Returns(IReadOnlyList<EquityPoint> equity)
    {
        var (first, last) = (equity[0].At, equity[^1].At);
        var interval = SamplingOf(last - first);
        var returns = new List<double>();
        var next = 0;
        var previous = Read(first);
        for (var at = first; at < last;)
        {
            at = last - at > interval ? at + interval : last;
            if (previous <= 0)
            {
                return null;
            }

            var now = Read(at);
            returns.Add((double)(now / previous) - 1);
            previous = now;
        }

        return returns;

        decimal Read(DateTimeOffset at)
        {
            while (next < equity.Count && equity[next].At <= at)
            {
                next++;
            }

            return equity[next - 1].Equity;
        }
    }

    private static double? CagrOf(decimal start, decimal end, double years)
    {
        if (start <= 0 || years <= 0)
        {
            return null;
        }

        return end <= 0 ? -1 : Finite(Math.Pow((double)(end / start), 1 / years) - 1);
    }

    private static double? SharpeOf(List<double> returns, double years)
    {
        if (returns.Count < 2)
        {
            return null;
        }

        var mean = returns.Average();
        var deviation = Math.Sqrt(returns.Sum(r => (r - mean) * (r - mean)) / (returns.Count - 1));

        // Equal returns differ by rounding alone; what is left of them is no variance.
        return deviation > Math.Abs(mean) * 1e-12 ? Finite(mean / deviation * Math.Sqrt(returns.Count / years)) : null;
    }

    private static double? SortinoOf(List<double> returns, double years)
    {
        if (returns.Count < 2)
        {
            return null;
        }

        var downside = Math.Sqrt(returns.Sum(r => Math.Min(r, 0) * Math.Min(r, 0)) / returns.Count);
        return downside > 0 ? Finite(returns.Average() / downside * Math.Sqrt(returns.Count / years)) : null;
    }

    private static decimal DrawdownOf(IReadOnlyList<EquityPoint> equity)
    {
        var (peak, drawdown) = (equity[0].Equity, 0m);
        foreach (var point in equity)
        {
            peak = Math.Max(peak, point.Equity);
            if (peak > 0)
            {
                drawdown = Math.Max(drawdown, (peak - point.Equity) / peak);
            }
        }

        return drawdown;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
