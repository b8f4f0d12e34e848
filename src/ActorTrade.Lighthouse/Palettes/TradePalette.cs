using System.Globalization;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Operator;
using Principals = ActorTrade.Domain.System.Operators;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>trade</c>: the state of the whole, the orders, and the ways to stop.</summary>
internal sealed class TradePalette(
    Asking asking, BotStops stops, OpenOrderStops others, Flattening flattening) : IPalette
{
    public string Name => "trade";

    public string Meaning => "The state of trading, orders, and stopping.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "state",
                Meaning = "What the system allows now, since when, who said so, why.",
            },
            Run = _ => StateAsync([]),
        },
        Change(
            "pause",
            "No new trades; what runs is finished, cancels pass.",
            w => new TradingSystem.Command.Pause(w),
            stops: true),
        Change(
            "resume",
            "Trades again, after a pause or maintenance.",
            w => new TradingSystem.Command.Activate(w),
            stops: false),
        Change(
            "maintenance",
            "As paused, for work on the system.",
            w => new TradingSystem.Command.EnterMaintenance(w),
            stops: true),
        Change(
            "emergency",
            "Nothing new at all, no money out; only two operators together lead out of it.",
            w => new TradingSystem.Command.DeclareEmergency(w),
            stops: true),
        new()
        {
            Description = new()
            {
                Name = "recover",
                Meaning = "Out of an emergency: the first operator proposes, a second one confirms within 15 minutes.",
                Acts = true,
                Options = [Describe.Reason],
            },
            Run = RecoverAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "orders",
                Meaning = "The newest orders at venues, of desks, and in books of pools.",
                Options = [Describe.Count("limit", "Orders at most, of each.", 50, 1_000)],
            },
            Run = AllOrdersAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "in-doubt",
                Meaning = "Orders whose submission had no answer; the venue is being asked.",
                Options = [Describe.Count("limit", "Orders at most.", 200, 1_000)],
            },
            Run = call => OrdersAsync(call, "in-doubt", "Nothing is in doubt."),
        },
        new()
        {
            Description = new()
            {
                Name = "flatten",
                Meaning = "Stops bots, cancels their orders, also those of desks, and closes their positions by market "
                    + "orders; what is left after some seconds is shown. While trading is halted nothing is closed.",
                Acts = true,
                Arguments = [Describe.Optional("bot", "Only this bot; else every bot.", "bots")],
                Options =
                [
                    Describe.Reason,
                    new()
                    {
                        Name = "venue", Meaning = "Where the closing orders go.", Default = "paper", Max = 64,
                    },
                ],
            },
            Run = flattening.RunAsync,
            Stops = true,
        },
        new()
        {
            Description = new()
            {
                Name = "cancel-all",
                Meaning = "Cancels every open order of every bot, every order in the books of pools and every one that "
                    + "a desk works at a venue; the bots go on. With a bot named only that bot's.",
                Acts = true,
                Arguments = [Describe.Optional("bot", "Only this bot's.", "bots")],
                Options = [Describe.Reason],
            },
            Run = call => stops.CancelAllAsync(call, others),
            Stops = true,
        },
    ];

    /// <summary>Green where trading goes on.</summary>
    public static string ToneOf(SystemMode mode) => mode switch
    {
        SystemMode.Active => Tones.Ok,
        SystemMode.Emergency => Tones.Fail,
        _ => Tones.Warn,
    };

    private OperatorCommand Change(
        string name, string meaning, Func<string, TradingSystem.Command> command, bool stops) =>
        new()
        {
            Description = new() { Name = name, Meaning = meaning, Acts = true, Options = [Describe.Reason] },
            Stops = stops,
            Run = async call =>
            {
                var accepted = await asking.DoAsync(call, TradingSystem.Id, command(call.Text("reason")));
                var said = accepted.Events switch
                {
                    [TradingSystem.Event.ModeChanged change] => $"{change.From} → {change.To}.",
                    [TradingSystem.Event.RecoveryWithdrawn] => "The proposal to leave the emergency is withdrawn.",
                    _ => "It was so already; nothing changed.",
                };
                return await StateAsync([said]);
            },
        };

    private async Task<CommandResult> RecoverAsync(CommandCall call)
    {
        var why = call.Text("reason");
        var view = await asking.ViewAsync<TradingSystemView>(TradingSystem.Id);
        var isSecond = view.Proposal is { } p && p.Who != call.Operator.Principal;
        if (isSecond)
        {
            await asking.DoAsync(call, TradingSystem.Id, new TradingSystem.Command.ConfirmRecovery(why));
            return await StateAsync(
                [
                    $"Confirmed what {Principals.NameOf(view.Proposal!.Who)} proposed. Trading goes on with "
                        + "'trade resume'.",
                ]);
        }

        var accepted = await asking.DoAsync(call, TradingSystem.Id, new TradingSystem.Command.ProposeRecovery(why));
        var proposed = accepted.Events.OfType<TradingSystem.Event.RecoveryProposed>().Single();
        return await StateAsync(
            [
                "Proposed. A second operator confirms with 'trade recover' until "
                    + $"{proposed.ExpiresAt.UtcDateTime:HH:mm:ss}Z.",
            ]);
    }

    private async Task<CommandResult> StateAsync(string[] said)
    {
        var view = await asking.ViewAsync<TradingSystemView>(TradingSystem.Id);
        var last = view.History.FirstOrDefault();
        var facts = new List<Fact>
        {
            new("State", view.Mode.ToString(), ToneOf(view.Mode)),
            new("Version", Wire.Of(view.Version), Kind: ColumnKinds.Number),
        };
        if (last is not null)
        {
            facts.Add(new Fact("Since", Wire.Of(last.At), Kind: ColumnKinds.Time));
            facts.Add(new Fact(
                "By",
                last.ProposedBy is { } first
                    ? $"{Principals.NameOf(last.Who)}, proposed by {Principals.NameOf(first)}"
                    : Principals.NameOf(last.Who)));
            facts.Add(new Fact("Why", last.Why));
        }

        if (view.Proposal is { } proposal)
        {
            facts.Add(new Fact(
                "Proposal",
                $"{Principals.NameOf(proposal.Who)} proposes to recover: {proposal.Why}; a second operator may confirm "
                + "until "
                + proposal.ExpiresAt.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                Tones.Warn));
        }

        var head = said.Length == 0 ? Array.Empty<ResultBlock>() : [ResultBlock.Line(said)];
        return CommandResult.Of([.. head, ResultBlock.FactsOf(null, [.. facts])]);
    }

    private async Task<CommandResult> AllOrdersAsync(CommandCall call)
    {
        var venues = await OrdersAsync(call, "orders", "No order was ever sent to a venue.");
        var pools = await OrdersAsync(call, "pool-orders", "No order was ever placed with a pool.");
        var desks = await OrdersAsync(call, "venue-orders", "No order was ever given to a desk.");
        return CommandResult.Of([.. venues.Blocks, .. desks.Blocks, .. pools.Blocks]);
    }

    private async Task<CommandResult> OrdersAsync(CommandCall call, string table, string none)
    {
        var rows = await asking.RowsAsync(table, call.Whole("limit"), null, call.Cancelled);
        return rows.Rows.Count == 0
            ? CommandResult.Of(ResultBlock.Line(none))
            : RowTable.Of(rows);
    }
}
