using System.Collections.Immutable;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Curves;

/// <summary>
/// Curve's pools of three volatile tokens, tricrypto-ng: a curve that is flat around a price scale, and moves that
/// scale after its own moving averages. Source: curvefi/tricrypto-ng, CurveTricryptoOptimizedWETH.vy (exchange) and
/// CurveCryptoMathOptimized3.vy 2.0.0; not the older tricrypto2, which solves by Newton's method alone.
/// </summary>
/// <remarks>
/// The fee is taken off the output, between mid_fee and out_fee by how unequal the balances are after the trade. The
/// pool has no exact-out trade, so <see cref="QuoteExactOut"/> finds the least input that suffices.
/// <para><see cref="Apply"/> gives D as the contract's new one, and keeps the price scale. The contract may move the
/// scale in the same trade when its profit allows it; that depends on its moving averages and the block's time, which
/// are no part of this state. Read the pool again after a trade of an active pool.</para>
/// </remarks>
public sealed class Tricrypto : Curve, IMarginalPriceAfter
{
    private readonly UInt256[] _balances;
    private readonly UInt256[] _precisions;
    private readonly UInt256[] _priceScale;
    private readonly UInt256[] _scaled;
    private readonly QuoteError _state;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">balances(0..2), in base units.</param>
    /// <param name="precisions">precisions(): 10^(18 - decimals), one a token.</param>
    /// <param name="a">A(): A·27·10000, 2,700 to 270,000,000.</param>
    /// <param name="gamma">gamma() in 1e-18, 1e10 to 5e16.</param>
    /// <param name="d">D(), in 1e-18 units of token 0: 1e17 to 1e33.</param>
    /// <param name="priceScale">price_scale(0..1): of tokens 1 and 2 in token 0, in 1e-18.</param>
    /// <param name="midFee">mid_fee() in 1e-10.</param>
    /// <param name="outFee">out_fee() in 1e-10, not below mid_fee.</param>
    /// <param name="feeGamma">fee_gamma() in 1e-18.</param>
    public Tricrypto(
        ImmutableArray<UInt256> balances,
        ImmutableArray<UInt256> precisions,
        UInt256 a,
        UInt256 gamma,
        UInt256 d,
        ImmutableArray<UInt256> priceScale,
        UInt256 midFee,
        UInt256 outFee,
        UInt256 feeGamma)
    {
        Validate(balances, precisions, priceScale);
        CurveFields.CheckRange("A", a, TricryptoMath.AMin, TricryptoMath.AMax);
        CurveFields.CheckRange("gamma", gamma, TricryptoMath.GammaMin, TricryptoMath.GammaMax);
        CurveFields.CheckRange("D", d, TricryptoMath.InvariantMin, TricryptoMath.InvariantMax);
        CurveFields.CheckRange("out_fee", outFee, UInt256.Zero, FeeDenominator);
        CurveFields.CheckRange("mid_fee", midFee, UInt256.Zero, outFee);
        CurveFields.CheckRange("fee_gamma", feeGamma, UInt256.Zero, One);
        _balances = [.. balances];
        _precisions = [.. precisions];
        _priceScale = [.. priceScale];
        (A, Gamma, D, MidFee, OutFee, FeeGamma) = (a, gamma, d, midFee, outFee, feeGamma);
        _scaled = new UInt256[3];
        _state = Scale(_balances, _scaled);
    }

    public override string Kind => "curve-tricrypto";

    public override string MathVersion => "tricrypto-ng-2.0.0";

    public override int TokenCount => 3;

    public ImmutableArray<UInt256> Balances => [.. _balances];

    public ImmutableArray<UInt256> Precisions => [.. _precisions];

    public ImmutableArray<UInt256> PriceScale => [.. _priceScale];

    public UInt256 A { get; }

    public UInt256 Gamma { get; }

    public UInt256 D { get; }

    public UInt256 MidFee { get; }

    public UInt256 OutFee { get; }

    public UInt256 FeeGamma { get; }

    private static UInt256 One => TricryptoMath.One;

