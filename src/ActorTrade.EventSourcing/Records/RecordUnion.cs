using System.Reflection;

namespace ActorTrade.EventSourcing.Records;

/// <summary>A field whose type is an abstract record: the case's stored name, the length, the case's fields.</summary>
/// <remarks>
/// The length lets a case gain fields at its end like any stored record. Built at the first use, since
/// the cases may in turn hold the type itself.
/// </remarks>
internal sealed class RecordUnion(Type type)
{
    private readonly Lazy<Cases> _cases = new(() => Cases.Of(type));

    public void Write(RecordWriter writer, object value)
    {
        if (!_cases.Value.ByType.TryGetValue(value.GetType(), out var found))
        {
            throw new NotSupportedException($"{value.GetType()} has no stored form: no [StoredName].");
        }

        writer.WriteString(found.Name);
        var inner = new RecordWriter();
        found.Codec.Write(inner, value);
        writer.WriteUInt64((ulong)inner.Length);
        writer.WriteRaw(inner.Written);
    }

    public object Read(RecordReader reader)
    {
        var name = reader.ReadString();
        if (!_cases.Value.ByName.TryGetValue(name, out var codec))
        {
            throw new UnknownStoredNameException(name);
        }

        var inner = new RecordReader();
        inner.Reset(reader.ReadRaw(reader.ReadCount()).ToArray());
        return codec.Read(inner);
    }

    private sealed record Cases(
        Dictionary<Type, (string Name, RecordCodec Codec)> ByType, Dictionary<string, RecordCodec> ByName)
    {
        public static Cases Of(Type type)
        {
            var cases = new Cases([], new Dictionary<string, RecordCodec>(StringComparer.Ordinal));
            foreach (var one in type.GetNestedTypes().Where(t => !t.IsAbstract && type.IsAssignableFrom(t)))
            {
                if (one.GetCustomAttribute<StoredNameAttribute>()?.Name is { } name)
                {
                    var codec = RecordCodec.For(one);
                    cases.ByType.Add(one, (name, codec));
                    cases.ByName.Add(name, codec);
                }
            }

            return cases;
        }
    }
}
