using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>orders</c>: those that desks work at venues, with their children.</summary>
internal sealed class OrdersPalette(Asking asking) : IPalette
{
    public string Name => "orders";

    public string Meaning => "Orders that desks work at venues: stops, OCO, TWAP, icebergs, with their children.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "list",
                Meaning = "The newest orders of desks.",
                Options =
                [
                    Describe.Count("limit", "Orders at most.", 50, 1_000),
                    Describe.Flag("open", "Only orders that have not ended."),
                ],
            },
            Run = ListAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "show",
                Meaning = "One order, and the orders at the venue that it was worked by.",
                Arguments = [Describe.Argument("order", "Its id, as 'orders list' shows it.")],
            },
            Run = ShowAsync,
        },
        new()
        {
            Description = new()
            {
                Name = "cancel",
                Meaning = "Ends an order; a child under way is cancelled first.",
                Acts = true,
                Arguments = [Describe.Argument("order", "Its id, as 'orders list' shows it.")],
                Options = [Describe.Reason],
            },
            Run = CancelAsync,
            Stops = true,
        },
    ];

    private async Task<CommandResult> ListAsync(CommandCall call)
    {
        var table = call.Flag("open") ? "open-venue-orders" : "venue-orders";
        var rows = await asking.RowsAsync(table, call.Whole("limit"), null, call.Cancelled);
        return rows.Rows.Count == 0 ? CommandResult.Of(ResultBlock.Line("There is no such order.")) : RowTable.Of(rows);
    }

    private async Task<CommandResult> ShowAsync(CommandCall call)
    {
        var (columns, row) = await FindAsync(call);
        var facts = columns.Select((c, i) => (Name: c, Value: row[i])).Where(f => f.Value is not null)
            .Select(f => new Fact(f.Name, f.Value!));
        var children = await asking.RowsAsync("children", 1_000, row[columns.IndexOf("order_id")], call.Cancelled);
        var shown = children.Rows.Count == 0
            ? [ResultBlock.Line("No child has been sent.")]
            : RowTable.Of(children).Blocks;
        return CommandResult.Of([ResultBlock.FactsOf(null, [.. facts]), .. shown]);
    }

    private async Task<CommandResult> CancelAsync(CommandCall call)
    {
        var (columns, row) = await FindAsync(call);
        var (desk, cancel) = OpenOrderStops.CancelAtDesk(c => row[columns.IndexOf(c)]!, call.Text("reason"));
        await asking.DoAsync(call, desk, cancel);
        return CommandResult.Of(ResultBlock.Line("It was asked to end: 'orders show' says how it stands."));
    }

    private async Task<(List<string> Columns, IReadOnlyList<string?> Row)> FindAsync(CommandCall call)
    {
        var rows = await asking.RowsAsync("venue-orders", 2, call.Text("order"), call.Cancelled);
        return rows.Rows.Count == 1
            ? (rows.Columns.ToList(), rows.Rows[0])
            : throw new OperatorException(
                ExitCode.NotFound,
                "order-unknown",
                rows.Rows.Count == 0 ? "There is no such order." : "More than one order begins like this.",
                "'orders list' shows them.");
    }
}
