using System.Numerics;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Pools.Pool;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Pools;

/// <summary>Who gets what of a trade's fees, to the unit, in pools of every kind.</summary>
public sealed class PoolFeeTests
{
    private const int TreasuryPips = 700;

    public static TheoryData<string> Kinds =>
    [
        "solidly-volatile", "solidly-stable", "stableswap-classic", "stableswap-ng", "balancer-weighted",
        "balancer-stable", "tricrypto", "concentrated",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_treasury_gets_its_part_rounded_down_and_the_curve_trades_the_rest(string kind)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var pool = Filled(kind);
            var state = pool.State<PoolState>();
            var (one, other) = random.Next(2) == 0 ? (0, 1) : (1, 0);
            var (tokenIn, tokenOut) = (state.Tokens[one], state.Tokens[other]);
            var amount = UInt256.MulDivDown(state.Reserves[one], (uint)random.Next(1, 50_000), 1_000_000) + 1;
            var treasury = (UInt256)((BigInteger)amount * TreasuryPips / 1_000_000);
            Assert.True(state.TryCurve(out var curve));
            var error = curve.QuoteExactIn(one, other, amount - treasury, out var quote);
            Assert.Equal(QuoteError.None, error);
            var providers = quote.IsFeeOnOutput
                ? (UInt256)CeilingOf(
                    (BigInteger)quote.AmountIn * (BigInteger)quote.Fee, (BigInteger)(quote.AmountOut + quote.Fee))
                : quote.Fee;
            var isLeg = seed % 2 == 0;
            var e = pool.When(isLeg
                ? new Command.PrepareLeg(Id(1), Id(2), Trader, tokenIn, tokenOut, amount, Deadline)
                : new Command.Swap(Id(1), Trader, tokenIn, tokenOut, amount, UInt256.One, Deadline)).Events[0];
            var fees = e is Event.LegPrepared leg
                ? (leg.ProtocolFee, leg.LpFee)
                : (((Event.Swapped)e).ProtocolFee, ((Event.Swapped)e).LpFee);
            Assert.True((treasury, providers) == fees, $"seed {seed}: {e} takes {fees}, not {(treasury, providers)}");
            if (isLeg)
            {
                pool.Given(new Command.CommitLeg(Id(1), Trader));
            }

            Assert.Equal(treasury, pool.State<PoolState>().TreasuryFees[one]);
        }
    }

    private static AccountId Trader => AccountId.Parse("trader");

    private static BigInteger CeilingOf(BigInteger a, BigInteger b) => (a + b - 1) / b;

    private static EntityHarness Filled(string kind)
    {
        int[] decimals = [6, 8, 18];
        uint[] whole = [6_000_000, 100, 2_000];
        CurveTerms terms = kind switch
        {
            "tricrypto" => TricryptoPoolTests.Terms(),
            "concentrated" => ConcentratedPoolTests.Terms(60),
            _ => CurvePoolPropertyTests.Terms(kind, [6, 6]),
        };
        var isTricrypto = kind == "tricrypto";
        TokenId[] tokens = isTricrypto ? [A, B, C] : [A, B];
        var pool = new EntityHarness(Definition, "fees");
        pool.Given(
            new Command.CreateCurve(tokens, terms, new FeePips(TreasuryPips)),
            new Command.Join(
                Id(50),
                Trader,
                [.. tokens.Select((t, k) => new TokenAmount(
                    t, (isTricrypto ? whole[k] : 1_000_003) * Units.PowerOfTen(isTricrypto ? decimals[k] : 6)))],
                false,
                kind == "concentrated" ? new TickRange(-6_000, 6_000) : null,
                UInt256.One,
                Deadline));
        Assert.IsType<Event.Joined>(pool.State<PoolState>().Outcomes.TryGet(Id(50), pool.Now, out var e) ? e : null);
        return pool;
    }
}
