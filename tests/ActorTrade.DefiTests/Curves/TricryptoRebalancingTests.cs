using System.Collections.Immutable;
using System.Numerics;
using ActorTrade.DefiTests.Oracles;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Curves;

/// <summary>Pools that move their price scale, and shares, against the contract with its storage.</summary>
public class TricryptoRebalancingTests
{
    private const ulong Start = 1_700_000_000;

    private static readonly UInt256 One = 1_000_000_000_000_000_000;

    private int _compared;
    private int _moved;
    private int _claimed;
    private int _refused;

    [Fact]
    public void Every_change_of_a_random_pool_leaves_what_the_contract_stores()
    {
        var source = new CaseSource(610);
        foreach (var i in ProofCases.Numbers(3_000))
        {
            var pool = Accounted(source, TricryptoTests.Next(source).Pool);
            if (pool is not null)
            {
                Change(source, pool, ContractOf(pool));
            }
        }

        Assert.True(_compared > ProofCases.Count(3_000) / 3, $"only {_compared} changes by both");
        Assert.True(_moved > ProofCases.Count(3_000) / 50, $"only {_moved} moved the scale");
        Assert.True(_claimed > ProofCases.Count(3_000) / 50, $"only {_claimed} claimed");
        Assert.True(_refused > ProofCases.Count(3_000) / 50, $"only {_refused} refused by both");
    }

    [Fact]
    public void So_does_a_pool_that_does_not_know_its_profit_but_for_the_scale()
    {
        var source = new CaseSource(611);
        foreach (var i in ProofCases.Numbers(2_000))
        {
            var pool = TricryptoTests.Next(source).Pool;
            Change(source, pool, ContractOf(pool) with { TotalSupply = (BigInteger)source.Magnitude(16, 27) });
        }

        Assert.True(_compared > ProofCases.Count(2_000) / 2, $"only {_compared} changes by both");
        Assert.Equal(0, _moved);
    }

    [Fact]
    public void Long_sequences_in_time_stay_with_the_contract_and_their_profit_never_falls()
    {
        foreach (var run in ProofCases.Numbers(40, share: 100))
        {
            var source = new CaseSource(6_000 + run);
            var pool = Usd(source);
            var contract = ContractOf(pool);
            for (var step = 0; step < 60; step++)
            {
                var before = pool;
                (pool, contract) = Change(source, pool, contract);
                AssertSound(before, pool);
            }
        }

        Assert.True(_moved > 100, $"only {_moved} changes moved the scale");
        Assert.True(_compared > 1_500, $"only {_compared} changes by both");
    }

    [Fact]
    public void Exponential_equals_the_contract_and_is_near_the_real_one()
    {
        var source = new CaseSource(612);
        foreach (var i in ProofCases.Numbers(3_000))
        {
            var power = source.Magnitude(0, 19.7);
            var exponential = TricryptoMath.ExpOfMinus(power);
            Assert.Equal(TricryptoContract.WadExp(-(BigInteger)power), (BigInteger)exponential);
            Assert.Equal(Math.Exp(-(double)power / 1e18) * 1e18, (double)exponential, 1e18 * 1e-12);
        }

        Assert.Equal(One, TricryptoMath.ExpOfMinus(UInt256.Zero));
    }

