using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Orders;

/// <summary>What one quote does to the open orders of its symbol: a function of both.</summary>
/// <remarks>
/// Orders are served in the order they came. An order that can trade with its first quote takes the quote's price; a
/// limit order that had to wait trades at its own limit, as whoever comes to it would. Buyers pay amounts rounded up,
/// sellers get them rounded down, fees are rounded up: each is against the taker.
/// </remarks>
internal static class PaperMatching
{
    public static Venue.Event[] Match(PaperBook book, PaperVenue.Command.Quote quote)
    {
        var open = book.OpenIn(quote.Symbol);
        if (open.Count == 0)
        {
            return [];
        }

        var pass = new Pass(book, quote);
        foreach (var order in open)
        {
            if (quote.At >= order.Terms.EffectiveAt)
            {
                pass.Meet(order);
            }
        }

        return [.. pass.Events];
    }

    private sealed class Pass(PaperBook book, PaperVenue.Command.Quote quote)
    {
        private UInt256? _leftToBuy;
        private UInt256? _leftToSell;
        private long _trades = book.TradesMade;
        private int _duplicates = book.FaultsWaiting(PaperFault.TellTwice);

        public List<Venue.Event> Events { get; } = [];

        public void Meet(PaperOrder order)
        {
            var terms = order.Terms;
            if (terms.ExpiresAt <= quote.At)
            {
                Close(order, OrderState.Expired, "expired");
                return;
            }

            if ((terms.Side == Side.Buy ? quote.Ask : quote.Bid) is not ({ } price and > 0 and <= RiskCheck.PriceMax))
            {
                return;
            }

            var isBeyond = terms.Side == Side.Buy ? price > terms.LimitPrice : price < terms.LimitPrice;
            if (isBeyond)
            {
                PassBy(order);
                return;
            }

            if (order.IsPostOnly && !order.IsResting)
            {
                Close(order, OrderState.Cancelled, Venue.PostOnlyWouldTrade);
                return;
            }

            var at = order.IsResting && terms.Type == OrderType.Limit ? terms.LimitPrice : price;
            Trade(order, at, price);
        }

        private void PassBy(PaperOrder order)
        {
            if (order.Terms.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
            {
                Close(order, OrderState.Cancelled, "not-marketable");
            }
            else if (order.Terms.Type == OrderType.Limit && !order.IsResting)
            {
                Events.Add(new Venue.Event.OrderRested(order.Terms.OrderId));
            }
        }

        private void Trade(PaperOrder order, decimal price, decimal quoted)
        {
            var terms = order.Terms;
            ref var left = ref terms.Side == Side.Buy ? ref _leftToBuy : ref _leftToSell;
            left ??= SizeOf(terms, quoted);
            var rest = terms.Quantity - order.Filled;
            var affordable = Affordable(order, price);
            var quantity = UInt256.Min(UInt256.Min(rest, left.Value), affordable);
            if (terms.TimeInForce == TimeInForce.Fok && quantity < rest)
            {
                Close(order, OrderState.Cancelled, "not-fillable");
                return;
            }

            if (!quantity.IsZero)
            {
                left = left.Value - quantity;
                Fill(order, quantity, price);
            }

            var isDone = quantity == rest;
            if (!isDone && quantity == affordable)
            {
                Close(order, OrderState.Cancelled, "spend-max-reached");
            }
            else if (!isDone && terms.TimeInForce == TimeInForce.Ioc)
            {
                Close(order, OrderState.Cancelled, "ioc-remainder");
            }
            else if (!isDone && order.Trades.Count + 1 >= Order.FillsMax)
            {
                Close(order, OrderState.Cancelled, "too-many-fills");
            }
        }

        private void Fill(PaperOrder order, UInt256 quantity, decimal price)
        {
            var terms = order.Terms;
            var amount = terms.Instrument.QuoteAmount(quantity, price, Instrument.AgainstTaker(terms.Side));
            var fee = book.Terms.TakerFee.Of(amount, Rounding.Up);
            _trades++;
            var isTwice = _duplicates > 0 || book.IsFaultDue(_trades, PaperFault.TellTwice);
            Events.Add(new Venue.Event.Traded(
                terms.OrderId,
                new Venue.Trade(
                    PaperOrder.TradeIdOf(_trades), quantity, price, amount, terms.Instrument.Quote, fee, quote.At),
                isTwice));
            if (_duplicates > 0)
            {
                _duplicates--;
                Events.Add(new Venue.Event.FaultSpent(PaperFault.TellTwice));
            }
        }

        private void Close(PaperOrder order, OrderState state, string reason) =>
            Events.Add(new Venue.Event.OrderClosed(order.Terms.OrderId, state, reason));

        private UInt256 SizeOf(Venue.Event.OrderReceived terms, decimal price)
        {
            var size = terms.Side == Side.Buy ? quote.AskSize : quote.BidSize;
            return size is > 0
                ? terms.Instrument.Quantity(size.Value)
                : Buys(
                    terms.Instrument,
                    Units.FromDecimal(book.Terms.DefaultDepth, terms.Instrument.QuoteDecimals, Rounding.Down),
                    price);
        }

        /// <summary>
        /// How much the order can still pay for. For a buy the largest quantity whose amount and fee fit what is left.
        /// </summary>
        /// <remarks>
        /// With m = floor(left·10⁴ / (10⁴+f)) and a quantity whose amount, rounded up, is at most m: its fee, rounded
        /// up, is at most left - m, since left - m is whole and at least m·f/10⁴.
        /// </remarks>
        private UInt256 Affordable(PaperOrder order, decimal price)
        {
            var left = order.Terms.SpendMax - order.Spent;
            if (order.Terms.Side == Side.Sell)
            {
                return left;
            }

            var notional = UInt256.MulDivDown(left, Bps.One, (uint)(Bps.One + book.Terms.TakerFee.Value));
            return Buys(order.Terms.Instrument, notional, price);
        }

        // More than 256 bits of a token are more than any order asks for.
        private static UInt256 Buys(Instrument instrument, UInt256 notional, decimal price)
        {
            var exact = Price.FromDecimal(price, instrument.BaseDecimals, instrument.QuoteDecimals);
            return UInt256.TryMulDivDown(notional, exact.Denominator, exact.Numerator, out var quantity)
                ? quantity
                : UInt256.MaxValue;
        }
    }
}
