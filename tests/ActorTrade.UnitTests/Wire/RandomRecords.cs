using System.Reflection;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.UnitTests.Wire;

/// <summary>Makes any record of a type: small and extreme numbers, texts beyond ASCII, nulls, empty lists.</summary>
internal sealed class RandomRecords(Random random)
{
    private static readonly NullabilityInfoContext Nullability = new();

    public object Make(Type type)
    {
        if (Simple(type) is { } simple)
        {
            return simple;
        }

        if (type.IsEnum)
        {
            var values = Enum.GetValues(type);
            return values.GetValue(random.Next(values.Length))!;
        }

        if (type.IsArray)
        {
            var element = type.GetElementType()!;
            var array = Array.CreateInstance(element, random.Next(4));
            for (var i = 0; i < array.Length; i++)
            {
                array.SetValue(Make(element), i);
            }

            return array;
        }

        if (type.IsAbstract)
        {
            var cases = type.GetNestedTypes().Where(t => !t.IsAbstract && type.IsAssignableFrom(t)).ToArray();
            return Make(cases[random.Next(cases.Length)]);
        }

        return Record(type);
    }

    public string Text() =>
        string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(9) == 0 ? "ü€😀" : "a"));

    // Values with bounds of their own refuse some numbers: until one fits.
    private object Record(Type type)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var parameters = WireForms.ParametersOf(type);
                var arguments = parameters.Select(Argument).ToArray();
                return parameters.Length == 0
                    ? Activator.CreateInstance(type)!
                    : ((ConstructorInfo)parameters[0].Member).Invoke(arguments);
            }
            catch (TargetInvocationException) when (attempt < 1_000)
            {
            }
        }
    }

    private object? Argument(ParameterInfo parameter)
    {
        var inner = Nullable.GetUnderlyingType(parameter.ParameterType);
        var mayBeNull = inner is not null
            || (!parameter.ParameterType.IsValueType
                && Nullability.Create(parameter).ReadState == NullabilityState.Nullable);
        return mayBeNull && random.Next(2) == 0 ? null : Make(inner ?? parameter.ParameterType);
    }

    private long Number() => random.Next(3) switch
    {
        0 => random.Next(20),
        1 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        _ => random.Next(2) == 0 ? long.MaxValue : long.MinValue,
    };

    private Guid Id()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private object? Simple(Type type) => type switch
    {
        _ when type == typeof(bool) => random.Next(2) == 0,
        _ when type == typeof(byte) => (byte)random.Next(256),
        _ when type == typeof(int) => unchecked((int)Number()),
        _ when type == typeof(long) => Number(),
        _ when type == typeof(ulong) => unchecked((ulong)Number()),
        _ when type == typeof(double) => random.NextDouble() * 1e300,
        _ when type == typeof(decimal) => new decimal(
            random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)),
        _ when type == typeof(string) => Text(),
        _ when type == typeof(Guid) => Id(),
        _ when type == typeof(DateTimeOffset) => new DateTimeOffset(
            random.NextInt64(DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero),
        _ when type == typeof(TimeSpan) => new TimeSpan(Number()),
        _ when type == typeof(UInt256) => random.Next(4) == 0
            ? UInt256.MaxValue
            : (UInt256)unchecked((ulong)Number()) * unchecked((ulong)Number()),
        _ when type == typeof(TokenId) => TokenId.Parse($"T{random.Next(99)}"),
        _ when type == typeof(AccountId) => AccountId.Parse($"a{random.Next(99)}"),
        _ when type == typeof(PoolId) => PoolId.Parse($"p{random.Next(99)}"),
        _ when type == typeof(BotId) => BotId.Parse($"b{random.Next(99)}"),
        _ when type == typeof(OrderId) => new OrderId(Id()),
        _ => null,
    };
}
