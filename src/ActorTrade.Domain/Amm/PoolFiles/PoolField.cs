namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>A field of the pool file. docs/schema/pools.schema.json describes the same ones; a test compares.</summary>
internal readonly record struct PoolField(string Name, bool IsRequired)
{
    public static PoolField Required(string name) => new(name, IsRequired: true);

    public static PoolField Optional(string name) => new(name, IsRequired: false);
}
