using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>
/// Strict access to the fields of a JSON object of a pool file. Whatever is missing or ill-typed throws
/// <see cref="PoolFaultException"/> with the field's path. Integers are decimal strings, or JSON integers, which are
/// read from their digits and so are exact at any size.
/// </summary>
/// <param name="json">The object.</param>
/// <param name="path">What stands before a field's name in messages: empty, or as in <c>tokens[0].</c>.</param>
/// <param name="known">Every field that may be asked for.</param>
internal readonly struct PoolFields(JsonElement json, string path, ImmutableArray<PoolField> known)
{
    /// <summary>Below this length a name is too short to be taken for another one misspelt.</summary>
    private const int MisspeltLengthMin = 6;

    public bool Has(string name) => Find(name) is not null;

    public string Text(string name)
    {
        var value = Required(name);
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw WrongType(path + name, "a text", value);
    }

    public string? TextOrNull(string name) => Has(name) ? Text(name) : null;

    /// <summary>A number of 0 to 2^256 - 1.</summary>
    public UInt256 Amount(string name) => AmountOf(Required(name), path + name);

    public UInt256? AmountOrNull(string name) => Find(name) is { } value ? AmountOf(value, path + name) : null;

    /// <summary>Amounts of which the pool must hold some of each, or it cannot trade.</summary>
    /// <param name="except">The one that may be zero all the same.</param>
    public ImmutableArray<UInt256> Holdings(string name, int count, int? except = null)
    {
        var amounts = Amounts(name, count);
        for (var i = 0; i < amounts.Length; i++)
        {
            if (amounts[i].IsZero && i != except)
            {
                throw new PoolFaultException(
                    $"{path}{name}[{i}]",
                    PoolFaultCodes.NoLiquidity,
                    "it is zero: a pool trades only while it holds some of every token. Leave the pool out.");
            }
        }

        return amounts;
    }

    /// <summary>The holdings of a pool of exactly two tokens.</summary>
    public ImmutableArray<UInt256> PairOf(string name, ImmutableArray<ListedToken> tokens)
    {
        CheckCount(tokens, count: 2);
        return Holdings(name, count: 2);
    }

    public void CheckCount(ImmutableArray<ListedToken> tokens, int count)
    {
        if (tokens.Length != count)
        {
            throw new PoolFaultException(
                "tokens",
                PoolFaultCodes.WrongLength,
                $"it has {tokens.Length} tokens; a pool of this kind has {count}.");
        }
    }

    public ImmutableArray<UInt256> Amounts(string name, int count)
    {
        var list = List(name);
        if (list.GetArrayLength() != count)
        {
            throw new PoolFaultException(
                path + name,
                PoolFaultCodes.WrongLength,
                $"it has {list.GetArrayLength()} numbers; {count} are needed, in the order of the tokens.");
        }

        var amounts = ImmutableArray.CreateBuilder<UInt256>(count);
        foreach (var one in list.EnumerateArray())
        {
            amounts.Add(AmountOf(one, $"{path}{name}[{amounts.Count}]"));
        }

        return amounts.MoveToImmutable();
    }

    public int Whole(string name, int min, int max) => (int)WholeOf(Required(name), path + name, min, max);

    public int? WholeOrNull(string name, int min, int max) =>
        Find(name) is { } value ? (int)WholeOf(value, path + name, min, max) : null;

    public long Long(string name, long min, long max) => WholeOf(Required(name), path + name, min, max);

    public JsonElement List(string name)
    {
        var value = Required(name);
        return value.ValueKind == JsonValueKind.Array ? value : throw WrongType(path + name, "a list", value);
    }

    public PoolFields Object(string name, ImmutableArray<PoolField> fields) =>
        ObjectOf(Required(name), path + name, fields);

    /// <summary>The fields of an object that is no field of its own, as one of a list.</summary>
    public static PoolFields ObjectOf(JsonElement value, string path, ImmutableArray<PoolField> fields)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw WrongType(path, "an object", value);
        }

        var read = new PoolFields(value, path.Length == 0 ? "" : path + ".", fields);
        read.RefuseMisspelt();
        return read;
    }

    public static UInt256 AmountOf(JsonElement value, string field)
    {
        var text = IntegerText(value, field);
        if (text[0] == '-')
        {
            throw new PoolFaultException(
                field, PoolFaultCodes.Negative, $"it is {Shown(text)}; it must be 0 or more.");
        }

        return UInt256.TryParse(text, out var amount) ? amount : throw new PoolFaultException(
            field, PoolFaultCodes.Overflow, $"it is {Shown(text)}, which exceeds 256 bits.");
    }

    public static SignedAmount SignedAmountOf(JsonElement value, string field)
    {
        var text = IntegerText(value, field);
        var isNegative = text[0] == '-';
        return UInt256.TryParse(isNegative ? text.AsSpan(1) : text, out var magnitude)
            ? new SignedAmount(isNegative, magnitude)
            : throw new PoolFaultException(
                field, PoolFaultCodes.Overflow, $"it is {Shown(text)}, which exceeds 256 bits.");
    }

    public static long WholeOf(JsonElement value, string field, long min, long max)
    {
        var signed = SignedAmountOf(value, field);
        var magnitude = signed.Magnitude.BitLength < 63 ? (long)(ulong)signed.Magnitude : long.MaxValue;
        var number = signed.IsNegative ? -magnitude : magnitude;
        if (number >= min && number <= max)
        {
            return number;
        }

        var code = min == 0 && signed.IsNegative ? PoolFaultCodes.Negative : PoolFaultCodes.OutOfRange;
        throw new PoolFaultException(field, code, $"it is {Shown(signed.ToString())}; it must be from {min} to {max}.");
    }

    public static PoolFaultException WrongType(string field, string expected, JsonElement value) => new(
        field, PoolFaultCodes.WrongType, $"it is {NameOf(value.ValueKind)}; it must be {expected}.");

    // A field that nobody reads may be a note, or belong to another tool. One that nearly has the name of a field that
    // is missing would be left out of the mathematics without a word.
    private void RefuseMisspelt()
    {
        foreach (var property in json.EnumerateObject())
        {
            if (!IsKnown(property.Name) && Meant(property.Name) is { } meant)
            {
                throw new PoolFaultException(
                    path + property.Name,
                    PoolFaultCodes.MisspeltField,
                    $"it is not known and '{meant}' is not there: correct the name.");
            }
        }
    }

    private string? Meant(string name)
    {
        foreach (var field in known)
        {
            if (IsNearly(name, field.Name) && !json.TryGetProperty(field.Name, out _))
            {
                return field.Name;
            }
        }

        return null;
    }

    private static bool IsNearly(string name, string known) =>
        Math.Min(name.Length, known.Length) >= MisspeltLengthMin
        && (name.StartsWith(known, StringComparison.OrdinalIgnoreCase)
            || known.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private JsonElement Required(string name) => Find(name) ?? throw new PoolFaultException(
        path + name, PoolFaultCodes.MissingField, "it is missing.");

    private JsonElement? Find(string name)
    {
        if (!IsKnown(name))
        {
            throw new InvalidOperationException($"{name} is read but not declared as a field.");
        }

        return json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private bool IsKnown(string name)
    {
        foreach (var field in known)
        {
            if (field.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    // Digits, with a minus before them where there is one.
    private static string IntegerText(JsonElement value, string field)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw WrongType(field, "an integer, as a decimal string", value),
        };
        var digits = text.StartsWith('-') ? text.AsSpan(1) : text;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9') ? text : throw new PoolFaultException(
            field,
            PoolFaultCodes.NotAnInteger,
            $"it is '{Shown(text)}'; write a whole number in decimal digits, as a string.");
    }

    private static string Shown(string text) => text.Length <= 80 ? text : $"{text.AsSpan(0, 77)}...";

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        _ => "null",
    };
}
