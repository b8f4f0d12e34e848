using System.Globalization;
using ActorTrade.Node.Commands;

namespace ActorTrade.Node.Replay;

/// <summary>A replay's report in a few lines for a person.</summary>
internal static class ReplaySummary
{
    public static void Write(ReplayReport report, CommandOutput output)
    {
        var (orders, swaps, found) = (report.Orders, report.Swaps, report.Opportunities);
        var period = report.Period is { } p ? $"{p.From:yyyy-MM-dd HH:mm} to {p.To:yyyy-MM-dd HH:mm} UTC" : "no ticks";
        output.Facts(
            "Replay",
            ("Period", period),
            ("Ticks", Text($"{report.Ticks:N0} in {report.ElapsedSeconds:N1} s ({report.TicksPerSecond:N0}/s)")),
            ("Symbols", string.Join(", ", report.Symbols.Select(s => s.Symbol))),
            ("Bad rows", Text($"{report.BadRows.Count:N0}")),
            ("Orders", Text($"{orders.Created:N0}: {orders.Filled:N0} filled, {orders.Cancelled:N0} cancelled, ")
                + Text($"{orders.Expired:N0} expired, {orders.Rejected:N0} rejected, {orders.Denied:N0} denied")),
            ("Pool swaps", Text($"{swaps.Intended:N0}: {swaps.Settled:N0} settled, {swaps.Failed:N0} failed")),
            ("Signals", Text($"{report.Signals.Total:N0}")),
            ("Opportunities", Text($"{found.Total:N0}, {found.Triangular:N0} triangular")),
            ("Arbitrage", ArbitrageOf(report.Arbitrage)),
            ("Money conserved", report.Conservation.All(c => c.Ok) ? "yes, for every token" : "NO"),
            ("Journal", Text($"{report.Journal.Events:N0} events, {report.Journal.Bytes / 1e6:N1} MB")),
            ("Order list", report.OrderListHash),
            ("States", report.StateHash));
        output.Line("");
        output.Line(Row("Bot", "Start", "End", "Return", "Drawdown", "Trades", "Fees", "Win rate"));
        foreach (var bot in report.Bots)
        {
            output.Line(Row(
                bot.Id, Money(bot.StartEquity, bot.Currency), Money(bot.EndEquity, bot.Currency),
                Percent(bot.TotalReturn), Percent(bot.MaxDrawdown),
                Text($"{bot.Trades:N0}"), Text($"{bot.Fees:N2}"), Percent(bot.WinRate)));
        }

        var total = report.Total;
        output.Line(Row(
            "Total", Money(total.StartEquity, total.Currency), Money(total.EndEquity, total.Currency),
            Percent(total.TotalReturn), Percent(total.MaxDrawdown),
            Text($"{total.Trades:N0}"), Text($"{total.Fees:N2}"), Percent(total.WinRate)));
        foreach (var problem in report.Problems.Take(10))
        {
            output.Line($"Problem: {problem}");
        }
    }

    private static string ArbitrageOf(ArbitrageReport? arbitrage)
    {
        if (arbitrage is null)
        {
            return "no recorded pools in the data";
        }

        var profit = arbitrage.Marked is { } marked
            ? Text($"{marked.Profit:N2} ") + marked.Currency + " at the last prices"
            : "without a price";
        return Text($"{arbitrage.Found:N0} found, {arbitrage.Sized:N0} sized, {arbitrage.Taken:N0} taken, ")
            + Text($"{arbitrage.Missed:N0} missed; {profit} (legs in recorded pools are notional)");
    }

    private static string Row(params string[] cells) =>
        cells[0].PadRight(36) + string.Concat(cells.Skip(1).Select((c, i) => c.PadLeft(i < 2 ? 18 : 10)));

    private static string Money(decimal amount, string currency) => Text($"{amount:N2} ") + currency;

    private static string Percent(decimal? part) => part is { } p ? Text($"{p * 100:N2} %") : "-";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
