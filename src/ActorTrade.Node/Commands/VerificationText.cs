using System.Globalization;
using System.Text.Json;
using ActorTrade.Domain.Ledger;
using ActorTrade.Journal.Verification;

namespace ActorTrade.Node.Commands;

/// <summary>A verification for people and for programs.</summary>
internal static class VerificationText
{
    public static void Write(CommandOutput output, VerificationReport report, ConservationLedger conservation)
    {
        var tokens = conservation.Report();
        output.Facts(
            report.IsClean ? "The journal is whole" : "The journal is damaged",
            ("Events", report.Events.ToString("N0", CultureInfo.InvariantCulture)),
            ("Entities", report.Entities.ToString("N0", CultureInfo.InvariantCulture)),
            ("Snapshots compared", $"{report.SnapshotsCompared:N0} of {report.Snapshots:N0}"),
            ("Money conserved", tokens.All(t => t.Ok) ? $"yes, {tokens.Count} tokens" : "no"),
            ("State hash", report.StateHash.Length == 0 ? "–" : report.StateHash),
            ("Time", $"{report.Elapsed.TotalSeconds:0.00} s"));
        foreach (var problem in report.Problems)
        {
            output.Line(problem.Ordering > 0 ? $"  record {problem.Ordering}: {problem.What}" : $"  {problem.What}");
        }
    }

    public static void Write(Utf8JsonWriter json, VerificationReport report, ConservationLedger conservation)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", report.IsClean);
        json.WriteNumber("events", report.Events);
        json.WriteNumber("entities", report.Entities);
        json.WriteNumber("snapshots", report.Snapshots);
        json.WriteNumber("snapshotsCompared", report.SnapshotsCompared);
        json.WriteNumber("snapshotsUnreadable", report.SnapshotsUnreadable);
        json.WriteString("stateHash", report.StateHash);
        json.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 3));
        json.WriteStartArray("conservation");
        foreach (var token in conservation.Report())
        {
            json.WriteStartObject();
            json.WriteString("token", token.Token.Value);
            json.WriteString("minted", token.Minted.ToString());
            json.WriteString("burned", token.Burned.ToString());
            json.WriteString("venueIn", token.VenueIn.ToString());
            json.WriteString("venueOut", token.VenueOut.ToString());
            json.WriteString("held", token.Held.ToString());
            json.WriteString("inTransit", token.InTransit.ToString());
            json.WriteBoolean("ok", token.Ok);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("problemCount", report.ProblemCount);
        json.WriteStartArray("problems");
        foreach (var problem in report.Problems)
        {
            json.WriteStartObject();
            json.WriteNumber("record", problem.Ordering);
            json.WriteString("what", problem.What);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
