using System.Text;
using ActorTrade.Cluster.Events;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Topics;
using ActorTrade.Cluster.Transport;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;
using ActorTrade.Journal.Sharding;
using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Cluster;

public sealed class TopicReaderTests : IDisposable
{
    private readonly SimulatedTime _time = new();
    private readonly TopicWire _wire = new();
    private readonly List<string> _heard = [];
    private readonly List<TopicGap> _gaps = [];
    private readonly TopicReader _reader;

    public TopicReaderTests() => _reader = new TopicReader(
        _wire, _time, "a.#", 10, d => _heard.Add($"{d.Topic} {d.Kind} {Text(d.Body)}"), _gaps.Add);

    public void Dispose() => _reader.Dispose();

    [Fact]
    public void What_is_published_is_heard_with_its_number_for_each_topic()
    {
        var publisher = new TopicPublisher(_wire);
        publisher.Publish("a.x", "k.v1", "1"u8);
        publisher.Publish("a.y", "k.v1", "2"u8);
        publisher.Publish("a.x", "k.v2", ""u8);
        Assert.Equal(["a.x k.v1 1", "a.y k.v1 2", "a.x k.v2 "], _heard);
        Assert.Equal(
            [new TopicCount("a.x", "me", 2, 0, 0), new TopicCount("a.y", "me", 1, 0, 0)], _reader.Gaps.Counts);
        Assert.Equal(3, publisher.Published);
    }

    [Fact]
    public void Publishers_are_counted_apart_and_a_repeat_is_heard_once()
    {
        Arrive("one", 4);
        Arrive("two", 9);
        Arrive("one", 5);
        Arrive("one", 5);
        Arrive("two", 12);
        Assert.Equal(4, _heard.Count);
        Assert.Equal(
            [new TopicCount("a.x", "one", 2, 0, 1), new TopicCount("a.x", "two", 2, 2, 0)], _reader.Gaps.Counts);
        Assert.Equal(2, _reader.Gaps.Missed);
    }

    [Fact]
    public void A_burst_of_gaps_is_told_of_at_once_and_then_as_one()
    {
        foreach (var number in new[] { 1, 3, 5, 7, 9, 11 })
        {
            Arrive("one", number);
        }

        Assert.Equal([new TopicGap("a.x", "one", 1, 1)], _gaps);
        _time.AdvanceTo(_time.GetUtcNow() + TopicGaps.TellEvery);
        Arrive("one", 12);
        Assert.Equal(new TopicGap("a.x", "one", 4, 5), _gaps[^1]);
        _time.AdvanceTo(_time.GetUtcNow() + TopicGaps.TellEvery);
        Arrive("one", 13);
        Assert.Equal(2, _gaps.Count);
    }

    [Fact]
    public void What_came_late_is_not_told_again()
    {
        Arrive("one", 1);
        Arrive("one", 4);
        Arrive("one", 2);
        Arrive("one", 3);
        _time.AdvanceTo(_time.GetUtcNow() + TopicGaps.TellEvery);
        Arrive("one", 6);
        Assert.Equal([2, 1], _gaps.Select(g => g.Missed));
        Assert.Equal(1, _gaps[^1].MissedInAll);
    }

    [Fact]
    public void A_publisher_that_is_forgotten_stays_in_the_count()
    {
        Arrive("first", 1);
        Arrive("first", 3);
        for (var i = 0; i < TopicGaps.SequencesMax; i++)
        {
            Arrive($"other-{i}", 1);
        }

        Assert.Equal(TopicGaps.SequencesMax, _reader.Gaps.Counts.Count);
        Assert.DoesNotContain(_reader.Gaps.Counts, c => c.From == "first");
        Assert.Equal(1, _reader.Gaps.Missed);
    }

