using System.Collections.Immutable;
using ActorTrade.Arbitrage.Markets;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Replay;

/// <summary>One pool's part of a trade around a cycle, in base units.</summary>
/// <param name="Sent">All that the hop before gave, but where too little is held.</param>
internal readonly record struct HopTrade(UInt256 Sent, UInt256 Received);

/// <summary>Once around a cycle of pools, in integers.</summary>
internal sealed record CycleTrade(ImmutableArray<HopTrade> Hops)
{
    // Inputs of 1, 2, 4 and so on: beyond these no pool's reserves go.
    private const int ProbesMax = 112;

    public UInt256 AmountIn => Hops[0].Sent;

    public UInt256 AmountOut => Hops[^1].Received;

    public SignedAmount Gain => (SignedAmount)AmountOut - AmountIn;

    /// <summary>The trade at an input; null where a pool refuses or takes only a part.</summary>
    public static CycleTrade? At(PoolMarket market, IReadOnlyList<CycleHop> hops, UInt256 amountIn) =>
        Run(market, hops, amountIn, [], out var trade) == QuoteError.None ? trade : null;

    /// <summary>The trade at an input, or at the largest below it that what is held allows.</summary>
    /// <param name="heldAt">Held of the token that each hop takes; the largest number where the hop before pays for
    /// it.</param>
    public static CycleTrade? Within(
        PoolMarket market, IReadOnlyList<CycleHop> hops, UInt256 wanted, ReadOnlySpan<UInt256> heldAt)
    {
        var amountIn = UInt256.Min(wanted, heldAt[0]);
        if (heldAt.Contains(UInt256.Zero) || amountIn.IsZero)
        {
            return null;
        }

        for (var k = 1; k < hops.Count; k++)
        {
            if (heldAt[k] != UInt256.MaxValue && TryNeeded(market, hops, k, heldAt[k], out var needed))
            {
                amountIn = UInt256.Min(amountIn, needed);
            }
        }

        return Run(market, hops, amountIn, heldAt, out var trade) == QuoteError.None ? trade : null;
    }

    /// <summary>Whether no size gains because the ticks that are known end before one would.</summary>
    public static bool EndsAtKnownTicks(PoolMarket market, IReadOnlyList<CycleHop> hops)
    {
        var amountIn = UInt256.One;
        for (var i = 0; i < ProbesMax; i++, amountIn <<= 1)
        {
            var error = Run(market, hops, amountIn, [], out var trade);
            if (error == QuoteError.TicksUnknown)
            {
                return true;
            }

            if (trade?.Gain > SignedAmount.Zero)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Whether a size a ten-thousandth larger would leave the ticks that are known.</summary>
    public bool StopsAtKnownTicks(PoolMarket market, IReadOnlyList<CycleHop> hops)
    {
        var more = AmountIn + (AmountIn / (UInt256)10_000u) + UInt256.One;
        return Run(market, hops, more, [], out _) == QuoteError.TicksUnknown;
    }

    // What the first hop needs so that a later one gets an amount; false where the pools before it cannot give so much,
    // so that the amount bounds nothing.
    private static bool TryNeeded(
        PoolMarket market, IReadOnlyList<CycleHop> hops, int hop, UInt256 amount, out UInt256 needed)
    {
        needed = amount;
        for (var k = hop - 1; k >= 0; k--)
        {
            var error = market.PoolAt(hops[k].Pool).QuoteExactOut(
                hops[k].TokenIn, hops[k].TokenOut, needed, out var quote, out needed);
            if (error != QuoteError.None || !quote.Leftover.IsZero)
            {
                return false;
            }
        }

        return true;
    }

    private static QuoteError Run(
        PoolMarket market,
        IReadOnlyList<CycleHop> hops,
        UInt256 amountIn,
        ReadOnlySpan<UInt256> heldAt,
        out CycleTrade? trade)
    {
        trade = null;
        var done = ImmutableArray.CreateBuilder<HopTrade>(hops.Count);
        var amount = amountIn;
        for (var k = 0; k < hops.Count; k++)
        {
            var sent = heldAt.IsEmpty ? amount : UInt256.Min(amount, heldAt[k]);
            var error = market.PoolAt(hops[k].Pool).QuoteExactIn(
                hops[k].TokenIn, hops[k].TokenOut, sent, out var quote, out amount);
            if (error != QuoteError.None || !quote.Leftover.IsZero)
            {
                return error == QuoteError.None ? QuoteError.InsufficientLiquidity : error;
            }

            done.Add(new HopTrade(sent, amount));
        }

        trade = new CycleTrade(done.MoveToImmutable());
        return QuoteError.None;
    }
}
