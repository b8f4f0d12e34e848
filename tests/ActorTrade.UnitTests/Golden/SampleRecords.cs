using System.Globalization;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Golden;

/// <summary>
/// Makes one record of any stored type, always the same: every field has a value that follows from its place, nothing
/// is null, every list has two elements. A field that joins at the end leaves what comes before as it is.
/// </summary>
internal sealed class SampleRecords
{
    private static readonly DateTimeOffset Epoch = new(2018, 4, 4, 10, 0, 0, TimeSpan.Zero);
    private int _fields;

    public static object Of(Type type) => new SampleRecords().Make(type);

    private object Make(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Make(inner);
        }

        if (Simple(type, ++_fields) is { } simple)
        {
            return simple;
        }

        if (type.IsEnum)
        {
            var values = Enum.GetValues(type);
            return values.GetValue(1 % values.Length)!;
        }

        if (type.IsArray)
        {
            var array = Array.CreateInstance(type.GetElementType()!, 2);
            array.SetValue(Make(type.GetElementType()!), 0);
            array.SetValue(Make(type.GetElementType()!), 1);
            return array;
        }

        if (type.IsAbstract)
        {
            var cases = type.GetNestedTypes()
                .Where(t => !t.IsAbstract && type.IsAssignableFrom(t))
                .OrderBy(t => OpenName.Of(t), StringComparer.Ordinal);
            return Make(cases.First());
        }

        var constructor = type.GetConstructors()
            .Where(c => c.GetParameters() is not [var only] || only.ParameterType != type)
            .OrderByDescending(c => c.GetParameters().Length)
            .First();
        return constructor.Invoke([.. constructor.GetParameters().Select(p => Make(p.ParameterType))]);
    }

    private static object? Simple(Type type, int field)
    {
        var text = "f" + field.ToString(CultureInfo.InvariantCulture);
        return type switch
        {
            _ when type == typeof(bool) => field % 2 == 0,
            _ when type == typeof(byte) => (byte)field,
            _ when type == typeof(int) => field,
            _ when type == typeof(long) => 1_000_000_000_000L + field,
            _ when type == typeof(ulong) => 2_000_000_000_000UL + (ulong)field,
            _ when type == typeof(double) => field + 0.5,
            _ when type == typeof(decimal) => field + 0.25m,
            _ when type == typeof(string) => text,
            _ when type == typeof(Guid) => new Guid(field, 2, 3, [1, 2, 3, 4, 5, 6, 7, 8]),
            _ when type == typeof(DateTimeOffset) => Epoch + TimeSpan.FromSeconds(field),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(field),
            _ when type == typeof(UInt256) => UInt256.Parse("123456789012345678901234567890") + (uint)field,
            _ when type == typeof(TokenId) => TokenId.Parse("T" + text),
            _ when type == typeof(AccountId) => AccountId.Parse("a" + text),
            _ when type == typeof(PoolId) => PoolId.Parse("p" + text),
            _ when type == typeof(BotId) => BotId.Parse("b" + text),
            _ when type == typeof(OrderId) => new OrderId(new Guid(field, 4, 5, new byte[8])),
            _ => null,
        };
    }
}
