using ActorTrade.EventSourcing;

namespace ActorTrade.Node.Trading;

/// <summary>
/// Asks entities, one question after the other, on whatever clock and dispatcher the floor runs: an await comes back
/// where it was begun, so the same code repeats exactly in a replay.
/// </summary>
internal sealed class EntityCalls(IEntities entities, TimeProvider time)
{
    private const int AttemptsMax = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private volatile bool _hasEnded;

    /// <summary>Nothing more is asked; whoever still waits goes no further than the answer.</summary>
    public void End() => _hasEnded = true;

    /// <summary>The view of an entity.</summary>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    public async Task<TView> ViewAsync<TView>(EntityId entity)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await Ask(sink => entities.Query(entity, sink));
            if (answer is Answer.Viewed { View: TView view })
            {
                return view;
            }

            if (attempt == AttemptsMax)
            {
                throw new InvalidOperationException($"{entity} does not answer: {answer}");
            }
        }
    }

    /// <summary>Has a command carried out; repeated under the same id while nobody knows its outcome.</summary>
    /// <exception cref="InvalidOperationException">It was rejected, or not answered.</exception>
    public async Task<Answer.Accepted> DoAsync(EntityId entity, ICommand command, Guid id)
    {
        var header = new CommandHeader(id, CommandContext.Self, time.GetUtcNow() + (Patience * (AttemptsMax + 1)));
        for (var attempt = 1; ; attempt++)
        {
            var answer = await Ask(sink => entities.Send(entity, command, header, sink));
            if (answer is Answer.Accepted accepted)
            {
                return accepted;
            }

            if (answer is Answer.Rejected || attempt == AttemptsMax)
            {
                throw new InvalidOperationException($"{entity} does not take {command.GetType().Name}: {answer}");
            }
        }
    }

    private async Task<Answer> Ask(Action<IAnswerSink> send)
    {
        ObjectDisposedException.ThrowIf(_hasEnded, this);
        var pending = new Pending();
        await using var deadline = time.CreateTimer(
            static sink => ((Pending)sink!).Answered(new Answer.OutcomeUnknown($"No answer within {Patience}.")),
            pending,
            Patience,
            Timeout.InfiniteTimeSpan);
        send(pending);
        return await pending.Answer;
    }

    private sealed class Pending : IAnswerSink
    {
        // Asynchronous continuations: what follows never runs inside the answering actor's turn.
        private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Answer> Answer => _answer.Task;

        public void Answered(Answer answer) => _answer.TrySetResult(answer);
    }
}
