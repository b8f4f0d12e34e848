using System.Net.Sockets;
using System.Threading.Channels;
using RabbitMQ.Client.Exceptions;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>Where the broker's own failures go: it recovers from all, and somebody should read of them.</summary>
internal sealed class BrokerFaults(Action<Exception>? hear)
{
    /// <summary>Failures of the server, the network or a closed channel, as the client throws them.</summary>
    public static bool IsTransport(Exception e) =>
        e is RabbitMQClientException or IOException or SocketException or TimeoutException
            or OperationCanceledException or ObjectDisposedException or ChannelClosedException;

    public void Report(Exception fault)
    {
        try
        {
            hear?.Invoke(fault);
        }
        catch (Exception)
        {
            // A log that fails must not end the connecting.
        }
    }

    /// <summary>Runs a callback of the broker's user.</summary>
    public void Run(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            // On the client's threads an exception would end nobody but the connection that carries all the others.
            Report(e);
        }
    }
}
