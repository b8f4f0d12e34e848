using System.Runtime.CompilerServices;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary><c>journal</c>: proof that what is stored is whole.</summary>
internal sealed class JournalPalette(LighthouseServices services) : IPalette
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public string Name => "journal";

    public string Meaning => "The journal, the truth of everything.";

    public IReadOnlyList<OperatorCommand> Commands =>
    [
        new()
        {
            Description = new()
            {
                Name = "verify",
                Meaning = "Proves it right: checksums, order, every state folded anew, conservation of money. Exit "
                    + "code 1 where it is not.",
                Streams = true,
            },
            Stream = call => VerifyAsync(call.Cancelled),
        },
        new()
        {
            Description = new() { Name = "stats", Meaning = "How much is in it." },
            Run = StatsAsync,
        },
    ];

    private async Task<CommandResult> StatsAsync(CommandCall call)
    {
        try
        {
            var size = await services.Journal.SizeAsync(call.Cancelled);
            return CommandResult.Of(ResultBlock.FactsOf(
                null,
                new Fact("Events", Wire.Of(size.Events), Kind: ColumnKinds.Number),
                new Fact("Size", Wire.Of(size.Bytes), Kind: ColumnKinds.Bytes),
                new Fact("An event", Wire.Of(size.Bytes / Math.Max(1, size.Events)), Kind: ColumnKinds.Bytes),
                new Fact("Entities", Wire.Of(size.Entities), Kind: ColumnKinds.Number),
                new Fact("Snapshots", Wire.Of(size.Snapshots), Kind: ColumnKinds.Number)));
        }
        catch (InspectionException e)
        {
            throw Unreadable(e);
        }
    }

    private async IAsyncEnumerable<StreamItem> VerifyAsync([EnumeratorCancellation] CancellationToken cancelled)
    {
        long done = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var verifying = services.Journal.VerifyAsync(events => Volatile.Write(ref done, events), stop.Token);
        try
        {
            while (await Task.WhenAny(verifying, Task.Delay(LookEvery, services.Time, cancelled)) != verifying)
            {
                cancelled.ThrowIfCancellationRequested();
                yield return new StreamItem
                {
                    Kind = StreamKinds.Progress,
                    Text = $"{Volatile.Read(ref done):N0} events verified",
                };
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        JournalVerification found;
        try
        {
            found = await verifying;
        }
        catch (InspectionException e)
        {
            throw Unreadable(e);
        }

        foreach (var block in Blocks(found))
        {
            yield return new StreamItem { Kind = StreamKinds.Block, Block = block };
        }

        var isClean = found.Report.IsClean && found.Tokens.All(t => t.Ok);
        yield return new StreamItem { Kind = StreamKinds.End, ExitCode = isClean ? 0 : (int)ExitCode.Error };
    }

    private static IEnumerable<ResultBlock> Blocks(JournalVerification found)
    {
        var report = found.Report;
        var lost = found.Tokens.Where(t => !t.Ok).ToList();
        yield return ResultBlock.FactsOf(
            null,
            new Fact(
                "Journal",
                report.IsClean ? "whole" : $"NOT whole: {report.ProblemCount} problems",
                report.IsClean ? Tones.Ok : Tones.Fail),
            new Fact(
                "Money",
                lost.Count == 0 ? $"conserved, {found.Tokens.Count} tokens"
                    : $"NOT conserved: {string.Join(' ', lost.Select(t => t.Token))}",
                lost.Count == 0 ? Tones.Ok : Tones.Fail),
            new Fact("Events", Wire.Of(report.Events), Kind: ColumnKinds.Number),
            new Fact("Entities", Wire.Of(report.Entities), Kind: ColumnKinds.Number),
            new Fact("Snapshots compared", $"{report.SnapshotsCompared:N0} of {report.Snapshots:N0}"),
            new Fact("State hash", report.StateHash),
            new Fact("Time", Wire.Of(report.Elapsed), Kind: ColumnKinds.Duration));
        if (report.Problems.Count > 0)
        {
            yield return ResultBlock.TableOf(
                "Problems",
                [new Column { Name = "Record", Kind = ColumnKinds.Number }, new Column { Name = "What", Wraps = true }],
                report.Problems.Select(p => Row.Of(p.Ordering > 0 ? Wire.Of(p.Ordering) : "", p.What)));
            yield return ResultBlock.Line(
                "Stop trading ('trade emergency'), keep the database as it is, and see the manual on recovery.");
        }
    }

    private static OperatorException Unreadable(InspectionException e) => new(
        ExitCode.NotRunning, "journal-unreadable", $"The journal cannot be read: {e.Message}", "Look at 'doctor'.");
}
