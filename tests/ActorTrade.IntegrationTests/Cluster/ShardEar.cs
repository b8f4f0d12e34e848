using System.Text;
using ActorTrade.Cluster.Transport;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>A consumer that writes down what it hears, and acknowledges at once if it is told to.</summary>
internal sealed class ShardEar(bool acknowledge = false) : IShardConsumer
{
    private readonly Lock _gate = new();
    private readonly List<ShardDelivery> _heard = [];
    private readonly List<string?> _closed = [];

    /// <summary>Set if a delivery came after the closing.</summary>
    public bool HeardAfterClosed { get; private set; }

    public IReadOnlyList<ShardDelivery> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public IReadOnlyList<string> Texts => [.. Heard.Select(d => Encoding.UTF8.GetString(d.Message.Body.Span))];

    /// <summary>Why it was closed, once for each time.</summary>
    public IReadOnlyList<string?> ClosedWith
    {
        get
        {
            lock (_gate)
            {
                return [.. _closed];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _heard.Count;
            }
        }
    }

    public void Delivered(IShardChannel channel, in ShardDelivery delivery)
    {
        lock (_gate)
        {
            _heard.Add(delivery);
            HeardAfterClosed |= _closed.Count > 0;
        }

        if (acknowledge)
        {
            channel.Acknowledge(delivery.Tag);
        }
    }

    public void Closed(IShardChannel channel, string? why)
    {
        lock (_gate)
        {
            _closed.Add(why);
        }
    }

    public Task HearsAsync(int count) => Eventually.TrueAsync(() => Count >= count, $"{count} deliveries");

    public Task IsClosedAsync() => Eventually.TrueAsync(() => ClosedWith.Count > 0, "the channel's end");
}
