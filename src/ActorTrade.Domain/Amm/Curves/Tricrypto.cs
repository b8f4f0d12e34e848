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
/// <para>A pool with its <see cref="Rebalancing"/> does with each change all that the contract does, tweak_price and
/// the check that it makes no loss included, at the block's time <see cref="Time"/>. Only
/// <see cref="SearchedCurve.AmountInToMarginalPrice"/> does not foresee a scale that the trade itself would
/// move.</para>
/// <para>Without it <see cref="Apply"/> gives D as the contract's before it moves the price scale, and keeps the scale.
/// Read such a pool again after a trade.</para>
/// <para>While A and gamma are on their way to other values (<see cref="Time"/> before future_A_gamma_time), D is
/// computed from the balances at each change; A and gamma are those of the state, and right only for the block they
/// were read in.</para>
/// </remarks>
public sealed class Tricrypto : SearchedCurve
{
    private readonly UInt256[] _balances;
    private readonly UInt256[] _precisions;
    private readonly UInt256[] _priceScale;
    private readonly UInt256[] _scaled;
    private readonly QuoteError _state;
    private readonly UInt256 _invariant;

    /// <summary>Throws <see cref="InvalidCurveException"/>.</summary>
    /// <param name="balances">balances(0..2), in base units.</param>
    /// <param name="precisions">precisions(): 10^(18 - decimals), one a token.</param>
    /// <param name="a">A(): A·27·10000, 2,700 to 270,000,000.</param>
    /// <param name="gamma">gamma() in 1e-18, 1e10 to 5e16.</param>
    /// <param name="d">D(), in 1e-18 units of token 0: 1e17 to 1e33; zero where all balances are.</param>
    /// <param name="priceScale">price_scale(0..1): of tokens 1 and 2 in token 0, in 1e-18.</param>
    /// <param name="midFee">mid_fee() in 1e-10.</param>
    /// <param name="outFee">out_fee() in 1e-10, not below mid_fee.</param>
    /// <param name="feeGamma">fee_gamma() in 1e-18.</param>
    /// <param name="rebalancing">What moves the price scale; null where it is not known.</param>
    public Tricrypto(
        ImmutableArray<UInt256> balances,
        ImmutableArray<UInt256> precisions,
        UInt256 a,
        UInt256 gamma,
        UInt256 d,
        ImmutableArray<UInt256> priceScale,
        UInt256 midFee,
        UInt256 outFee,
        UInt256 feeGamma,
        TricryptoRebalancing? rebalancing = null)
    {
        Validate(balances, precisions, priceScale);
        CurveFields.CheckRange("A", a, TricryptoMath.AMin, TricryptoMath.AMax);
        CurveFields.CheckRange("gamma", gamma, TricryptoMath.GammaMin, TricryptoMath.GammaMax);
        var isEmpty = balances.All(x => x.IsZero);
        CurveFields.CheckRange(
            "D",
            d,
            isEmpty ? UInt256.Zero : TricryptoMath.InvariantMin,
            isEmpty ? UInt256.Zero : TricryptoMath.InvariantMax);
        CurveFields.CheckRange("out_fee", outFee, UInt256.Zero, FeeDenominator);
        CurveFields.CheckRange("mid_fee", midFee, UInt256.Zero, outFee);
        CurveFields.CheckRange("fee_gamma", feeGamma, UInt256.Zero, One);
        rebalancing?.Check();
        _balances = [.. balances];
        _precisions = [.. precisions];
        _priceScale = [.. priceScale];
        (A, Gamma, D, MidFee, OutFee, FeeGamma) = (a, gamma, d, midFee, outFee, feeGamma);
        (Rebalancing, Time) = (rebalancing, rebalancing?.LastPricesTimestamp ?? 0);
        _scaled = new UInt256[3];
        _state = Prepare(out _invariant);
    }

