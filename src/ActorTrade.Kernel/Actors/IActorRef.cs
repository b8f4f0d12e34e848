namespace ActorTrade.Kernel;

/// <summary>
/// An address of an actor whose message type the holder does not need to know: to watch it, stop it or log it.
/// </summary>
public interface IActorRef
{
    /// <summary>Absolute and unique among live actors of one system: <c>/user/parent/child</c>.</summary>
    string Path { get; }

    /// <summary>True once the actor accepts nothing any more. It never becomes false again.</summary>
    bool IsStopped { get; }
}