    /// <summary>The form is agreed between releases: what is here is what the release before reads.</summary>
    [Fact]
    public void The_form_of_a_numbered_message_does_not_change()
    {
        var written = NumberedMessage.Write(new TopicNumber("node-1-5f2c", 17), "{\"a\":1}"u8);
        Assert.Equal("node-1-5f2c 17\n{\"a\":1}", Encoding.UTF8.GetString(written));
        Assert.Equal(new TopicNumber("node-1-5f2c", 17), NumberedMessage.Read(written, out var body));
        Assert.Equal("{\"a\":1}", Text(body));
        var newer = Encoding.UTF8.GetBytes("n 9223372036854775807 trace=1\n");
        Assert.Equal(new TopicNumber("n", long.MaxValue), NumberedMessage.Read(newer, out body));
        Assert.Equal(0, body.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("node 1")]
    [InlineData("node\n1")]
    [InlineData(" 1\n")]
    [InlineData("node 0\n")]
    [InlineData("node -1\n")]
    [InlineData("node 1x\n")]
    [InlineData("node 99999999999999999999\n")]
    public void What_has_no_number_is_passed_over_and_counted(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Throws<WireFormatException>(() => NumberedMessage.Read(bytes, out _));
        _wire.PublishToTopic("a.x", new BrokerMessage("k.v1", bytes));
        Assert.Empty(_heard);
        Assert.Equal(1, _reader.Unreadable);
    }

    [Fact]
    public void A_gap_becomes_an_event_of_the_cluster_once_a_burst()
    {
        var events = new EventFeed(_wire, _time);
        var topics = new ClusterTopics(_wire, _time, events);
        topics.Read("a.x", 5, static _ => { });
        foreach (var number in new[] { 1, 3, 6, 10 })
        {
            Arrive("one", number);
        }

        var told = Assert.Single(events.Recent);
        Assert.Equal(ClusterEventKind.TopicGap, told.Kind);
        Assert.Contains("one", told.Text, StringComparison.Ordinal);
        Assert.Equal(6, topics.Missed);
    }

    /// <summary>A node of the release before sends and reads the first two fields alone.</summary>
    [Fact]
    public void A_notice_of_the_system_s_state_has_its_number_inside()
    {
        var notice = new ModeNotice(SystemMode.Paused, 4, "node-1-5f2c", 17);
        Assert.Equal(
            """{"Mode":2,"Version":4,"From":"node-1-5f2c","Number":17}""", Encoding.UTF8.GetString(notice.ToJson()));
        Assert.Equal(notice, ModeNotice.FromJson(notice.ToJson()));
        Assert.Equal(new ModeNotice(SystemMode.Paused, 4), ModeNotice.FromJson("""{"Mode":2,"Version":4}"""u8));
        Assert.Null(ModeNotice.FromJson("""{"Mode":77,"Version":4}"""u8));
        Assert.Null(ModeNotice.FromJson("null"u8));
        Assert.Null(ModeNotice.FromJson("nonsense"u8));
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private void Arrive(string from, long number) => _wire.PublishToTopic(
        "a.x", new BrokerMessage("k.v1", NumberedMessage.Write(new TopicNumber(from, number), default)));

    /// <summary>Gives what is published to whoever listens to anything, at once.</summary>
    private sealed class TopicWire : IBroker
    {
        private readonly List<Action<TopicMessage>> _listeners = [];

        public string Node => "me";

        public bool IsConnected => true;

        public void PublishToTopic(string topic, BrokerMessage message)
        {
            // The only pattern here.
            if (topic.StartsWith("a.", StringComparison.Ordinal))
            {
                _listeners.ForEach(listener => listener(new TopicMessage(topic, message)));
            }
        }

        public IDisposable Subscribe(string pattern, int queueMax, Action<TopicMessage> received)
        {
            _listeners.Add(received);
            return new Ended(() => _listeners.Remove(received));
        }

        public IShardChannel Register(ShardId shard, IShardConsumer consumer) => throw new NotSupportedException();

        public void PublishToShard(ShardId shard, BrokerMessage message, Action<PublishOutcome> published) =>
            throw new NotSupportedException();

        public void PublishToNode(string node, BrokerMessage message, Action<PublishOutcome> published) =>
            throw new NotSupportedException();

        public void OnNodeMessage(Action<BrokerMessage> received) => throw new NotSupportedException();

        public IDisposable OnConnection(Action<bool> changed) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private sealed class Ended(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
