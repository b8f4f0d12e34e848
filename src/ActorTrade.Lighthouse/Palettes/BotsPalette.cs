using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>bots</c>: which there are, and their lives.</summary>
internal sealed class BotsPalette(Asking asking) : IPalette
{
    public string Name => "bots";

    public string Meaning => "Bots: list, look, register, start, stop.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "list",
                Meaning = "Every bot with its owner, account, strategy and state.",
                Options = [Describe.Count("limit", "Bots at most.", 200, 1_000)],
            },
            Run = ListAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "show",
                Meaning = "One bot: limits, positions, results, open orders.",
                Arguments = [Describe.Argument("bot", "Its name.", "bots")],
            },
            Run = call => ShowAsync(BotOf(call.Text("bot")), []),
        },
        new()
        {
            Description = new()
            {
                Name = "register",
                Meaning = "Makes a bot; it is not started. The owner of its account owns it.",
                Acts = true,
                Arguments =
                [
                    new()
                    {
                        Name = "file",
                        Kind = ValueKinds.File,
                        IsRequired = true,
                        Meaning = "JSON as of POST /api/bots: bot, account, strategy, parameters, symbols, limits.",
                    },
                ],
            },
            Run = RegisterAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "start",
                Meaning = "Lets it trade.",
                Acts = true,
                Arguments = [Describe.Argument("bot", "Its name.", "bots")],
            },
            Run = async call =>
            {
                var bot = BotOf(call.Text("bot"));
                var accepted = await asking.DoAsync(call, Bot.IdOf(bot), new Bot.Command.Start());
                return await ShowAsync(bot, [accepted.Events.Count > 0 ? "Started." : "It was running already."]);
            },
        },
        new()
        {
            Description = new()
            {
                Name = "stop",
                Meaning = "Sends nothing new and cancels its open orders.",
                Acts = true,
                Arguments = [Describe.Argument("bot", "Its name.", "bots")],
                Options = [Describe.Reason],
            },
            Stops = true,
            Run = async call =>
            {
                var bot = BotOf(call.Text("bot"));
                var accepted = await asking.DoAsync(call, Bot.IdOf(bot), new Bot.Command.Stop(call.Text("reason")));
                var cancels = accepted.Events.OfType<Bot.Event.CancelIntended>().Count();
                var isNew = accepted.Events.Count > 0;
                return await ShowAsync(
                    bot, [isNew ? $"Stopped; {cancels} orders are being cancelled." : "It was stopped already."]);
            },
        },
    ];

    /// <exception cref="OperatorException">It is no name of a bot.</exception>
    internal static BotId BotOf(string text) => BotId.TryParse(text, out var bot, out var error)
        ? bot
        : throw new OperatorException(ExitCode.Configuration, "bot-malformed", error, "'bots list' shows their names.");

    private async Task<CommandResult> ListAsync(CommandCall call)
    {
        var rows = await asking.RowsAsync("bots", call.Whole("limit"), null, call.Cancelled);
        return rows.Rows.Count == 0
            ? CommandResult.Of(ResultBlock.Line("There are no bots; 'bots register FILE' makes one."))
            : RowTable.Of(rows);
    }

    private async Task<CommandResult> RegisterAsync(CommandCall call)
    {
        var node = asking.Nodes().FirstOrDefault(n => n.Liveness == Liveness.Live && n.Last.Roles.Contains("gateway"))
            ?? asking.Nodes().FirstOrDefault() ?? throw Asking.NoNodes();
        var request = new RegisterBotCall(call.Text("file"), $"{call.Operator.Principal} {call.Origin}");
        var answer = await asking.NodeAsync(NodeQuestions.RegisterBot, node, request, call.Cancelled);
        return await ShowAsync(
            BotOf(answer.Bot), [$"Registered. 'bots start {answer.Bot}' lets it trade."]);
    }

    private async Task<CommandResult> ShowAsync(BotId bot, string[] said)
    {
        var view = await asking.ViewAsync<BotView>(Bot.IdOf(bot));
        if (view.State == BotState.Unknown)
        {
            throw new OperatorException(
                ExitCode.NotFound, "bot-unknown", $"There is no bot '{bot}'.", "'bots list' shows them.");
        }

        var head = said.Length == 0 ? Array.Empty<ResultBlock>() : [ResultBlock.Line(said)];
        return CommandResult.Of([.. head, Facts(view), Positions(view), Orders(view)]);
    }

    private static ResultBlock Facts(BotView view)
    {
        var state = view.State.ToString();
        var limits = view.Limits!;
        return ResultBlock.FactsOf(
            null,
            new Fact("Bot", view.Key),
            new Fact("State", state, RowTable.ToneOf(state)),
            new Fact("Owner", view.Owner ?? ""),
            new Fact("Account", view.Account is { } account ? account.Value : ""),
            new Fact("Strategy", view.Strategy ?? ""),
            new Fact("Parameters", string.Join(' ', view.Parameters.Select(p => $"{p.Name}={p.Value}"))),
            new Fact("Symbols", string.Join(' ', view.Instruments.Select(i => i.Symbol.ToString()))),
            new Fact("Order at most", $"{limits.OrderNotionalMax:0.########} quote tokens"),
            new Fact("Position at most", $"{limits.PositionMax:0.########} base tokens"),
            new Fact("Daily loss at most", $"{limits.DailyLossMax:0.########} quote tokens"),
            new Fact("Sent today", $"{view.SentToday} of {limits.OrdersPerDayMax}"),
            new Fact("Open", $"{view.OpenOrders.Length + view.OpenSwaps.Length} of {limits.OpenOrdersMax}"));
    }

    private static ResultBlock Positions(BotView view)
    {
        Column[] columns =
        [
            new() { Name = "Symbol" }, new() { Name = "Quantity", Kind = ColumnKinds.Amount },
            new() { Name = "Cost", Kind = ColumnKinds.Amount }, new() { Name = "Realised", Kind = ColumnKinds.Amount },
            new() { Name = "Fees", Kind = ColumnKinds.Amount },
        ];
        return ResultBlock.TableOf("Positions", columns, view.Positions.Select(p =>
        {
            var instrument = Array.Find(view.Instruments, i => i.Symbol == p.Symbol)!;
            return Row.Of(
                p.Symbol.ToString(),
                Signed(p.Quantity, instrument.BaseDecimals),
                Signed(p.BookCost, instrument.QuoteDecimals),
                Signed(p.Realised, instrument.QuoteDecimals),
                Units.Format(p.Fees, instrument.QuoteDecimals));
        }));
    }

    private static ResultBlock Orders(BotView view)
    {
        Column[] columns =
        [
            new() { Name = "Order" }, new() { Name = "Symbol" }, new() { Name = "Side" }, new() { Name = "Type" },
            new() { Name = "Quantity", Kind = ColumnKinds.Amount },
            new() { Name = "Filled", Kind = ColumnKinds.Amount },
            new() { Name = "Limit", Kind = ColumnKinds.Amount }, new() { Name = "Sent", Kind = ColumnKinds.Time },
        ];
        return ResultBlock.TableOf("Open orders", columns, view.OpenOrders.Select(o =>
        {
            var instrument = Array.Find(view.Instruments, i => i.Symbol == o.Symbol)!;
            return Row.Of(
                o.OrderId.ToString(),
                o.Symbol.ToString(),
                o.Side.ToString(),
                o.Type + (view.DeskOrders?.Any(d => d.OrderId == o.OrderId) == true ? " (desk)" : ""),
                Units.Format(o.Quantity, instrument.BaseDecimals),
                Units.Format(o.Filled, instrument.BaseDecimals),
                o.LimitPrice?.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Wire.Of(o.At));
        }));
    }

    private static string Signed(SignedAmount amount, int decimals) =>
        (amount.IsNegative ? "-" : "") + Units.Format(amount.Magnitude, decimals);
}
