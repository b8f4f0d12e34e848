using ActorTrade.Cluster.Wire;
using ActorTrade.Domain.Accounts;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrade.UnitTests.Wire;

/// <summary>Batches of requests and replies: whole ones come back as they were, damaged ones never do harm.</summary>
public sealed class WireBatchTests
{
    private static readonly WireCatalog Catalog = WireForms.Catalog;

    private static readonly Type[] Events =
        [.. Domain.EntityKinds.All.SelectMany(d => EventCatalog.CasesOf(d.EventType))];

    [Fact]
    public void Any_requests_come_back_as_they_were() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var sent = Enumerable.Range(0, random.Next(6)).Select(_ => AnyRequest(random)).ToList();
        var bytes = Written(sent);
        var batch = RequestBatch.Read(Catalog, bytes);
        Assert.Equal("node-7", batch.ReplyTo);
        Assert.All(batch.Requests, r => Assert.Null(r.Problem));
        Assert.Equal(sent.Select(WithoutCommand), batch.Requests.Select(WithoutCommand));
        Assert.Equal(sent.Select(r => r.Command?.GetType()), batch.Requests.Select(r => r.Command?.GetType()));
        Assert.Equal(bytes, Written(batch.Requests));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answers_come_back_as_they_were() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var sent = Enumerable.Range(0, random.Next(6))
            .Select(i => new WireReply(i, AnyAnswer(random), Problem: null)).ToList();
        var bytes = Written(sent);
        var replies = ReplyBatch.Read(Catalog, bytes).Replies;
        Assert.All(replies, r => Assert.Null(r.Problem));
        Assert.Equal(sent.Select(r => r.Answer.GetType()), replies.Select(r => r.Answer.GetType()));
        Assert.Equal(bytes, Written(replies));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_damaged_batch_is_a_problem_or_a_format_exception_and_nothing_else() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var requests = Written(Enumerable.Range(0, 4).Select(_ => AnyRequest(random)));
        var replies = Written(
            Enumerable.Range(0, 4).Select(i => new WireReply(i, AnyAnswer(random), Problem: null)));
        for (var i = 0; i < 100; i++)
        {
            AssertHarmless(Damaged(requests, random), b => RequestBatch.Read(Catalog, b).Requests.Count);
            AssertHarmless(Damaged(replies, random), b => ReplyBatch.Read(Catalog, b).Replies.Count);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_truncation_is_noticed()
    {
        var random = new Random(3);
        var bytes = Written(Enumerable.Range(0, 3).Select(_ => AnyRequest(random)));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<WireFormatException>(() => RequestBatch.Read(Catalog, bytes.AsMemory(0, length)));
        }

        Assert.Throws<WireFormatException>(() => RequestBatch.Read(Catalog, (byte[])[.. bytes, 0]));
    }

