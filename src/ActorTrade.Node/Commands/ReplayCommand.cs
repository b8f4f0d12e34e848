using System.CommandLine;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Node.Quotes;
using ActorTrade.Node.Replay;
using ActorTrade.Operator;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Commands;

/// <summary>
/// <c>actortrade replay</c>: recorded data through the real actors and a durable journal, as fast as it goes.
/// </summary>
internal static class ReplayCommand
{
    public static Command Create(CommonOptions common)
    {
        var data = new Option<string[]>("--data")
        {
            Description = "Files and folders of recorded market data; see docs/data-formats.md.",
            HelpName = "path",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var report = new Option<string>("--report")
        {
            Description = "Where the report is written, as JSON; see docs/replay-report.md.",
            HelpName = "file",
            Required = true,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seeds what is left to chance: faults of the paper venue.",
            HelpName = "number",
            DefaultValueFactory = _ => 1,
        };
        var journal = new Option<string?>("--journal")
        {
            Description = "A new or empty folder that keeps the journal; otherwise it is deleted afterwards.",
            HelpName = "directory",
        };
        var strict = new Option<bool>("--strict") { Description = "Stop at the first bad row." };
        var gasPrice = new Option<long>("--gas-price")
        {
            Description = "Arbitrage with recorded pools: what a unit of gas costs, in wei.",
            HelpName = "wei",
            DefaultValueFactory = _ => new ArbitrageOptions().GasPrice,
        };
        gasPrice.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<long>() < 0)
            {
                result.AddError("--gas-price: it must not be negative.");
            }
        });
        var gasTable = new Option<string?>("--gas-table")
        {
            Description = "Units of gas by kind of pool, as JSON; see docs/replay-report.md. Measured ones by default.",
            HelpName = "file",
        };
        var housePools = new Option<string?>("--house-pools")
        {
            Description = "House pools to begin with, of any kind: a file of pools as quote takes it, a token's symbol "
                + "being its id in the ledger; see docs/data-formats.md.",
            HelpName = "file",
        };
        var command = new Command("replay", "Replays recorded market data and reports how the bots did.")
        {
            data, report, seed, journal, strict, gasPrice, gasTable, housePools,
            common.Config, common.Set,
        };
        command.SetAction(parsed => Run(
            new ReplayOptions(parsed.GetValue(data) ?? [])
            {
                Configuration = common.Configuration(parsed),
                Seed = parsed.GetValue(seed),
                JournalDirectory = parsed.GetValue(journal),
                Strict = parsed.GetValue(strict),
                HousePools = HousePoolsOf(parsed.GetValue(housePools)),
                Arbitrage = new ArbitrageOptions
                {
                    GasPrice = parsed.GetValue(gasPrice),
                    Gas = GasTableOf(parsed.GetValue(gasTable)),
                },
            },
            parsed.GetValue(report)!,
            common.Output(parsed)));
        return command;
    }

    private static GasTable GasTableOf(string? file)
    {
        try
        {
            return file is null ? GasTable.Default : GasTable.Parse(File.ReadAllText(file));
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Error, $"{file}: {e.Message}");
        }
    }

    private static IReadOnlyList<ReplayPool> HousePoolsOf(string? file)
    {
        if (file is null)
        {
            return [];
        }

        return HousePoolFile.TryRead(PoolFileLoad.Open(file), out var pools) is { } fault
            ? throw new CommandException(ExitCode.Error, $"{file}: {fault.Message} [{fault.Code}]")
            : pools;
    }

    private static int Run(ReplayOptions options, string file, CommandOutput output)
    {
        ReplayReport report;
        try
        {
            report = output.Progress("Replaying", told => ReplayRun.Execute(options with { Progress = told }));
        }
        catch (RecordedDataException e)
        {
            throw new CommandException(ExitCode.Error, e.Message);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllText(file, report.ToJson() + Environment.NewLine);
        if (output.IsJson)
        {
            output.Line(report.ToJson());
        }
        else
        {
            ReplaySummary.Write(report, output);
            output.Line($"Report: {file}");
        }

        return report.IsSound
            ? (int)ExitCode.Ok
            : throw new CommandException(
                ExitCode.Error,
                $"The replay has {report.Problems.Count} problem(s), the first: {report.Problems.FirstOrDefault()}");
    }
}
