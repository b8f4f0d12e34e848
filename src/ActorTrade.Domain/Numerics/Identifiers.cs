using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Domain.Numerics;

/// <summary>A token, by a key the cluster chose: "USD", "BTC", or "lp:POOL" for the shares of a pool.</summary>
/// <remarks>
/// 1 to 64 characters of A-Z a-z 0-9 : . _ -; case matters. default names no token and its Value throws.
/// </remarks>
public readonly record struct TokenId : IComparable<TokenId>, IRecordField<TokenId>
{
    private const string SharesPrefix = "lp:";
    private readonly string? _value;

    private TokenId(string value) => _value = value;

    public string Value => _value ?? throw Identifier.Missing(nameof(TokenId));

    /// <summary>The token that stands for shares of a pool: "lp:" and the pool's id.</summary>
    public static TokenId SharesOf(PoolId pool) => new(SharesPrefix + pool.Value);

    /// <summary>The token that stands for shares of one range of ticks of a concentrated pool. Fits an identifier for
    /// pool names of up to <see cref="RangedPoolLengthMax"/> characters; a pool's name has no colon, so no other pool
    /// has this token.</summary>
    public static TokenId SharesOf(PoolId pool, int tickLower, int tickUpper) => new(string.Create(
        CultureInfo.InvariantCulture, $"{SharesPrefix}{pool.Value}:{tickLower}:{tickUpper}"));

    /// <summary>The longest name of a pool whose shares are by ranges: two ticks of up to seven characters follow
    /// it.</summary>
    public const int RangedPoolLengthMax = 45;

    /// <summary>Whether it stands for shares of a pool: only that pool mints and burns it. Shares have no
    /// decimals.</summary>
    public bool IsShares => _value?.StartsWith(SharesPrefix, StringComparison.Ordinal) == true;

    public static TokenId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, out TokenId id) => TryParse(text, out id, out _);

    public static bool TryParse(string? text, out TokenId id, [NotNullWhen(false)] out string? error)
    {
        error = Identifier.Check(nameof(TokenId), text, 64, ":._-");
        id = error is null ? new TokenId(text!) : default;
        return error is null;
    }

    public int CompareTo(TokenId other) => string.CompareOrdinal(_value, other._value);

    public static void Write(RecordWriter writer, TokenId value) => writer.WriteString(value.Value);

    /// <summary>
    /// Trusts the journal: the text was checked before it was stored, and the record's checksum guards it since.
    /// </summary>
    public static TokenId Read(RecordReader reader) => new(reader.ReadString());

    public override string ToString() => _value ?? "";
}

/// <summary>An account of the ledger, such as "alice", "treasury" or "bot:TREND-1".</summary>
/// <remarks>
/// 1 to 64 characters of A-Z a-z 0-9 : . _ -; case matters. default names no account and its Value throws.
/// </remarks>
public readonly record struct AccountId : IComparable<AccountId>, IRecordField<AccountId>
{
    private readonly string? _value;

    private AccountId(string value) => _value = value;

    public string Value => _value ?? throw Identifier.Missing(nameof(AccountId));

    public static AccountId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, out AccountId id) => TryParse(text, out id, out _);

    public static bool TryParse(string? text, out AccountId id, [NotNullWhen(false)] out string? error)
    {
        error = Identifier.Check(nameof(AccountId), text, 64, ":._-");
        id = error is null ? new AccountId(text!) : default;
        return error is null;
    }

    public int CompareTo(AccountId other) => string.CompareOrdinal(_value, other._value);

    public static void Write(RecordWriter writer, AccountId value) => writer.WriteString(value.Value);

    /// <summary>
    /// Trusts the journal: the text was checked before it was stored, and the record's checksum guards it since.
    /// </summary>
    public static AccountId Read(RecordReader reader) => new(reader.ReadString());

    public override string ToString() => _value ?? "";
}

/// <summary>An AMM pool, such as "BTC-USD".</summary>
/// <remarks>
/// 1 to 60 characters of A-Z a-z 0-9 . _ -, so that "lp:" and the id is a <see cref="TokenId"/>; case matters.
/// default names no pool and its Value throws.
/// </remarks>
public readonly record struct PoolId : IComparable<PoolId>, IRecordField<PoolId>
{
    private readonly string? _value;

    private PoolId(string value) => _value = value;

    public string Value => _value ?? throw Identifier.Missing(nameof(PoolId));

    public static PoolId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, out PoolId id) => TryParse(text, out id, out _);

    public static bool TryParse(string? text, out PoolId id, [NotNullWhen(false)] out string? error)
    {
        error = Identifier.Check(nameof(PoolId), text, 60, "._-");
        id = error is null ? new PoolId(text!) : default;
        return error is null;
    }

    public int CompareTo(PoolId other) => string.CompareOrdinal(_value, other._value);

    public static void Write(RecordWriter writer, PoolId value) => writer.WriteString(value.Value);

    /// <summary>
    /// Trusts the journal: the text was checked before it was stored, and the record's checksum guards it since.
    /// </summary>
    public static PoolId Read(RecordReader reader) => new(reader.ReadString());

    public override string ToString() => _value ?? "";
}