    [Fact]
    public void A_count_beyond_the_bytes_reserves_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        byte[] requests = [1, 0xFF, 0xFF, 0xFF, 0x7F, 0];
        Assert.Throws<WireFormatException>(() => RequestBatch.Read(Catalog, requests));
        byte[] text = [1, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
        Assert.Throws<WireFormatException>(() => ReplyBatch.Read(Catalog, text));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_request_that_is_not_known_here_is_a_problem_and_the_others_are_read()
    {
        var newer = new WireCatalog([Newer.Definition], new EventCatalog([Newer.Definition]));
        var writer = new RequestBatchWriter(newer, "node-7");
        writer.Append(1, Newer.Id, new Newer.Command.Old(5, new Newer.Part(6, 7), 8), Header);
        writer.Append(2, Newer.Id, new Newer.Command.Added(), Header, "trace");
        writer.Append(3, Newer.Id, null, default);

        var older = new WireCatalog([Older.Definition], new EventCatalog([Older.Definition]));
        var requests = RequestBatch.Read(older, writer.ToArray()).Requests;

        Assert.Equal(3, requests.Count);
        Assert.Equal(new Older.Command.Old(5, new Older.Part(6)), requests[0].Command);
        Assert.Contains("lamp.added.v1", requests[1].Problem, StringComparison.Ordinal);
        Assert.Equal((2, Newer.Id, Header, "trace"), (
            requests[1].Id, requests[1].Target, requests[1].Header, requests[1].TraceParent));
        Assert.Null(requests[2].Problem);
    }

    [Fact]
    public void Fields_an_older_release_does_not_send_read_as_their_default()
    {
        var older = new WireCatalog([Older.Definition], new EventCatalog([Older.Definition]));
        var writer = new RequestBatchWriter(older, "node-7");
        writer.Append(1, Older.Id, new Older.Command.Old(5, new Older.Part(6)), Header);
        var newer = new WireCatalog([Newer.Definition], new EventCatalog([Newer.Definition]));

        var request = Assert.Single(RequestBatch.Read(newer, writer.ToArray()).Requests);

        Assert.Equal(new Newer.Command.Old(5, new Newer.Part(6, 42), 43), request.Command);
    }

    [Fact]
    public void An_event_of_a_newer_release_is_read_without_its_new_fields()
    {
        var newer = new WireCatalog([Newer.Definition], new EventCatalog([Newer.Definition]));
        var writer = new ReplyBatchWriter(newer);
        writer.Append(1, new Answer.Accepted([new Newer.Event.Done(1, 2)], 1, WireForms.At));
        var older = new WireCatalog([Older.Definition], new EventCatalog([Older.Definition]));

        var reply = Assert.Single(ReplyBatch.Read(older, writer.ToArray()).Replies);

        Assert.Equal(new Older.Event.Done(1), ((Answer.Accepted)reply.Answer).Single<Older.Event.Done>());
    }

    [Fact]
    public void An_answer_that_cannot_be_read_is_an_unknown_outcome_and_a_newer_reason_is_a_refusal()
    {
        var writer = new ReplyBatchWriter(Catalog);
        writer.Append(1, new Answer.Rejected(new Account.Rejection.ZeroAmount("x")));
        writer.Append(2, new Answer.Refused((RefusalReason)1000));
        var older = new WireCatalog([Older.Definition], new EventCatalog([Older.Definition]));

        var replies = ReplyBatch.Read(older, writer.ToArray()).Replies;

        Assert.IsType<Answer.OutcomeUnknown>(replies[0].Answer);
        Assert.Contains("account.zero-amount.v1", replies[0].Problem, StringComparison.Ordinal);
        Assert.Equal(new Answer.Refused(RefusalReason.Unavailable), replies[1].Answer);
    }

    [Fact]
    public void A_number_that_no_value_of_an_enum_has_is_a_problem()
    {
        var halted = new Account.Rejection.TradingHalted((SystemMode)77);
        var replies = new ReplyBatchWriter(Catalog);
        replies.Append(1, new Answer.Rejected(halted));
        Assert.NotNull(Assert.Single(ReplyBatch.Read(Catalog, replies.ToArray()).Replies).Problem);
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_batch_as_it_was()
    {
        var writer = new RequestBatchWriter(Catalog, "node-7");
        writer.Append(1, WireForms.Target, AnyCommand(new Random(1)), Header);
        var before = writer.ToArray();
        Assert.Throws<ArgumentException>(
            () => writer.Append(2, WireForms.Target, new Newer.Command.Added(), Header));
        Assert.Equal((1, before.Length), (writer.Count, writer.Length));
        Assert.Equal(before, writer.ToArray());
        writer.Clear();
        Assert.Equal((0, 0), (writer.Count, writer.Length));
        Assert.Empty(RequestBatch.Read(Catalog, writer.ToArray()).Requests);
    }

    [Fact]
    public void Another_form_of_batch_is_refused() =>
        Assert.Throws<WireFormatException>(() => RequestBatch.Read(Catalog, (byte[])[2, 0, 0, 0, 0, 0]));

    private static readonly CommandHeader Header = new(new Guid(1, 2, 3, new byte[8]), "bob", WireForms.At);

    // Arrays inside commands compare by reference.
    private static WireRequest WithoutCommand(WireRequest request) => request with { Command = null };

    private static byte[] Written(IEnumerable<WireRequest> requests)
    {
        var writer = new RequestBatchWriter(Catalog, "node-7");
        foreach (var r in requests)
        {
            writer.Append(r.Id, r.Target, r.Command, r.Header, r.TraceParent);
        }

        return writer.ToArray();
    }

    private static byte[] Written(IEnumerable<WireReply> replies)
    {
        var writer = new ReplyBatchWriter(Catalog);
        foreach (var r in replies)
        {
            writer.Append(r.Id, r.Answer);
        }

        return writer.ToArray();
    }

    private static WireRequest AnyRequest(Random random)
    {
        var any = new RandomRecords(random);
        var command = random.Next(5) == 0 ? null : AnyCommand(random);
        var expiresAt = (DateTimeOffset)any.Make(typeof(DateTimeOffset));
        var header = command is null
            ? new CommandHeader(Guid.Empty, "", expiresAt)
            : new CommandHeader(
                (Guid)any.Make(typeof(Guid)), any.Text(), expiresAt, random.Next(2) == 0 ? null : any.Text());
        return new WireRequest(
            random.NextInt64(), new EntityId("account", "k" + any.Text()), command, header,
            random.Next(2) == 0 ? null : any.Text(), Problem: null);
    }

    private static ICommand AnyCommand(Random random) =>
        (ICommand)AnyOf(random, [.. Catalog.Commands.Select(c => c.Type)]);

    private static Answer AnyAnswer(Random random) => random.Next(5) switch
    {
        0 => new Answer.Accepted(
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => (IEvent)AnyOf(random, Events))], random.NextInt64(),
            WireForms.At),
        1 => new Answer.Rejected((IRejection)AnyOf(random, [.. Catalog.Rejections.Select(r => r.Type)])),
        2 => new Answer.Refused((RefusalReason)random.Next(Enum.GetValues<RefusalReason>().Length)),
        3 => new Answer.OutcomeUnknown(new RandomRecords(random).Text()),
        _ => new Answer.Viewed(AnyOf(random, [.. Catalog.Views.Select(v => v.Type)]), random.NextInt64()),
    };

