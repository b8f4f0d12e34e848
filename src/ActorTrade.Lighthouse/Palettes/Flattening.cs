using System.Collections.Concurrent;
using System.Globalization;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>
/// Stops bots and closes what they hold: asks a bot again and again, each time with the market's newest price, until it
/// is flat or the time is up. A bot asks its venue for nothing twice, so the whole may be repeated.
/// </summary>
internal sealed class Flattening(LighthouseServices services, Asking asking, BotStops bots)
{
    // A paper venue fills with the first quote after its latency; a deep position takes several.
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    // A price older than this says nothing about the market.
    private static readonly TimeSpan QuoteAgeMax = TimeSpan.FromSeconds(30);

    public async Task<CommandResult> RunAsync(CommandCall call)
    {
        // All are stopped before any is waited for.
        var cancels = new ConcurrentDictionary<BotId, int>();
        await bots.EachAsync(call, async bot =>
        {
            var accepted = await asking.DoAsync(call, Bot.IdOf(bot), new Bot.Command.Stop(call.Text("reason")));
            cancels[bot] = accepted.Events.OfType<Bot.Event.CancelIntended>().Count();
            return Row.Of(bot.Value);
        });
        var until = services.Time.GetUtcNow() + CloseWithin;
        return await bots.EachAsync(call, async bot =>
        {
            await asking.DoAsync(call, Bot.IdOf(bot), new Bot.Command.Stop(call.Text("reason")));
            var (view, why) = await CloseAsync(call, bot, until);
            var left = Held(view).ToList();
            return Row.Of(
                bot.Value,
                new Cell(view.State.ToString(), RowTable.ToneOf(view.State.ToString())),
                Wire.Of(cancels.GetValueOrDefault(bot)),
                Wire.Of(view.OpenOrders.Length),
                new Cell(
                    left.Count == 0
                        ? "flat"
                        : $"{string.Join(' ', left.Select(p => BotStops.PositionOf(view, p)))}: {why}",
                    left.Count == 0 ? Tones.Ok : Tones.Warn));
        });
    }

    private static IEnumerable<BotPosition> Held(BotView view) =>
        view.Positions.Where(p => !p.Quantity.Magnitude.IsZero);

    // The bot at the end, and why something may be left.
    private async Task<(BotView View, string Why)> CloseAsync(CommandCall call, BotId bot, DateTimeOffset until)
    {
        for (var round = 1; ; round++)
        {
            var view = await asking.ViewAsync<BotView>(Bot.IdOf(bot));
            var held = Held(view).ToList();
            var obstacles = new List<string>();
            foreach (var position in held)
            {
                if (await TryCloseAsync(call, bot, position, round) is { } why)
                {
                    obstacles.Add(why);
                }
            }

            // Nothing is under way, and nothing more can be asked for.
            if (view.OpenOrders.Length == 0 && obstacles.Count == held.Count)
            {
                return (view, string.Join(' ', obstacles.Distinct()));
            }

            if (services.Time.GetUtcNow() > until)
            {
                var last = await asking.ViewAsync<BotView>(Bot.IdOf(bot));
                return (last, string.Join(' ', obstacles.Append("it is closing still: repeat 'trade flatten'.")));
            }

            await Task.Delay(LookEvery, services.Time, call.Cancelled);
        }
    }

    // Null where the bot was asked; else why not.
    private async Task<string?> TryCloseAsync(CommandCall call, BotId bot, BotPosition position, int round)
    {
        var price = await PriceAsync(position, call.Cancelled);
        if (price is not { } reference)
        {
            return $"there is no price of {position.Symbol} to close it at.";
        }

        try
        {
            var close = new Bot.Command.ClosePosition(position.Symbol, call.Text("venue"), reference);
            var id = DeterministicGuid.FromText($"{call.Id:N} {position.Symbol} {round}");
            await asking.DoAsync(call with { Id = id }, Bot.IdOf(bot), close);
            return null;
        }
        catch (OperatorException e) when (e.Error.ExitCode == (int)ExitCode.Error)
        {
            return $"{e.Message} {e.Error.Next}".TrimEnd();
        }
    }

    // What it may be sold or bought back at now.
    private async Task<decimal?> PriceAsync(BotPosition position, CancellationToken cancelled)
    {
        var rows = await asking.RowsAsync("quotes", 1_000, null, cancelled);
        var symbol = position.Symbol.ToString();
        var sides = position.Quantity.IsNegative ? new[] { 3, 4 } : [2, 4];
        return rows.Rows
            .Where(r => r[0] == symbol && services.Time.GetUtcNow() - At(r) <= QuoteAgeMax)
            .OrderByDescending(At)
            .SelectMany(r => sides.Select(s => r[s]))
            .Where(text => text is not null)
            .Select(text => (decimal?)decimal.Parse(text!, CultureInfo.InvariantCulture))
            .FirstOrDefault();

        static DateTimeOffset At(IReadOnlyList<string?> row) =>
            DateTimeOffset.Parse(row[5]!, CultureInfo.InvariantCulture);
    }
}
