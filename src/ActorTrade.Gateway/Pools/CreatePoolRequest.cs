using System.Globalization;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway.Pools;

/// <summary>A pool to create. Only the fields of its kind may be there; they are named as in pool files.</summary>
/// <param name="Tokens">All of its tokens in order; instead of <paramref name="Token0"/> and
/// <paramref name="Token1"/>, and of kinds that may have more than two.</param>
/// <param name="Parameters">Fields by their names in pool files, digits as text and several with commas between; those
/// of kinds without fields of their own here, such as <c>curve-tricrypto</c>.</param>
/// <param name="Kind"><c>constant-product</c> (the default), <c>solidly-volatile</c>, <c>solidly-stable</c>,
/// <c>stableswap-classic</c>, <c>stableswap-ng</c>, <c>balancer-weighted</c>, <c>balancer-stable</c>,
/// <c>curve-tricrypto</c>, <c>concentrated</c>.</param>
/// <param name="FeePips">The providers' fee in 1e-6 of the input; of constant product and Solidly kinds.</param>
/// <param name="TreasuryFeePips">The treasury's, in 1e-6 of the input, of every kind; none where left out.</param>
/// <param name="Amplification">A as A() answers, a whole number; of StableSwap kinds.</param>
/// <param name="FeeE10">In 1e-10 of the output; of StableSwap kinds.</param>
/// <param name="OffpegFeeMultiplierE10">Of stableswap-ng; up to 1e10 the fee is the same off the peg.</param>
/// <param name="WeightsE18">One a token, together 1e18; of balancer-weighted.</param>
/// <param name="SwapFeeE18">In 1e-18 of the input; of Balancer kinds.</param>
/// <param name="AmplificationE3">A times 1000; of balancer-stable.</param>
public sealed record CreatePoolRequest(
    string? Pool,
    string? Token0,
    string? Token1,
    string? Kind,
    int? FeePips,
    int? TreasuryFeePips,
    string? Amplification,
    string? FeeE10,
    string? OffpegFeeMultiplierE10,
    string[]? WeightsE18,
    string? SwapFeeE18,
    string? AmplificationE3,
    string[]? Tokens = null,
    IReadOnlyDictionary<string, string>? Parameters = null)
{
    /// <exception cref="ApiProblem">Both forms are given, or neither, or a token is malformed.</exception>
    internal TokenId[] TokenIds() => (Tokens, Token0, Token1) switch
    {
        ({ } all, null, null) => [.. all.Select(t => RequestReading.Token(t, "tokens"))],
        (null, _, _) => [RequestReading.Token(Token0, "token0"), RequestReading.Token(Token1, "token1")],
        _ => throw ApiProblem.Invalid("tokens", "Give either tokens, or token0 and token1."),
    };

    /// <exception cref="ApiProblem">A field is missing, malformed or not of this kind.</exception>
    internal Pool.Command ToCommand(TokenId[] tokens, int[] decimals)
    {
        (string Name, string? Value)[] fields =
        [
            ("feePips", FeePips?.ToString(CultureInfo.InvariantCulture)),
            ("treasuryFeePips", TreasuryFeePips?.ToString(CultureInfo.InvariantCulture)),
            ("amplification", Amplification),
            ("feeE10", FeeE10),
            ("offpegFeeMultiplierE10", OffpegFeeMultiplierE10),
            ("weightsE18", WeightsE18 is null ? null : string.Join(',', WeightsE18)),
            ("swapFeeE18", SwapFeeE18),
            ("amplificationE3", AmplificationE3),
        ];
        var given = fields.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => f.Value!);
        foreach (var (name, value) in Parameters ?? new Dictionary<string, string>())
        {
            if (!given.TryAdd(name, value))
            {
                throw ApiProblem.Invalid(name, $"{name} is given twice.");
            }
        }

        try
        {
            return PoolParameters.Read(tokens, decimals, Kind ?? "constant-product", given);
        }
        catch (InvalidCurveException e)
        {
            throw ApiProblem.Invalid(e.Field, $"{e.Field}: {e.Reason}");
        }
    }
}
