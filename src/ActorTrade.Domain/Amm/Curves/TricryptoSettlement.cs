using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// What a tricrypto pool stores at the end of a swap, a deposit or a withdrawal of one token: tweak_price of
/// CurveTricryptoOptimizedWETH.vy 2.0.0, in its order and rounding, all of it down.
/// </summary>
/// <remarks>
/// The averages take in the prices after the change before this one, capped at twice the price scale, once a block. The
/// virtual price is the value of a share, and must rise. Where twice its growth exceeds the profit of all time (half of
/// that is what moving the scale may cost), the scale goes a step towards the averages, if after it the same still
/// holds; else the step is left out.
/// </remarks>
internal readonly struct TricryptoSettlement
{
    private static readonly UInt256 PriceLimit = (UInt256.One << 128) - UInt256.One;
    private static readonly UInt256 FractionMin = 10_000_000_000_000_000;

    private TricryptoSettlement(
        in UInt256 d,
        in UInt256 virtualPrice,
        in UInt256 xcpProfit,
        in TricryptoPrices priceScale,
        in TricryptoPrices lastPrices,
        in TricryptoPrices priceOracle)
    {
        (D, VirtualPrice, XcpProfit) = (d, virtualPrice, xcpProfit);
        (PriceScale, LastPrices, PriceOracle) = (priceScale, lastPrices, priceOracle);
    }

    public UInt256 D { get; }

    public UInt256 VirtualPrice { get; }

    public UInt256 XcpProfit { get; }

    public TricryptoPrices PriceScale { get; }

    public TricryptoPrices LastPrices { get; }

    public TricryptoPrices PriceOracle { get; }

    private static UInt256 One => TricryptoMath.One;

    /// <param name="x">The balances after the change, scaled, as the contract hands them over.</param>
    /// <param name="d">D of them.</param>
    /// <param name="totalSupply">All shares after the change.</param>
    public static QuoteError Of(
        Tricrypto pool,
        TricryptoRebalancing state,
        ReadOnlySpan<UInt256> x,
        in UInt256 d,
        in UInt256 totalSupply,
        out TricryptoSettlement settlement)
    {
        settlement = default;
        var m = default(ContractArithmetic);
        var scale = pool.Scale;
        var oracle = OracleAt(ref m, state, scale, pool.Time);
        if (!ArePrices(oracle) || d < TricryptoMath.InvariantMin || d > TricryptoMath.InvariantMax)
        {
            return QuoteError.InvariantBroken;
        }

        var prices = TricryptoMath.MarginalPrices(ref m, pool.A, pool.Gamma, x, d);
        var last = new TricryptoPrices(
            m.MultiplyDivide(prices.OfToken1, scale.OfToken1, One),
            m.MultiplyDivide(prices.OfToken2, scale.OfToken2, One));
        var virtualPrice = VirtualPriceOf(ref m, d, scale, totalSupply);
        var profit = m.MultiplyDivide(state.XcpProfit, virtualPrice, state.VirtualPrice);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (!ArePrices(last) || (state.FutureAGammaTime < pool.Time && virtualPrice <= state.VirtualPrice))
        {
            return QuoteError.InvariantBroken;
        }

        settlement = new TricryptoSettlement(d, virtualPrice, profit, scale, last, oracle);
        var growth = m.Subtract(m.Multiply(virtualPrice, 2), One);
        var needed = m.Add(profit, m.Multiply(state.AllowedExtraProfit, 2));
        return m.Reverted ? QuoteError.ArithmeticOverflow
            : growth > needed ? Repeg(pool, state, x, totalSupply, ref settlement) : QuoteError.None;
    }

    /// <summary>The value of a share: the geometric mean of what an even pool of this D holds, for one share.</summary>
    public static UInt256 VirtualPriceOf(
        ref ContractArithmetic m, in UInt256 d, in TricryptoPrices scale, in UInt256 totalSupply) =>
        m.MultiplyDivide(One, ValueOf(ref m, d, scale), totalSupply);

    /// <summary>get_xcp: that geometric mean, in 1e-18.</summary>
    public static UInt256 ValueOf(ref ContractArithmetic m, in UInt256 d, in TricryptoPrices scale)
    {
        var scaledD = m.Multiply(d, One);
        Span<UInt256> even =
        [
            m.Divide(d, 3),
            m.Divide(scaledD, m.Multiply(scale.OfToken1, 3)),
            m.Divide(scaledD, m.Multiply(scale.OfToken2, 3)),
        ];
        return TricryptoMath.GeometricMean(ref m, even);
    }

    private static TricryptoPrices OracleAt(
        ref ContractArithmetic m, TricryptoRebalancing state, in TricryptoPrices scale, ulong time)
    {
        if (time <= state.LastPricesTimestamp)
        {
            return state.PriceOracle;
        }

        var power = m.MultiplyDivide(time - state.LastPricesTimestamp, One, state.MaTime);
        var alpha = TricryptoMath.ExpOfMinus(power);
        return new TricryptoPrices(
            Average(ref m, state.LastPrices.OfToken1, scale.OfToken1, state.PriceOracle.OfToken1, alpha),
            Average(ref m, state.LastPrices.OfToken2, scale.OfToken2, state.PriceOracle.OfToken2, alpha));
    }

    private static UInt256 Average(
        ref ContractArithmetic m, in UInt256 last, in UInt256 scale, in UInt256 oracle, in UInt256 alpha)
    {
        var capped = UInt256.Min(last, m.Multiply(scale, 2));
        return m.Divide(m.Add(m.Multiply(capped, m.Subtract(One, alpha)), m.Multiply(oracle, alpha)), One);
    }

    private static QuoteError Repeg(
        Tricrypto pool,
        TricryptoRebalancing state,
        ReadOnlySpan<UInt256> x,
        in UInt256 totalSupply,
        ref TricryptoSettlement settlement)
    {
        var m = default(ContractArithmetic);
        var (scale, oracle) = (settlement.PriceScale, settlement.PriceOracle);
        var distance1 = DistanceOf(ref m, oracle.OfToken1, scale.OfToken1);
        var distance2 = DistanceOf(ref m, oracle.OfToken2, scale.OfToken2);
        var norm = UInt256.Sqrt(ContractArithmetic.WrappingAdd(
            m.Multiply(distance1, distance1), m.Multiply(distance2, distance2)));
        var step = UInt256.Max(state.AdjustmentStep, m.Divide(norm, 5));
        if (m.Reverted || norm <= step)
        {
            return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
        }

        var moved = new TricryptoPrices(
            Moved(ref m, scale.OfToken1, oracle.OfToken1, norm, step),
            Moved(ref m, scale.OfToken2, oracle.OfToken2, norm, step));
        Span<UInt256> rescaled =
        [
            x[0],
            m.MultiplyDivide(x[1], moved.OfToken1, scale.OfToken1),
            m.MultiplyDivide(x[2], moved.OfToken2, scale.OfToken2),
        ];
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = TricryptoMath.NewtonD(pool.A, pool.Gamma, rescaled, UInt256.Zero, out var d);
        if (error != QuoteError.None)
        {
            return error;
        }

        foreach (ref readonly var balance in rescaled)
        {
            if (!TricryptoMath.IsSafe(m.MultiplyDivide(balance, One, d), FractionMin))
            {
                return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.InvariantBroken;
            }
        }

        return Take(ref m, d, moved, totalSupply, ref settlement);
    }

    private static QuoteError Take(
        ref ContractArithmetic m,
        in UInt256 d,
        in TricryptoPrices moved,
        in UInt256 totalSupply,
        ref TricryptoSettlement settlement)
    {
        var virtualPrice = VirtualPriceOf(ref m, d, moved, totalSupply);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (virtualPrice <= One
            || m.Subtract(m.Multiply(virtualPrice, 2), One) <= settlement.XcpProfit)
        {
            return m.Reverted ? QuoteError.ArithmeticOverflow : QuoteError.None;
        }

        settlement = new TricryptoSettlement(
            d, virtualPrice, settlement.XcpProfit, moved, settlement.LastPrices, settlement.PriceOracle);
        return ArePrices(moved) ? QuoteError.None : QuoteError.InvariantBroken;
    }

    private static UInt256 DistanceOf(ref ContractArithmetic m, in UInt256 oracle, in UInt256 scale)
    {
        var ratio = m.MultiplyDivide(oracle, One, scale);
        return ratio > One ? ratio - One : One - ratio;
    }

    private static UInt256 Moved(
        ref ContractArithmetic m, in UInt256 scale, in UInt256 oracle, in UInt256 norm, in UInt256 step) =>
        m.Divide(m.Add(m.Multiply(scale, norm - step), m.Multiply(step, oracle)), norm);

    private static bool ArePrices(in TricryptoPrices prices) =>
        prices.OfToken1 < PriceLimit && prices.OfToken2 < PriceLimit;
}