    /// <summary>A trade that moves the scale can pay, out of the half of the profit that is kept for that.</summary>
    [Fact]
    public void No_round_trip_of_swaps_or_of_shares_pays_while_the_scale_stays()
    {
        var source = new CaseSource(613);
        foreach (var i in ProofCases.Numbers(200, share: 1000))
        {
            var pool = Usd(source);
            var state = pool.Rebalancing!;
            var profit = (state.VirtualPrice * 2) - (One * 99 / 100);
            pool = With(pool, state with { XcpProfit = profit, XcpProfitA = profit });
            var (tokenIn, tokenOut) = StableSwapCases.Pair(source, 3);
            var amount = UInt256.MulDivDown(pool.Balances[tokenIn], (uint)source.Int(1, 300), 1000);
            CurveProperties.NoRoundTripPays(pool, tokenIn, tokenOut, amount);
            var supply = state.TotalSupply;
            var amounts = new UInt256[3];
            amounts[tokenIn] = amount;
            Assert.Equal(QuoteError.None, pool.QuoteDeposit(amounts, supply, out var deposit));
            var after = (Tricrypto)deposit.After;
            Assert.Equal(
                QuoteError.None,
                after.QuoteWithdrawalOfOne(
                    tokenIn, deposit.Shares, after.Rebalancing!.TotalSupply, out var withdrawal));
            Assert.True(withdrawal.Amounts[tokenIn] < amount, $"{amount} in, {withdrawal.Amounts[tokenIn]} back");

            amounts = [.. pool.Balances.Select(x => x / 10)];
            Assert.Equal(QuoteError.None, pool.QuoteDeposit(amounts, supply, out deposit));
            after = (Tricrypto)deposit.After;
            Assert.Equal(
                QuoteError.None,
                after.QuoteWithdrawal(deposit.Shares, after.Rebalancing!.TotalSupply, out withdrawal));
            Assert.All(Enumerable.Range(0, 3), k => Assert.True(withdrawal.Amounts[k] < amounts[k]));
            Assert.Equal(pool.PriceScale, after.PriceScale);
        }
    }

    [Fact]
    public void The_last_withdrawal_empties_the_pool_and_a_first_deposit_starts_it_anew()
    {
        var pool = Usd(new CaseSource(1));
        Assert.Equal(QuoteError.None, pool.QuoteProtocolClaim(out var claimed, out var before));
        var supply = before.Rebalancing!.TotalSupply;
        Assert.Equal(pool.Rebalancing!.TotalSupply + claimed, supply);
        Assert.Equal(QuoteError.None, before.QuoteWithdrawal(supply, supply, out var all));
        var empty = (Tricrypto)all.After;

        Assert.Equal(before.Balances, all.Amounts);
        Assert.True(empty.D.IsZero);
        Assert.Equal(QuoteError.NoLiquidity, empty.QuoteExactIn(0, 1, 1_000_000, out _));

        UInt256[] amounts = [5_000_000_000_000, 83_00000000, One * 1_660];
        var contract = ContractOf(empty);
        var shares = contract.AddLiquidity([.. amounts.Select(x => (BigInteger)x)], Start);
        Assert.Equal(QuoteError.None, empty.QuoteDeposit(amounts, UInt256.Zero, out var first));
        Assert.Equal(shares, (BigInteger)first.Shares);
        AssertSame(contract, (Tricrypto)first.After);
        Assert.Equal(One, ((Tricrypto)first.After).Rebalancing!.VirtualPrice);
    }

