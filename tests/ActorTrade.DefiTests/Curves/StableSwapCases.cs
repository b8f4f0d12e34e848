using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Random StableSwap pools, each as a curve and as its oracle.</summary>
internal static class StableSwapCases
{
    public static (StableSwapCurve Pool, StableSwapOracle Oracle) Next(
        CaseSource source, bool isNg, uint precision, int generation = 2)
    {
        var n = source.Int(0, 9) < 8 ? source.Int(2, 4) : source.Int(5, 8);
        var rates = new UInt256[n];
        var balances = new UInt256[n];
        var size = source.Magnitude(source.Int(0, 9) == 0 ? 0 : 15, 28);
        var spread = source.Int(0, 3) == 0 ? 0.999 : 0.3;
        for (var k = 0; k < n; k++)
        {
            var decimals = source.Int(0, 3) switch { 0 => 6, 1 => 8, _ => 18 };
            var rate = source.Int(0, 2) == 0 ? 0.5 + source.Unit() : 1;
            rates[k] = (UInt256)BigInteger.Pow(10, 18 - decimals) * (UInt256)(rate * 1e18);
            balances[k] = UInt256.Max(
                UInt256.One,
                source.Near(size, spread) / (UInt256)BigInteger.Pow(10, 18 - decimals));
        }

        UInt256 a = source.Int(0, 9) == 0 ? source.Magnitude(0, 5.9) + UInt256.One : (uint)source.Int(10, 4000);
        UInt256 fee = (uint)source.Int(0, 40_000_000);
        UInt256 admin = (ulong)source.Int(0, 2) * 2_500_000_000;
        UInt256 offpeg = (uint)source.Int(0, 5) * (UInt256)10_000_000_000;
        StableSwapCurve pool = isNg
            ? new StableSwapNg([.. balances], a, fee, [.. rates], offpeg, admin)
            : new StableSwapClassic([.. balances], a, fee, [.. rates], admin, precision, generation);
        var oracle = new StableSwapOracle
        {
            IsNg = isNg,
            IsFirst = generation == 1,
            Balances = [.. balances.Select(x => (U256)x)],
            Rates = [.. rates.Select(x => (U256)x)],
            Amp = (BigInteger)a * precision,
            APrecision = (int)precision,
            Fee = fee,
            AdminFee = admin,
            Offpeg = offpeg,
        };
        return (pool, oracle);
    }

    public static (int TokenIn, int TokenOut) Pair(CaseSource source, int count)
    {
        var tokenIn = source.Int(0, count - 1);
        return (tokenIn, (tokenIn + source.Int(1, count - 1)) % count);
    }

    /// <summary>Mostly a part of the balance; now and then a dust amount, a huge or an impossible one.</summary>
    public static UInt256 Amount(CaseSource source, UInt256 balance) => source.Int(0, 19) switch
    {
        0 => source.Bits(256),
        1 => (uint)source.Int(0, 100),
        2 => balance * source.Magnitude(0, 6),
        _ => UInt256.MulDivDown(balance, source.Magnitude(0, 9), 1_000_000_000) + UInt256.One,
    };

    public static ImmutableArray<UInt256> Rates(params int[] decimals) =>
        [.. decimals.Select(d => (UInt256)BigInteger.Pow(10, 36 - d))];
}
