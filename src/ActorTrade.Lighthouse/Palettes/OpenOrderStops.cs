using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Asks every open order in the books of pools, and every one that a desk works at a venue, to be
/// cancelled.</summary>
internal sealed class OpenOrderStops(LighthouseServices services, Asking asking)
{
    // What a node tells at once; what comes is by and by less, since an order that was asked is not asked again.
    private const int RowsMax = 1_000;
    private const int RoundsMax = 1_000;
    private static readonly TimeSpan TablesLag = TimeSpan.FromMilliseconds(100);
    private const int OrdersAtOnce = 32;

    /// <summary>Whom to tell what, so that the order of a row ends.</summary>
    private delegate (EntityId Target, ICommand Command) CancelOf(Func<string, string> row, string why);

    public async Task<ResultBlock[]> CancelAllAsync(CommandCall call) =>
    [
        await CancelAllAsync(call, "open-pool-orders", "orders of pools", static (row, why) => (
            Account.IdOf(AccountId.Parse(row("account_id"))),
            new Account.Command.CancelPoolOrder(Guid.Parse(row("order_id")), why))),
        await CancelAllAsync(call, "open-venue-orders", "orders of desks", CancelAtDesk),
    ];

    /// <summary>What ends an order of a desk, by its row.</summary>
    public static (EntityId Target, ICommand Command) CancelAtDesk(Func<string, string> row, string why) => (
        OrderDesk.IdOf(row("venue"), Symbol.Parse(row("symbol"))),
        new OrderDesk.Command.Cancel(new OrderId(Guid.Parse(row("order_id"))), why));

    private async Task<ResultBlock> CancelAllAsync(CommandCall call, string table, string what, CancelOf cancelOf)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var failures = new List<string>();
        for (var round = 0; round < RoundsMax; round++)
        {
            var rows = await asking.RowsAsync(table, RowsMax, null, call.Cancelled);
            var columns = rows.Columns.ToList();
            var order = columns.IndexOf("order_id");
            var next = rows.Rows.Where(r => asked.Add(r[order]!)).ToList();
            if (next.Count == 0 && rows.Rows.Count < RowsMax)
            {
                break;
            }

            if (next.Count == 0)
            {
                // The tables follow the journal; more may stand behind those that were asked.
                await Task.Delay(TablesLag, services.Time, call.Cancelled);
                continue;
            }

            foreach (var some in next.Chunk(OrdersAtOnce))
            {
                await Task.WhenAll(some.Select(r => CancelAsync(
                    call, r[order]!, cancelOf(c => r[columns.IndexOf(c)]!, call.Text("reason")), failures)));
            }
        }

        string[] said = [$"{asked.Count - failures.Count} {what} were asked to be cancelled."];
        return ResultBlock.Line([.. said, .. failures]);
    }

    private async Task CancelAsync(
        CommandCall call, string order, (EntityId Target, ICommand Command) cancel, List<string> failures)
    {
        try
        {
            await asking.DoAsync(call with { Id = Guid.Parse(order) }, cancel.Target, cancel.Command);
        }
        catch (OperatorException e)
        {
            lock (failures)
            {
                failures.Add($"{order}: {e.Message} {e.Error.Next}");
            }
        }
    }
}
