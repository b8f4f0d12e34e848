using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace ActorTrade.EventSourcing.Records;

/// <summary>
/// Stores a record as its constructor's parameters, one after the other, in their order. Compiled once a type, so that
/// it costs about as much as the same code written by hand, and nobody can forget a field.
/// </summary>
/// <remarks>
/// A stored record may gain parameters at its end, with a default: they read as that default where the stored bytes end
/// before. Nothing else may change; a changed record is a new one with a new stored name and an upcaster. Fields: the
/// numbers, <see cref="string"/>, <see cref="Guid"/>, instants and spans, enums, <see cref="Nullable{T}"/> and nullable
/// references, <see cref="IRecordField{TSelf}"/>, arrays, records of these (whose form is fixed), and abstract records
/// with nested cases that have stored names. <see cref="RecordForm.Open"/> says what messages may do beyond that.
/// </remarks>
public sealed class RecordCodec
{
    private readonly Action<RecordWriter, object> _write;
    private readonly Func<RecordReader, object> _read;
    private readonly RecordForm _form;

    private RecordCodec(Action<RecordWriter, object> write, Func<RecordReader, object> read, RecordForm form)
    {
        _write = write;
        _read = read;
        _form = form;
    }

    /// <exception cref="NotSupportedException">A field's type has no stored form; names the field.</exception>
    public static RecordCodec For(Type type, RecordForm form = RecordForm.Stored)
    {
        ArgumentNullException.ThrowIfNull(type);
        var fields = new RecordFields(form);
        var writer = Expression.Parameter(typeof(RecordWriter), "writer");
        var value = Expression.Parameter(typeof(object), "value");
        var typed = Expression.Variable(type, "typed");
        var write = Expression.Lambda<Action<RecordWriter, object>>(
            Expression.Block(
                [typed],
                Expression.Assign(typed, Expression.Convert(value, type)),
                fields.WriteMembers(writer, typed, type)),
            writer,
            value);
        var reader = Expression.Parameter(typeof(RecordReader), "reader");
        var read = Expression.Lambda<Func<RecordReader, object>>(
            Expression.Convert(fields.ReadMembers(reader, type, mayEndEarly: true), typeof(object)), reader);
        return new RecordCodec(write.Compile(), read.Compile(), form);
    }

    public void Write(RecordWriter writer, object value) => _write(writer, value);

    /// <param name="reader">Holds the record and nothing else.</param>
    /// <param name="mayGoOn">What follows the record was added by a newer program, and is left unread.</param>
    /// <exception cref="RecordDamagedException">The bytes do not have the record's form, or go on after it.</exception>
    public object Read(RecordReader reader, bool mayGoOn = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        object value;
        try
        {
            value = _read(reader);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or FormatException)
        {
            // A field's own constructor refused the stored value.
            throw new RecordDamagedException(e.Message, e);
        }

        return mayGoOn || _form == RecordForm.Open || reader.AtEnd
            ? value
            : throw new RecordDamagedException("Bytes follow the end of the record.");
    }
}

/// <summary>Who reads the bytes of a record, and so how far its form may move.</summary>
public enum RecordForm
{
    /// <summary>In the journal, for ever: a record inside a record is fixed, nothing may follow the last
    /// field.</summary>
    Stored,

    /// <summary>
    /// Between programs of two releases: also records inside records may gain fields at their end (each is written
    /// after its length), fields of a newer release are left unread, and a number that no enum value has is damage,
    /// since nobody must act on a meaning he does not know.
    /// </summary>
    Open,
}

/// <summary>Builds the expressions that write and read one field of each supported type.</summary>
internal sealed class RecordFields(RecordForm form)
{
    private static readonly Dictionary<Type, string> Simple = new()
    {
        [typeof(bool)] = "Bool",
        [typeof(byte)] = "Byte",
        [typeof(int)] = "Int32",
        [typeof(long)] = "Int64",
        [typeof(ulong)] = "UInt64",
        [typeof(double)] = "Double",
        [typeof(decimal)] = "Decimal",
        [typeof(Guid)] = "Guid",
        [typeof(DateTimeOffset)] = "Instant",
        [typeof(TimeSpan)] = "TimeSpan",
        [typeof(string)] = "String",
    };

    public Expression WriteMembers(Expression writer, Expression value, Type type)
    {
        var writes = Parameters(type)
            .Select(p => Write(writer, Expression.Property(value, p.Property), p.Property.PropertyType, p.IsNullable))
            .ToList();
        return writes.Count == 0 ? Expression.Empty() : Expression.Block(writes);
    }

