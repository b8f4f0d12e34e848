using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.PoolFiles;

namespace ActorTrade.Node.Quotes;

/// <summary>
/// Answers requests, one JSON object a line, with one line each, in order. A request that cannot be answered gets a
/// line with an <c>error</c>, and the next one is read. Blank lines are no requests.
/// </summary>
/// <remarks>
/// Memory is bounded by <see cref="LineBytesMax"/> and the output's buffer. What is answered is written before more is
/// waited for, so a program may also ask and listen line by line.
/// </remarks>
internal sealed class QuoteBatch : IDisposable
{
    /// <summary>A longer line is answered with an error and passed over.</summary>
    public const int LineBytesMax = 64 * 1024;

    private const int OutputBytes = 64 * 1024;

    // Quotes and control characters are escaped, which is all that a reader of JSON needs.
    private static readonly JsonWriterOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly QuoteFailure TooLong = new(
        QuoteFailure.MalformedRequest, "line", $"The line is longer than {LineBytesMax:N0} bytes.");

    private readonly PoolFile _file;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _written = new(2 * OutputBytes);
    private readonly Utf8JsonWriter _json;
    private readonly QuoteRequest _request = new();

    public QuoteBatch(PoolFile file, Stream input, Stream output)
    {
        (_file, _input, _output) = (file, input, output);
        _json = new Utf8JsonWriter(_written, Plain);
    }

    /// <summary>Lines answered with a quote.</summary>
    public long Quotes { get; private set; }

    /// <summary>Lines answered with an error.</summary>
    public long Failures { get; private set; }

    /// <summary>Reads to the end of the input.</summary>
    public void Run()
    {
        var buffer = new byte[2 * LineBytesMax];
        var (pending, isPassedOver) = (0, false);
        while (true)
        {
            Send();
            var read = _input.Read(buffer, pending, buffer.Length - pending);
            var end = pending + read;
            var start = 0;
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                AnswerUnless(isPassedOver, buffer.AsSpan(start, length));
                isPassedOver = false;
                start += length + 1;
            }

            if (read == 0)
            {
                AnswerUnless(isPassedOver, buffer.AsSpan(start, end - start));
                Send();
                return;
            }

            pending = end - start;
            if (pending > LineBytesMax)
            {
                AnswerUnless(isPassedOver, buffer.AsSpan(start, pending));
                (isPassedOver, pending) = (true, 0);
            }

            buffer.AsSpan(start, pending).CopyTo(buffer);
        }
    }

    public void Dispose() => _json.Dispose();

    private void AnswerUnless(bool isPassedOver, ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (isPassedOver || line.IsEmpty)
        {
            return;
        }

        _request.Clear();
        _json.WriteStartObject();
        var failure = line.Length > LineBytesMax ? TooLong : _request.Read(line);
        var quote = default(TradeQuote);
        failure ??= TryQuote(out quote);
        _request.WriteNames(_json);
        if (failure is null)
        {
            Quotes++;
            QuoteJson.WriteAmounts(_json, quote);
        }
        else
        {
            Failures++;
            _request.WriteAmounts(_json);
            QuoteJson.Write(_json, failure);
        }

        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _written.Write("\n"u8);
        if (_written.WrittenCount >= OutputBytes)
        {
            Send();
        }
    }

    private QuoteFailure? TryQuote(out TradeQuote quote)
    {
        quote = default;
        if (_file.Find(_request.Pool) is not { Pool: { } pool })
        {
            return QuoteFailure.NoPool(_file, _request.Pool);
        }

        var (tokenIn, tokenOut) = (pool.IndexOf(_request.In), pool.IndexOf(_request.Out));
        if (tokenIn < 0 || tokenOut < 0)
        {
            return tokenIn < 0
                ? QuoteFailure.NoToken(pool, "in", _request.In)
                : QuoteFailure.NoToken(pool, "out", _request.Out);
        }

        var isExactOut = _request.AmountIn is null;
        var error = isExactOut
            ? TradeQuote.ExactOut(pool, tokenIn, tokenOut, _request.AmountOut!.Value, out quote)
            : TradeQuote.ExactIn(pool, tokenIn, tokenOut, _request.AmountIn!.Value, out quote);
        return error == QuoteError.None ? null : QuoteFailure.Of(error, pool, isExactOut);
    }

    private void Send()
    {
        if (_written.WrittenCount > 0)
        {
            _output.Write(_written.WrittenSpan);
            _output.Flush();
            _written.ResetWrittenCount();
        }
    }
}
