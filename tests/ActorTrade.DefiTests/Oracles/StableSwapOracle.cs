using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>Curve's StableSwap contracts, line by line over checked big integers.</summary>
internal sealed class StableSwapOracle
{
    private static readonly U256 Precision18 = BigInteger.Pow(10, 18);
    private static readonly U256 FeeDenominator = BigInteger.Pow(10, 10);

    public required bool IsNg { get; init; }

    /// <summary>Of Curve's first pools, as StableSwapSUSD.vy.</summary>
    public bool IsFirst { get; init; }

    public required U256[] Balances { get; init; }

    public required U256[] Rates { get; init; }

    public required U256 Amp { get; init; }

    public required U256 APrecision { get; init; }

    public required U256 Fee { get; init; }

    public required U256 AdminFee { get; init; }

    public U256 Offpeg { get; init; }

    private int N => Balances.Length;

    private bool IsLenient => !IsNg && APrecision == 1;

    public U256[] Xp(U256[] balances)
    {
        var result = new U256[N];
        for (var i = 0; i < N; i++)
        {
            result[i] = Rates[i] * balances[i] / Precision18;
        }

        return result;
    }

    public U256 GetD(U256[] xp)
    {
        U256 s = 0;
        foreach (var x in xp)
        {
            s += x;
        }

        if (s == 0)
        {
            return 0;
        }

        var d = s;
        var ann = Amp * N;
        for (var round = 0; round < 255; round++)
        {
            var dp = d;
            foreach (var x in xp)
            {
                dp = IsNg ? dp * d / x : dp * d / ((x * N) + (IsFirst ? 1 : 0));
            }

            if (IsNg)
            {
                dp /= BigInteger.Pow(N, N);
            }

            var previous = d;
            d = ((ann * s / APrecision) + (dp * N)) * d
                / (((ann - APrecision) * d / APrecision) + ((U256)(N + 1) * dp));
            if (BigInteger.Abs(d.Value - previous.Value) <= 1)
            {
                return d;
            }
        }

        return IsLenient ? d : throw new RevertException("D did not converge");
    }

    public U256 GetY(int i, int j, U256 x, U256[] xp, U256 d)
    {
        U256 sum = 0;
        var c = d;
        var ann = Amp * N;
        for (var k = 0; k < N; k++)
        {
            if (k == j)
            {
                continue;
            }

            var other = k == i ? x : xp[k];
            sum += other;
            c = c * d / (other * N);
        }

        c = c * d * APrecision / (ann * N);
        var b = sum + (d * APrecision / ann);
        var y = d;
        for (var round = 0; round < 255; round++)
        {
            var previous = y;
            y = ((y * y) + c) / (((U256)2 * y) + b - d);
            if (BigInteger.Abs(y.Value - previous.Value) <= 1)
            {
                return y;
            }
        }

        return IsLenient ? y : throw new RevertException("y did not converge");
    }

    public U256 DynamicFee(U256 xpi, U256 xpj, U256 fee)
    {
        if (!IsNg || Offpeg <= FeeDenominator)
        {
            return fee;
        }

        var xps2 = (xpi + xpj) * (xpi + xpj);
        return Offpeg * fee / (((Offpeg - FeeDenominator) * 4 * xpi * xpj / xps2) + FeeDenominator);
    }

    /// <summary>exchange(): what the trader gets, and the balances afterwards.</summary>
    public (U256 Dy, U256[] Balances) Exchange(int i, int j, U256 dx)
    {
        var kept = (U256[])Balances.Clone();
        var xp = Xp(Balances);
        var x = xp[i] + (dx * Rates[i] / Precision18);
        var y = GetY(i, j, x, xp, GetD(xp));
        var dy = xp[j] - y - (IsFirst ? 0 : 1);
        var fee = dy * DynamicFee((xp[i] + x) / 2, (xp[j] + y) / 2, Fee) / FeeDenominator;
        var admin = fee * AdminFee / FeeDenominator;
        var given = (dy - fee) * Precision18 / Rates[j];
        if (IsFirst)
        {
            kept[i] = x * Precision18 / Rates[i];
            kept[j] = (y + (fee - admin)) * Precision18 / Rates[j];
        }
        else
        {
            kept[i] += dx;
            kept[j] = kept[j] - given - (admin * Precision18 / Rates[j]);
        }

        return (given, kept);
    }

