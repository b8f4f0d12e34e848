using System.Reflection;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.UnitTests.Golden;

namespace ActorTrade.UnitTests.Wire;

/// <summary>Every form that travels between nodes, with a sample of it, by a name of its own.</summary>
internal static class WireForms
{
    public static readonly WireCatalog Catalog = new(EntityKinds.All, EntityKinds.Catalog());

    public static readonly DateTimeOffset At = new(2026, 4, 4, 10, 0, 0, TimeSpan.Zero);

    public static readonly EntityId Target = new("account", "alice");

    /// <summary>Sort, name and type of each record with an open form: also the cases of unions inside others.</summary>
    public static IEnumerable<(string Name, Type Type)> Records()
    {
        List<(string, Type)> all =
        [
            .. Catalog.Commands.Select(c => ($"command {c.Name}", c.Type)),
            .. Catalog.Rejections.Select(r => ($"rejection {r.Name}", r.Type)),
            .. Catalog.Views.Select(v => ($"view {v.Name}", v.Type)),
        ];
        var seen = new HashSet<Type>();
        foreach (var (_, type) in all.ToArray())
        {
            all.AddRange(UnionsIn(type, seen).SelectMany(u => u.GetNestedTypes()
                .Where(t => !t.IsAbstract && u.IsAssignableFrom(t))
                .Select(t => ($"case {u.Name}/{OpenName.Of(t)}", t))));
        }

        return all;
    }

    public static byte[] Bytes(Type type, object record)
    {
        var writer = new RecordWriter();
        RecordCodec.For(type, RecordForm.Open).Write(writer, record);
        return writer.ToArray();
    }

    public static object Read(Type type, byte[] bytes)
    {
        var reader = new RecordReader();
        reader.Reset(bytes);
        return RecordCodec.For(type, RecordForm.Open).Read(reader);
    }

    /// <summary>One batch of requests and one of replies with every case in them.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Batches()
    {
        var header = new CommandHeader(new Guid(1, 2, 3, new byte[8]), "alice", At, "127.0.0.1 curl");
        var command = (ICommand)SampleRecords.Of(typeof(Domain.Accounts.Account.Command.ReleaseHold));
        var requests = new RequestBatchWriter(Catalog, "node-1");
        requests.Append(1, Target, command, header, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        requests.Append(2, Target, command, header with { Origin = null });
        requests.Append(3, Target, command: null, header);
        yield return ("batch requests.v1", requests.ToArray());
        var replies = new ReplyBatchWriter(Catalog);
        var opened = (IEvent)SampleRecords.Of(typeof(Domain.Accounts.Account.Event.Opened));
        var rejection = (IRejection)SampleRecords.Of(typeof(Domain.Accounts.Account.Rejection.UnknownHold));
        replies.Append(1, new Answer.Accepted([opened, opened], 7, At));
        replies.Append(2, new Answer.Accepted([], 7, At));
        replies.Append(3, new Answer.Rejected(rejection));
        replies.Append(4, new Answer.OutcomeUnknown("lost"));
        replies.Append(5, new Answer.Viewed(SampleRecords.Of(typeof(Domain.Tokens.TokenView)), 9));
        replies.Append(6, new Answer.Refused(RefusalReason.MailboxFull));
        yield return ("batch replies.v1", replies.ToArray());
    }

    /// <summary>The names of a record's fields in their order, with those of the records inside.</summary>
    public static string FieldsOf(Type type)
    {
        var element = type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;
        var isRecord = !element.IsEnum && !element.IsAbstract && !element.IsPrimitive && IsOurs(element);
        return isRecord ? $"({string.Join(",", ParametersOf(element).Select(p => p.Name + FieldsOf(p.ParameterType)))})"
            : "";
    }

    public static ParameterInfo[] ParametersOf(Type type) => [.. type.GetConstructors()
        .Select(c => c.GetParameters())
        .Where(p => p is not [var only] || only.ParameterType != type)
        .OrderByDescending(p => p.Length)
        .First()];

    private static bool IsOurs(Type type) =>
        type.FullName!.StartsWith("ActorTrade.", StringComparison.Ordinal)
        && !type.GetInterfaces().Any(
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRecordField<>));

    private static IEnumerable<Type> UnionsIn(Type type, HashSet<Type> seen)
    {
        var element = type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;
        if (element.IsEnum || !IsOurs(element) || !seen.Add(element))
        {
            return [];
        }

        return element.IsAbstract
            ? element.GetNestedTypes().SelectMany(t => UnionsIn(t, seen)).Prepend(element)
            : ParametersOf(element).SelectMany(p => UnionsIn(p.ParameterType, seen));
    }
}
