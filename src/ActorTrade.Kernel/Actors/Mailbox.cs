using System.Runtime.CompilerServices;

namespace ActorTrade.Kernel;

/// <summary>
/// The messages that wait for one actor: one array being filled by senders, one being emptied by the turn, swapped when
/// the second is used up. Measured against channels, concurrent queues and linked lists this is the fastest bounded
/// design on .NET, both for one hot actor and for thousands; the bound is exact because it is checked under the lock
/// that the cell holds anyway.
/// </summary>
/// <remarks>
/// The cell's gate guards every member except <see cref="Next"/>, <see cref="Size"/> and <see cref="Batch"/>, which
/// belong to the running turn. Arrays come with the first message and never shrink; stopping drops them.
/// A struct inside the cell, since an object of its own would cost each idle actor 24 bytes.
/// </remarks>
internal struct Mailbox<TMessage>
    where TMessage : class
{
    private const int InitialLength = 4;

    private Slot[] filling;
    private int count;
    private int limit;

    public Mailbox(int capacity)
    {
        filling = [];
        Batch = [];
        limit = capacity;
    }

    /// <summary>
    /// The batch of the running turn: messages from <see cref="Next"/> to <see cref="Size"/> are still to do.
    /// </summary>
    public Slot[] Batch;

    public int Next;

    public int Size;

    public readonly bool HasWaiting => count > 0 || Next < Size;

    public readonly int Waiting => count + Size - Next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(TMessage message)
    {
        if (count >= limit)
        {
            return false;
        }

        Add(message);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(TMessage message)
    {
        var slots = filling;
        var at = count;
        if ((uint)at >= (uint)slots.Length)
        {
            slots = Grow();
        }

        slots[at].Message = message;
        count = at + 1;
    }

    /// <summary>Takes what senders have gathered as the next batch, if the last one is used up.</summary>
    public void Load()
    {
        if (Next == Size && count > 0)
        {
            (filling, Batch) = (Batch, filling);
            Next = 0;
            Size = count;
            count = 0;
        }
    }

    /// <summary>
    /// At the end of a turn: what is left of the batch goes on counting against the capacity until the next turn.
    /// </summary>
    public void CountRest(int capacity) => limit = capacity - (Size - Next);

    /// <summary>Drops everything and refuses all further messages.</summary>
    /// <returns>The number of messages dropped.</returns>
    public int Close()
    {
        var dropped = Waiting;
        this = new Mailbox<TMessage>(int.MinValue);
        return dropped;
    }

    private Slot[] Grow()
    {
        Array.Resize(ref filling, filling.Length == 0 ? InitialLength : filling.Length * 2);
        return filling;
    }

    /// <summary>
    /// A struct around the reference spares the type check of every store into an array of references.
    /// </summary>
    internal struct Slot
    {
        public TMessage? Message;
    }
}
