using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.EventSourcing;

public sealed class DeterministicGuidTests
{
    [Fact]
    public void Parts_of_affairs_never_meet()
    {
        var seen = new HashSet<Guid>();
        for (var affair = 0; affair < 20_000; affair++)
        {
            var id = new Guid(affair, 0, 0, new byte[8]);
            Assert.True(seen.Add(id));
            foreach (var salt in new uint[] { 0, 1, 2, 3, 100, 200, 332, 400, 500, 501, 600, 700 })
            {
                Assert.True(seen.Add(DeterministicGuid.Derive(id, salt)), $"affair {affair}, salt {salt}");
            }
        }
    }

    /// <summary>
    /// Ids in journals follow from these functions: they must never give others. Computed by another program.
    /// </summary>
    [Fact]
    public void Known_answers_stay()
    {
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        Assert.Equal(new Guid("82c6462f-5c99-3b9b-7235-29da0f13e737"), DeterministicGuid.Derive(id, 0));
        Assert.Equal(new Guid("f6ee07e1-7f04-432c-422c-2949dfde0b0b"), DeterministicGuid.Derive(id, 1));
        Assert.Equal(new Guid("10a354db-b1c8-339c-0de1-b2f0b33d6143"), DeterministicGuid.Derive(Guid.Empty, 500));
        Assert.Equal(new Guid("bd09416e-182d-8653-ab64-92178014ee9d"), DeterministicGuid.FromText("alice:order-1"));
    }
}
