using System.Collections.Frozen;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.Cluster.Wire;

/// <summary>
/// The commands, rejections and views of the entity kinds of a process, by the names they have between nodes, and the
/// stored names of the events. Immutable; any number of threads may use one.
/// </summary>
/// <remarks>
/// A name is made of the category, the case's name in lower case and dashes, and <c>v1</c>:
/// <c>account.start-swap.v1</c>; a view is <c>account-view.v1</c>. A case with a <see cref="StoredNameAttribute"/> has
/// that name instead: so it keeps its name when it is renamed, and so a second form gets its <c>v2</c>. Golden files
/// pin every name and form. The fields are written as <see cref="RecordForm.Open"/> says.
/// </remarks>
public sealed class WireCatalog
{
    private readonly WireNames _commands;
    private readonly WireNames _rejections;
    private readonly WireNames _views;

    /// <exception cref="ArgumentException">Two cases share a name, or two kinds share a base type.</exception>
    /// <exception cref="NotSupportedException">A field's type has no form; names the field.</exception>
    public WireCatalog(IEnumerable<IEntityDefinition> definitions, EventCatalog events)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(events);
        IEntityDefinition[] kinds = [.. definitions];
        _commands = new WireNames("command", kinds.SelectMany(d => CasesOf(d, d.CommandType)));
        _rejections = new WireNames("rejection", kinds.SelectMany(d => CasesOf(d, d.RejectionType)));
        _views = new WireNames(
            "view", kinds.Where(d => d.ViewType is not null).Select(d => (OpenName.Of(d.ViewType!), d.ViewType!)));
        Events = events;
    }

    /// <summary>Every command that can be sent, by name, in order.</summary>
    public IEnumerable<(string Name, Type Type)> Commands => _commands.All;

    public IEnumerable<(string Name, Type Type)> Rejections => _rejections.All;

    public IEnumerable<(string Name, Type Type)> Views => _views.All;

    internal EventCatalog Events { get; }

    /// <exception cref="ArgumentException">The type is no command of this catalogue.</exception>
    public string NameOf(ICommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _commands.NameOf(command);
    }

    internal void WriteCommand(RecordWriter writer, ICommand command) => _commands.Write(writer, command);

    internal void WriteRejection(RecordWriter writer, IRejection rejection) => _rejections.Write(writer, rejection);

    internal void WriteView(RecordWriter writer, object view) => _views.Write(writer, view);

    internal void WriteEvent(RecordWriter writer, IEvent @event)
    {
        writer.WriteString(Events.NameOf(@event));
        var mark = writer.BeginLength();
        Events.Write(writer, @event);
        writer.EndLength(mark);
    }

    internal ICommand ReadCommand(RecordReader reader) => (ICommand)_commands.Read(reader);

    internal IRejection ReadRejection(RecordReader reader) => (IRejection)_rejections.Read(reader);

    internal object ReadView(RecordReader reader) => _views.Read(reader);

    internal IEvent ReadEvent(RecordReader reader)
    {
        var name = reader.ReadString();
        var outer = reader.Enter();
        var read = Events.Read(name, reader, mayGoOn: true) as IEvent;
        reader.Leave(outer);
        return read ?? throw new RecordDamagedException($"{name} is no event.");
    }

    // The whole assembly, not only the nested cases: kinds that share commands may add their own beside them.
    private static IEnumerable<(string Name, Type Type)> CasesOf(IEntityDefinition definition, Type family) =>
        family.Assembly.GetTypes()
            .Where(t => family.IsAssignableFrom(t) && t is { IsAbstract: false, IsInterface: false })
            .Select(t => (OpenName.Of(t, definition.Category), t));
}

/// <summary>The cases of one sort, each as its name, its length and its fields.</summary>
internal sealed class WireNames
{
    private readonly FrozenDictionary<Type, Entry> _byType;
    private readonly FrozenDictionary<string, Entry> _byName;
    private readonly string _sort;

    public WireNames(string sort, IEnumerable<(string Name, Type Type)> cases)
    {
        _sort = sort;
        var byType = new Dictionary<Type, Entry>();
        var byName = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var (name, type) in cases)
        {
            var entry = new Entry(name, type, EncodedName(name), RecordCodec.For(type, RecordForm.Open));
            if (!byType.TryAdd(type, entry) || !byName.TryAdd(name, entry))
            {
                throw new ArgumentException($"The {sort} {name}, or its type {type}, is there twice.");
            }
        }

        _byType = byType.ToFrozenDictionary();
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IEnumerable<(string Name, Type Type)> All =>
        _byName.Values.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => (e.Name, e.Type));

    public string NameOf(object value) => EntryOf(value).Name;

    public void Write(RecordWriter writer, object value)
    {
        var entry = EntryOf(value);
        writer.WriteRaw(entry.EncodedName);
        var mark = writer.BeginLength();
        entry.Codec.Write(writer, value);
        writer.EndLength(mark);
    }

    public object Read(RecordReader reader)
    {
        var name = reader.ReadString();
        if (!_byName.TryGetValue(name, out var entry))
        {
            throw new RecordDamagedException($"The {_sort} '{name}' is not known to this version.");
        }

        var outer = reader.Enter();
        var value = entry.Codec.Read(reader);
        reader.Leave(outer);
        return value;
    }

    private static byte[] EncodedName(string name)
    {
        var writer = new RecordWriter();
        writer.WriteString(name);
        return writer.ToArray();
    }

    private Entry EntryOf(object value) => _byType.TryGetValue(value.GetType(), out var entry)
        ? entry
        : throw new ArgumentException($"{value.GetType()} is no {_sort} of the entity kinds that are served here.");

    private sealed record Entry(string Name, Type Type, byte[] EncodedName, RecordCodec Codec);
}
