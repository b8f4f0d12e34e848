using System.CommandLine;
using System.Globalization;
using ActorTrade.Domain;
using ActorTrade.Domain.Ledger;
using ActorTrade.Journal;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Journal.Verification;
using ActorTrade.Node.Configuration;
using ActorTrade.Operator;

namespace ActorTrade.Node.Commands;

/// <summary>
/// <c>actortrade journal verify|stats|export</c>: looks at a journal. That of a node alone is a directory that no node
/// may have open; that of a cluster is in PostgreSQL, and nodes may go on writing.
/// </summary>
internal static class JournalCommand
{
    private static readonly TimeSpan ServersWithin = TimeSpan.FromSeconds(5);

    public static Command Create(CommonOptions common)
    {
        var command = new Command(
            "journal", "Looks at the journal: of a node that is not running, or of a cluster with Cluster:Enabled.");
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
        CommonOptions common, string name, string description, Func<NodeConfiguration, CommandOutput, int> run)
    {
        var command = new Command(name, description) { common.Data, common.Config, common.Set };
        command.SetAction(parsed => run(common.Configuration(parsed), common.Output(parsed)));
        return command;
    }

    private static string DirectoryOf(NodeConfiguration configuration)
    {
        var directory = configuration.Node.DataDirectory;
        return File.Exists(Path.Combine(directory, "journal.db"))
            ? directory
            : throw new CommandException(
                ExitCode.NotFound,
                $"There is no journal in '{Path.GetFullPath(directory)}': use --data, or --config for a cluster's.");
    }

    private static int Verify(NodeConfiguration configuration, CommandOutput output)
    {
        var conservation = new ConservationLedger();
        var report = output.Progress(
            "Verifying", told => Verify(configuration, output, [new LawCheck(conservation)], _ => told(0.5)));
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

    private static VerificationReport Verify(
        NodeConfiguration configuration,
        CommandOutput output,
        IReadOnlyList<IVerificationObserver> observers,
        Action<long> progress) => configuration.Cluster.Enabled
            ? WithJournal(
                configuration,
                output,
                journal => JournalVerifier.Verify(
                    journal, EntityKinds.All, EntityKinds.Catalog(), observers, progress))
            : JournalVerifier.Verify(
                DirectoryOf(configuration), EntityKinds.All, EntityKinds.Catalog(), observers, progress);

    private static int Stats(NodeConfiguration configuration, CommandOutput output)
    {
        var statistics = WithJournal(configuration, output, journal => journal.Statistics());
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
            configuration.Cluster.Enabled
                ? $"Schema {configuration.Postgres.Schema} in PostgreSQL"
                : Path.GetFullPath(DirectoryOf(configuration)),
            ("Events", statistics.Events.ToString("N0", CultureInfo.InvariantCulture)),
            ("Bytes", statistics.Bytes.ToString("N0", CultureInfo.InvariantCulture)),
            ("Bytes an event", $"{statistics.Bytes / Math.Max(1, statistics.Events):N0}"),
            ("Entities", statistics.Entities.ToString("N0", CultureInfo.InvariantCulture)),
            ("Snapshots", statistics.Snapshots.ToString("N0", CultureInfo.InvariantCulture)));
        return (int)ExitCode.Ok;
    }

    private static int Export(NodeConfiguration configuration, CommandOutput output)
    {
        WithJournal(configuration, output, journal =>
        {
            using var lines = new EventLines(Console.OpenStandardOutput(), EntityKinds.Catalog());

            // Nodes of a cluster may write faster than this reads: it ends at what is there now.
            var end = journal.LastOrdering;
            foreach (var stored in journal.ReadAll(0).TakeWhile(e => e.Ordering <= end))
            {
                lines.Write(stored);
            }

            return 0;
        });
        return (int)ExitCode.Ok;
    }

    private static T WithJournal<T>(NodeConfiguration configuration, CommandOutput output, Func<IJournal, T> read)
    {
        var journal = configuration.Cluster.Enabled
            ? OpenShared(configuration, output)
            : SqliteJournal.Open(DirectoryOf(configuration));
        try
        {
            return read(journal);
        }
        finally
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static IJournal OpenShared(NodeConfiguration configuration, CommandOutput output) => configuration.Servers()
        .OpenJournalAsync(ServersWithin, output.Note, TimeProvider.System, CancellationToken.None)
        .GetAwaiter().GetResult();
}