    // A state that follows from another one: nothing of it is checked, since the contract would have it too.
    private Tricrypto(
        Tricrypto before,
        UInt256[] balances,
        in UInt256 d,
        in TricryptoPrices scale,
        TricryptoRebalancing? rebalancing,
        ulong time)
    {
        _balances = balances;
        _precisions = before._precisions;
        _priceScale = [scale.OfToken1, scale.OfToken2];
        (A, Gamma, D) = (before.A, before.Gamma, d);
        (MidFee, OutFee, FeeGamma) = (before.MidFee, before.OutFee, before.FeeGamma);
        (Rebalancing, Time) = (rebalancing, time);
        _scaled = new UInt256[3];
        _state = Prepare(out _invariant);
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

    /// <summary>What moves the price scale; null where it is not known.</summary>
    public TricryptoRebalancing? Rebalancing { get; }

    /// <summary>The block's time for what is quoted and applied, in seconds since 1970: at first that of the pool's
    /// last change. Counts only with <see cref="Rebalancing"/>.</summary>
    public ulong Time { get; }

    internal QuoteError State => _state;

    /// <summary>D as the next change takes it: as stored, or while A and gamma move that of the balances.</summary>
    internal UInt256 Invariant => _invariant;

    internal ReadOnlySpan<UInt256> BalanceSpan => _balances;

    internal ReadOnlySpan<UInt256> ScaledSpan => _scaled;

    internal ReadOnlySpan<UInt256> PrecisionSpan => _precisions;

    internal ReadOnlySpan<UInt256> PriceSpan => _priceScale;

    internal TricryptoPrices Scale => new(_priceScale[0], _priceScale[1]);

    private static UInt256 One => TricryptoMath.One;

    private static UInt256 FeeDenominator => 10_000_000_000;

    public override QuoteError QuoteExactIn(int tokenIn, int tokenOut, UInt256 amountIn, out CurveQuote quote)
    {
        quote = default;
        var error = CheckTrade(tokenIn, tokenOut, amountIn);
        if (error != QuoteError.None)
        {
            return error;
        }

        Span<UInt256> x = [_scaled[0], _scaled[1], _scaled[2]];
        error = Exchange(tokenIn, tokenOut, amountIn, x, out quote, out var d);
        return error != QuoteError.None || Rebalancing is not { } state ? error
            : TricryptoSettlement.Of(this, state, x, d, state.TotalSupply, out _);
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
        Span<UInt256> x = [_scaled[0], _scaled[1], _scaled[2]];
        var error = CheckTrade(quote.TokenIn, quote.TokenOut, quote.AmountIn);
        UInt256 d = default;
        error = error != QuoteError.None ? error
            : Exchange(quote.TokenIn, quote.TokenOut, quote.AmountIn, x, out _, out d);
        var after = this;
        if (error == QuoteError.None)
        {
            var balances = (UInt256[])_balances.Clone();
            balances[quote.TokenIn] += quote.AmountIn;
            balances[quote.TokenOut] -= quote.AmountOut;
            error = Settle(balances, x, d, Rebalancing?.TotalSupply ?? default, out after);
        }

        return error == QuoteError.None ? after : throw new ArgumentException(
            $"This state did not quote the trade: {error}.", nameof(quote));
    }

    /// <summary>As <see cref="Apply"/>, in the block of that time: of a quote of this state <see cref="At"/> that time,
    /// or of any earlier one unless a ramp of A and gamma ended between.</summary>
    public Tricrypto ApplyAt(in CurveQuote quote, ulong time) => (Tricrypto)At(time).Apply(quote);

    /// <summary>The same pool in a later block. Without <see cref="Rebalancing"/> time changes nothing.</summary>
    /// <param name="time">Seconds since 1970, not before the pool's last change.</param>
    public Tricrypto At(ulong time)
    {
        if (Rebalancing is null || time == Time)
        {
            return this;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(time, Rebalancing.LastPricesTimestamp);
        return new Tricrypto(this, _balances, D, Scale, Rebalancing, time);
    }

    /// <summary>
    /// A deposit of any amounts, as add_liquidity: uneven amounts pay up to 3/8 of the swap fee, and all 0.1 bp. The
    /// first deposit, of all tokens into a pool whose D is zero, mints as many shares as an even pool is worth.
    /// </summary>
    /// <param name="totalShares">Of a pool that knows its <see cref="Rebalancing"/>: its TotalSupply, else the answer
    /// is InvariantBroken. So for withdrawals.</param>
    public QuoteError QuoteDeposit(ReadOnlySpan<UInt256> amounts, UInt256 totalShares, out LiquidityChange change) =>
        TricryptoShares.Deposit(this, amounts, totalShares, out change);

    /// <summary>A balanced withdrawal, free of fees: of each balance the part of the shares less one.</summary>
    public QuoteError QuoteWithdrawal(UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        TricryptoShares.Withdraw(this, shares, totalShares, out change);

    /// <summary>All that the shares are worth in one token, as remove_liquidity_one_coin; half a swap's fee.</summary>
    public QuoteError QuoteWithdrawalOfOne(
        int token, UInt256 shares, UInt256 totalShares, out LiquidityChange change) =>
        TricryptoShares.WithdrawOne(this, token, shares, totalShares, out change);

    /// <summary>
    /// claim_admin_fees: the protocol's part of the fees, as shares minted for it out of the profit since its last
    /// claim. Zero where there is none, and without <see cref="Rebalancing"/>. Deposits and withdrawals claim by
    /// themselves, as the contract's do.
    /// </summary>
    public QuoteError QuoteProtocolClaim(out UInt256 shares, out Tricrypto after)
    {
        (shares, after) = (UInt256.Zero, this);
        return Rebalancing is { } state ? TricryptoShares.Claim(this, state, out shares, out after) : QuoteError.None;
    }

    public override double SpotPrice(int tokenIn, int tokenOut)
    {
        if (CheckTrade(tokenIn, tokenOut, UInt256.One) != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        return ScaledPrice(x, (double)_invariant, tokenIn, tokenOut) * UnitOf(tokenIn) / UnitOf(tokenOut);
    }

    public override double MarginalPrice(int tokenIn, int tokenOut)
    {
        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        return SpotPrice(tokenIn, tokenOut) * (1 - FeeRate(x));
    }

    internal override double MarginalPriceAfter(in CurveQuote quote)
    {
        var (i, j) = (quote.TokenIn, quote.TokenOut);
        Span<UInt256> scaled = [_scaled[0], _scaled[1], _scaled[2]];
        if (Exchange(i, j, quote.AmountIn, scaled, out _, out var d) != QuoteError.None)
        {
            return double.NaN;
        }

        Span<double> x = [(double)_scaled[0], (double)_scaled[1], (double)_scaled[2]];
        x[i] += (double)quote.AmountIn * UnitOf(i);
        x[j] -= (double)quote.AmountOut * UnitOf(j);
        return ScaledPrice(x, (double)d, i, j) * UnitOf(i) / UnitOf(j) * (1 - FeeRate(x));
    }

    /// <summary>The state with other balances, D, price scale and accounts, in the same block.</summary>
    internal Tricrypto With(
        UInt256[] balances, in UInt256 d, in TricryptoPrices scale, TricryptoRebalancing? rebalancing) =>
        new(this, balances, d, scale, rebalancing, Time);

    /// <summary>The state that a change leaves: by tweak_price, or, where that is not known, with D and the old
    /// scale.</summary>
    /// <param name="balances">After the change; becomes the state's own.</param>
    /// <param name="x">Those balances scaled, as the contract hands them over.</param>
    /// <param name="d">D of them.</param>
    /// <param name="totalSupply">After the change.</param>
    internal QuoteError Settle(
        UInt256[] balances, ReadOnlySpan<UInt256> x, in UInt256 d, in UInt256 totalSupply, out Tricrypto after)
    {
        if (Rebalancing is not { } state)
        {
            after = With(balances, d, Scale, null);
            return d < TricryptoMath.InvariantMin || d > TricryptoMath.InvariantMax
                ? QuoteError.InvariantBroken : QuoteError.None;
        }

        var error = TricryptoSettlement.Of(this, state, x, d, totalSupply, out var settled);
        after = error != QuoteError.None ? this : With(
            balances,
            settled.D,
            settled.PriceScale,
            state with
            {
                TotalSupply = totalSupply,
                XcpProfit = settled.XcpProfit,
                VirtualPrice = settled.VirtualPrice,
                LastPrices = settled.LastPrices,
                PriceOracle = settled.PriceOracle,
                LastPricesTimestamp = Math.Max(Time, state.LastPricesTimestamp),
            });
        return error;
    }

    internal UInt256 ScaledBalance(ref ContractArithmetic m, in UInt256 balance, int token) => token == 0
        ? m.Multiply(balance, _precisions[0])
        : m.Divide(m.Multiply(m.Multiply(balance, _priceScale[token - 1]), _precisions[token]), One);

    // exchange(): what it gives, the scaled balances afterwards (x, before it those before), and their D.
    private QuoteError Exchange(
        int i, int j, in UInt256 amountIn, Span<UInt256> x, out CurveQuote quote, out UInt256 d)
    {
        quote = default;
        d = default;
        var m = default(ContractArithmetic);
        x[i] = ScaledBalance(ref m, m.Add(_balances[i], amountIn), i);
        if (m.Reverted)
        {
            return QuoteError.ArithmeticOverflow;
        }

        var error = TricryptoClosedForm.Balance(A, Gamma, x, _invariant, j, out var y, out var k0);
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

    private protected override UInt256 BalanceOf(int token) => _balances[token];

    private protected override QuoteError CheckTrade(int tokenIn, int tokenOut, in UInt256 amount) =>
        !IsPair(tokenIn, tokenOut) ? QuoteError.NoSuchPair
        : amount.IsZero ? QuoteError.ZeroAmount
        : _state;

    // Fills the scaled balances and says whether the state can trade.
    private QuoteError Prepare(out UInt256 invariant)
    {
        var m = default(ContractArithmetic);
        invariant = D;
        var isEmpty = false;
        for (var k = 0; k < 3; k++)
        {
            _scaled[k] = ScaledBalance(ref m, _balances[k], k);
            isEmpty |= _scaled[k].IsZero;
        }

        return m.Reverted ? QuoteError.ArithmeticOverflow
            : isEmpty ? QuoteError.NoLiquidity
            : Rebalancing is { } state && Time < state.FutureAGammaTime
                ? TricryptoMath.NewtonD(A, Gamma, _scaled, UInt256.Zero, out invariant) : QuoteError.None;
    }

    // As get_dx of the views contract, once: near enough for the search to start at.
    private UInt256 GuessInput(int tokenIn, int tokenOut, in UInt256 amountOut)
    {
        var m = default(ContractArithmetic);
        var fee = TricryptoMath.FeeE10(ref m, _scaled, MidFee, OutFee, FeeGamma);
        var gross = m.MultiplyDivide(amountOut, FeeDenominator, m.Subtract(FeeDenominator, fee));
        Span<UInt256> x = [_scaled[0], _scaled[1], _scaled[2]];
        x[tokenOut] = ScaledBalance(ref m, m.Subtract(_balances[tokenOut], gross), tokenOut);
        if (m.Reverted
            || TricryptoClosedForm.Balance(A, Gamma, x, _invariant, tokenIn, out var balance, out _) != QuoteError.None)
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
