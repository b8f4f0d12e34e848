namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>Why a pool of a file is not used. The other pools of the file are.</summary>
/// <param name="Index">The pool's place in the file's <c>pools</c>, from 0.</param>
/// <param name="PoolId">Null where the pool has no readable id.</param>
/// <param name="Field">The field at fault, as in <c>reserves[1]</c> or <c>tokens[0].decimals</c>.</param>
/// <param name="Code">One of <see cref="PoolFaultCodes"/>.</param>
/// <param name="Reason">What is wrong and what would be right, as whole sentences.</param>
public sealed record PoolFault(int Index, string? PoolId, string Field, string Code, string Reason)
{
    /// <summary>The fault as one line: pool, field, reason.</summary>
    public string Message => $"pool {(PoolId is null ? $"pools[{Index}]" : $"'{PoolId}'")}, {Field}: {Reason}";

    public override string ToString() => Message;
}

/// <summary>Stable names of what can be wrong with a pool of a file; scripts compare with them.</summary>
public static class PoolFaultCodes
{
    /// <summary>A field that every pool of the kind has is not there.</summary>
    public const string MissingField = "missing-field";

    /// <summary>A field that is not known, but nearly has the name of a known one that is not there.</summary>
    public const string MisspeltField = "misspelt-field";

    /// <summary>A field stands twice in one object.</summary>
    public const string DuplicateField = "duplicate-field";

    /// <summary>A text where a list is expected, and so on.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>A list that is longer or shorter than the pool's tokens or the kind allow.</summary>
    public const string WrongLength = "wrong-length";

    /// <summary>Not a whole number in decimal digits.</summary>
    public const string NotAnInteger = "not-an-integer";

    public const string Negative = "negative";

    /// <summary>A number beyond 256 bits, or beyond what the field's contract type holds.</summary>
    public const string Overflow = "overflow";

    /// <summary>A number outside the bounds that the reason names.</summary>
    public const string OutOfRange = "out-of-range";

    public const string UnknownKind = "unknown-kind";

    public const string MalformedAddress = "malformed-address";

    /// <summary>One token stands twice in a pool.</summary>
    public const string DuplicateToken = "duplicate-token";

    /// <summary>A pool before this one in the file has the same id.</summary>
    public const string DuplicatePool = "duplicate-pool";

    /// <summary>The pool holds nothing that it could give.</summary>
    public const string NoLiquidity = "no-liquidity";

    /// <summary>Each field is well-formed, but no pool of the kind can be in this state.</summary>
    public const string InvalidState = "invalid-state";

    /// <summary>A pool that is well-formed, and that the house cannot open so.</summary>
    public const string NotForHouse = "not-for-house";
}

/// <summary>A file that is no pool file at all: not JSON, or without a list of pools.</summary>
public sealed class PoolFileException(string message) : Exception(message);

/// <summary>Ends the reading of one pool; becomes its <see cref="PoolFault"/>.</summary>
internal sealed class PoolFaultException(string field, string code, string reason) : Exception($"{field}: {reason}")
{
    public string Field { get; } = field;

    public string Code { get; } = code;

    public string Reason { get; } = reason;
}
