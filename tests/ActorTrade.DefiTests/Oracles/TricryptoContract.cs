using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>
/// CurveTricryptoOptimizedWETH.vy 2.0.0 as a contract with its storage, function by function over big integers: what
/// it stores after a swap, a deposit or a withdrawal. Its mathematics is <see cref="TricryptoOracle"/>. A call that
/// reverts throws and may leave the storage half changed: work on a copy.
/// </summary>
internal sealed record TricryptoContract
{
    private static readonly BigInteger E18 = BigInteger.Pow(10, 18);
    private static readonly BigInteger E36 = BigInteger.Pow(10, 36);
    private static readonly BigInteger E10 = BigInteger.Pow(10, 10);
    private static readonly BigInteger PriceMask = (BigInteger.One << 128) - 1;

    public required BigInteger[] Balances { get; set; }

    public required BigInteger[] Precisions { get; init; }

    public required BigInteger[] PriceScale { get; set; }

    public required BigInteger A { get; init; }

    public required BigInteger Gamma { get; init; }

    public required BigInteger D { get; set; }

    public required BigInteger MidFee { get; init; }

    public required BigInteger OutFee { get; init; }

    public required BigInteger FeeGamma { get; init; }

    public BigInteger TotalSupply { get; set; }

    public BigInteger XcpProfit { get; set; }

    public BigInteger XcpProfitA { get; set; }

    public BigInteger VirtualPrice { get; set; }

    public BigInteger[] LastPrices { get; set; } = [];

    public BigInteger[] PriceOracle { get; set; } = [];

    public BigInteger LastPricesTimestamp { get; set; }

    public BigInteger AllowedExtraProfit { get; init; }

    public BigInteger AdjustmentStep { get; init; }

    public BigInteger MaTime { get; init; }

    public BigInteger FutureAGammaTime { get; init; }

    /// <summary>False: only balances, D and shares are kept up, and tweak_price and claims are left out.</summary>
    public bool Tweaks { get; init; } = true;

    private TricryptoOracle Math => MathAt(D);

    public TricryptoContract Copy() => this with { Balances = [.. Balances] };

    public BigInteger Exchange(int i, int j, BigInteger dx, BigInteger now)
    {
        var xp = (BigInteger[])Balances.Clone();
        var y = xp[j];
        xp[i] += dx;
        Balances[i] = xp[i];
        var x0 = Math.Scaled(xp[i] - dx, i);
        for (var k = 0; k < 3; k++)
        {
            xp[k] = Math.Scaled(xp[k], k);
        }

        if (Tweaks && FutureAGammaTime > now)
        {
            var x1 = xp[i];
            xp[i] = x0;
            D = Math.NewtonD(xp, 0);
            xp[i] = x1;
        }

        var (yOut, k0) = Math.GetY(xp, j);
        var dy = U(xp[j] - yOut);
        xp[j] -= dy;
        dy = U(dy - 1);
        if (j > 0)
        {
            dy = dy * E18 / PriceScale[j - 1];
        }

        dy /= Precisions[j];
        dy -= Math.Fee(xp) * dy / E10;
        y = U(y - dy);
        Balances[j] = y;
        xp[j] = Math.Scaled(y, j);
        TweakPrice(xp, 0, k0, now);
        return dy;
    }

    public BigInteger AddLiquidity(BigInteger[] amounts, BigInteger now)
    {
        var xpOld = new BigInteger[3];
        var xp = new BigInteger[3];
        var amountsp = new BigInteger[3];
        for (var i = 0; i < 3; i++)
        {
            xpOld[i] = Math.Scaled(Balances[i], i);
            Balances[i] += amounts[i];
            xp[i] = Math.Scaled(Balances[i], i);
            amountsp[i] = xp[i] - xpOld[i];
        }

        var oldD = Tweaks && FutureAGammaTime > now ? Math.NewtonD(xpOld, 0) : D;
        var d = Math.NewtonD(xp, 0);
        BigInteger dToken;
        if (oldD > 0)
        {
            dToken = (TotalSupply * d / oldD) - TotalSupply;
            Assert(dToken > 0);
            dToken = U(dToken - ((TokenFee(amountsp, xp) * dToken / E10) + 1));
            TotalSupply += dToken;
            TweakPrice(xp, d, 0, now);
        }
        else
        {
            dToken = GetXcp(d, PriceScale);
            Assert(dToken > 0);
            D = d;
            VirtualPrice = XcpProfit = XcpProfitA = E18;
            TotalSupply += dToken;
        }

        ClaimAdminFees();
        return dToken;
    }

    public BigInteger[] RemoveLiquidity(BigInteger shares)
    {
        ClaimAdminFees();
        var total = TotalSupply;
        TotalSupply = U(TotalSupply - shares);
        var taken = (BigInteger[])Balances.Clone();
        if (shares != total)
        {
            shares = U(shares - 1);
            for (var i = 0; i < 3; i++)
            {
                taken[i] = Balances[i] * shares / total;
            }
        }

        for (var i = 0; i < 3; i++)
        {
            Balances[i] -= taken[i];
        }

        D -= D * shares / total;
        return taken;
    }

