using System.Diagnostics.CodeAnalysis;

namespace ActorTrade.Kernel;

/// <summary>How an ask ended.</summary>
public enum AskStatus
{
    /// <summary>The actor replied in time.</summary>
    Replied,

    /// <summary>No reply before the deadline. Whether the message was handled is unknown.</summary>
    TimedOut,

    /// <summary>The mailbox was full: the message was not delivered.</summary>
    MailboxFull,

    /// <summary>
    /// The actor has stopped. If it stopped after the ask was accepted, whether the message was handled is unknown.
    /// </summary>
    Stopped,
}

/// <summary>The outcome of an ask: a reply, or the reason why there is none.</summary>
public readonly struct AskResult<TReply>
{
    private readonly TReply? reply;

    private AskResult(AskStatus status, TReply? reply)
    {
        Status = status;
        this.reply = reply;
    }

    /// <summary>How the ask ended.</summary>
    public AskStatus Status { get; }

    /// <summary>The reply.</summary>
    /// <exception cref="InvalidOperationException">There is none: <see cref="Status"/> is not Replied.</exception>
    public TReply Reply => Status == AskStatus.Replied
        ? reply!
        : throw new InvalidOperationException($"The ask has no reply: {Status}.");

    /// <summary>Makes a result with a reply; for fakes of <see cref="ActorRef{TMessage}"/>.</summary>
    public static AskResult<TReply> Replied(TReply reply) => new(AskStatus.Replied, reply);

    /// <summary>Makes a result without a reply; for fakes of <see cref="ActorRef{TMessage}"/>.</summary>
    public static AskResult<TReply> Without(AskStatus status) => status == AskStatus.Replied
        ? throw new ArgumentOutOfRangeException(nameof(status), "A reply is needed.")
        : new(status, default);

    /// <summary>True with the reply, or false if there is none.</summary>
    public bool TryGetReply([MaybeNullWhen(false)] out TReply value)
    {
        value = reply;
        return Status == AskStatus.Replied;
    }

    /// <inheritdoc/>
    public override string ToString() => Status == AskStatus.Replied ? $"Replied({reply})" : Status.ToString();
}

/// <summary>Where a reply goes. The first reply wins; later ones, and those after the deadline, are ignored.</summary>
public interface IReplyTo<in TReply>
{
    /// <summary>Replies. Never throws, never blocks; may be called from any thread, also after the turn.</summary>
    void Reply(TReply reply);
}

/// <summary>The limits of an ask.</summary>
public static class AskLimits
{
    /// <summary>No ask waits longer: a caller that waits for ever is a leak.</summary>
    public static readonly TimeSpan DeadlineMax = TimeSpan.FromHours(24);
}
