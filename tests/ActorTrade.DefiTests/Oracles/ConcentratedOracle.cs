using System.Globalization;
using System.Numerics;

namespace ActorTrade.DefiTests.Oracles;

/// <summary>
/// Uniswap V3's pool in integers without end, step by step as its contracts say: ticks in a bitmap walked word by word,
/// the tick of a price by the contract's binary logarithm.
/// </summary>
internal sealed class ConcentratedOracle
{
    public const int TickMin = -887272;
    public const int TickMax = 887272;
    public static readonly BigInteger SqrtMin = 4295128739;
    public static readonly BigInteger SqrtMax =
        BigInteger.Parse("1461446703485210103287273052203988822378723970342", CultureInfo.InvariantCulture);

    private static readonly BigInteger Q32 = BigInteger.One << 32;
    private static readonly BigInteger Q96 = BigInteger.One << 96;
    private static readonly BigInteger Q128 = BigInteger.One << 128;
    private static readonly BigInteger Q256 = BigInteger.One << 256;

    private static readonly BigInteger[] Factors = [.. new[]
    {
        "fffcb933bd6fad37aa2d162d1a594001", "fff97272373d413259a46990580e213a", "fff2e50f5f656932ef12357cf3c7fdcc",
        "ffe5caca7e10e4e61c3624eaa0941cd0", "ffcb9843d60f6159c9db58835c926644", "ff973b41fa98c081472e6896dfb254c0",
        "ff2ea16466c96a3843ec78b326b52861", "fe5dee046a99a2a811c461f1969c3053", "fcbe86c7900a88aedcffc83b479aa3a4",
        "f987a7253ac413176f2b074cf7815e54", "f3392b0822b70005940c7a398e4b70f3", "e7159475a2c29b7443b29c7fa6e889d9",
        "d097f3bdfd2022b8845ad8f792aa5825", "a9f746462d870fdf8a65dc1f90e061e5", "70d869a156d2a1b890bb3df62baf32f7",
        "31be135f97d08fd981231505542fcfa6", "9aa508b5b7a84e1c677de54f3e99bc9", "5d6af8dedb81196699c329225ee604",
        "2216e584f5fa1ea926041bedfe98", "48a170391f7dc42444e8fa2",
    }.Select(static f => BigInteger.Parse("0" + f, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private readonly Dictionary<int, BigInteger> _words = [];
    private readonly Dictionary<int, (BigInteger Gross, BigInteger Net)> _ticks = [];

    public required int FeePips { get; init; }

    public required int TickSpacing { get; init; }

    public int FeeProtocol { get; init; }

    public BigInteger SqrtPrice { get; set; }

    public int Tick { get; set; }

    public BigInteger Liquidity { get; set; }

    /// <summary>Each step's tick before it, the providers' fee, and the liquidity that earned it.</summary>
    public List<(int Tick, BigInteger Fee, BigInteger Liquidity)> Steps { get; } = [];

    public IEnumerable<(int Index, BigInteger Gross, BigInteger Net)> Ticks =>
        _ticks.OrderBy(static t => t.Key).Select(static t => (t.Key, t.Value.Gross, t.Value.Net));

    public static BigInteger SqrtAt(int tick)
    {
        var ratio = Q128;
        for (var i = 0; i < Factors.Length; i++)
        {
            if ((Math.Abs(tick) >> i & 1) != 0)
            {
                ratio = ratio * Factors[i] >> 128;
            }
        }

        ratio = tick > 0 ? (Q256 - 1) / ratio : ratio;
        return (ratio / Q32) + (ratio % Q32 == 0 ? 0 : 1);
    }

    public static int TickAt(BigInteger sqrtPrice)
    {
        var ratio = sqrtPrice << 32;
        var msb = (int)ratio.GetBitLength() - 1;
        var r = msb >= 128 ? ratio >> (msb - 127) : ratio << (127 - msb);
        var log2 = (BigInteger)(msb - 128) << 64;
        for (var bit = 63; bit >= 50; bit--)
        {
            r = r * r >> 127;
            var f = (int)(r >> 128);
            log2 |= (BigInteger)f << bit;
            r >>= f;
        }

        var scaled = log2 * BigInteger.Parse("255738958999603826347141", CultureInfo.InvariantCulture);
        var low = (int)(scaled
            - BigInteger.Parse("3402992956809132418596140100660247210", CultureInfo.InvariantCulture) >> 128);
        var high = (int)(scaled
            + BigInteger.Parse("291339464771989622907027621153398088495", CultureInfo.InvariantCulture) >> 128);
        return low == high ? low : SqrtAt(high) <= sqrtPrice ? high : low;
    }

    public static BigInteger Amount0(BigInteger a, BigInteger b, BigInteger liquidity, bool up)
    {
        (a, b) = a < b ? (a, b) : (b, a);
        var n = (liquidity << 96) * (b - a);
        return up ? CeilDivide(CeilDivide(n, b), a) : n / b / a;
    }

    public static BigInteger Amount1(BigInteger a, BigInteger b, BigInteger liquidity, bool up)
    {
        var n = liquidity * BigInteger.Abs(b - a);
        return up ? CeilDivide(n, Q96) : n / Q96;
    }

    public static (BigInteger Next, BigInteger In, BigInteger Out, BigInteger Fee) Step(
        BigInteger current, BigInteger target, BigInteger liquidity, BigInteger remaining, bool exactIn, int fee)
    {
        var zeroForOne = current >= target;
        BigInteger next;
        if (exactIn)
        {
            var lessFee = remaining * (1_000_000 - fee) / 1_000_000;
            var all = zeroForOne
                ? Amount0(target, current, liquidity, true)
                : Amount1(current, target, liquidity, true);
            next = lessFee >= all ? target
                : zeroForOne ? NextFrom0(current, liquidity, lessFee, true)
                : current + ((lessFee << 96) / liquidity);
        }
        else
        {
            var all = zeroForOne
                ? Amount1(target, current, liquidity, false)
                : Amount0(current, target, liquidity, false);
            next = remaining >= all ? target
                : zeroForOne ? current - CeilDivide(remaining << 96, liquidity)
                : NextFrom0(current, liquidity, remaining, false);
        }

        var amountIn = zeroForOne ? Amount0(next, current, liquidity, true) : Amount1(current, next, liquidity, true);
        var amountOut = zeroForOne
            ? Amount1(next, current, liquidity, false)
            : Amount0(current, next, liquidity, false);
        if (!exactIn && amountOut > remaining)
        {
            amountOut = remaining;
        }

        var feeAmount = exactIn && next != target ? remaining - amountIn : CeilDivide(amountIn * fee, 1_000_000 - fee);
        return (next, amountIn, amountOut, feeAmount);
    }

    public void Add(int lower, int upper, BigInteger liquidity)
    {
        Change(lower, liquidity, liquidity);
        Change(upper, liquidity, -liquidity);
        if (lower <= Tick && Tick < upper)
        {
            Liquidity += liquidity;
        }
    }

    /// <summary>Null where the limit makes the contract revert. Changes price, tick and liquidity.</summary>
    public Outcome? Swap(bool zeroForOne, BigInteger amount, bool exactIn, BigInteger limit)
    {
        if (zeroForOne ? limit >= SqrtPrice || limit <= SqrtMin : limit <= SqrtPrice || limit >= SqrtMax)
        {
            return null;
        }

        var (remaining, counted, growth) = (amount, BigInteger.Zero, BigInteger.Zero);
        var (fees, protocol, crossings) = (BigInteger.Zero, BigInteger.Zero, 0);
        while (remaining != 0 && SqrtPrice != limit)
        {
            var start = SqrtPrice;
            var (next, initialised) = NextTick(Tick, zeroForOne);
            next = Math.Clamp(next, TickMin, TickMax);
            var priceNext = SqrtAt(next);
            var target = (zeroForOne ? priceNext < limit : priceNext > limit) ? limit : priceNext;
            var step = Step(SqrtPrice, target, Liquidity, remaining, exactIn, FeePips);
            SqrtPrice = step.Next;
            remaining -= exactIn ? step.In + step.Fee : step.Out;
            counted += exactIn ? step.Out : step.In + step.Fee;
            fees += step.Fee;
            var toProtocol = FeeProtocol > 0 ? step.Fee / FeeProtocol : 0;
            protocol += toProtocol;
            Steps.Add((Tick, step.Fee - toProtocol, Liquidity));
            growth = Liquidity > 0 ? (growth + ((step.Fee - toProtocol) * Q128 / Liquidity)) % Q256 : growth;
            if (SqrtPrice == priceNext)
            {
                if (initialised)
                {
                    Liquidity += zeroForOne ? -_ticks[next].Net : _ticks[next].Net;
                    crossings++;
                }

                Tick = zeroForOne ? next - 1 : next;
            }
            else if (SqrtPrice != start)
            {
                Tick = TickAt(SqrtPrice);
            }
        }

        var used = amount - remaining;
        return new Outcome(
            exactIn ? used : counted, exactIn ? counted : used, remaining, fees, protocol, growth, crossings);
    }

    private static BigInteger NextFrom0(BigInteger price, BigInteger liquidity, BigInteger amount, bool add)
    {
        if (amount == 0)
        {
            return price;
        }

        var n = liquidity << 96;
        var product = amount * price;
        if (!add)
        {
            return CeilDivide(n * price, n - product);
        }

        return product < Q256 && n + product < Q256
            ? CeilDivide(n * price, n + product)
            : CeilDivide(n, (n / price) + amount);
    }

    private static BigInteger CeilDivide(BigInteger a, BigInteger b) => (a + b - 1) / b;

    private void Change(int tick, BigInteger gross, BigInteger net)
    {
        var before = _ticks.GetValueOrDefault(tick);
        var after = (before.Gross + gross, before.Net + net);
        if (before.Gross == 0 != (after.Item1 == 0))
        {
            var compressed = tick / TickSpacing;
            _words[compressed >> 8] =
                _words.GetValueOrDefault(compressed >> 8) ^ (BigInteger.One << (compressed & 255));
        }

        if (after.Item1 == 0)
        {
            _ticks.Remove(tick);
        }
        else
        {
            _ticks[tick] = after;
        }
    }

    // TickBitmap.nextInitializedTickWithinOneWord.
    private (int Tick, bool Initialised) NextTick(int tick, bool lte)
    {
        var compressed = tick / TickSpacing;
        if (tick < 0 && tick % TickSpacing != 0)
        {
            compressed--;
        }

        if (lte)
        {
            for (var bit = compressed & 255; bit >= 0; bit--)
            {
                if (IsSet(compressed >> 8, bit))
                {
                    return ((((compressed >> 8) << 8) + bit) * TickSpacing, true);
                }
            }

            return (((compressed >> 8) << 8) * TickSpacing, false);
        }

        compressed++;
        for (var bit = compressed & 255; bit <= 255; bit++)
        {
            if (IsSet(compressed >> 8, bit))
            {
                return ((((compressed >> 8) << 8) + bit) * TickSpacing, true);
            }
        }

        return ((((compressed >> 8) << 8) + 255) * TickSpacing, false);
    }

    private bool IsSet(int word, int bit) =>
        _words.TryGetValue(word, out var bits) && !(bits >> bit).IsEven;

    public sealed record Outcome(
        BigInteger AmountIn,
        BigInteger AmountOut,
        BigInteger Leftover,
        BigInteger Fee,
        BigInteger ProtocolFee,
        BigInteger FeeGrowth,
        int Crossings);
}
