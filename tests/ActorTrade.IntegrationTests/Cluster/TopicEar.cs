using System.Collections.Concurrent;
using System.Text;
using ActorTrade.Cluster.Transport;
using ActorTrade.TestServers;

namespace ActorTrade.IntegrationTests.Cluster;

/// <summary>A subscriber that writes down what it hears, and can be made to wait in the middle of it.</summary>
internal sealed class TopicEar : IDisposable
{
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly ManualResetEventSlim _listens = new(true);

    /// <summary>Topic, a colon, and the text.</summary>
    public IReadOnlyList<string> Heard => [.. _heard];

    public void StopListening() => _listens.Reset();

    public void Listen() => _listens.Set();

    public void Receive(TopicMessage message)
    {
        _heard.Enqueue(message.Topic + ":" + Encoding.UTF8.GetString(message.Message.Body.Span));
        _listens.Wait();
    }

    public Task HearsAsync(string message) =>
        Eventually.TrueAsync(() => _heard.Contains(message), $"{message} to arrive");

    public void Dispose()
    {
        _listens.Set();
        _listens.Dispose();
    }
}
