using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Asks every open order in the books of pools to be cancelled.</summary>
internal sealed class PoolOrderStops(LighthouseServices services, Asking asking)
{
    // What a node tells at once; what comes is by and by less, since an order that was asked is not asked again.
    private const int RowsMax = 1_000;
    private const int RoundsMax = 1_000;
    private static readonly TimeSpan TablesLag = TimeSpan.FromMilliseconds(100);
    private const int OrdersAtOnce = 32;

    public async Task<ResultBlock> CancelAllAsync(CommandCall call)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var failures = new List<string>();
        for (var round = 0; round < RoundsMax; round++)
        {
            var rows = await asking.RowsAsync("open-pool-orders", RowsMax, null, call.Cancelled);
            var columns = rows.Columns.ToList();
            var (order, account) = (columns.IndexOf("order_id"), columns.IndexOf("account_id"));
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
                await Task.WhenAll(some.Select(r => CancelAsync(call, r[order]!, r[account]!, failures)));
            }
        }

        string[] said = [$"{asked.Count - failures.Count} orders of pools were asked to be cancelled."];
        return ResultBlock.Line([.. said, .. failures]);
    }

    private async Task CancelAsync(CommandCall call, string order, string account, List<string> failures)
    {
        var id = Guid.Parse(order);
        var cancel = new Account.Command.CancelPoolOrder(id, call.Text("reason"));
        try
        {
            await asking.DoAsync(call with { Id = id }, Account.IdOf(AccountId.Parse(account)), cancel);
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
