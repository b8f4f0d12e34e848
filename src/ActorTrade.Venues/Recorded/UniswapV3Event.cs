using System.Numerics;
using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

public enum UniswapV3EventType
{
    Swap,
    Mint,
    Burn,
    Collect,
}

/// <summary>One decoded event of a Uniswap V3 pool.</summary>
/// <param name="Sender">Empty where the chain event has none.</param>
/// <param name="Recipient">Empty where the chain event has none; the file calls this column "receipt".</param>
/// <param name="Amount0">Base units of token0 from the pool's side: positive went in. On Mint, Burn and Collect always
/// positive.</param>
/// <param name="Amount1">As <paramref name="Amount0"/>, for token1.</param>
/// <param name="TotalLiquidity">In-range liquidity after the event.</param>
/// <param name="TotalLiquidityDelta">Signed change of in-range liquidity; a Burn with 0 only collects fees.</param>
/// <param name="SqrtPriceX96">Square root of token1 per token0 in base units, × 2^96; the last swap's on other
/// events.</param>
/// <param name="CurrentTick">The pool's tick; the last swap's on other events.</param>
/// <param name="TickLower">Lower end of the position; null on a swap.</param>
/// <param name="TickUpper">Upper end of the position; null on a swap.</param>
/// <param name="Liquidity">The position's liquidity moved; null on a swap.</param>
public sealed record UniswapV3Event(
    long BlockNumber,
    DateTimeOffset At,
    UniswapV3EventType Type,
    string TransactionHash,
    int TransactionIndex,
    int LogIndex,
    string Sender,
    string Recipient,
    BigInteger Amount0,
    BigInteger Amount1,
    BigInteger TotalLiquidity,
    BigInteger TotalLiquidityDelta,
    BigInteger SqrtPriceX96,
    int CurrentTick,
    int? TickLower,
    int? TickUpper,
    BigInteger? Liquidity);

/// <summary>A row of an event file: an event, or a row that could not be read. Exactly one of the two is set.</summary>
public readonly record struct UniswapV3Row(UniswapV3Event? Event, BadRow? Bad);

/// <summary>What a pool's event file does not say: its tokens and which one is the base of its price.</summary>
/// <param name="Address">Lower case, with 0x.</param>
/// <param name="FeePips">Fee in 1e-6.</param>
/// <param name="BaseIsToken1">True where the price is quoted in token0 (USDC per WETH of a USDC/WETH pool).</param>
public sealed record UniswapV3Pool(
    string Address,
    string Token0,
    int Decimals0,
    string Token1,
    int Decimals1,
    int FeePips,
    bool BaseIsToken1)
{
    private const int PriceDigits = 18;
    private static readonly BigInteger DecimalMax = new(decimal.MaxValue);

    /// <summary>Pools known without configuration: USDC/WETH 0.05 % on Ethereum.</summary>
    public static IReadOnlyList<UniswapV3Pool> WellKnown { get; } =
    [
        new("0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640", "USDC", 6, "WETH", 18, FeePips: 500, BaseIsToken1: true),
    ];

    public Symbol Symbol => BaseIsToken1 ? new Symbol(Token1, Token0) : new Symbol(Token0, Token1);

    /// <summary>One venue per pool: two pools of one pair have two prices.</summary>
    public string Venue => $"uniswap-v3:{Address}";

    /// <summary>
    /// The mid price in whole tokens, without the fee: token1 per token0 = (sqrtPriceX96 / 2^96)² × 10^(decimals0 −
    /// decimals1), or its inverse. Computed
    /// in integers, rounded down at 18 places (fewer where the price has more than ten integer digits); null outside
    /// what a decimal can hold.
    /// </summary>
    public decimal? Price(BigInteger sqrtPriceX96)
    {
        if (sqrtPriceX96.Sign <= 0)
        {
            return null;
        }

        var squared = sqrtPriceX96 * sqrtPriceX96;
        var one = BigInteger.One << 192;
        var (numerator, denominator) = BaseIsToken1 ? (one, squared) : (squared, one);
        var exponent = BaseIsToken1 ? Decimals1 - Decimals0 : Decimals0 - Decimals1;
        if (exponent >= 0)
        {
            numerator *= BigInteger.Pow(10, exponent);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -exponent);
        }

        return Quotient(numerator, denominator);
    }

    /// <summary>Base tokens that a swap moved, in whole tokens; null outside what a decimal can hold.</summary>
    public decimal? Volume(BigInteger amount0, BigInteger amount1) => BaseIsToken1
        ? Quotient(BigInteger.Abs(amount1), BigInteger.Pow(10, Decimals1))
        : Quotient(BigInteger.Abs(amount0), BigInteger.Pow(10, Decimals0));

    private static decimal? Quotient(BigInteger numerator, BigInteger denominator)
    {
        for (var digits = PriceDigits; digits >= 0; digits--)
        {
            var scaled = numerator * BigInteger.Pow(10, digits) / denominator;
            if (scaled <= DecimalMax)
            {
                return scaled.IsZero && !numerator.IsZero ? null : (decimal)scaled / PowerOfTen(digits);
            }
        }

        return null;
    }

    private static decimal PowerOfTen(int digits) => (decimal)BigInteger.Pow(10, digits);
}
