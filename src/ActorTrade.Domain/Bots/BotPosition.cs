using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Bots;

/// <summary>
/// What a bot holds of one symbol by its own trades, at what cost, and what it has earned on it. All in base units.
/// </summary>
/// <remarks>
/// <para>Average-cost method. <see cref="BookCost"/> is what the open quantity cost (long: positive; short: minus
/// what its sale brought), so the average cost is BookCost / Quantity and is never stored rounded. A fill that
/// closes a part takes its share of the book cost, rounded up for a long position and down (in magnitude) for a
/// short one: a gain is never reported early.</para>
/// <para>Invariant, exact in integers whatever the rounding: Realised = CashFlow + BookCost, where CashFlow
/// is all the quote tokens received less all paid. A flat position has no book cost, so its realised result
/// is its cash flow to the base unit.</para>
/// <para>A fee is a loss at once: one in the quote token as it is, one in the base token at the average cost of what
/// leaves with it. A fee in a third token cannot be valued here and is left out.</para>
/// </remarks>
/// <param name="Symbol">The pair.</param>
/// <param name="Quantity">Base token, base units; negative when more was sold than bought.</param>
/// <param name="BookCost">Quote token, base units, with the sign of the quantity.</param>
/// <param name="Realised">Quote token, base units: the result of all that was closed, after fees.</param>
/// <param name="Bought">Base token, base units, of all buys, before fees.</param>
/// <param name="Sold">Base token, base units, of all sells.</param>
/// <param name="Fees">Quote token, base units, of the fees taken in the quote token.</param>
public sealed record BotPosition(
    Symbol Symbol,
    SignedAmount Quantity,
    SignedAmount BookCost,
    SignedAmount Realised,
    UInt256 Bought,
    UInt256 Sold,
    UInt256 Fees)
{
    public static BotPosition Flat(Symbol symbol) => new(symbol, default, default, default, default, default, default);

    /// <summary>The position after one fill.</summary>
    /// <param name="side">Of the bot.</param>
    /// <param name="quantity">Base units of the base token, before any fee.</param>
    /// <param name="quoteAmount">Base units of the quote token, before any fee.</param>
    /// <param name="baseFee">Base units of the base token taken as fee.</param>
    /// <param name="quoteFee">Base units of the quote token taken as fee.</param>
    public BotPosition After(Side side, UInt256 quantity, UInt256 quoteAmount, UInt256 baseFee, UInt256 quoteFee)
    {
        // Buys add to the quantity and to what was paid; sells are the same with both signs turned.
        var isSell = side == Side.Sell;
        var traded = Trade(new SignedAmount(isSell, quantity), new SignedAmount(isSell, quoteAmount));
        traded = traded with
        {
            Realised = traded.Realised - quoteFee,
            Bought = isSell ? Bought : Bought + quantity,
            Sold = isSell ? Sold + quantity : Sold,
            Fees = Fees + quoteFee,
        };
        return baseFee.IsZero ? traded : traded.Trade(new SignedAmount(true, baseFee), default);
    }

    // quantity > 0 is bought for paid > 0; both negative is a sale.
    private BotPosition Trade(SignedAmount quantity, SignedAmount paid)
    {
        if (Quantity.IsZero || quantity.IsZero || Quantity.IsNegative == quantity.IsNegative)
        {
            return this with { Quantity = Quantity + quantity, BookCost = BookCost + paid };
        }

        return quantity.Magnitude <= Quantity.Magnitude ? Close(quantity, paid) : Turn(quantity, paid);
    }

    private BotPosition Close(SignedAmount quantity, SignedAmount paid)
    {
        // The share of the cost that leaves: up against a long holder, down in magnitude against a short one.
        var rounding = Quantity.IsNegative ? Rounding.Down : Rounding.Up;
        var share = new SignedAmount(
            BookCost.IsNegative,
            UInt256.MulDiv(BookCost.Magnitude, quantity.Magnitude, Quantity.Magnitude, rounding));
        return this with
        {
            Quantity = Quantity + quantity,
            BookCost = BookCost - share,
            Realised = Realised - paid - share,
        };
    }

    // Closes all of the position with a part of the fill; the rest of the fill opens the other way.
    private BotPosition Turn(SignedAmount quantity, SignedAmount paid)
    {
        var rounding = paid.IsNegative ? Rounding.Down : Rounding.Up;
        var closing = new SignedAmount(
            paid.IsNegative,
            UInt256.MulDiv(paid.Magnitude, Quantity.Magnitude, quantity.Magnitude, rounding));
        var flat = Close(-Quantity, closing);
        return flat with { Quantity = Quantity + quantity, BookCost = paid - closing };
    }
}