/// <summary>A strategy bot, such as "trend-BTCUSD".</summary>
/// <remarks>
/// 1 to 60 characters of A-Z a-z 0-9 . _ -, so that "bot:" and the id is an <see cref="AccountId"/>; case matters.
/// default names no bot and its Value throws.
/// </remarks>
public readonly record struct BotId : IComparable<BotId>, IRecordField<BotId>
{
    private readonly string? _value;

    private BotId(string value) => _value = value;

    public string Value => _value ?? throw Identifier.Missing(nameof(BotId));

    public static BotId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, out BotId id) => TryParse(text, out id, out _);

    public static bool TryParse(string? text, out BotId id, [NotNullWhen(false)] out string? error)
    {
        error = Identifier.Check(nameof(BotId), text, 60, "._-");
        id = error is null ? new BotId(text!) : default;
        return error is null;
    }

    public int CompareTo(BotId other) => string.CompareOrdinal(_value, other._value);

    public static void Write(RecordWriter writer, BotId value) => writer.WriteString(value.Value);

    /// <summary>
    /// Trusts the journal: the text was checked before it was stored, and the record's checksum guards it since.
    /// </summary>
    public static BotId Read(RecordReader reader) => new(reader.ReadString());

    public override string ToString() => _value ?? "";
}

/// <summary>An order, by the id its sender gave it.</summary>
/// <remarks>
/// Text form: 32 hexadecimal digits with hyphens. default (the empty id) names no order and its Value throws.
/// </remarks>
public readonly record struct OrderId : IComparable<OrderId>, IRecordField<OrderId>
{
    private readonly Guid _value;

    /// <summary>Throws <see cref="ArgumentException"/> for the empty id.</summary>
    public OrderId(Guid value) =>
        _value = value != Guid.Empty
            ? value
            : throw new ArgumentException("OrderId: the empty id names no order.", nameof(value));

    public Guid Value => _value != Guid.Empty ? _value : throw Identifier.Missing(nameof(OrderId));

    public static OrderId Parse(string text) =>
        TryParse(text, out var id, out var error) ? id : throw new FormatException(error);

    public static bool TryParse(string? text, out OrderId id) => TryParse(text, out id, out _);

    public static bool TryParse(string? text, out OrderId id, [NotNullWhen(false)] out string? error)
    {
        if (Guid.TryParseExact(text, "D", out var value) && value != Guid.Empty)
        {
            error = null;
            id = new OrderId(value);
            return true;
        }

        error = "OrderId: expected 32 hexadecimal digits with hyphens (8-4-4-4-12), not all zero.";
        id = default;
        return false;
    }

    public int CompareTo(OrderId other) => _value.CompareTo(other._value);

    public static void Write(RecordWriter writer, OrderId value) => writer.WriteGuid(value.Value);

    public static OrderId Read(RecordReader reader) => new(reader.ReadGuid());

    public override string ToString() => _value.ToString("D", CultureInfo.InvariantCulture);
}

/// <summary>
/// The one rule of the text identifiers: a length and an alphabet that is safe in URLs, file names and logs.
/// </summary>
internal static class Identifier
{
    /// <summary>Null when the text is valid, else what is wrong with it, beginning with the field.</summary>
    public static string? Check(string field, string? text, int lengthMax, string punctuation)
    {
        if (string.IsNullOrEmpty(text))
        {
            return $"{field}: is empty.";
        }

        if (text.Length > lengthMax)
        {
            return $"{field}: has {text.Length} characters; at most {lengthMax} are allowed.";
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && !punctuation.Contains(text[i], StringComparison.Ordinal))
            {
                var character = $"character {i + 1} (U+{(int)text[i]:X4})";
                return $"{field}: {character} is not allowed; use A-Z a-z 0-9 and {punctuation}";
            }
        }

        return null;
    }

    public static InvalidOperationException Missing(string type) => new($"default({type}) names nothing.");
}
