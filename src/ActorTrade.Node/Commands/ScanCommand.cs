using System.CommandLine;
using System.Globalization;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Quotes;
using ActorTrade.Node.Scans;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary><c>actortrade scan</c>: which cycles through the pools of a file gain, sized to the unit and
/// ranked.</summary>
internal static class ScanCommand
{
    public static Command Create(CommonOptions common)
    {
        var options = new ScanCommandOptions();
        var command = new Command(
            "scan",
            "Ranks arbitrage through the pools of a file: route, sizes, loan fee, gas, net profit, exposure.")
        {
            options.Pools, options.Tokens, options.MinProfit, options.GasPrice, options.Native, options.Lenders,
            options.MaxHops, options.MaxAge, options.Top, options.Overlapping, options.TransferFees,
        };
        command.SetAction(parsed => Run(options.Read(parsed), parsed.GetValue(options.Pools)!, common.Output(parsed)));
        return command;
    }

    private static int Run(ScanRequest request, string path, CommandOutput output)
    {
        var file = PoolFileLoad.Open(path);
        PoolFileLoad.Warn(file);
        var result = FileScan.Run(file, request, TimeProvider.System.GetUtcNow());
        if (output.IsJson)
        {
            output.Json(json => ScanJson.Write(json, result));
        }
        else
        {
            ScanText.Write(output, result);
        }

        return (int)ExitCode.Ok;
    }
}

/// <summary>The options of <c>actortrade scan</c>.</summary>
internal sealed class ScanCommandOptions
{
    private const int TopDefault = 20;

    public Option<string> Pools { get; } = new("--pools")
    {
        Description = "The file of pools; its form is in docs/data-formats.md.",
        HelpName = "file",
        Required = true,
    };

    public Option<string[]> Tokens { get; } = new("--token")
    {
        Description = "A token in which profit is wanted, by its address; otherwise those that most pools trade.",
        HelpName = "address",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string?> MinProfit { get; } = new("--min-profit")
    {
        Description = "The least net profit, in base units of the token that profits are compared in.",
        HelpName = "N",
    };

    public Option<string?> GasPrice { get; } = new("--gas-price")
    {
        Description = "What a unit of gas costs, in base units of the native token (wei); 0 where not given.",
        HelpName = "wei",
    };

    public Option<string?> Native { get; } = new("--native")
    {
        Description = "The token that gas is paid in and profits are compared in, by its address (the wrapped native "
            + "token); otherwise the first --token, or the one that most pools trade.",
        HelpName = "address",
    };

    public Option<string[]> Lenders { get; } = new("--lender")
    {
        Description = "Whose money: balancer (no fee), aave (5 bps), pairs (flash swaps), own. All but own by default; "
            + "the cheapest counts.",
        HelpName = "name",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<int> MaxHops { get; } = new("--max-hops")
    {
        Description = "The longest cycle, 2 to 4; the default is 4.",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    public Option<TimeSpan?> MaxAge { get; } = new("--max-age")
    {
        Description = "Leaves out pools whose updatedAt is longer ago, as hh:mm:ss, or is not given.",
        HelpName = "duration",
    };

    public Option<int> Top { get; } = new("--top")
    {
        Description = "How many are shown of each chain; the default is 20.",
        HelpName = "N",
        DefaultValueFactory = _ => TopDefault,
    };

    public Option<bool> Overlapping { get; } = new("--overlapping")
    {
        Description = "Show also what uses a pool of a better one; by then it would not gain as much.",
    };

    public Option<bool> TransferFees { get; } = new("--transfer-fees")
    {
        Description = "Trade also tokens that keep a part of every transfer.",
    };

    /// <exception cref="CommandException">A value is not what it must be.</exception>
    public ScanRequest Read(ParseResult parsed)
    {
        var hops = parsed.GetValue(MaxHops);
        var top = parsed.GetValue(Top);
        Refuse(hops is < 2 or > 4, $"--max-hops is {hops}; it must be from 2 to 4.");
        Refuse(top is < 1 or > 10_000, $"--top is {top}; it must be from 1 to 10,000.");
        var lenders = parsed.GetValue(Lenders) is { Length: > 0 } given ? given : ["balancer", "aave", "pairs"];
        var unknown = lenders.FirstOrDefault(l => !ScanRequest.LenderNames.Contains(l));
        Refuse(
            unknown is not null, $"--lender '{unknown}' is not one of {string.Join(", ", ScanRequest.LenderNames)}.");
        return new ScanRequest
        {
            Tokens = parsed.GetValue(Tokens) ?? [],
            NetValueMin = Amount("--min-profit", parsed.GetValue(MinProfit)),
            GasPrice = Amount("--gas-price", parsed.GetValue(GasPrice)),
            Native = parsed.GetValue(Native),
            Lenders = lenders,
            HopsMax = hops,
            AgeMax = parsed.GetValue(MaxAge),
            Top = top,
            Overlapping = parsed.GetValue(Overlapping),
            AllowsTransferFees = parsed.GetValue(TransferFees),
        };
    }

    private static UInt256 Amount(string option, string? text)
    {
        if (text is null)
        {
            return UInt256.Zero;
        }

        var failure = QuoteRequest.ParseAmount(option, text, out var amount);
        Refuse(failure is not null, string.Create(CultureInfo.InvariantCulture, $"{failure?.Message}"));
        return amount;
    }

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
        {
            throw new CommandException(ExitCode.Configuration, message);
        }
    }
}
