using System.CommandLine;
using System.Globalization;
using ActorTrade.Domain;
using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary><c>actortrade journal verify|stats|export</c>: looks at a journal that no node has open.</summary>
internal static class JournalCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("journal", "Looks at the journal of a node that is not running.");
        command.Subcommands.Add(Sub(
            common,
            "verify",
            "Proves it right: checksums, order, every state folded anew, snapshots, conservation of money.",
            Verify));
        command.Subcommands.Add(Sub(common, "stats", "How much is in it.", Stats));
        command.Subcommands.Add(Sub(common, "export", "Every event as JSON, one a line, in commit order.", Export));
        return command;
    }

    private static Command Sub(
        CommonOptions common, string name, string description, Func<string, CommandOutput, int> run)
    {
        var command = new Command(name, description) { common.Data, common.Config, common.Set };
        command.SetAction(
            parsed => run(DirectoryOf(common.Configuration(parsed).Node.DataDirectory), common.Output(parsed)));
        return command;
    }

    private static string DirectoryOf(string directory) => File.Exists(Path.Combine(directory, "journal.db"))
        ? directory
        : throw new CommandException(
            ExitCode.NotFound, $"There is no journal in '{Path.GetFullPath(directory)}': use --data.");

    private static int Verify(string directory, CommandOutput output)
    {
        var conservation = new ConservationCheck();
        var report = output.Progress("Verifying", told => JournalVerifier.Verify(
            directory, EntityKinds.All, EntityKinds.Catalog(), [conservation], progress: _ => told(0.5)));
        if (output.IsJson)
        {
            output.Json(json => VerificationText.Write(json, report, conservation));
        }
        else
        {
            VerificationText.Write(output, report, conservation);
        }

        if (report.IsClean)
        {
            return (int)ExitCode.Ok;
        }

        // A damaged record unsettles sums and states after it; the record is what to look at.
        var first = report.Problems.FirstOrDefault(p => p.Ordering > 0) ?? report.Problems[0];
        var where = first.Ordering > 0 ? $"at record {first.Ordering}: " : "";
        throw new CommandException(
            ExitCode.Error, $"The journal has {report.ProblemCount} problem(s), the first {where}{first.What}");
    }

    private static int Stats(string directory, CommandOutput output)
    {
        var statistics = WithJournal(directory, journal => journal.Statistics());
        if (output.IsJson)
        {
            output.Json(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("events", statistics.Events);
                json.WriteNumber("bytes", statistics.Bytes);
                json.WriteNumber("entities", statistics.Entities);
                json.WriteNumber("snapshots", statistics.Snapshots);
                json.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        output.Facts(
            Path.GetFullPath(directory),
            ("Events", statistics.Events.ToString("N0", CultureInfo.InvariantCulture)),
            ("Bytes", statistics.Bytes.ToString("N0", CultureInfo.InvariantCulture)),
            ("Bytes an event", $"{statistics.Bytes / Math.Max(1, statistics.Events):N0}"),
            ("Entities", statistics.Entities.ToString("N0", CultureInfo.InvariantCulture)),
            ("Snapshots", statistics.Snapshots.ToString("N0", CultureInfo.InvariantCulture)));
        return (int)ExitCode.Ok;
    }

    private static int Export(string directory, CommandOutput output)
    {
        WithJournal(directory, journal =>
        {
            using var lines = new EventLines(Console.OpenStandardOutput(), EntityKinds.Catalog());
            foreach (var stored in journal.ReadAll(0))
            {
                lines.Write(stored);
            }

            return 0;
        });
        return (int)ExitCode.Ok;
    }

    private static T WithJournal<T>(string directory, Func<IJournal, T> read)
    {
        var journal = SqliteJournal.Open(directory);
        try
        {
            return read(journal);
        }
        finally
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
