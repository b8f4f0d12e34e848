using System.CommandLine;
using System.Globalization;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Quotes;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary>
/// <c>actortrade quote</c>: what a trade with a pool of a file would do, exact to the last unit; one trade, or a batch.
/// </summary>
internal static class QuoteCommand
{
    private const string StandardInput = "-";

    public static Command Create(CommonOptions common)
    {
        var options = new QuoteOptions();
        var command = new Command(
            "quote",
            "Quotes a trade with a pool of a file: amounts, fee, price, impact, end state. Amounts are base units.")
        {
            options.Pools, options.Pool, options.In, options.Out, options.AmountIn, options.AmountOut, options.Batch,
        };
        command.SetAction(parsed => Run(options, parsed, common.Output(parsed)));
        return command;
    }

    private static int Run(QuoteOptions options, ParseResult parsed, CommandOutput output)
    {
        options.Check(parsed);
        var file = PoolFileLoad.Open(parsed.GetValue(options.Pools)!);
        return parsed.GetValue(options.Batch) is { } batch
            ? RunBatch(file, batch, output)
            : RunOne(file, options, parsed, output);
    }

    // A line that is answered with an error is answered: the command did what it was asked.
    private static int RunBatch(PoolFile file, string batch, CommandOutput output)
    {
        PoolFileLoad.Warn(file);
        using var input = batch == StandardInput
            ? Console.OpenStandardInput()
            : new FileStream(batch, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        using var answers = Console.OpenStandardOutput();
        using var quotes = new QuoteBatch(file, input, answers);
        quotes.Run();
        output.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{quotes.Quotes:N0} quotes, {quotes.Failures:N0} lines answered with an error."));
        return (int)ExitCode.Ok;
    }

    private static int RunOne(PoolFile file, QuoteOptions options, ParseResult parsed, CommandOutput output)
    {
        var id = parsed.GetValue(options.Pool)!;
        if (!file.Faults.IsEmpty && file.Find(id) is not null)
        {
            PoolFileLoad.Warn(file);
        }

        var failure = TryQuote(file, options, parsed, out var quote);
        if (failure is not null)
        {
            return Fail(options, parsed, output, failure);
        }

        if (output.IsJson)
        {
            output.Json(json => QuoteJson.Write(json, quote));
        }
        else
        {
            output.Facts($"{quote.Pool.Id}: {quote.TokenIn.Symbol} for {quote.TokenOut.Symbol}", QuoteText.Of(quote));
        }

        return (int)ExitCode.Ok;
    }

    private static QuoteFailure? TryQuote(
        PoolFile file, QuoteOptions options, ParseResult parsed, out TradeQuote quote)
    {
        quote = default;
        var id = parsed.GetValue(options.Pool)!;
        if (file.Find(id) is not { Pool: { } pool })
        {
            return QuoteFailure.NoPool(file, id);
        }

        var (addressIn, addressOut) = (parsed.GetValue(options.In)!, parsed.GetValue(options.Out)!);
        var (tokenIn, tokenOut) = (pool.IndexOf(addressIn), pool.IndexOf(addressOut));
        if (tokenIn < 0 || tokenOut < 0)
        {
            return tokenIn < 0
                ? QuoteFailure.NoToken(pool, "in", addressIn)
                : QuoteFailure.NoToken(pool, "out", addressOut);
        }

        var isExactOut = parsed.GetValue(options.AmountOut) is not null;
        var (name, text) = isExactOut
            ? ("amountOut", parsed.GetValue(options.AmountOut)!)
            : ("amountIn", parsed.GetValue(options.AmountIn)!);
        if (QuoteRequest.ParseAmount(name, text, out var amount) is { } malformed)
        {
            return malformed;
        }

        var error = Quote(pool, tokenIn, tokenOut, amount, isExactOut, out quote);
        return error == QuoteError.None ? null : QuoteFailure.Of(error, pool, isExactOut);
    }

    private static QuoteError Quote(
        ListedPool pool, int tokenIn, int tokenOut, UInt256 amount, bool isExactOut, out TradeQuote quote) => isExactOut
            ? TradeQuote.ExactOut(pool, tokenIn, tokenOut, amount, out quote)
            : TradeQuote.ExactIn(pool, tokenIn, tokenOut, amount, out quote);

    private static int Fail(QuoteOptions options, ParseResult parsed, CommandOutput output, QuoteFailure failure)
    {
        if (output.IsJson)
        {
            output.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("pool", parsed.GetValue(options.Pool));
                json.WriteString("in", parsed.GetValue(options.In));
                json.WriteString("out", parsed.GetValue(options.Out));
                QuoteJson.Write(json, failure);
                json.WriteEndObject();
            });
        }

        throw new CommandException(ExitOf(failure), $"{failure.Message} [{failure.Code}]");
    }

    private static ExitCode ExitOf(QuoteFailure failure) => failure.Code switch
    {
        QuoteFailure.UnknownPool or QuoteFailure.UnknownToken => ExitCode.NotFound,
        PoolFaultCodes.NotAnInteger or PoolFaultCodes.Negative or PoolFaultCodes.Overflow
            when failure.Field is "amountIn" or "amountOut" => ExitCode.Configuration,
        _ => ExitCode.Error,
    };
}

/// <summary>The options of <c>actortrade quote</c>.</summary>
internal sealed class QuoteOptions
{
    public Option<string> Pools { get; } = new("--pools")
    {
        Description = "The file of pools; its form is in docs/data-formats.md.",
        HelpName = "file",
        Required = true,
    };

    public Option<string?> Pool { get; } = new("--pool") { Description = "The pool's id.", HelpName = "id" };

    public Option<string?> In { get; } = new("--in")
    {
        Description = "The token that is sold, by its address.",
        HelpName = "address",
    };

    public Option<string?> Out { get; } = new("--out")
    {
        Description = "The token that is bought, by its address.",
        HelpName = "address",
    };

    public Option<string?> AmountIn { get; } = new("--amount-in")
    {
        Description = "What is sold, in base units.",
        HelpName = "N",
    };

    public Option<string?> AmountOut { get; } = new("--amount-out")
    {
        Description = "What is bought, in base units, instead.",
        HelpName = "N",
    };

    public Option<string?> Batch { get; } = new("--batch")
    {
        Description = "Requests, one JSON object a line, answered in order by one line each; - is standard input.",
        HelpName = "file",
    };

    /// <exception cref="CommandException">The options do not go together.</exception>
    public void Check(ParseResult parsed)
    {
        Option<string?>[] ofOne = [Pool, In, Out, AmountIn, AmountOut];
        var given = ofOne.Where(o => parsed.GetValue(o) is not null).ToList();
        if (parsed.GetValue(Batch) is not null)
        {
            Refuse(given.Count > 0, $"--batch goes without {given.FirstOrDefault()?.Name}: each line has its own.");
            return;
        }

        foreach (var needed in ofOne[..3])
        {
            Refuse(
                !given.Contains(needed),
                $"{needed.Name} is missing: a quote needs --pool, --in, --out and an amount.");
        }

        Refuse(
            given.Contains(AmountIn) == given.Contains(AmountOut), "Give either --amount-in or --amount-out.");
    }

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
        {
            throw new CommandException(ExitCode.Configuration, message);
        }
    }
}
