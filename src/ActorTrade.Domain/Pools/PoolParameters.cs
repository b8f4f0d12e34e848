using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Pools;

/// <summary>
/// The command that creates a pool, from a kind and parameters as people write them, named as in pool files. Each kind
/// takes its own and no others.
/// </summary>
public static class PoolParameters
{
    private const string TreasuryFee = "treasuryFeePips";

    private static readonly Dictionary<string, string[]> Needed = new(StringComparer.Ordinal)
    {
        ["constant-product"] = ["feePips"],
        ["solidly-volatile"] = ["feePips"],
        ["solidly-stable"] = ["feePips"],
        ["stableswap-classic"] = ["amplification", "feeE10"],
        ["stableswap-ng"] = ["amplification", "feeE10", "offpegFeeMultiplierE10"],
        ["balancer-weighted"] = ["weightsE18", "swapFeeE18"],
        ["balancer-stable"] = ["amplificationE3", "swapFeeE18"],
        ["concentrated"] = ["feePips", "tickSpacing", "sqrtPriceX96"],
        ["curve-tricrypto"] =
        [
            "A", "gamma", "mid_fee", "out_fee", "fee_gamma", "allowedExtraProfit", "adjustmentStep", "maTime",
            "price_scale",
        ],
    };

    /// <summary>Every kind a house pool can have.</summary>
    public static IReadOnlyCollection<string> Kinds => Needed.Keys;

    /// <summary>The parameters a kind takes, all of them needed; none of a kind there is not.</summary>
    public static IReadOnlyCollection<string> NeededBy(string kind) => Needed.GetValueOrDefault(kind) ?? [];

    /// <param name="tokens">In the pool's order.</param>
    /// <param name="decimals">Of each of them.</param>
    /// <param name="given">Digits; weights as several, with commas between. All that the kind needs and, where the
    /// treasury takes a fee, <c>treasuryFeePips</c>.</param>
    /// <exception cref="InvalidCurveException">Names what is missing, malformed or not of the kind.</exception>
    public static Pool.Command Read(
        TokenId[] tokens,
        int[] decimals,
        string kind,
        IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(given);
        if (!Needed.TryGetValue(kind, out var needed))
        {
            throw new InvalidCurveException("kind", $"'{kind}' is none of {string.Join(", ", Kinds)}.");
        }

        foreach (var name in given.Keys)
        {
            if (name != TreasuryFee && !needed.Contains(name))
            {
                throw new InvalidCurveException(name, $"a pool of kind {kind} has no such parameter.");
            }
        }

        var treasury = given.ContainsKey(TreasuryFee) ? Pips(given, TreasuryFee) : default;
        if (kind != "constant-product")
        {
            return new Pool.Command.CreateCurve(tokens, Terms(kind, given, decimals), treasury);
        }

        return tokens is [var token0, var token1]
            ? new Pool.Command.Create(token0, token1, Pips(given, "feePips"), treasury)
            : throw new InvalidCurveException("tokens", $"there are {tokens.Length}; a pool of kind {kind} has two.");
    }

    private static CurveTerms Terms(string kind, IReadOnlyDictionary<string, string> given, int[] decimals) =>
        kind switch
        {
            "solidly-volatile" => new CurveTerms.SolidlyVolatile(Pips(given, "feePips")),
            "solidly-stable" => new CurveTerms.SolidlyStable(Pips(given, "feePips"), decimals),
            "stableswap-classic" => new CurveTerms.Classic(
                Whole(given, "amplification"), Whole(given, "feeE10"), decimals),
            "stableswap-ng" => new CurveTerms.NextGeneration(
                Whole(given, "amplification"),
                Whole(given, "feeE10"),
                Whole(given, "offpegFeeMultiplierE10"),
                decimals),
            "balancer-weighted" => new CurveTerms.Weighted(
                [.. Text(given, "weightsE18").Split(',').Select(w => Whole(w, "weightsE18"))],
                Whole(given, "swapFeeE18"),
                decimals),
            "concentrated" => new CurveTerms.Concentrated(
                Pips(given, "feePips"), Tick(given, "tickSpacing"), Whole(given, "sqrtPriceX96")),
            "curve-tricrypto" => new CurveTerms.TricryptoNg(
                Whole(given, "A"),
                Whole(given, "gamma"),
                Whole(given, "mid_fee"),
                Whole(given, "out_fee"),
                Whole(given, "fee_gamma"),
                Whole(given, "allowedExtraProfit"),
                Whole(given, "adjustmentStep"),
                Whole(given, "maTime"),
                [.. Text(given, "price_scale").Split(',').Select(w => Whole(w, "price_scale"))],
                decimals),
            _ => new CurveTerms.Stable(Whole(given, "amplificationE3"), Whole(given, "swapFeeE18"), decimals),
        };

    private static string Text(IReadOnlyDictionary<string, string> given, string name) =>
        given.TryGetValue(name, out var text)
            ? text
            : throw new InvalidCurveException(name, "is missing; this kind needs it.");

    private static UInt256 Whole(IReadOnlyDictionary<string, string> given, string name) =>
        Whole(Text(given, name), name);

    private static UInt256 Whole(string text, string name) => UInt256.TryParse(text, out var value)
        ? value
        : throw new InvalidCurveException(name, $"'{text}' is no whole number of digits.");

    private static int Tick(IReadOnlyDictionary<string, string> given, string name) =>
        int.TryParse(Text(given, name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidCurveException(name, "a whole number is expected.");

    private static FeePips Pips(IReadOnlyDictionary<string, string> given, string name) =>
        long.TryParse(Text(given, name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && FeePips.TryCreate(value, out var fee)
            ? fee
            : throw new InvalidCurveException(name, "a whole number from 0 to 999999 is expected.");
}