    private static UInt256 FeeDenominator => 10_000_000_000;

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountIn);
        return error != QuoteError.None ? error : Exchange(tokenIn, tokenOut, amountIn, out quote, out _);
    }

    public override QuoteError QuoteExactOut(int tokenIn, int tokenOut, UInt256 amountOut, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountOut);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (amountOut >= _balances[tokenOut])
        {
            return QuoteError.InsufficientLiquidity;
        }

        var guess = GuessInput(tokenIn, tokenOut, amountOut);
        return CurveSearch.LeastInput(this, tokenIn, tokenOut, amountOut, guess, out quote);
    }

    public override Curve Apply(in CurveQuote quote)
    {
        var error = Exchange(quote.TokenIn, quote.TokenOut, quote.AmountIn, out _, out var d);
        if (error != QuoteError.None)
        {
            throw new ArgumentException($"This state did not quote the trade: {error}.", nameof(quote));
        }

        var balances = (UInt256[])_balances.Clone();
        balances[quote.TokenIn] += quote.AmountIn;
        balances[quote.TokenOut] -= quote.AmountOut;
        return new Tricrypto(
            [.. balances], Precisions, A, Gamma, d, PriceScale, MidFee, OutFee, FeeGamma);
    }

    public override double SpotPrice(int tokenIn, int tokenOut)
    {
        if (CheckTrade(tokenIn, tokenOut, UInt256.One) != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        return ScaledPrice(x, (double)D, tokenIn, tokenOut) * UnitOf(tokenIn) / UnitOf(tokenOut);
    }

    public override double MarginalPrice(int tokenIn, int tokenOut)
    {
        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        return SpotPrice(tokenIn, tokenOut) * (1 - FeeRate(x));
    }

    public override QuoteError AmountInToMarginalPrice(
        int tokenIn, int tokenOut, double target, out UInt256 amountIn)
    {
        amountIn = default;
        var error = CheckTrade(tokenIn, tokenOut, UInt256.One);
        return error != QuoteError.None ? error
            : CurveSearch.InputToMarginalPrice(this, tokenIn, tokenOut, target, _balances[tokenIn] >> 10, out amountIn);
    }

    double IMarginalPriceAfter.MarginalPriceAfter(in CurveQuote quote)
    {
        var (i, j) = (quote.TokenIn, quote.TokenOut);
        if (Exchange(i, j, quote.AmountIn, out _, out var d) != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        x[i] += (double)quote.AmountIn * UnitOf(i);
        x[j] -= (double)quote.AmountOut * UnitOf(j);
        return ScaledPrice(x, (double)d, i, j) * UnitOf(i) / UnitOf(j) * (1 - FeeRate(x));
    }

    // exchange(), and the D that tweak_price stores where it leaves the price scale alone.
    private QuoteError Exchange(int i, int j, in UInt256 amountIn, out CurveQuote quote, out UInt256 d)
    {
        quote = default;
        d = default;
        var m = default(ContractArithmetic);
        Span<UInt256> x = [_scaled[0], _scaled[1], _scaled[2]];
        x[i] = ScaledBalance(ref m, m.Add(_balances[i], amountIn), i);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = TricryptoClosedForm.Balance(A, Gamma, x, D, j, out var y, out var k0);
        if (error != QuoteError.None)
        {
            return error;
        }

        if (y >= x[j])
        {
            return QuoteError.OutputTooSmall;
        }

        var gross = m.Subtract(m.Subtract(x[j], y), UInt256.One);
        x[j] = y;
        gross = j > 0 ? m.MultiplyDivide(gross, One, _priceScale[j - 1]) : gross;
        gross = m.Divide(gross, _precisions[j]);
        var fee = m.MultiplyDivide(
            TricryptoMath.FeeE10(ref m, x, MidFee, OutFee, FeeGamma), gross, FeeDenominator);
        var amountOut = m.Subtract(gross, fee);
        x[j] = ScaledBalance(ref m, m.Subtract(_balances[j], amountOut), j);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        if (amountOut.IsZero)
        {
            return QuoteError.OutputTooSmall;
        }

        error = TricryptoMath.NewtonD(A, Gamma, x, k0, out d);
        quote = new CurveQuote(i, j, amountIn, amountOut, fee, IsFeeOnOutput: true);
        return error != QuoteError.None ? error
            : d < TricryptoMath.InvariantMin || d > TricryptoMath.InvariantMax ? QuoteError.InvariantBroken
            : QuoteError.None;
    }

    private QuoteError CheckTrade(int tokenIn, int tokenOut, in UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : _state;

    private QuoteError Scale(ReadOnlySpan<UInt256> balances, Span<UInt256> scaled)
    {
        var m = default(ContractArithmetic);
        var isEmpty = false;
        for (var k = 0; k < 3; k++)
        {
            scaled[k] = ScaledBalance(ref m, balances[k], k);
            isEmpty |= scaled[k].IsZero;
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow : isEmpty ? QuoteError.NoLiquidity : QuoteError.None;
    }

    private UInt256 ScaledBalance(ref ContractArithmetic m, in UInt256 balance, int token) => token == 0
        ? m.Multiply(balance, _precisions[0])
        : m.Divide(m.Multiply(m.Multiply(balance, _priceScale[token - 1]), _precisions[token]), One);

    // As get_dx of the views contract, once: near enough for the search to start at.
    private UInt256 GuessInput(int tokenIn, int tokenOut, in UInt256 amountOut)
    {
        var m = default(ContractArithmetic);
        var fee = TricryptoMath.FeeE10(ref m, _scaled, MidFee, OutFee, FeeGamma);
        var gross = m.MultiplyDivide(amountOut, FeeDenominator, m.Subtract(FeeDenominator, fee));
        Span<UInt256> x = [_scaled[0], _scaled[1], _scaled[2]];
        x[tokenOut] = ScaledBalance(ref m, m.Subtract(_balances[tokenOut], gross), tokenOut);
        if (m.Reverted
            || TricryptoClosedForm.Balance(A, Gamma, x, D, tokenIn, out var balance, out _) != QuoteError.None)
        {
            return _balances[tokenIn] >> 4;
        }

        var guess = m.Subtract(balance, _scaled[tokenIn]);
        guess = tokenIn > 0 ? m.MultiplyDivide(guess, One, _priceScale[tokenIn - 1]) : guess;
        guess = m.Divide(guess, _precisions[tokenIn]);
        return m.Reverted ? UInt256.One : guess;
    }

    // The value of one base unit in scaled units.
    private double UnitOf(int token) =>
        (double)_precisions[token] * (token == 0 ? 1 : (double)_priceScale[token - 1] / 1e18);

    private double FeeRate(ReadOnlySpan<double> x)
    {
        var sum = x[0] + x[1] + x[2];
        var k = 27 * (x[0] / sum) * (x[1] / sum) * (x[2] / sum);
        var gamma = (double)FeeGamma / 1e18;
        var f = gamma > 0 ? gamma / (gamma + 1 - k) : k;
        return (((double)MidFee * f) + ((double)OutFee * (1 - f))) / 1e10;
    }

    // The quotient of the derivatives of F = K·(S/D - 1) + K0 - 1 by the two balances, u in units of D/3: K0 = ∏u,
    // q = γ + 1 - K0, K = A·K0·γ²/q² (A with its 27), so u·dK/du = K·(q + 2·K0)/q and u·dK0/du = K0.
    private double ScaledPrice(ReadOnlySpan<double> x, double d, int tokenIn, int tokenOut)
    {
        Span<double> u = [3 * x[0] / d, 3 * x[1] / d, 3 * x[2] / d];
        var gamma = (double)Gamma / 1e18;
        var k0 = u[0] * u[1] * u[2];
        var q = gamma + 1 - k0;
        var k = (double)A / 10_000 * k0 * gamma * gamma / (q * q);
        var growth = k * (q + (2 * k0)) / q;
        var excess = ((u[0] + u[1] + u[2]) / 3) - 1;
        double Slope(double v) => (growth / v * excess) + (k / 3) + (k0 / v);
        return Slope(u[tokenIn]) / Slope(u[tokenOut]);
    }

    private static void Validate(
        ImmutableArray<UInt256> balances, ImmutableArray<UInt256> precisions, ImmutableArray<UInt256> priceScale)
    {
        CurveFields.CheckCount("balances", balances, 3, 3);
        CurveFields.CheckCount("precisions", precisions, 3, 3);
        for (var k = 0; k < 3; k++)
        {
            CurveFields.CheckRange($"precisions[{k}]", precisions[k], UInt256.One, One);
        }

        CurveFields.CheckCount("price_scale", priceScale, 2, 2);
        for (var k = 0; k < 2; k++)
        {
            CurveFields.CheckRange(
                $"price_scale[{k}]", priceScale[k], UInt256.One, (UInt256.One << 128) - UInt256.One);
        }
    }
}
