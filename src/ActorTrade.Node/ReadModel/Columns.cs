using System.Numerics;
using ActorTrade.Domain.Numerics;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Node.ReadModel;

/// <summary>Short forms for the definitions of tables and rows.</summary>
internal static class Columns
{
    public static ColumnDefinition Text(string name) => new(name, ColumnType.Text);

    public static ColumnDefinition TextOrNull(string name) => new(name, ColumnType.Text, IsNullable: true);

    public static ColumnDefinition Whole(string name) => new(name, ColumnType.Integer);

    public static ColumnDefinition WholeOrNull(string name) => new(name, ColumnType.Integer, IsNullable: true);

    public static Cell Is(this string column, object? value) => new(column, value switch
    {
        UInt256 amount => (BigInteger)amount,
        TokenId id => id.Value,
        AccountId id => id.Value,
        PoolId id => id.Value,
        BotId id => id.Value,
        OrderId id => id.Value,
        Enum named => named.ToString(),
        int number => (long)number,
        ulong number => (long)number,
        _ => value,
    });
}
