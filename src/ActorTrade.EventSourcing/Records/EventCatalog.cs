using System.Reflection;

namespace ActorTrade.EventSourcing.Records;

/// <summary>All stored records of the entity kinds of a process, and of their hosts: their names, their
/// codecs, and the way from old forms.</summary>
public sealed class EventCatalog
{
    private readonly Dictionary<Type, Entry> _byType = [];
    private readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A case has no stored name, or two share one.</exception>
    public EventCatalog(IEnumerable<IEntityDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        foreach (var type in CasesOf(typeof(HostEvent)))
        {
            Add(NameOf(type), type, convert: null);
        }

        foreach (var definition in definitions)
        {
            foreach (var type in CasesOf(definition.EventType))
            {
                Add(NameOf(type), type, convert: null);
            }

            if (definition.SnapshotType is { } snapshot)
            {
                Add(NameOf(snapshot), snapshot, convert: null);
            }

            foreach (var upcaster in definition.Upcasters)
            {
                Add(upcaster.StoredName, upcaster.OldType, upcaster.Convert);
            }
        }
    }

    /// <summary>Every stored name that can be read, in order.</summary>
    public IEnumerable<string> StoredNames => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The event cases nested in an event base type.</summary>
    public static IEnumerable<Type> CasesOf(Type eventType)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        return eventType.GetNestedTypes().Where(t => !t.IsAbstract && eventType.IsAssignableFrom(t));
    }

    public string NameOf(object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return EntryOf(record).Name;
    }

    public Type TypeOf(string storedName) => _byName.TryGetValue(storedName, out var entry)
        ? entry.Type
        : throw new UnknownStoredNameException(storedName);

    /// <summary>Whether the name is stored as exactly this type today.</summary>
    public bool Knows(string storedName, Type type) =>
        _byName.TryGetValue(storedName, out var entry) && entry.Type == type && entry.Convert is null;

    /// <summary>Writes the record's fields.</summary>
    public void Write(RecordWriter writer, object record)
    {
        ArgumentNullException.ThrowIfNull(record);
        EntryOf(record).Codec.Write(writer, record);
    }

    /// <summary>Reads a stored record and brings an old form to today's.</summary>
    /// <param name="storedName">Its name.</param>
    /// <param name="reader">Holds its fields and nothing else.</param>
    /// <param name="mayGoOn">
    /// Leave fields unread that a newer program has added: right for an answer that passes through, never for a state.
    /// </param>
    /// <exception cref="UnknownStoredNameException">This program does not know the name:
    /// it may be older than the data.</exception>
    /// <exception cref="RecordDamagedException">The bytes do not have the form of that record.</exception>
    public object Read(string storedName, RecordReader reader, bool mayGoOn = false)
    {
        if (!_byName.TryGetValue(storedName, out var entry))
        {
            throw new UnknownStoredNameException(storedName);
        }

        var record = entry.Codec.Read(reader, mayGoOn);
        return entry.Convert is null ? record : entry.Convert(record);
    }

    private static string NameOf(Type type) =>
        type.GetCustomAttribute<StoredNameAttribute>()?.Name
        ?? throw new ArgumentException($"{type} is stored but has no [StoredName].");

    private Entry EntryOf(object record) => _byType.TryGetValue(record.GetType(), out var entry)
        ? entry
        : throw new ArgumentException($"{record.GetType()} is no stored record of this process.");

    private void Add(string name, Type type, Func<object, IEvent>? convert)
    {
        var entry = new Entry(name, type, RecordCodec.For(type), convert);
        if (!_byName.TryAdd(name, entry) || (convert is null && !_byType.TryAdd(type, entry)))
        {
            throw new ArgumentException($"The stored name {name} or its record {type} is there twice.");
        }
    }

    private sealed record Entry(string Name, Type Type, RecordCodec Codec, Func<object, IEvent>? Convert);
}

/// <summary>The journal holds a record that this program cannot read; it is probably older
/// than the program that wrote it.</summary>
public sealed class UnknownStoredNameException(string storedName)
    : Exception(
        $"The stored name '{storedName}' is not known to this version; use the version that wrote it, or a newer one.")
{
    public string StoredName { get; } = storedName;
}
