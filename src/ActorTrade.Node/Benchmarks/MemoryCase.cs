using System.Globalization;
using System.Threading.Channels;
using ActorTrade.Kernel;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What an actor costs while it does nothing.</summary>
public static class MemoryCase
{
    /// <summary>
    /// Bytes of managed heap for each of <paramref name="count"/> started actors without state: cell, lock, reference,
    /// instance, name and the entry in the parent's table.
    /// </summary>
    /// <param name="told">If true each has handled one message, so that its mailbox has its arrays.</param>
    public static double BytesPerIdleActor(int count, bool told = false)
    {
        var system = new ActorSystem("memory");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var refs = new ActorRef<object>[count];
        for (var i = 0; i < count; i++)
        {
            refs[i] = system.Spawn(static () => new IdleActor(), i.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var actor in refs)
        {
            // The answer says that the first turn, which makes the instance, is over.
            if (told)
            {
                actor.Ask<object>(static reply => reply, TimeSpan.FromSeconds(60)).Wait();
            }
        }

        SpinWait.SpinUntil(() => ThreadPool.PendingWorkItemCount == 0, TimeSpan.FromSeconds(10));
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before - (8.0 * count)) / count;
        GC.KeepAlive(refs);
        system.DisposeAsync().AsTask().Wait();
        return bytes;
    }

    /// <summary>The same for a bounded channel with a reader's loop that waits.</summary>
    public static double BytesPerIdleChannel(int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var channels = new Channel<object>[count];
        var readers = new Task[count];
        for (var i = 0; i < count; i++)
        {
            channels[i] = Channel.CreateBounded<object>(new BoundedChannelOptions(1024) { SingleReader = true });
            readers[i] = Read(channels[i].Reader);
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before - (16.0 * count)) / count;
        Array.ForEach(channels, static channel => channel.Writer.Complete());
        Task.WhenAll(readers).Wait();
        return bytes;
    }

    private static async Task Read(ChannelReader<object> reader)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out _))
            {
            }
        }
    }

    private sealed class IdleActor : Actor<object>
    {
        protected override void Receive(object message) => ((IReplyTo<object>)message).Reply(this);
    }
}