    [Fact]
    public void A_quote_counts_what_the_pool_would_refuse_and_needs_the_right_supply()
    {
        var pool = Usd(new CaseSource(2));
        var state = pool.Rebalancing!;
        var loss = With(pool, state with { VirtualPrice = state.VirtualPrice + (One / 100) });
        Assert.Equal(QuoteError.None, pool.QuoteExactIn(0, 1, 1_000_000_000, out var quote));
        Assert.Equal(QuoteError.InvariantBroken, loss.QuoteExactIn(0, 1, 1_000_000_000, out _));
        Assert.Throws<ArgumentException>(() => loss.Apply(quote));
        Assert.Equal(
            QuoteError.InvariantBroken, pool.QuoteDeposit([1_000_000, 0, 0], state.TotalSupply / 2, out _));

        // While A and gamma move, a loss is no reason to refuse.
        var ramping = With(
            pool, state with { VirtualPrice = state.VirtualPrice + (One / 100), FutureAGammaTime = Start + 10 });
        Assert.Equal(QuoteError.None, ramping.QuoteExactIn(0, 1, 1_000_000_000, out _));
        Assert.Equal(
            QuoteError.InvariantBroken, ramping.At(Start + 11).QuoteExactIn(0, 1, 1_000_000_000, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.At(Start - 1));
    }

    [Theory]
    [InlineData("totalSupply")]
    [InlineData("virtualPrice")]
    [InlineData("maTime")]
    [InlineData("adjustmentStep")]
    [InlineData("lastPrices[1]")]
    public void Invalid_fields_are_named(string field)
    {
        var pool = Usd(new CaseSource(3));
        var state = pool.Rebalancing!;
        var wrong = field switch
        {
            "totalSupply" => state with { TotalSupply = 0 },
            "virtualPrice" => state with { VirtualPrice = 0 },
            "maTime" => state with { MaTime = 86 },
            "adjustmentStep" => state with { AdjustmentStep = One + UInt256.One },
            _ => state with { LastPrices = new TricryptoPrices(One, UInt256.One << 128) },
        };
        Assert.Equal(field, Assert.Throws<InvalidCurveException>(() => With(pool, wrong)).Field);
    }

    [Fact]
    public void Quotes_allocate_nothing()
    {
        var pool = Usd(new CaseSource(4)).At(Start + 600);
        pool.QuoteExactIn(0, 1, 1_000_000_000, out _);
        pool.QuoteExactOut(0, 1, 1_000_000, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pool.QuoteExactIn(0, 1, 100_000_000_000, out var quote);
        pool.QuoteExactOut(0, 1, 2_000_000, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(pool.PriceScale, ((Tricrypto)pool.Apply(quote)).PriceScale);
    }

    /// <summary>About TricryptoUSDC (USDC, WBTC, WETH) with a day's profit, its averages off the scale.</summary>
    internal static Tricrypto Usd(CaseSource source)
    {
        var pool = TricryptoTests.Usd();
        var xcp = (UInt256)ContractOf(pool).GetXcp((BigInteger)pool.D, [.. pool.PriceScale.Select(p => (BigInteger)p)]);
        var supply = UInt256.MulDivDown(xcp, 100, 102);
        TricryptoPrices Near(double spread) =>
            new(source.Near(pool.PriceScale[0], spread), source.Near(pool.PriceScale[1], spread));
        return With(pool, new TricryptoRebalancing(
            TotalSupply: supply,
            XcpProfit: 1_039_000_000_000_000_000,
            XcpProfitA: 1_038_900_000_000_000_000,
            VirtualPrice: xcp * One / supply,
            LastPrices: Near(0.02),
            PriceOracle: Near(0.02),
            LastPricesTimestamp: Start,
            AllowedExtraProfit: 100_000_000,
            AdjustmentStep: 100_000_000_000,
            MaTime: 866,
            FutureAGammaTime: 0));
    }

    private static Tricrypto With(Tricrypto pool, TricryptoRebalancing state) => new(
        pool.Balances, pool.Precisions, pool.A, pool.Gamma, pool.D, pool.PriceScale, pool.MidFee, pool.OutFee,
        pool.FeeGamma, state);

    // Accounts near those that the curve's D asks for; null where it is worth nothing or beyond the contract's numbers.
    private static Tricrypto? Accounted(CaseSource source, Tricrypto pool)
    {
        var m = default(ContractArithmetic);
        var xcp = TricryptoSettlement.ValueOf(ref m, pool.D, pool.Scale);
        var supply = (UInt256)((double)xcp / (1 + (source.Unit() * 0.3)));
        if (m.Reverted || supply.IsZero || supply.BitLength > 120)
        {
            return null;
        }

        var virtualPrice = xcp * One / supply;
        var profit = source.Near((virtualPrice * 2) - One, 0.02);
        TricryptoPrices Near(double spread) =>
            new(source.Near(pool.PriceScale[0], spread), source.Near(pool.PriceScale[1], spread));
        return With(pool, new TricryptoRebalancing(
            TotalSupply: supply,
            XcpProfit: profit,
            XcpProfitA: source.Int(0, 1) == 0 ? profit : source.Near(profit, 0.01),
            VirtualPrice: source.Int(0, 5) == 0 ? source.Near(virtualPrice, 0.01) : virtualPrice,
            LastPrices: Near(0.1) with { OfToken1 = source.Near(pool.PriceScale[0] * (uint)source.Int(1, 3), 0.1) },
            PriceOracle: Near(0.1),
            LastPricesTimestamp: Start,
            AllowedExtraProfit: source.Magnitude(5, 15),
            AdjustmentStep: source.Magnitude(10, 16.5),
            MaTime: (uint)source.Int(87, 10_000),
            FutureAGammaTime: source.Int(0, 9) == 0 ? Start + (ulong)source.Int(0, 5_000) : 0));
    }

    private static TricryptoContract ContractOf(Tricrypto pool) => new()
    {
        Balances = Big(pool.Balances),
        Precisions = Big(pool.Precisions),
        PriceScale = Big(pool.PriceScale),
        A = (BigInteger)pool.A,
        Gamma = (BigInteger)pool.Gamma,
        D = (BigInteger)pool.D,
        MidFee = (BigInteger)pool.MidFee,
        OutFee = (BigInteger)pool.OutFee,
        FeeGamma = (BigInteger)pool.FeeGamma,
        Tweaks = pool.Rebalancing is not null,
        TotalSupply = (BigInteger)(pool.Rebalancing?.TotalSupply ?? default),
        XcpProfit = (BigInteger)(pool.Rebalancing?.XcpProfit ?? default),
        XcpProfitA = (BigInteger)(pool.Rebalancing?.XcpProfitA ?? default),
        VirtualPrice = (BigInteger)(pool.Rebalancing?.VirtualPrice ?? default),
        LastPrices = Big(pool.Rebalancing?.LastPrices ?? default),
        PriceOracle = Big(pool.Rebalancing?.PriceOracle ?? default),
        LastPricesTimestamp = pool.Rebalancing?.LastPricesTimestamp ?? 0,
        AllowedExtraProfit = (BigInteger)(pool.Rebalancing?.AllowedExtraProfit ?? default),
        AdjustmentStep = (BigInteger)(pool.Rebalancing?.AdjustmentStep ?? default),
        MaTime = (BigInteger)(pool.Rebalancing?.MaTime ?? default),
        FutureAGammaTime = pool.Rebalancing?.FutureAGammaTime ?? 0,
    };

    private static BigInteger[] Big(ImmutableArray<UInt256> values) => [.. values.Select(x => (BigInteger)x)];

    private static BigInteger[] Big(TricryptoPrices prices) =>
        [(BigInteger)prices.OfToken1, (BigInteger)prices.OfToken2];

    private static void AssertSame(TricryptoContract contract, Tricrypto pool)
    {
        Assert.Equal(contract.Balances, Big(pool.Balances));
        Assert.Equal(contract.D, (BigInteger)pool.D);
        Assert.Equal(contract.PriceScale, Big(pool.PriceScale));
        if (pool.Rebalancing is { } state)
        {
            Assert.Equal(contract.TotalSupply, (BigInteger)state.TotalSupply);
            Assert.Equal(contract.VirtualPrice, (BigInteger)state.VirtualPrice);
            Assert.Equal(contract.XcpProfit, (BigInteger)state.XcpProfit);
            Assert.Equal(contract.XcpProfitA, (BigInteger)state.XcpProfitA);
            Assert.Equal(contract.LastPrices, Big(state.LastPrices));
            Assert.Equal(contract.PriceOracle, Big(state.PriceOracle));
            Assert.Equal(contract.LastPricesTimestamp, state.LastPricesTimestamp);
        }
    }

    // The profit of all time grows until the protocol takes its part; a share loses value only by a moved scale, and
    // never more than half that profit, or by the claim.
    private static void AssertSound(Tricrypto before, Tricrypto after)
    {
        var (old, now) = (before.Rebalancing!, after.Rebalancing!);
        var isClaimed = old.XcpProfitA != now.XcpProfitA;
        Assert.True(isClaimed || now.XcpProfit >= old.XcpProfit);
        if (before.PriceScale.SequenceEqual(after.PriceScale))
        {
            Assert.True(isClaimed || now.VirtualPrice >= old.VirtualPrice);
        }
        else if (!isClaimed)
        {
            Assert.True((now.VirtualPrice * 2) - One > now.XcpProfit && now.VirtualPrice > One);
        }
    }

    // One random change of both, a little later; where the contract reverts both stay as they were.
    private (Tricrypto Pool, TricryptoContract Contract) Change(
        CaseSource source, Tricrypto pool, TricryptoContract contract)
    {
        var now = Math.Max(Start, pool.Time) + (ulong)(source.Int(0, 2) * source.Int(0, 3_000));
        var at = pool.At(now);
        var next = contract.Copy();
        var supply = (UInt256)contract.TotalSupply;
        var (tokenIn, tokenOut) = StableSwapCases.Pair(source, 3);
        QuoteError error;
        LiquidityChange change = default;
        Func<BigInteger[]> call;
        ImmutableArray<UInt256> answer = [];
        switch (source.Int(0, 7))
        {
            case 0:
                UInt256[] amounts =
                    [.. pool.Balances.Select(x => source.Int(0, 2) == 0 ? 0 : StableSwapCases.Amount(source, x))];
                error = at.QuoteDeposit(amounts, supply, out change);
                call = () => [next.AddLiquidity([.. amounts.Select(x => (BigInteger)x)], now)];
                answer = [change.Shares];
                break;
            case 1:
                var shares = StableSwapCases.Amount(source, supply);
                error = at.QuoteWithdrawal(shares, supply, out change);
                call = () => next.RemoveLiquidity((BigInteger)shares);
                answer = change.Amounts;
                break;
            case 2:
                var part = StableSwapCases.Amount(source, supply / 2);
                error = at.QuoteWithdrawalOfOne(tokenIn, part, supply, out change);
                call = () => [next.RemoveLiquidityOneCoin((BigInteger)part, tokenIn, now)];
                answer = [error == QuoteError.None ? change.Amounts[tokenIn] : UInt256.Zero];
                break;
            default:
                var amountIn = UInt256.Max(1, StableSwapCases.Amount(source, pool.Balances[tokenIn] >> 1));
                error = at.QuoteExactIn(tokenIn, tokenOut, amountIn, out var quote);
                call = () => [next.Exchange(tokenIn, tokenOut, (BigInteger)amountIn, now)];
                answer = [quote.AmountOut];
                change = error == QuoteError.None
                    ? new LiquidityChange([], default, pool.ApplyAt(quote, now)) : change;
                break;
        }

        BigInteger[] expected;
        try
        {
            expected = call();
        }
        catch (Exception e) when (e is RevertException or DivideByZeroException)
        {
            Assert.NotEqual(QuoteError.None, error);
            _refused++;
            return (pool, contract);
        }

        if (error == QuoteError.OutputTooSmall && expected.All(x => x.IsZero))
        {
            return (pool, contract);
        }

        Assert.Equal(QuoteError.None, error);
        Assert.Equal(expected, Big(answer));
        var after = (Tricrypto)change.After;
        AssertSame(next, after);
        _compared++;
        _moved += pool.PriceScale.SequenceEqual(after.PriceScale) ? 0 : 1;
        _claimed += contract.XcpProfitA == next.XcpProfitA ? 0 : 1;
        return (after, next);
    }
}
