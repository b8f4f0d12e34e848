using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Does something to one bot or to all of them, and says what became of each.</summary>
internal sealed class BotStops(Asking asking)
{
    private const int BotsAtOnce = 16;

    /// <summary>Asks every open order to be cancelled; those of pools and desks too, unless a bot is named.</summary>
    public async Task<CommandResult> CancelAllAsync(CommandCall call, OpenOrderStops others)
    {
        var bots = await CancelOrdersOfBotsAsync(call);
        return call.TextOrNull("bot") is not null
            ? bots
            : bots with { Blocks = [.. bots.Blocks, .. await others.CancelAllAsync(call)] };
    }

    private Task<CommandResult> CancelOrdersOfBotsAsync(CommandCall call) => EachAsync(call, async bot =>
    {
        var view = await asking.ViewAsync<BotView>(Bot.IdOf(bot));
        foreach (var order in view.OpenOrders)
        {
            var cancel = new Bot.Command.CancelOrder(order.OrderId, call.Text("reason"));
            await asking.DoAsync(call with { Id = order.OrderId.Value }, Bot.IdOf(bot), cancel);
        }

        return Row.Of(
            bot.Value,
            new Cell(view.State.ToString(), RowTable.ToneOf(view.State.ToString())),
            Wire.Of(view.OpenOrders.Length),
            Wire.Of(view.OpenOrders.Length),
            string.Join(' ', view.Positions.Where(p => !p.Quantity.Magnitude.IsZero).Select(p => PositionOf(view, p))));
    });

    /// <summary>A signed position in whole tokens, with its symbol.</summary>
    public static string PositionOf(BotView view, BotPosition position)
    {
        var instrument = Array.Find(view.Instruments, i => i.Symbol == position.Symbol);
        var size = Units.Format(position.Quantity.Magnitude, instrument?.BaseDecimals ?? 0);
        return $"{(position.Quantity.IsNegative ? "-" : "+")}{size} {position.Symbol}";
    }

    /// <summary>A row for the bot that the call names, or for each of them. One that cannot be reached does not keep
    /// the others from being stopped.</summary>
    public async Task<CommandResult> EachAsync(CommandCall call, Func<BotId, Task<Row>> stop)
    {
        var bots = call.TextOrNull("bot") is { } one
            ? [BotsPalette.BotOf(one)]
            : (await asking.RowsAsync("bots", 1_000, null, call.Cancelled)).Rows
                .Select(r => BotId.Parse(r[0]!)).ToList();
        var rows = new List<Row>();
        var failures = new List<(string, string?)>();
        foreach (var some in bots.Chunk(BotsAtOnce))
        {
            await Task.WhenAll(some.Select(async bot =>
            {
                try
                {
                    var row = await stop(bot);
                    lock (rows)
                    {
                        rows.Add(row);
                    }
                }
                catch (OperatorException e)
                {
                    lock (rows)
                    {
                        failures.Add((bot.Value, $"{bot}: {e.Message} {e.Error.Next}"));
                    }
                }
            }));
        }

        Column[] columns =
        [
            new() { Name = "Bot" }, new() { Name = "State" }, new() { Name = "Cancels", Kind = ColumnKinds.Number },
            new() { Name = "Open orders", Kind = ColumnKinds.Number }, new() { Name = "Positions", Wraps = true },
        ];
        return bots.Count == 0
            ? CommandResult.Of(ResultBlock.Line("There are no bots."))
            : Partial.Result(
                [ResultBlock.TableOf(null, columns, rows.OrderBy(r => r.Cells[0].Text, StringComparer.Ordinal))],
                failures);
    }
}
