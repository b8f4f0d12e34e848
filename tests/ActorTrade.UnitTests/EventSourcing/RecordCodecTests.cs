using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using ActorTrade.UnitTests.Golden;

namespace ActorTrade.UnitTests.EventSourcing;

public sealed class RecordCodecTests
{
    [Fact]
    public void Every_type_of_field_comes_back_as_it_was_stored()
    {
        var codec = RecordCodec.For(typeof(Everything));
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var value = AnyRecord(random);
            var again = (Everything)Read(codec, Write(codec, value));
            Assert.Equal(WithoutLists(value), WithoutLists(again));
            Assert.Equal(value.Bytes, again.Bytes);
            Assert.Equal(value.Inners, again.Inners);
            Assert.Equal(value.Shapes, again.Shapes);
        }
    }

    [Fact]
    public void Fields_that_were_added_read_as_their_default_from_older_bytes()
    {
        var older = Write(RecordCodec.For(typeof(Older)), new Older(7));
        var newer = (Newer)Read(RecordCodec.For(typeof(Newer)), older);
        Assert.Equal(new Newer(7), newer);
        var half = new RecordWriter();
        half.WriteInt64(7);
        half.WriteString("given");
        Assert.Equal(new Newer(7, "given"), Read(RecordCodec.For(typeof(Newer)), half.ToArray()));
    }

    [Fact]
    public void A_case_of_a_union_may_gain_fields_inside_a_list()
    {
        var writer = new RecordWriter();
        writer.WriteUInt64(2);
        foreach (var radius in new[] { 3, 4 })
        {
            writer.WriteString("circle");
            writer.WriteUInt64(1);
            writer.WriteInt32(radius);
        }

        var shapes = ((Shapes)Read(RecordCodec.For(typeof(Shapes)), writer.ToArray())).All;
        Assert.Equal([new Shape.Circle(3), new Shape.Circle(4)], shapes);
    }

    [Fact]
    public void An_open_form_holds_every_type_of_field_too()
    {
        var codec = RecordCodec.For(typeof(Everything), RecordForm.Open);
        var random = new Random(2);
        for (var i = 0; i < 5_000; i++)
        {
            var value = AnyRecord(random);
            var bytes = Write(codec, value);
            Assert.Equal(bytes, Write(codec, Read(codec, bytes)));
            Assert.Equal(WithoutLists(value), WithoutLists((Everything)Read(codec, bytes)));
        }
    }

    [Fact]
    public void In_an_open_form_records_inside_records_and_cases_may_gain_fields_and_older_programs_pass_them_over()
    {
        var newer = new NewerPair(new NewerPart(1, new string('x', 200)), 9);
        var read = Read(RecordCodec.For(typeof(OlderPair), RecordForm.Open), Write(
            RecordCodec.For(typeof(NewerPair), RecordForm.Open), newer));
        Assert.Equal(new OlderPair(new OlderPart(1), 9), read);

        var older = new OlderPair(new OlderPart(1), 9);
        var again = Read(RecordCodec.For(typeof(NewerPair), RecordForm.Open), Write(
            RecordCodec.For(typeof(OlderPair), RecordForm.Open), older));
        Assert.Equal(new NewerPair(new NewerPart(1, "none"), 9), again);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_152)]
    public void A_length_that_is_written_afterwards_is_as_long_as_it_must_be(int length)
    {
        var writer = new RecordWriter();
        writer.WriteString("before");
        var mark = writer.BeginLength();
        writer.WriteRaw(Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray());
        writer.EndLength(mark);
        writer.WriteString("after");

        var plain = new RecordWriter();
        plain.WriteString("before");
        plain.WriteUInt64((ulong)length);
        plain.WriteRaw(Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray());
        plain.WriteString("after");
        Assert.Equal(plain.ToArray(), writer.ToArray());
    }

    [Fact]
    public void What_has_no_stored_form_is_said_when_the_codec_is_made()
    {
        Assert.Throws<NotSupportedException>(() => RecordCodec.For(typeof(HasObject)));
        Assert.Throws<NotSupportedException>(() => RecordCodec.For(typeof(TwoConstructors)));
    }

    [Fact]
    public void Bytes_that_end_early_or_go_on_are_damage()
    {
        var codec = RecordCodec.For(typeof(Everything));
        var bytes = Write(codec, AnyRecord(new Random(5)));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<RecordDamagedException>(() => Read(codec, bytes[..length]));
        }

        Assert.Throws<RecordDamagedException>(() => Read(codec, [.. bytes, 0]));
    }

    /// <summary>A name inside a union may also be newer than this program: that has its own exception.</summary>
    [Fact]
    public void Damaged_bytes_are_a_record_or_damage_and_nothing_else()
    {
        var catalog = new EventCatalog([Account.Definition, Pool.Definition, Token.Definition]);
        var samples = catalog.StoredNames
            .Select(name => (Name: name, Bytes: Write(catalog, SampleRecords.Of(catalog.TypeOf(name)))))
            .ToList();
        var random = new Random(42);
        var reader = new RecordReader();
        var damaged = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var (name, bytes) = samples[i % samples.Count];
            reader.Reset(Mutated(bytes, random));
            try
            {
                catalog.Read(name, reader);
            }
            catch (RecordDamagedException)
            {
                damaged++;
            }
            catch (UnknownStoredNameException) when (HoldsNamed(name))
            {
                damaged++;
            }
        }

        Assert.True(damaged > 50_000, $"Only {damaged} were found damaged.");

        // Snapshots hold events, and pools of several curves the terms of one: each is stored under its own name.
        static bool HoldsNamed(string name) =>
            name.Contains("snapshot", StringComparison.Ordinal) || name == "pool.curve-created.v1";
    }

    [Fact]
    public void A_count_larger_than_its_record_is_damage_before_anything_is_allocated()
    {
        var writer = new RecordWriter();
        writer.WriteUInt64(int.MaxValue);
        Assert.Throws<RecordDamagedException>(() => Read(RecordCodec.For(typeof(Shapes)), writer.ToArray()));
        writer.Clear();
        writer.WriteUInt64(ulong.MaxValue);
        Assert.Throws<RecordDamagedException>(() => Read(RecordCodec.For(typeof(Shapes)), writer.ToArray()));
    }

    [Fact]
    public void An_old_form_is_read_as_todays_event()
    {
        var catalog = new EventCatalog([Lamp.Definition]);
        var bytes = Write(RecordCodec.For(typeof(SwitchedV1)), new SwitchedV1(true));
        var reader = new RecordReader();
        reader.Reset(bytes);
        Assert.Equal(new Lamp.Event.Dimmed(100), catalog.Read("lamp.switched.v1", reader));
        Assert.Equal("lamp.dimmed.v1", catalog.NameOf(new Lamp.Event.Dimmed(1)));
        Assert.False(catalog.Knows("lamp.switched.v1", typeof(SwitchedV1)));
        Assert.Throws<UnknownStoredNameException>(() => catalog.TypeOf("lamp.stolen.v1"));
    }

    [Fact]
    public void A_catalog_refuses_missing_and_doubled_names()
    {
        Assert.Throws<ArgumentException>(() => new EventCatalog([Lamp.Definition, Lamp.Definition]));
        Assert.Throws<ArgumentException>(() => new EventCatalog([Nameless.Definition]));
    }

    // Arrays compare by reference.
    private static Everything WithoutLists(Everything value) => value with { Bytes = [], Inners = [], Shapes = [] };

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        var mutated = random.Next(6) == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
        for (var flips = random.Next(1, 6); flips > 0 && mutated.Length > 0; flips--)
        {
            var at = random.Next(mutated.Length);
            mutated[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutated[at] ^ (1 << random.Next(8))),
                _ => 0xFF,
            };
        }

        return mutated;
    }

    private static byte[] Write(RecordCodec codec, object value)
    {
        var writer = new RecordWriter();
        codec.Write(writer, value);
        return writer.ToArray();
    }

    private static byte[] Write(EventCatalog catalog, object value)
    {
        var writer = new RecordWriter();
        catalog.Write(writer, value);
        return writer.ToArray();
    }

    private static object Read(RecordCodec codec, byte[] bytes)
    {
        var reader = new RecordReader();
        reader.Reset(bytes);
        return codec.Read(reader);
    }

    private static Everything AnyRecord(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Everything(
            random.Next(2) == 0,
            (byte)random.Next(256),
            random.Next(int.MinValue, int.MaxValue),
            random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
            unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue)) >> random.Next(64),
            random.Next(9) == 0 ? double.NaN : random.NextDouble() * 1e300,
            new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)),
            new Guid(bytes),
            new DateTimeOffset(random.NextInt64(DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero),
            new TimeSpan(random.NextInt64(long.MinValue, long.MaxValue)),
            Text(random),
            random.Next(2) == 0 ? null : Text(random),
            random.Next(2) == 0 ? null : random.Next(),
            (DayOfWeek)random.Next(7),
            new Inner(random.Next(), Text(random)),
            random.Next(2) == 0 ? null : new Inner(random.Next(), ""),
            AnyShape(random),
            bytes[..random.Next(16)],
            [.. Enumerable.Range(0, random.Next(4)).Select(_ => new Inner(random.Next(), Text(random)))],
            [.. Enumerable.Range(0, random.Next(4)).Select(_ => AnyShape(random))]);
    }

    private static Shape AnyShape(Random random) => random.Next(3) switch
    {
        0 => new Shape.Circle(random.Next(), "red"),
        1 => new Shape.Square(random.NextDouble()),
        _ => new Shape.Point(),
    };

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(90)).Select(_ => random.Next(9) == 0 ? "ü€😀" : "a"));

    public sealed record Everything(
        bool Bool,
        byte Byte,
        int Int,
        long Long,
        ulong ULong,
        double Double,
        decimal Decimal,
        Guid Guid,
        DateTimeOffset Instant,
        TimeSpan Span,
        string Text,
        string? MaybeText,
        int? MaybeInt,
        DayOfWeek Day,
        Inner Inner,
        Inner? MaybeInner,
        Shape Shape,
        byte[] Bytes,
        Inner[] Inners,
        Shape[] Shapes);

    public sealed record Inner(int Number, string Text);

    public sealed record Older(long Number);

    public sealed record Newer(
        long Number,
        string Text = "none",
        ulong? Maybe = 5,
        DayOfWeek Day = DayOfWeek.Friday,
        Guid Id = default,
        Inner? Inner = null);

    public sealed record OlderPart(int Number);

    public sealed record NewerPart(int Number, string Text = "none");

    public sealed record OlderPair(OlderPart Part, int After);

    public sealed record NewerPair(NewerPart Part, int After);

    public sealed record Shapes(Shape[] All);

    public abstract record Shape
    {
        [StoredName("circle")]
        public sealed record Circle(int Radius, string Colour = "black") : Shape;

        [StoredName("square")]
        public sealed record Square(double Side) : Shape;

        [StoredName("point")]
        public sealed record Point : Shape;
    }

    public sealed record HasObject(object What);

    public sealed record TwoConstructors(int One)
    {
        public TwoConstructors(int one, int two)
            : this(one + two)
        {
        }
    }

    public sealed record SwitchedV1(bool On);

    public sealed record NoCommand : ICommand;

    public sealed record NoRejection(string Code) : IRejection;

    public static class Lamp
    {
        public static readonly EntityDefinition<object, NoCommand, Event, NoRejection> Definition = new()
        {
            Category = "lamp",
            Create = static key => key,
            Decide = static (_, _, _) => Decision<Event, NoRejection>.Nothing,
            Evolve = static (state, _) => state,
            View = static state => state,
            Upcasters =
            [
                new Upcaster(
                    "lamp.switched.v1", typeof(SwitchedV1), old => new Event.Dimmed(((SwitchedV1)old).On ? 100 : 0)),
            ],
        };

        public abstract record Event : IEvent
        {
            [StoredName("lamp.dimmed.v1")]
            public sealed record Dimmed(int Percent) : Event;
        }
    }

    public static class Nameless
    {
        public static readonly EntityDefinition<object, NoCommand, Event, NoRejection> Definition = new()
        {
            Category = "nameless",
            Create = static key => key,
            Decide = static (_, _, _) => Decision<Event, NoRejection>.Nothing,
            Evolve = static (state, _) => state,
            View = static state => state,
        };

        public abstract record Event : IEvent
        {
            public sealed record Happened(int Number) : Event;
        }
    }
}