    public BigInteger RemoveLiquidityOneCoin(BigInteger shares, int i, BigInteger now)
    {
        ClaimAdminFees();
        Assert(shares <= TotalSupply);
        BigInteger[] xp = [.. Enumerable.Range(0, 3).Select(k => Math.Scaled(Balances[k], k))];
        var priceScaleI = (i == 0 ? E18 : PriceScale[i - 1]) * Precisions[i];
        var d0 = Tweaks && FutureAGammaTime > now ? Math.NewtonD(xp, 0) : D;
        var imprecise = (BigInteger[])xp.Clone();
        var correction = xp[i] * 3 * shares / TotalSupply;
        var fee = OutFee;
        if (correction < imprecise[i])
        {
            imprecise[i] -= correction;
            fee = Math.Fee(imprecise);
        }

        var dD = shares * d0 / TotalSupply;
        var dFee = (fee * dD / (2 * E10)) + 1;
        var d = U(d0 - U(dD - dFee));
        var y = MathAt(d).GetY(xp, i).Y;
        var dy = U(xp[i] - y) * E18 / priceScaleI;
        xp[i] = y;
        Balances[i] = U(Balances[i] - dy);
        TotalSupply -= shares;
        TweakPrice(xp, d, 0, now);
        return dy;
    }

    public BigInteger GetXcp(BigInteger d, BigInteger[] priceScale) => TricryptoOracle.GeometricMean(
        [d / 3, d * E18 / (3 * priceScale[0]), d * E18 / (3 * priceScale[1])]);

    public void ClaimAdminFees()
    {
        if (!Tweaks || XcpProfit <= XcpProfitA || TotalSupply < E18)
        {
            return;
        }

        var profit = XcpProfit;
        var fees = (profit - XcpProfitA) * 5_000_000_000 / (2 * E10);
        if (fees > 0)
        {
            var frac = (VirtualPrice * E18 / U(VirtualPrice - fees)) - E18;
            TotalSupply += TotalSupply * frac / E18;
            profit = U(profit - (fees * 2));
            XcpProfit = profit;
        }

        D = Math.NewtonD([.. Enumerable.Range(0, 3).Select(k => Math.Scaled(Balances[k], k))], 0);
        VirtualPrice = E18 * GetXcp(D, PriceScale) / TotalSupply;
        XcpProfitA = profit;
    }

    /// <summary>wad_exp, for powers that are not positive.</summary>
    public static BigInteger WadExp(BigInteger x)
    {
        if (x <= BigInteger.Parse("-42139678854452767551"))
        {
            return 0;
        }

        var ln2 = BigInteger.Parse("54916777467707473351141471128");
        var value = (x << 78) / BigInteger.Pow(5, 18);
        var k = (((value << 96) / ln2) + (BigInteger.One << 95)) >> 96;
        value -= k * ln2;
        var y = (((value + BigInteger.Parse("1346386616545796478920950773328")) * value) >> 96)
            + BigInteger.Parse("57155421227552351082224309758442");
        var p = (((((y + value - BigInteger.Parse("94201549194550492254356042504812")) * y) >> 96)
            + BigInteger.Parse("28719021644029726153956944680412240")) * value)
            + (BigInteger.Parse("4385272521454847904659076985693276") << 96);
        var q = (((value - BigInteger.Parse("2855989394907223263936484059900")) * value) >> 96)
            + BigInteger.Parse("50020603652535783019961831881945");
        q = ((q * value) >> 96) - BigInteger.Parse("533845033583426703283633433725380");
        q = ((q * value) >> 96) + BigInteger.Parse("3604857256930695427073651918091429");
        q = ((q * value) >> 96) - BigInteger.Parse("14423608567350463180887372962807573");
        q = ((q * value) >> 96) + BigInteger.Parse("26449188498355588339934803723976023");
        return p / q * BigInteger.Parse("3822833074963236453042738258902158003155416615667") >> (int)(195 - k);
    }

    private TricryptoOracle MathAt(BigInteger d) => new()
    {
        Balances = Balances,
        Precisions = Precisions,
        PriceScale = PriceScale,
        A = A,
        Gamma = Gamma,
        D = d,
        MidFee = MidFee,
        OutFee = OutFee,
        FeeGamma = FeeGamma,
    };

    private BigInteger TokenFee(BigInteger[] amounts, BigInteger[] xp)
    {
        var fee = Math.Fee(xp) * 3 / (4 * 2);
        var s = amounts[0] + amounts[1] + amounts[2];
        var average = s / 3;
        var difference = amounts.Aggregate(BigInteger.Zero, (sum, x) => sum + BigInteger.Abs(x - average));
        return (fee * difference / s) + 100_000;
    }

