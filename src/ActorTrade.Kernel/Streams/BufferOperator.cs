using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ActorTrade.Kernel.Streams;

/// <summary>What a full buffer does with the next element.</summary>
public enum BufferPolicy
{
    /// <summary>The source waits: back-pressure, nothing is lost.</summary>
    Wait,

    /// <summary>The element that has waited longest is dropped.</summary>
    DropOldest,

    /// <summary>The arriving element is dropped.</summary>
    DropNewest,

    /// <summary>The stream fails with <see cref="BufferOverflowException"/>, after what is buffered.</summary>
    Fail,
}

/// <summary>A buffer with the policy <see cref="BufferPolicy.Fail"/> was full.</summary>
public sealed class BufferOverflowException(int limit)
    : Exception($"The consumer fell behind by more than {limit} elements.")
{
    /// <summary>Elements the buffer holds.</summary>
    public int Limit => limit;
}

/// <summary>Buffers between a source and a slower or bursty consumer.</summary>
public static class BufferOperator
{
    /// <summary>Reads the source ahead of the consumer by at most <paramref name="limit"/> elements.</summary>
    /// <param name="counter">Counts what is dropped.</param>
    public static IAsyncEnumerable<T> Buffer<T>(
        this IAsyncEnumerable<T> source, int limit, BufferPolicy policy, StreamCounter counter)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Iterate(source, limit, policy, counter, CancellationToken.None);
    }

    private static async IAsyncEnumerable<T> Iterate<T>(
        IAsyncEnumerable<T> source,
        int limit,
        BufferPolicy policy,
        StreamCounter counter,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var options = new BoundedChannelOptions(limit)
        {
            SingleReader = true,
            SingleWriter = true,
            FullMode = policy switch
            {
                BufferPolicy.DropOldest => BoundedChannelFullMode.DropOldest,
                BufferPolicy.DropNewest => BoundedChannelFullMode.DropWrite,
                _ => BoundedChannelFullMode.Wait,
            },
        };
        var channel = Channel.CreateBounded<T>(options, _ => counter.OnDropped());
        var pump = Pump.Run(
            source,
            element => Take(channel.Writer, element, policy, limit, end.Token),
            failure => channel.Writer.Complete(failure),
            end.Token);
        try
        {
            await foreach (var element in channel.Reader.ReadAll(cancellation))
            {
                yield return element;
            }
        }
        finally
        {
            end.Cancel();
            await pump;
        }
    }

    private static ValueTask Take<T>(
        ChannelWriter<T> writer, T element, BufferPolicy policy, int limit, CancellationToken cancellation)
    {
        if (writer.TryWrite(element))
        {
            return ValueTask.CompletedTask;
        }

        return policy == BufferPolicy.Fail
            ? throw new BufferOverflowException(limit)
            : writer.WriteAsync(element, cancellation);
    }
}
