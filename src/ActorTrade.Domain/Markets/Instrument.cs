using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Markets;

/// <summary>
/// A traded pair with what it takes to turn its prices and quantities into exact amounts of its tokens.
/// </summary>
/// <param name="Symbol">The pair as venues write it.</param>
/// <param name="Base">The token that is bought and sold; quantities are in its base units.</param>
/// <param name="Quote">The token that prices are in.</param>
/// <param name="BaseDecimals">0 to <see cref="TokenDecimals.Max"/>.</param>
/// <param name="QuoteDecimals">0 to <see cref="TokenDecimals.Max"/>.</param>
public sealed record Instrument(Symbol Symbol, TokenId Base, TokenId Quote, int BaseDecimals, int QuoteDecimals)
{
    /// <summary>What an order of this side pays with.</summary>
    public TokenId Spent(Side side) => side == Side.Buy ? Quote : Base;

    /// <summary>What an order of this side receives.</summary>
    public TokenId Received(Side side) => side == Side.Buy ? Base : Quote;

    /// <summary>Rounding of a quote amount against the taker: a buyer pays up, a seller receives down.</summary>
    public static Rounding AgainstTaker(Side side) => side == Side.Buy ? Rounding.Up : Rounding.Down;

    /// <summary>quantity × price in quote base units, over an exact 512-bit product, rounded once as named.</summary>
    /// <param name="quantity">Base units of the base token.</param>
    /// <param name="price">Quote tokens for one base token, not negative.</param>
    /// <exception cref="OverflowException">The price is negative or the amount exceeds 256 bits.</exception>
    public UInt256 QuoteAmount(UInt256 quantity, decimal price, Rounding rounding) =>
        Price.FromDecimal(price, BaseDecimals, QuoteDecimals).ToQuote(quantity, rounding);

    /// <summary>
    /// As <see cref="QuoteAmount"/> with <see cref="AgainstTaker"/>; false where the amount exceeds 256 bits.
    /// </summary>
    public bool TryQuoteAmount(Side side, UInt256 quantity, decimal price, out UInt256 amount)
    {
        var exact = Price.FromDecimal(price, BaseDecimals, QuoteDecimals);
        return AgainstTaker(side) == Rounding.Up
            ? UInt256.TryMulDivUp(quantity, exact.Numerator, exact.Denominator, out amount)
            : UInt256.TryMulDivDown(quantity, exact.Numerator, exact.Denominator, out amount);
    }

    /// <summary>
    /// The largest quantity (base units of the base token) whose quote amount, even rounded up, is within the notional.
    /// </summary>
    /// <param name="notional">Base units of the quote token.</param>
    /// <param name="price">Quote tokens for one base token, above zero.</param>
    /// <exception cref="DivideByZeroException">The price is zero.</exception>
    /// <exception cref="OverflowException">The price is negative or the quantity exceeds 256 bits.</exception>
    public UInt256 QuantityFromNotional(UInt256 notional, decimal price) =>
        Price.FromDecimal(price, BaseDecimals, QuoteDecimals).ToBase(notional, Rounding.Down);

    /// <summary>A quantity in whole base tokens as base units, cut where it has more decimals than the token.</summary>
    public UInt256 Quantity(decimal baseTokens) => Units.FromDecimal(baseTokens, BaseDecimals, Rounding.Down);
}
