using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Node.Benchmarks;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary>
/// <c>actortrade bench</c>: what this machine does, always beside a peer or a limit measured in the same run. The goals
/// and what was measured are in docs/benchmarks.md.
/// </summary>
internal static class BenchCommand
{
    private const double SecondsDefault = 10;

    public static Command Create(CommonOptions common) =>
        new("bench", "Measure this machine: swaps, kernel, recovery, ticks, orders, ranges, quotes, registry, cluster.")
    {
        Case(common, "swaps", "Durable swaps a second, against the journal's own append limit.", SwapsAsync),
        Case(common, "kernel", "Messages and asks a second, against a bounded channel.", KernelAsync),
        Case(common, "recovery", "Events a second read and folded; a restart on a million of them.", RecoveryAsync),
        Case(common, "arbitrage", "From a pool's change to ranked opportunities, 100,000 cycles.", ArbitrageAsync),
        Case(common, "routing", "Best splits of a trade, in markets of 1,000 and 10,000 pools.", RoutingAsync),
        Case(common, "ticks", "Recorded ticks a second through the real actors, one bot a symbol.", TicksAsync),
        Case(common, "quotes", "Exact quotes a second of each kind of pool, against published packages.", QuotesAsync),
        Case(common, "registry", "Pool states a second into the registry; prices, files, batches.", RegistryAsync),
        Case(common, "orders", "What a price move costs a book or desk of 1,000 to 100,000 open orders.", OrdersAsync),
        Case(common, "ranges", "What a swap costs a house pool of 10 to 256 ticks where ranges end.", RangesAsync),
        Cluster(common),
    };

