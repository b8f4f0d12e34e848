using System.Text;
using System.Text.Json;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Quotes;

/// <summary>
/// A line of a batch: <c>{"pool","in","out","amountIn"}</c>, or <c>amountOut</c>. Further fields are ignored. One
/// object is used for all lines, so that reading one makes no garbage.
/// </summary>
internal sealed class QuoteRequest
{
    private readonly TextField _pool = new("pool");
    private readonly TextField _in = new("in");
    private readonly TextField _out = new("out");
    private readonly TextField _amountIn = new("amountIn");
    private readonly TextField _amountOut = new("amountOut");
    private readonly TextField[] _fields;

    public QuoteRequest() => _fields = [_pool, _in, _out, _amountIn, _amountOut];

    public ReadOnlySpan<char> Pool => _pool.Value;

    public ReadOnlySpan<char> In => _in.Value;

    public ReadOnlySpan<char> Out => _out.Value;

    /// <summary>Null where the output is asked for.</summary>
    public UInt256? AmountIn { get; private set; }

    public UInt256? AmountOut { get; private set; }

    public void Clear()
    {
        foreach (var field in _fields)
        {
            field.IsGiven = false;
        }

        (AmountIn, AmountOut) = (null, null);
    }

    /// <summary>Null where the line is a request.</summary>
    public QuoteFailure? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return ReadFields(line) ?? Check();
        }
        catch (JsonException e)
        {
            return Malformed("line", $"The line is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return Malformed("line", "The line has a text that is not UTF-8.");
        }
    }

    /// <summary>The fields that name pool and tokens, as they were given.</summary>
    public void WriteNames(Utf8JsonWriter json)
    {
        Write(json, _pool);
        Write(json, _in);
        Write(json, _out);
    }

    /// <summary>The amounts, as they were given.</summary>
    public void WriteAmounts(Utf8JsonWriter json)
    {
        Write(json, _amountIn);
        Write(json, _amountOut);
    }

    private static void Write(Utf8JsonWriter json, TextField field)
    {
        if (field.IsGiven)
        {
            json.WriteString(field.Utf8Name, field.Value);
        }
    }

    private static QuoteFailure Malformed(string field, string message) =>
        new(QuoteFailure.MalformedRequest, field, message);

    private QuoteFailure? ReadFields(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Malformed("line", "A request is a JSON object: {\"pool\",\"in\",\"out\",\"amountIn\"}.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            reader.Read();
            if (field is null)
            {
                reader.Skip();
            }
            else if (!field.TryTake(ref reader))
            {
                return Malformed(
                    field.Name, $"{field.Name}: a text of at most {TextField.LengthMax} characters is needed.");
            }
        }

        while (reader.Read())
        {
            // What follows the object is an error of the line, which the reader throws.
        }

        return null;
    }

    private TextField? FieldOf(ref Utf8JsonReader reader)
    {
        foreach (var field in _fields)
        {
            if (reader.ValueTextEquals(field.Utf8Name))
            {
                return field;
            }
        }

        return null;
    }

    private QuoteFailure? Check()
    {
        foreach (var field in _fields.AsSpan(0, 3))
        {
            if (!field.IsGiven)
            {
                return Malformed(field.Name, $"{field.Name}: it is missing.");
            }
        }

        if (_amountIn.IsGiven == _amountOut.IsGiven)
        {
            return Malformed(
                "amountIn", "amountIn: give either it or amountOut, and not both.");
        }

        var amount = _amountIn.IsGiven ? _amountIn : _amountOut;
        var failure = ParseAmount(amount.Name, amount.Value, out var value);
        AmountIn = _amountIn.IsGiven ? value : null;
        AmountOut = _amountOut.IsGiven ? value : null;
        return failure;
    }

    /// <summary>An amount of base units in decimal digits.</summary>
    public static QuoteFailure? ParseAmount(string field, ReadOnlySpan<char> text, out UInt256 amount)
    {
        amount = default;
        var isNegative = text.StartsWith("-");
        var digits = isNegative ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return new QuoteFailure(
                PoolFaultCodes.NotAnInteger,
                field,
                $"{field}: it is '{text}'; write base units as a whole number in decimal digits.");
        }

        return isNegative
            ? new QuoteFailure(PoolFaultCodes.Negative, field, $"{field}: it is {text}; it must be above zero.")
            : UInt256.TryParse(text, out amount) ? null
            : new QuoteFailure(PoolFaultCodes.Overflow, field, $"{field}: it exceeds 256 bits.");
    }

    /// <summary>A text of the line, in a buffer of its own.</summary>
    private sealed class TextField(string name)
    {
        public const int LengthMax = 512;

        private readonly char[] _buffer = new char[LengthMax];
        private int _length;

        public string Name { get; } = name;

        public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(name);

        public bool IsGiven { get; set; }

        public ReadOnlySpan<char> Value => IsGiven ? _buffer.AsSpan(0, _length) : default;

        /// <summary>Takes a text, or the digits of a number.</summary>
        public bool TryTake(ref Utf8JsonReader reader)
        {
            if (reader.ValueSpan.Length > LengthMax)
            {
                return false;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                _length = reader.CopyString(_buffer);
            }
            else if (reader.TokenType == JsonTokenType.Number)
            {
                _length = Encoding.ASCII.GetChars(reader.ValueSpan, _buffer);
            }
            else
            {
                return false;
            }

            return IsGiven = true;
        }
    }
}
