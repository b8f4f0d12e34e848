using ActorTrade.EventSourcing;

namespace ActorTrade.Cluster.Sharding;

/// <summary>Asks entities from outside actors, as tasks. A deadline that passes is an
/// unknown outcome, not a failure.</summary>
public static class EntityClient
{
    /// <summary>Sends a command and waits for its answer.</summary>
    /// <param name="entities">The way to it.</param>
    /// <param name="target">Whom to ask.</param>
    /// <param name="command">What to ask.</param>
    /// <param name="header">Under which id; repeat with the same one after <see cref="Answer.OutcomeUnknown"/>.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="time">The clock to wait by.</param>
    public static Task<Answer> AskAsync(
        this IEntities entities,
        EntityId target,
        ICommand command,
        CommandHeader header,
        TimeSpan patience,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(entities);
        var pending = new Pending();
        entities.Send(target, command, header, pending);
        return pending.WaitAsync(patience, time);
    }

    /// <summary>Asks for the target's view.</summary>
    public static Task<Answer> QueryAsync(
        this IEntities entities, EntityId target, TimeSpan patience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(entities);
        var pending = new Pending();
        entities.Query(target, pending);
        return pending.WaitAsync(patience, time);
    }

    private sealed class Pending : IAnswerSink
    {
        // Asynchronous continuations: the caller's code never runs inside the answering actor's turn.
        private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answered(Answer answer) => _answer.TrySetResult(answer);

        public async Task<Answer> WaitAsync(TimeSpan patience, TimeProvider time)
        {
            if (_answer.Task.IsCompleted)
            {
                return await _answer.Task.ConfigureAwait(false);
            }

            try
            {
                return await _answer.Task.WaitAsync(patience, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return new Answer.OutcomeUnknown($"No answer within {patience}.");
            }
        }
    }
}
