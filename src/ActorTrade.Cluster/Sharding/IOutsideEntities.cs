using ActorTrade.EventSourcing;

namespace ActorTrade.Cluster.Sharding;

/// <summary>Something outside the journal that is addressed like an entity, such as a
/// venue. It keeps its own memory.</summary>
public interface IOutsideEntities
{
    void Handle(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo);
}