    private static Command Cluster(CommonOptions common)
    {
        var pids = new Option<int[]>("--server-pid")
        {
            Description = "A server on this machine whose processor time is measured.",
            HelpName = "process",
        };
        var seconds = Seconds();
        var command = new Command(
            "cluster", "Three node processes on empty servers, which the configuration names, against these alone.")
        {
            seconds, pids, common.Config, common.Set,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var scratch = new ScratchDirectory();
            var benchmark = new ClusterBenchmark(common.Configuration(parsed), parsed.GetValue(pids) ?? []);
            var r = await benchmark.RunAsync(scratch.Path, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            Measured measured =
            [
                ("brokerRoundTripP50Ms", r.RoundTripP50Ms),
                ("commitP50Ms", r.CommitP50Ms),
                ("remoteCommandP50Ms", r.CommandP50Ms),
                ("remoteCommandP99Ms", r.CommandP99Ms),
                ("remoteCommandToRoundTripAndCommit", r.CommandToServers),
                ("swapsPerSecond", r.Limit.SwapsPerSecond),
                ("swapsRefused", r.Limit.Refused),
                ("limitP50Ms", r.Limit.P50Ms),
                ("limitP99Ms", r.Limit.P99Ms),
                ("nodesProcessors", r.NodesCpu),
                ("clientProcessors", r.ClientCpu),
            ];
            measured.AddRange(r.ServersCpu.Select((cpu, i) => ($"server{i + 1}Processors", cpu)));
            Print(common.Output(parsed), "bench cluster", measured);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static Command Case(
        CommonOptions common, string name, string description, Func<TimeSpan, Task<Measured>> measure)
    {
        var seconds = Seconds();
        var command = new Command(name, description) { seconds };
        command.SetAction(async (parsed, _) =>
        {
            var measured = await measure(TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            Print(common.Output(parsed), $"bench {name}", measured);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static Option<double> Seconds()
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long each case runs; the default is 10.",
            DefaultValueFactory = _ => SecondsDefault,
            HelpName = "N",
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValue(seconds) is < 0.5 or > 3600)
            {
                result.AddError("--seconds must be from 0.5 to 3600.");
            }
        });
        return seconds;
    }

    private static async Task<Measured> SwapsAsync(TimeSpan perCase)
    {
        using var scratch = new ScratchDirectory();
        var r = await SwapsBenchmark.RunAsync(scratch.Path, perCase);
        return
        [
            ("swapsPerSecond", r.Limit.SwapsPerSecond),
            ("swapsRefused", r.Limit.Refused),
            ("limitP50Ms", r.Limit.P50Ms),
            ("limitP99Ms", r.Limit.P99Ms),
            ("eventsPerSwap", r.EventsPerSwap),
            ("eventsPerSecond", r.EventsPerSecond),
            ("rawAppendEventsPerSecond", r.RawEventsPerSecond),
            ("eventsToRawAppendLimit", r.EventsToRawLimit),
            ("halfLoadSwapsPerSecond", r.HalfLoad.SwapsPerSecond),
            ("halfLoadP50Ms", r.HalfLoad.P50Ms),
            ("halfLoadP99Ms", r.HalfLoad.P99Ms),
            ("hotPoolSwapsPerSecond", r.HotPool.SwapsPerSecond),
            ("hotPoolP50Ms", r.HotPool.P50Ms),
            ("hotPoolP99Ms", r.HotPool.P99Ms),
            ("oneCommandPerCommitPerSecond", r.OneCommandPerCommitPerSecond),
            ("hotPoolToOneCommandPerCommit", r.HotPoolToOneCommandPerCommit),
            ("oneSwapAtATimePerSecond", r.OneAtATime.SwapsPerSecond),
            ("oneSwapAtATimeP50Ms", r.OneAtATime.P50Ms),
            ("oneSwapAtATimeP99Ms", r.OneAtATime.P99Ms),
        ];
    }

    private static Task<Measured> KernelAsync(TimeSpan perCase)
    {
        var r = KernelBenchmark.Run(perCase);
        Measured measured =
        [
            ("tellOneToOnePerSecond", r.TellOneToOnePerSecond.Actor),
            ("channelOneToOnePerSecond", r.TellOneToOnePerSecond.Channel),
            ("tellOneToOneRatio", r.TellOneToOnePerSecond.Ratio),
            ("tellToManyPerSecond", r.TellToManyPerSecond.Actor),
            ("channelToManyPerSecond", r.TellToManyPerSecond.Channel),
            ("tellToManyRatio", r.TellToManyPerSecond.Ratio),
            ("askP50Microseconds", r.AskP50Microseconds.Actor),
            ("askP99Microseconds", r.AskP99Microseconds.Actor),
            ("asksPerSecond", r.AsksPerSecond.Actor),
            ("bytesPerIdleActor", r.BytesPerIdleActor.Actor),
            ("bytesPerIdleChannel", r.BytesPerIdleActor.Channel),
            ("bytesAllocatedPerTell", r.BytesPerTell.Actor),
            ("bytesAllocatedPerAsk", r.BytesPerAsk.Actor),
        ];
        return Task.FromResult(measured);
    }

    // A million events take the time they take; --seconds scales it down for a quick look.
    private static async Task<Measured> RecoveryAsync(TimeSpan perCase)
    {
        using var scratch = new ScratchDirectory();
        var events = (long)(1_000_000 * Math.Min(1, perCase.TotalSeconds / SecondsDefault));
        var r = await RecoveryBenchmark.RunAsync(scratch.Path, events);
        return
        [
            ("events", r.Events),
            ("entities", r.Entities),
            ("readEventsPerSecond", r.ReadEventsPerSecond),
            ("refoldEventsPerSecond", r.RefoldEventsPerSecond),
            ("openSeconds", r.OpenSeconds),
            ("readySeconds", r.ReadySeconds),
            ("readyWithoutSnapshotsSeconds", r.ReadyWithoutSnapshotsSeconds),
        ];
    }

    private static Task<Measured> ArbitrageAsync(TimeSpan perCase)
    {
        var r = ArbitrageBenchmark.Run(perCase / 5);
        Measured measured =
        [
            ("pools", r.Pools),
            ("cycles", r.Cycles),
            ("gainingCycles", r.Gaining),
            ("closedFormSizingsPerSecond", r.SizingsPerSecond),
            ("poolUpdatesPerSecond", r.UpdatesPerSecond),
            ("bytesAllocatedPerUpdate", r.BytesPerUpdate),
            ("cyclesPerChange", r.CyclesPerChange),
            ("changeP50Microseconds", r.ChangeP50Microseconds),
            ("changeP99Microseconds", r.ChangeP99Microseconds),
            ("changeToOpportunityP50Microseconds", r.ToOpportunityP50Microseconds),
            ("changeToOpportunityP99Microseconds", r.ToOpportunityP99Microseconds),
            ("fullEvaluationMilliseconds", r.FullMilliseconds),
        ];
        return Task.FromResult(measured);
    }

    private static Task<Measured> RoutingAsync(TimeSpan perCase)
    {
        var measured = new Measured();
        foreach (var pools in (int[])[1_000, 10_000])
        {
            var r = RoutingBenchmark.Run(pools, perCase / 2);
            var name = string.Create(CultureInfo.InvariantCulture, $"pools{pools}");
            measured.AddRange(
            [
                ($"{name}Routes", r.Routes),
                ($"{name}LegsPerRoute", r.LegsPerRoute),
                ($"{name}SplitShare", r.SplitShare),
                ($"{name}GainOverSinglePathBps", r.GainBps),
                ($"{name}P50Ms", r.P50Ms),
                ($"{name}P99Ms", r.P99Ms),
            ]);
        }

        return Task.FromResult(measured);
    }

    private static Task<Measured> TicksAsync(TimeSpan perCase)
    {
        using var scratch = new ScratchDirectory();
        var ticks = (int)(1_000_000 * Math.Min(1, perCase.TotalSeconds / SecondsDefault));
        var r = TicksBenchmark.Run(scratch.Path, ticks);
        Measured measured =
        [
            ("ticks", r.Ticks),
            ("symbols", r.Symbols),
            ("bots", r.Bots),
            ("ticksPerSecond", r.TicksPerSecond),
            ("cpuMicrosecondsPerTick", r.CpuMicrosecondsPerTick),
            ("eventsPerTick", r.EventsPerTick),
            ("repeatable", r.IsRepeatable ? 1 : 0),
        ];
        return Task.FromResult(measured);
    }

    private static Task<Measured> QuotesAsync(TimeSpan perCase)
    {
        var measured = new Measured();
        foreach (var r in QuotesBenchmark.Run(perCase))
        {
            measured.Add(($"{r.Name}PerSecond", r.PerSecond));
            if (r.PeerPerSecond is { } peer)
            {
                measured.Add(($"{r.Name}PeerPerSecond", peer));
                measured.Add(($"{r.Name}ToPeer", r.PerSecond / peer));
            }
        }

        return Task.FromResult(measured);
    }

    private static Task<Measured> RegistryAsync(TimeSpan perCase)
    {
        var r = RegistryBenchmark.Run(perCase / 6);
        Measured measured =
        [
            ("pools", RegistryBenchmark.Pools),
            ("updatesPerSecond", r.UpdatesPerSecond),
            ("dictionaryWritesPerSecond", r.DictionaryWritesPerSecond),
            ("updatesToDictionaryWrites", r.UpdatesPerSecond / r.DictionaryWritesPerSecond),
            ("priceAllTokensMs", r.DeriveMs),
            ("listAllPoolsMs", r.ListMs),
            ("filePoolsReadPerSecond", r.FilePoolsPerSecond),
            ("batchLinesPerSecond", r.BatchLinesPerSecond),
        ];
        return Task.FromResult(measured);
    }

    private static Task<Measured> OrdersAsync(TimeSpan perCase)
    {
        Measured measured = [("fillsAMove", OrdersBenchmark.FillsAMove)];
        foreach (var one in OrdersBenchmark.Run(perCase))
        {
            measured.Add(($"moveOf{one.Orders}Nanoseconds", one.MoveNanoseconds));
            measured.Add(($"fillOf{one.Orders}Nanoseconds", one.FillNanoseconds));
        }

        measured.Add(("deskFewAMove", DeskBenchmark.FewAMove));
        foreach (var one in DeskBenchmark.Run(perCase))
        {
            measured.Add(($"desk{one.Orders}BytesAnOrder", one.BytesAnOrder));
            measured.Add(($"desk{one.Orders}MoveNanoseconds", one.NoneNanoseconds));
            measured.Add(($"desk{one.Orders}MoveOfOneNanoseconds", one.OneNanoseconds));
            measured.Add(($"desk{one.Orders}MoveOfFewNanoseconds", one.FewNanoseconds));
        }

        return Task.FromResult(measured);
    }

    private static Task<Measured> RangesAsync(TimeSpan perCase)
    {
        Measured measured = [];
        foreach (var one in RangesBenchmark.Run(perCase))
        {
            measured.Add(($"swapAmong{one.Ticks}TicksNanoseconds", one.SwapNanoseconds));
            measured.Add(($"swapAmong{one.Ticks}TicksBytes", one.BytesASwap));
        }

        return Task.FromResult(measured);
    }

    private static void Print(CommandOutput output, string title, Measured measured)
    {
        if (output.IsJson)
        {
            output.Json(json => Write(json, measured));
            return;
        }

        output.Facts(title, [.. measured.Select(m => (m.Name, Text(m.Value)))]);
    }

    private static void Write(Utf8JsonWriter json, Measured measured)
    {
        json.WriteStartObject();
        foreach (var (name, value) in measured)
        {
            json.WriteNumber(name, Math.Round(value, 4));
        }

        json.WriteEndObject();
    }

    private static string Text(double value) => value switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("N1", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    /// <summary>Names, with their units at the end, and values, in the order in which they are shown.</summary>
    private sealed class Measured : List<(string Name, double Value)>;
}
