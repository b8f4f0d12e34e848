using ActorTrade.Domain;
using ActorTrade.EventSourcing;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary>Entities by their rules alone: every command is decided and recorded at once, in memory.</summary>
internal sealed class FoldedEntities(TimeProvider time) : IEntities
{
    private readonly Dictionary<EntityId, IEntityFold> _folds = [];
    private readonly Lock _gate = new();

    public SystemMode Mode { get; set; } = SystemMode.Active;

    /// <summary>How far the entities' clock is ahead of the one given.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Told of every event, after its answer: plays those whom the entity would ask.</summary>
    public Action<EntityId, IEvent> Happened { get; set; } = static (_, _) => { };

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
    {
        lock (_gate)
        {
            var context = new CommandContext(
                header.CommandId, header.Principal, time.GetUtcNow() + Ahead, header.ExpiresAt, Mode, header.Origin);
            var fold = FoldOf(target);
            var decision = fold.Decide(command, context);
            if (decision.Rejection is { } rejection)
            {
                answerTo?.Answered(new Answer.Rejected(rejection));
                return;
            }

            if (decision.IsEarlier)
            {
                answerTo?.Answered(new Answer.Accepted(decision.Events, 1, time.GetUtcNow()));
                return;
            }

            foreach (var e in decision.Events)
            {
                fold.Apply(e);
            }

            answerTo?.Answered(new Answer.Accepted(decision.Events, 1, time.GetUtcNow()));
            foreach (var e in decision.Events)
            {
                Happened(target, e);
            }
        }
    }

    public void Query(EntityId target, IAnswerSink answerTo)
    {
        lock (_gate)
        {
            answerTo.Answered(new Answer.Viewed(FoldOf(target).View(), 1));
        }
    }

    private IEntityFold FoldOf(EntityId target)
    {
        if (!_folds.TryGetValue(target, out var fold))
        {
            fold = EntityKinds.All.Single(d => d.Category == target.Category).CreateFold(target.Key);
            _folds.Add(target, fold);
        }

        return fold;
    }
}
