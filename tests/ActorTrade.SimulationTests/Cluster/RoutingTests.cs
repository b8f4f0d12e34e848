using ActorTrade.Cluster.Routing;
using ActorTrade.Cluster.Transport;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.SimulationTests.Entities;

namespace ActorTrade.SimulationTests.Cluster;

/// <summary>What calls to other nodes are made of: gathering, waiting, and what an answer is worth.</summary>
public sealed class RoutingTests
{
    private static readonly ShardId Shard = new("trade", 0);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_message_is_in_flight_and_the_rest_gathers_in_order()
    {
        var gathering = new Numbers(waitingMax: 100);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(gathering.TryAdd(i));
        }

        Assert.Equal("0", gathering.Sent);
        gathering.Publish(PublishOutcome.Confirmed);
        Assert.Equal("0|1 2 3 4", gathering.Sent);
        gathering.Publish(PublishOutcome.Confirmed);
        gathering.Publish(PublishOutcome.Confirmed);
        Assert.Equal("0|1 2 3 4|5 6 7 8|9", gathering.Sent);
        Assert.Equal(0, gathering.Waiting);
        gathering.Publish(PublishOutcome.Confirmed);
        Assert.True(gathering.TryAdd(10));
        Assert.Equal("0|1 2 3 4|5 6 7 8|9|10", gathering.Sent);
    }

    [Fact]
    public void What_waits_is_bounded_and_room_comes_back()
    {
        var gathering = new Numbers(waitingMax: 3);
        Assert.True(gathering.TryAdd(0));
        Assert.All(Enumerable.Range(1, 3), i => Assert.True(gathering.TryAdd(i)));
        Assert.False(gathering.TryAdd(4));
        gathering.Publish(PublishOutcome.Confirmed);
        Assert.True(gathering.TryAdd(5));
        gathering.Publish(PublishOutcome.Confirmed);
        Assert.Equal("0|1 2 3|5", gathering.Sent);
    }

    [Theory]
    [InlineData(PublishOutcome.Unknown)]
    [InlineData(PublishOutcome.Unroutable)]
    public void What_is_not_confirmed_is_told_and_the_next_goes_out(PublishOutcome outcome)
    {
        var gathering = new Numbers(waitingMax: 10);
        Assert.True(gathering.TryAdd(0));
        Assert.True(gathering.TryAdd(1));
        gathering.Publish(outcome);
        Assert.Equal([(outcome, 1)], gathering.NotConfirmedOnes);
        Assert.Equal("0|1", gathering.Sent);
    }

    [Fact]
    public void A_call_hears_one_answer_and_its_deadline_is_an_unknown_outcome()
    {
        var calls = new PendingCalls(10, PendingCalls.AsksAgainAfterDefault);
        var (first, second) = (new Sink(), new Sink());
        var a = Add(calls, first);
        Add(calls, second);
        calls.Answer(a.Id, new Answer.Refused(RefusalReason.MailboxFull));
        calls.Answer(a.Id, new Answer.OutcomeUnknown("late"));
        Assert.Equal([new Answer.Refused(RefusalReason.MailboxFull)], first.Answers);

        calls.Expire(Start + TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(1));
        Assert.Empty(second.Answers);
        calls.Expire(Start + TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));
        Assert.IsType<Answer.OutcomeUnknown>(Assert.Single(second.Answers));
        Assert.Equal(0, calls.Count);
    }

    [Fact]
    public void A_refusal_of_what_was_sent_twice_says_nothing_of_the_first_sending()
    {
        var calls = new PendingCalls(10, PendingCalls.AsksAgainAfterDefault);
        var sink = new Sink();
        var call = Add(calls, sink);
        call.IsRepeated = true;
        calls.Answer(call.Id, new Answer.Refused(RefusalReason.Expired));
        Assert.IsType<Answer.OutcomeUnknown>(Assert.Single(sink.Answers));
    }

    [Fact]
    public void Calls_that_are_out_are_bounded()
    {
        var calls = new PendingCalls(2, PendingCalls.AsksAgainAfterDefault);
        var first = Add(calls, new Sink());
        Add(calls, new Sink());
        Assert.Null(TryAdd(calls, new Sink()));
        calls.Answer(first.Id, new Answer.OutcomeUnknown(""));
        Assert.NotNull(TryAdd(calls, new Sink()));
    }

    [Theory]
    [InlineData(RefusalReason.Unavailable)]
    [InlineData(RefusalReason.MailboxFull)]
    [InlineData(RefusalReason.Expired)]
    public void After_the_tenure_only_what_is_journaled_settles_a_message(RefusalReason reason)
    {
        var channel = new Channel();
        var tenure = new ShardTenure();
        tenure.End();
        Call(new InboundDelivery(channel, tag: 5, requests: 1), tenure).Answered(new Answer.Refused(reason));
        Call(new InboundDelivery(channel, tag: 6, requests: 1), tenure).Answered(new Answer.OutcomeUnknown(""));
        Call(new InboundDelivery(channel, tag: 7, requests: 1), tenure).Answered(
            new Answer.Rejected(new Probe.Refusal("no", 0)));
        Assert.Empty(channel.Acknowledged);
    }

    [Fact]
    public void A_message_is_acknowledged_with_the_last_answer_of_its_requests()
    {
        var channel = new Channel();
        var tenure = new ShardTenure();
        var delivery = new InboundDelivery(channel, tag: 5, requests: 3);
        Call(delivery, tenure).Answered(new Answer.Accepted([], 1, Start));
        Call(delivery, tenure).Answered(new Answer.Rejected(new Probe.Refusal("no", 0)));
        tenure.End();
        Assert.Empty(channel.Acknowledged);
        Call(delivery, tenure).Answered(new Answer.Accepted([], 1, Start));
        Assert.Equal([5UL], channel.Acknowledged);
    }

    // Id 0: nobody waits for the answer, so no way back is needed.
    private static InboundCall Call(InboundDelivery delivery, ShardTenure tenure) =>
        new(delivery, null!, "n2", 0, () => tenure.IsServing, isRepeat: false, span: null);

    private static PendingCall Add(PendingCalls calls, IAnswerSink sink) => TryAdd(calls, sink)!;

    private static PendingCall? TryAdd(PendingCalls calls, IAnswerSink sink) => calls.Add(
        Shard,
        HostBench.IdOf("a"),
        new Probe.Command.Add(1),
        new CommandHeader(Guid.NewGuid(), "tester", Start + TimeSpan.FromSeconds(10)),
        sink,
        traceParent: null,
        Start);

    private sealed class Numbers(int waitingMax) : Gathering<int>(waitingMax)
    {
        private readonly List<string> _sent = [];
        private Action<PublishOutcome>? _published;

        public string Sent => string.Join('|', _sent);

        public List<(PublishOutcome Outcome, int Count)> NotConfirmedOnes { get; } = [];

        public void Publish(PublishOutcome outcome) => _published!(outcome);

        protected override Batch NewBatch() => new Four();

        protected override void Publish(Batch batch, Action<PublishOutcome> published)
        {
            _sent.Add(string.Join(' ', ((Four)batch).Items));
            _published = published;
        }

        protected override void NotConfirmed(Batch batch, PublishOutcome outcome) =>
            NotConfirmedOnes.Add((outcome, batch.Count));

        private sealed class Four : Batch
        {
            public List<int> Items { get; } = [];

            public override int Count => Items.Count;

            public override bool IsFull => Items.Count == 4;

            public override void Add(in int item) => Items.Add(item);
        }
    }

    private sealed class Sink : IAnswerSink
    {
        public List<Answer> Answers { get; } = [];

        public void Answered(Answer answer) => Answers.Add(answer);
    }

    private sealed class Channel : IShardChannel
    {
        public List<ulong> Acknowledged { get; } = [];

        public ShardId Shard => RoutingTests.Shard;

        public void Acknowledge(ulong tag) => Acknowledged.Add(tag);

        public void Close()
        {
        }
    }
}