    private static object AnyOf(Random random, Type[] types) =>
        new RandomRecords(random).Make(types[random.Next(types.Length)]);

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        byte[] damaged = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
        for (var flips = random.Next(1, 5); flips > 0 && damaged.Length > 0; flips--)
        {
            var at = random.Next(damaged.Length);
            damaged[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)(damaged[at] ^ (1 << random.Next(8)));
        }

        return damaged;
    }

    // What is read of a few hundred bytes fits into little memory; what the first reading of a kind makes once for all
    // that follow is not counted.
    private static void AssertHarmless(byte[] bytes, Func<byte[], int> read)
    {
        var most = 100_000 + (200L * bytes.Length);
        if (AllocatedBy(bytes, read) > most)
        {
            Assert.InRange(AllocatedBy(bytes, read), 0, most);
        }
    }

    private static long AllocatedBy(byte[] bytes, Func<byte[], int> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Assert.InRange(read(bytes), 0, bytes.Length);
        }
        catch (WireFormatException)
        {
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public sealed record NoRejection(string Code) : IRejection;

    /// <summary>A kind as one release knows it, and as the next does.</summary>
    public static class Older
    {
        public static readonly EntityDefinition<object, Command, Event, NoRejection> Definition = new()
        {
            Category = "lamp",
            Create = static key => key,
            Decide = static (_, _, _) => Decision<Event, NoRejection>.Nothing,
            Evolve = static (state, _) => state,
            View = static state => state,
        };

        public static EntityId Id => Definition.Id("one");

        public abstract record Command : ICommand
        {
            public sealed record Old(int Number, Part Part) : Command;
        }

        public abstract record Event : IEvent
        {
            [StoredName("lamp.done.v1")]
            public sealed record Done(int Number) : Event;
        }

        public sealed record Part(int Size);
    }

    public static class Newer
    {
        public static readonly EntityDefinition<object, Command, Event, NoRejection> Definition = new()
        {
            Category = "lamp",
            Create = static key => key,
            Decide = static (_, _, _) => Decision<Event, NoRejection>.Nothing,
            Evolve = static (state, _) => state,
            View = static state => state,
        };

        public static EntityId Id => Definition.Id("one");

        public abstract record Command : ICommand
        {
            public sealed record Old(int Number, Part Part, long Extra = 43) : Command;

            public sealed record Added : Command;
        }

        public abstract record Event : IEvent
        {
            [StoredName("lamp.done.v1")]
            public sealed record Done(int Number, int Extra = 0) : Event;
        }

        public sealed record Part(int Size, int Colour = 42);
    }
}
