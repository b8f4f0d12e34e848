using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>How often what goes wrong between two entities, as shares of all messages.</summary>
internal sealed record NetworkFaults(double Lost, double Doubled, double Delayed)
{
    public static readonly NetworkFaults None = new(0, 0, 0);
}

/// <summary>Loses, doubles and delays commands and answers between entities, as a network of several machines would.</summary>
internal sealed class FaultyNetwork(IEntities inner, TimeProvider time, IRandomSource random, Func<NetworkFaults> faults) : IEntities
{
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(3);

    public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo) =>
        Carry(() => inner.Send(target, command, header, answerTo is null ? null : new FaultySink(this, answerTo)));

    public void Query(EntityId target, IAnswerSink answerTo) => inner.Query(target, answerTo);

    private void Carry(Action deliver)
    {
        var now = faults();
        if (random.NextDouble() < now.Lost)
        {
            return;
        }

        var copies = random.NextDouble() < now.Doubled ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            if (random.NextDouble() < now.Delayed)
            {
                var delay = random.NextDouble() * DelayMax;
                time.CreateTimer(_ => deliver(), null, delay, Timeout.InfiniteTimeSpan);
            }
            else
            {
                deliver();
            }
        }
    }

    private sealed class FaultySink(FaultyNetwork network, IAnswerSink answerTo) : IAnswerSink
    {
        public void Answered(Answer answer) => network.Carry(() => answerTo.Answered(answer));
    }
}
