namespace ActorTrade.EventSourcing;

/// <summary>The address of an entity: its category ("account") and its key within the category ("alice").</summary>
/// <remarks>Its text form <c>category-key</c> is the entity's stream name in the journal, for ever.</remarks>
public readonly record struct EntityId
{
    /// <summary>The longest stream name, in characters; a bound that every store can hold in an index.</summary>
    public const int LengthMax = 200;

    public EntityId(string category, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(key);
        Category = category;
        Key = key;
    }

    /// <summary>Lower-case name of the kind of entity; holds no '-'.</summary>
    public string Category { get; }

    /// <summary>Unique within the category; may hold '-'.</summary>
    public string Key { get; }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">There is no '-', or a side of it is empty.</exception>
    public static EntityId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && dash < text.Length - 1
            ? new EntityId(text[..dash], text[(dash + 1)..])
            : throw new FormatException($"'{text}' is not an entity id: expected category-key.");
    }

    // Categories are few and mostly the same object, so the key decides; an id is looked up at every message.
    public bool Equals(EntityId other) =>
        string.Equals(Key, other.Key, StringComparison.Ordinal)
            && string.Equals(Category, other.Category, StringComparison.Ordinal);

    public override int GetHashCode() => Key is null ? 0 : Key.GetHashCode(StringComparison.Ordinal) ^ Category[0];

    public override string ToString() => $"{Category}-{Key}";
}
