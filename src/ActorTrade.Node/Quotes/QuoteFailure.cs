using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;

namespace ActorTrade.Node.Quotes;

/// <summary>Why there is no quote.</summary>
/// <param name="Code">Stable: one of <see cref="QuoteErrors.CodeOf"/>, of <see cref="PoolFaultCodes"/>, or of the
/// constants here.</param>
/// <param name="Field">The field of the request or of the pool that is at fault.</param>
internal sealed record QuoteFailure(string Code, string Field, string Message)
{
    /// <summary>The file has no pool of the id.</summary>
    public const string UnknownPool = "unknown-pool";

    /// <summary>The pool has no token of the address.</summary>
    public const string UnknownToken = "unknown-token";

    /// <summary>A line that is no request: not a JSON object, or without a field that it needs.</summary>
    public const string MalformedRequest = "malformed-request";

    public static QuoteFailure NoPool(PoolFile file, ReadOnlySpan<char> id)
    {
        var name = id.ToString();
        return file.FaultOf(name) is { } fault
            ? new QuoteFailure(fault.Code, fault.Field, fault.Message)
            : new QuoteFailure(UnknownPool, "pool", $"The file has no pool '{name}'.");
    }

    public static QuoteFailure NoToken(ListedPool pool, string field, ReadOnlySpan<char> address) => new(
        UnknownToken,
        field,
        $"pool '{pool.Id}' has no token {address}; it has "
            + $"{string.Join(", ", pool.Tokens.Select(t => $"{t.Address} ({t.Symbol})"))}.");

    public static QuoteFailure Of(QuoteError error, ListedPool pool, bool isExactOut)
    {
        var (field, why) = Explain(error, isExactOut ? "amountOut" : "amountIn");
        return new QuoteFailure(QuoteErrors.CodeOf(error), field, $"pool '{pool.Id}', {field}: {why}");
    }

    private static (string Field, string Why) Explain(QuoteError error, string amount) => error switch
    {
        QuoteError.ZeroAmount => (amount, "the amount must be above zero."),
        QuoteError.NoLiquidity => ("liquidity", "the pool is empty."),
        QuoteError.InsufficientLiquidity => (amount, "the pool does not hold enough for the amount."),
        QuoteError.ReserveOverflow => (amount, "a balance would exceed what the contract's number holds."),
        QuoteError.OutputTooSmall => (amount, "rounded down, nothing would come out for the amount."),
        QuoteError.NoSuchPair => ("out", "two different tokens of the pool are needed."),
        QuoteError.AmountTooLarge => (amount, "the amount is beyond the part of a balance that one trade may move."),
        QuoteError.ArithmeticOverflow => (amount, "a number would exceed 256 bits, and the contract would revert."),
        QuoteError.NotConverged => (amount, "the contract's iteration does not settle, and it would revert."),
        QuoteError.TicksUnknown => ("ticks", "the answer depends on liquidity outside the ticks that are known."),
        QuoteError.InvariantBroken => (amount, "the contract's own check would revert the trade."),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, null),
    };
}
