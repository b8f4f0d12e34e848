using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.Journal;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>What holds of orders and their venue when everything has come to rest.</summary>
internal sealed class OrderLaws(
    LedgerWorld world,
    IReadOnlyList<(StoredEvent Stored, IEvent Event)> events,
    IReadOnlyList<OrderLife> orders,
    IReadOnlyList<AccountState> accounts,
    PaperBook venue)
{
    private readonly HashSet<Guid> _holds =
    [
        .. events.Select(e => e.Event).OfType<Order.Event.FundsRequested>().Select(e => e.HoldId),
        .. orders.Select(o => o.Parent).OfType<OrderParent>().Select(p => p.HoldId),
    ];

    public void Check()
    {
        OrdersAreFinal();
        NothingIsHeldForThem();
        VenueAndOrdersAgree();
        VenueAndAccountsAgree();
        NothingIsSubmittedInAnEmergency();
    }

    private void OrdersAreFinal()
    {
        foreach (var order in orders.Where(o => o.Terms is not null))
        {
            var id = order.Terms!.OrderId;
            Require(order.IsFinal, $"Order {id} is still {order.State}.");
            Require(!order.IsSettlementRefused, $"The account refused to settle a fill of order {id}.");
            Require(
                order.Fills.All(f => f.Stage == FillStage.Done), $"Order {id} has fills that are not settled.");
            Require(order.Filled <= order.Terms.Quantity, $"Order {id} has filled {order.Filled}.");
        }

        Require(venue.OpenOrders == 0, $"The venue has {venue.OpenOrders} orders still open.");
        Require(venue.Refusals == 0, $"Orders refused {venue.Refusals} of what the venue told.");
        Require(!venue.Untold.Any(), "The venue has something left to tell.");
    }

    private void NothingIsHeldForThem()
    {
        foreach (var account in accounts)
        {
            Require(
                !account.Holds.Keys.Any(_holds.Contains), $"Account {account.Id} still holds funds for an order.");
        }
    }

    private void VenueAndOrdersAgree()
    {
        var byId = orders.Where(o => o.Terms is not null).ToDictionary(o => o.Terms!.OrderId);
        foreach (var received in venue.Orders)
        {
            var order = byId[received.Terms.OrderId];

            // An order that was cut short says why in its own words: its expiry is a cancel to the venue.
            var isWhole = order.State == OrderState.Filled;
            Require(
                order.Filled == received.Filled && isWhole == (received.State == OrderState.Filled),
                $"Order {received.Terms.OrderId} is {order.State} with {order.Filled}, "
                    + $"at the venue {received.State} with {received.Filled}.");
        }
    }

    private void VenueAndAccountsAgree()
    {
        var fills = events.Select(e => e.Event).OfType<Account.Event.FillSettled>()
            .Where(f => _holds.Contains(f.HoldId)).ToList();
        Require(
            fills.Count == venue.TradesMade,
            $"The venue made {venue.TradesMade} trades, accounts settled {fills.Count}.");
        foreach (var token in world.Tokens)
        {
            var spent = Sum(fills.Where(f => f.SpentToken == token).Select(f => f.Spent));
            var received = Sum(fills.Where(f => f.Received == token).Select(f => f.ReceivedAmount));
            var (paid, paidOut) = venue.Totals.TryGetValue(token, out var total)
                ? (total.Paid, total.Received)
                : (UInt256.Zero, UInt256.Zero);
            Require(
                spent == paid && received == paidOut,
                $"{token}: accounts spent {spent} and received {received}, the venue says {paid} and {paidOut}.");
        }
    }

    // Decided strictly between the moment the node knew of an emergency and the moment it knew of its end.
    private void NothingIsSubmittedInAnEmergency()
    {
        var submissions = events
            .Where(e => e.Event is Venue.Event.OrderReceived or Order.Event.OrderSubmitted)
            .Select(e => (e.Stored.At, e.Event)).ToList();
        for (var i = 0; i < world.ModeChanges.Count; i++)
        {
            var (from, mode) = world.ModeChanges[i];
            var to = i + 1 < world.ModeChanges.Count ? world.ModeChanges[i + 1].At : DateTimeOffset.MaxValue;
            var late = submissions.FirstOrDefault(s => mode != SystemMode.Active && s.At > from && s.At < to);
            Require(late.Event is null, $"In {mode} since {from:O} there was at {late.At:O} {late.Event}.");
        }
    }

    private static UInt256 Sum(IEnumerable<UInt256> amounts) => amounts.Aggregate(UInt256.Zero, (sum, a) => sum + a);

    private static void Require(bool holds, string otherwise) => SimulationLaws.Require(holds, otherwise);
}
