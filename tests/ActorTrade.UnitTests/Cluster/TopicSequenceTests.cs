using ActorTrade.Cluster.Topics;

namespace ActorTrade.UnitTests.Cluster;

public sealed class TopicSequenceTests
{
    [Fact]
    public void Who_begins_to_listen_in_the_middle_has_missed_nothing()
    {
        var sequence = new TopicSequence();
        Assert.Equal(TopicOrder.Next, sequence.Take(1_000_000));
        Assert.Equal(TopicOrder.Next, sequence.Take(1_000_001));
        Assert.Equal((2, 0, 0), (sequence.Received, sequence.Missed, sequence.Repeated));
    }

    [Fact]
    public void A_late_message_is_missed_no_more_and_a_repeat_changes_nothing()
    {
        var sequence = new TopicSequence();
        sequence.Take(1);
        Assert.Equal(TopicOrder.Next, sequence.Take(5));
        Assert.Equal(3, sequence.Missed);
        Assert.Equal(TopicOrder.Late, sequence.Take(3));
        Assert.Equal(TopicOrder.Repeated, sequence.Take(3));
        Assert.Equal(TopicOrder.Repeated, sequence.Take(5));
        Assert.Equal((3, 2, 2), (sequence.Received, sequence.Missed, sequence.Repeated));
    }

    [Fact]
    public void Any_loss_doubling_and_reordering_is_counted_exactly()
    {
        for (var seed = 1; seed <= 3000; seed++)
        {
            var random = new Random(seed);
            var heard = Heard(random);
            var sequence = new TopicSequence();
            var oracle = new HashSet<long>();
            var repeated = 0;
            foreach (var number in heard)
            {
                var isNew = oracle.Add(number);
                repeated += isNew ? 0 : 1;
                var expected = !isNew ? TopicOrder.Repeated
                    : number == oracle.Max() ? TopicOrder.Next
                    : TopicOrder.Late;
                Assert.True(expected == sequence.Take(number), $"Seed {seed}, number {number}.");
                var missed = oracle.Max() - oracle.Min() + 1 - oracle.Count;
                Assert.True(
                    (oracle.Count, missed, repeated) == (sequence.Received, sequence.Missed, sequence.Repeated),
                    $"Seed {seed}, number {number}: {sequence.Missed} missed, not {missed}.");
            }
        }
    }

    [Fact]
    public void Beyond_the_bound_of_open_holes_the_oldest_stay_missed_for_good()
    {
        var sequence = new TopicSequence();
        for (var i = 0; i <= TopicSequence.RangesMax + 1; i++)
        {
            sequence.Take(1 + (2 * i));
        }

        Assert.Equal(TopicSequence.RangesMax + 1, sequence.Missed);
        Assert.Equal(TopicOrder.Repeated, sequence.Take(2));
        Assert.Equal(TopicOrder.Late, sequence.Take(4));
        Assert.Equal(TopicSequence.RangesMax, sequence.Missed);
    }

    // Numbers from somewhere on, some lost, some doubled, some moved.
    private static List<long> Heard(Random random)
    {
        var first = random.NextInt64(1, 50);
        var heard = new List<(long Number, double Place)>();
        var (lost, doubled, moved) = (random.NextDouble() * 0.5, random.NextDouble() * 0.3, random.NextDouble() * 0.4);
        for (var i = 0; i < random.Next(1, 60); i++)
        {
            for (var copy = random.NextDouble() < doubled ? 2 : 1; copy > 0; copy--)
            {
                if (random.NextDouble() >= lost)
                {
                    heard.Add((first + i, i + (random.NextDouble() < moved ? random.NextDouble() * 20 : 0)));
                }
            }
        }

        return [.. heard.OrderBy(h => h.Place).Select(h => h.Number)];
    }
}
