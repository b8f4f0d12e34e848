using System.Reflection;

namespace ActorTrade.EventSourcing.Records;

/// <summary>A field whose type is an abstract record: the case's name, the length, the case's fields.</summary>
/// <remarks>
/// The length lets a case gain fields at its end like any stored record. Built at the first use, since
/// the cases may in turn hold the type itself.
/// </remarks>
internal sealed class RecordUnion(Type type, RecordForm form)
{
    private readonly Lazy<Cases> _cases = new(() => Cases.Of(type, form));

    public void Write(RecordWriter writer, object value)
    {
        if (!_cases.Value.ByType.TryGetValue(value.GetType(), out var found))
        {
            throw new NotSupportedException($"{value.GetType()} has no stored form: no [StoredName].");
        }

        writer.WriteString(found.Name);
        var mark = writer.BeginLength();
        found.Codec.Write(writer, value);
        writer.EndLength(mark);
    }

    public object Read(RecordReader reader)
    {
        var name = reader.ReadString();
        if (!_cases.Value.ByName.TryGetValue(name, out var codec))
        {
            throw new UnknownStoredNameException(name);
        }

        var outer = reader.Enter();
        var value = codec.Read(reader);
        reader.Leave(outer);
        return value;
    }

    private sealed record Cases(
        Dictionary<Type, (string Name, RecordCodec Codec)> ByType, Dictionary<string, RecordCodec> ByName)
    {
        public static Cases Of(Type type, RecordForm form)
        {
            var cases = new Cases([], new Dictionary<string, RecordCodec>(StringComparer.Ordinal));
            foreach (var one in type.GetNestedTypes().Where(t => !t.IsAbstract && type.IsAssignableFrom(t)))
            {
                if (NameOf(one, form) is { } name)
                {
                    var codec = RecordCodec.For(one, form);
                    cases.ByType.Add(one, (name, codec));
                    cases.ByName.Add(name, codec);
                }
            }

            return cases;
        }

        // What is stored for ever has a name that somebody has chosen.
        private static string? NameOf(Type one, RecordForm form) => form == RecordForm.Open
            ? OpenName.Of(one)
            : one.GetCustomAttribute<StoredNameAttribute>()?.Name;
    }
}