    public Expression ReadMembers(Expression reader, Type type, bool mayEndEarly)
    {
        var arguments = Parameters(type).Select(p =>
        {
            var read = Read(reader, p.Property.PropertyType, p.IsNullable);
            return mayEndEarly && p.Parameter.HasDefaultValue
                ? Expression.Condition(
                    Expression.Property(reader, nameof(RecordReader.AtEnd)), DefaultOf(p.Parameter), read)
                : read;
        });
        return Expression.New(Constructor(type), arguments);
    }

    private static Expression DefaultOf(ParameterInfo parameter) =>
        parameter.DefaultValue is null
            ? Expression.Default(parameter.ParameterType)
            : Expression.Convert(Expression.Constant(parameter.DefaultValue), parameter.ParameterType);

    private Expression Write(Expression writer, Expression value, Type type, bool isNullable)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return WriteOptional(
                writer, Expression.Property(value, "HasValue"),
                Write(writer, Expression.Property(value, "Value"), inner, false));
        }

        if (isNullable)
        {
            var isThere = Expression.ReferenceNotEqual(value, Expression.Constant(null));
            return WriteOptional(writer, isThere, Write(writer, value, type, false));
        }

        if (Simple.TryGetValue(type, out var name))
        {
            return Expression.Call(writer, "Write" + name, null, value);
        }

        if (type.IsEnum)
        {
            return Expression.Call(
                writer, nameof(RecordWriter.WriteInt32), null, Expression.Convert(value, typeof(int)));
        }

        if (IsField(type))
        {
            return Expression.Call(Generic(nameof(WriteField), type), writer, value);
        }

        if (type.IsArray)
        {
            var element = type.GetElementType()!;
            return Expression.Call(
                Generic(nameof(WriteArray), element), writer, value, WriterOf(element));
        }

        if (IsUnion(type))
        {
            return Expression.Call(UnionOf(type), nameof(RecordUnion.Write), null, writer, value);
        }

        return form == RecordForm.Open
            ? Expression.Call(Generic(nameof(WriteNested), type), writer, value, MembersWriterOf(type))
            : WriteMembers(writer, value, type);
    }

    private Expression Read(Expression reader, Type type, bool isNullable)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return ReadOptional(reader, type, Expression.Convert(Read(reader, inner, false), type));
        }

        if (isNullable)
        {
            return ReadOptional(reader, type, Read(reader, type, false));
        }

        if (Simple.TryGetValue(type, out var name))
        {
            return Expression.Call(reader, "Read" + name, null);
        }

        if (type.IsEnum)
        {
            return form == RecordForm.Open
                ? Expression.Call(Generic(nameof(ReadEnum), type), reader)
                : Expression.Convert(Expression.Call(reader, nameof(RecordReader.ReadInt32), null), type);
        }

        if (IsField(type))
        {
            return Expression.Call(Generic(nameof(ReadField), type), reader);
        }

        if (type.IsArray)
        {
            var element = type.GetElementType()!;
            return Expression.Call(Generic(nameof(ReadArray), element), reader, ReaderOf(element));
        }

        if (IsUnion(type))
        {
            return Expression.Convert(Expression.Call(UnionOf(type), nameof(RecordUnion.Read), null, reader), type);
        }

        return form == RecordForm.Open
            ? Expression.Call(Generic(nameof(ReadNested), type), reader, MembersReaderOf(type))
            : ReadMembers(reader, type, mayEndEarly: false);
    }

    private static bool IsUnion(Type type) => type.IsAbstract && type.IsClass;

    private ConstantExpression UnionOf(Type type) => Expression.Constant(new RecordUnion(type, form));

    private static Expression WriteOptional(Expression writer, Expression isThere, Expression write) =>
        Expression.IfThenElse(
            isThere,
            Expression.Block(Expression.Call(writer, "WriteBool", null, Expression.Constant(true)), write),
            Expression.Call(writer, "WriteBool", null, Expression.Constant(false)));

    private static Expression ReadOptional(Expression reader, Type type, Expression read) =>
        Expression.Condition(Expression.Call(reader, "ReadBool", null), read, Expression.Default(type));

    // Compiled here and given as constants: a lambda inside a lambda would be made anew at every call.
    private ConstantExpression WriterOf(Type element) =>
        WriterWith(element, (writer, value) => Write(writer, value, element, false));

    private ConstantExpression ReaderOf(Type element) =>
        ReaderWith(element, reader => Read(reader, element, false));

    private ConstantExpression MembersWriterOf(Type record) =>
        WriterWith(record, (writer, value) => WriteMembers(writer, value, record));

    private ConstantExpression MembersReaderOf(Type record) =>
        ReaderWith(record, reader => ReadMembers(reader, record, mayEndEarly: true));

    private static ConstantExpression WriterWith(Type type, Func<Expression, Expression, Expression> write)
    {
        var writer = Expression.Parameter(typeof(RecordWriter));
        var value = Expression.Parameter(type);
        var lambda = Expression.Lambda(
            typeof(Action<,>).MakeGenericType(typeof(RecordWriter), type), write(writer, value), writer, value);
        return Expression.Constant(lambda.Compile());
    }

    private static ConstantExpression ReaderWith(Type type, Func<Expression, Expression> read)
    {
        var reader = Expression.Parameter(typeof(RecordReader));
        var lambda = Expression.Lambda(
            typeof(Func<,>).MakeGenericType(typeof(RecordReader), type), read(reader), reader);
        return Expression.Constant(lambda.Compile());
    }

    private static void WriteNested<T>(RecordWriter writer, T value, Action<RecordWriter, T> write)
    {
        var mark = writer.BeginLength();
        write(writer, value);
        writer.EndLength(mark);
    }

    private static T ReadNested<T>(RecordReader reader, Func<RecordReader, T> read)
    {
        var outer = reader.Enter();
        var value = read(reader);
        reader.Leave(outer);
        return value;
    }

    private static T ReadEnum<T>(RecordReader reader)
        where T : struct, Enum
    {
        var number = reader.ReadInt32();
        return EnumValues<T>.ByNumber.TryGetValue(number, out var value)
            ? value
            : throw new RecordDamagedException($"No {typeof(T).Name} has the number {number}.");
    }

    private static void WriteField<T>(RecordWriter writer, T value)
        where T : IRecordField<T> => T.Write(writer, value);

    private static T ReadField<T>(RecordReader reader)
        where T : IRecordField<T> => T.Read(reader);

    private static void WriteArray<T>(RecordWriter writer, T[] values, Action<RecordWriter, T> write)
    {
        writer.WriteUInt64((ulong)values.Length);
        foreach (var value in values)
        {
            write(writer, value);
        }
    }

    private static T[] ReadArray<T>(RecordReader reader, Func<RecordReader, T> read)
    {
        var values = new T[reader.ReadCount()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(reader);
        }

        return values;
    }

    private static bool IsField(Type type) =>
        type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRecordField<>));

    private static MethodInfo Generic(string name, Type argument) =>
        typeof(RecordFields).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(argument);

    private static ConstructorInfo Constructor(Type type)
    {
        var candidates = type.GetConstructors().Where(c => !IsCopy(c, type) && c.GetParameters().Length > 0).ToList();
        if (candidates.Count == 1)
        {
            return candidates[0];
        }

        var isEmptyRecord = candidates.Count == 0 && type.IsClass && type != typeof(object);
        return isEmptyRecord && type.GetConstructor(Type.EmptyTypes) is { } empty
            ? empty
            : throw new NotSupportedException($"{type} has no stored form: it needs one constructor with its fields.");
    }

    private static bool IsCopy(ConstructorInfo constructor, Type type) =>
        constructor.GetParameters() is [var only] && only.ParameterType == type;

    private static IEnumerable<Member> Parameters(Type type)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var parameter in Constructor(type).GetParameters())
        {
            var property = type.GetProperty(
                parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is null || property.PropertyType != parameter.ParameterType)
            {
                throw new NotSupportedException(
                    $"{type}.{parameter.Name} has no stored form: no property of its name and type.");
            }

            var isNullable = !property.PropertyType.IsValueType
                && nullability.Create(property).ReadState == NullabilityState.Nullable;
            yield return new Member(parameter, property, isNullable);
        }
    }

    private static class EnumValues<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<int, T> ByNumber = Enum.GetValues<T>()
            .DistinctBy(v => Convert.ToInt32(v, CultureInfo.InvariantCulture))
            .ToDictionary(v => Convert.ToInt32(v, CultureInfo.InvariantCulture));
    }

    private sealed record Member(ParameterInfo Parameter, PropertyInfo Property, bool IsNullable);
}