    /// <summary>add_liquidity(): shares minted and the balances afterwards.</summary>
    public (U256 Minted, U256[] Balances) AddLiquidity(U256[] amounts, U256 totalSupply)
    {
        U256 d0 = totalSupply == 0 ? 0 : GetD(Xp(Balances));
        var updated = new U256[N];
        for (var k = 0; k < N; k++)
        {
            updated[k] = Balances[k] + amounts[k];
        }

        var d1 = GetD(Xp(updated));
        if (d1 <= d0)
        {
            throw new RevertException("D1 > D0");
        }

        if (totalSupply == 0)
        {
            return (d1, updated);
        }

        var kept = (U256[])updated.Clone();
        var d2 = ChargedD(d0, d1, updated, kept);
        return (totalSupply * (d2 - d0) / d0, kept);
    }

    /// <summary>remove_liquidity_imbalance(): shares burned and the balances afterwards.</summary>
    public (U256 Burned, U256[] Balances) RemoveImbalanced(U256[] amounts, U256 totalSupply)
    {
        var d0 = GetD(Xp(Balances));
        var updated = new U256[N];
        for (var k = 0; k < N; k++)
        {
            updated[k] = Balances[k] - amounts[k];
        }

        var d1 = GetD(Xp(updated));
        var kept = (U256[])updated.Clone();
        var d2 = ChargedD(d0, d1, updated, kept);
        var burned = (d0 - d2) * totalSupply / d0;
        return burned == 0 ? throw new RevertException("zero tokens burned") : (IsFirst ? burned : burned + 1, kept);
    }

    /// <summary>remove_liquidity_one_coin(): what is paid and the balances afterwards.</summary>
    public (U256 Dy, U256[] Balances) RemoveOne(int i, U256 shares, U256 totalSupply)
    {
        var xp = Xp(Balances);
        var d0 = GetD(xp);
        var d1 = d0 - (shares * d0 / totalSupply);
        var newY = GetY(-1, i, 0, xp, d1);
        var baseFee = Fee * N / (4 * (N - 1));
        var ys = (d0 + d1) / (2 * N);
        var reduced = (U256[])xp.Clone();
        for (var k = 0; k < N; k++)
        {
            var expected = k == i ? (xp[k] * d1 / d0) - newY : xp[k] - (xp[k] * d1 / d0);
            var average = k == i ? (xp[k] + newY) / 2 : xp[k];
            reduced[k] = xp[k] - (DynamicFee(average, ys, baseFee) * expected / FeeDenominator);
        }

        var dy = reduced[i] - GetY(-1, i, 0, reduced, d1);
        var dy0 = (xp[i] - newY) * Precision18 / Rates[i];
        dy = (dy - 1) * Precision18 / Rates[i];
        var kept = (U256[])Balances.Clone();
        kept[i] = kept[i] - dy - ((dy0 - dy) * AdminFee / FeeDenominator);
        return (dy, kept);
    }

    private U256 ChargedD(U256 d0, U256 d1, U256[] updated, U256[] kept)
    {
        var baseFee = Fee * N / (4 * (N - 1));
        var ys = (d0 + d1) / N;
        for (var k = 0; k < N; k++)
        {
            var ideal = d1 * Balances[k] / d0;
            var difference = ideal > updated[k] ? ideal - updated[k] : updated[k] - ideal;
            var xs = Rates[k] * (Balances[k] + updated[k]) / Precision18;
            var fee = DynamicFee(xs, ys, baseFee) * difference / FeeDenominator;
            kept[k] = updated[k] - (fee * AdminFee / FeeDenominator);
            updated[k] -= fee;
        }

        return GetD(Xp(updated));
    }
}