    private BigInteger[] GetP(BigInteger[] xp, BigInteger d)
    {
        Assert(d > BigInteger.Pow(10, 17) - 1 && d < BigInteger.Pow(10, 33) + 1);
        var k0 = U(U(U(27 * xp[0] * xp[1]) / d * xp[2]) / d * E36) / d;
        var gk0 = U((U(U(2 * k0 * k0) / E36 * k0) / E36) + ((Gamma + E18) * (Gamma + E18))
            - (U(U(k0 * k0) / E36 * ((2 * Gamma) + (3 * E18))) / E18));
        var nnag2 = A * Gamma * Gamma / 10000;
        var denominator = gk0 + (U(U(nnag2 * xp[0]) / d * k0) / E36);
        return
        [
            U(U(xp[0] * (gk0 + (U(U(nnag2 * xp[1]) / d * k0) / E36))) / xp[1] * E18) / denominator,
            U(U(xp[0] * (gk0 + (U(U(nnag2 * xp[2]) / d * k0) / E36))) / xp[2] * E18) / denominator,
        ];
    }

    private void TweakPrice(BigInteger[] xpIn, BigInteger newD, BigInteger k0Previous, BigInteger now)
    {
        if (!Tweaks)
        {
            D = newD.IsZero ? Math.NewtonD(xpIn, k0Previous) : newD;
            Assert(D > BigInteger.Pow(10, 17) - 1 && D < BigInteger.Pow(10, 33) + 1);
            return;
        }

        var priceOracle = (BigInteger[])PriceOracle.Clone();
        var oldVirtualPrice = VirtualPrice;
        if (LastPricesTimestamp < now)
        {
            var alpha = WadExp(-(U((now - LastPricesTimestamp) * E18) / MaTime));
            for (var k = 0; k < 2; k++)
            {
                priceOracle[k] =
                    U((BigInteger.Min(LastPrices[k], 2 * PriceScale[k]) * (E18 - alpha)) + (priceOracle[k] * alpha))
                    / E18;
            }

            PriceOracle = Packed(priceOracle);
            LastPricesTimestamp = now;
        }

        var dUnadjusted = newD.IsZero ? Math.NewtonD(xpIn, k0Previous) : newD;
        var p = GetP(xpIn, dUnadjusted);
        LastPrices = Packed([U(p[0] * PriceScale[0]) / E18, U(p[1] * PriceScale[1]) / E18]);
        var virtualPrice = E18;
        var xcpProfit = E18;
        if (oldVirtualPrice > 0)
        {
            virtualPrice = E18 * GetXcp(dUnadjusted, PriceScale) / TotalSupply;
            xcpProfit = XcpProfit * virtualPrice / oldVirtualPrice;
            if (FutureAGammaTime < now)
            {
                Assert(virtualPrice > oldVirtualPrice);
            }
        }

        XcpProfit = xcpProfit;
        if (U((virtualPrice * 2) - E18) > xcpProfit + (2 * AllowedExtraProfit))
        {
            BigInteger norm = 0;
            for (var k = 0; k < 2; k++)
            {
                var ratio = BigInteger.Abs((priceOracle[k] * E18 / PriceScale[k]) - E18);
                norm += ratio * ratio;
            }

            norm = TricryptoOracle.Isqrt(norm);
            var step = BigInteger.Max(AdjustmentStep, norm / 5);
            if (norm > step)
            {
                BigInteger[] pNew =
                [
                    .. Enumerable.Range(0, 2).Select(
                        k => ((PriceScale[k] * (norm - step)) + (step * priceOracle[k])) / norm),
                ];
                BigInteger[] xp =
                    [xpIn[0], xpIn[1] * pNew[0] / PriceScale[0], xpIn[2] * pNew[1] / PriceScale[1]];
                var d = Math.NewtonD(xp, 0);
                foreach (var x in xp)
                {
                    Assert(x * E18 / d > BigInteger.Pow(10, 16) - 1 && x * E18 / d < BigInteger.Pow(10, 20) + 1);
                }

                var moved = E18 * GetXcp(d, pNew) / TotalSupply;
                if (moved > E18 && (2 * moved) - E18 > xcpProfit)
                {
                    D = d;
                    VirtualPrice = moved;
                    PriceScale = Packed(pNew);
                    return;
                }
            }
        }

        D = dUnadjusted;
        VirtualPrice = virtualPrice;
    }

    private static BigInteger[] Packed(BigInteger[] prices)
    {
        Assert(prices[0] < PriceMask && prices[1] < PriceMask);
        return prices;
    }

    private static void Assert(bool condition)
    {
        if (!condition)
        {
            throw new RevertException("assertion");
        }
    }

    private static BigInteger U(BigInteger value) => new U256(value).Value;
}
