using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.Execution;
using ActorTrade.Kernel;
using ActorTrade.UnitTests.Kernel;
using ActorTrade.UnitTests.Orders;

namespace ActorTrade.UnitTests.Execution;

public class ExecutionSupervisorTests
{
    private readonly KernelWorld _world = new(guardian: SupervisorStrategy.Default);
    private readonly Entities _entities = new();
    private readonly List<Venue.Command> _sent = [];
    private readonly ActorRef<ExecutionMessage> _supervisor;
    private bool _isBroken;

    public ExecutionSupervisorTests()
    {
        var connectors = new Dictionary<string, Func<Actor<VenueCallMessage>>>
        {
            ["binance"] = () => new Connector(this),
        };
        _supervisor = _world.System.Spawn(
            () => new ExecutionSupervisor(_entities, connectors, SystemMode.Active), "execution");
        _world.Run();
    }

    [Fact]
    public void A_new_submission_passes_only_while_the_system_is_active()
    {
        Assert.Null(Call(Submit(1)));
        Tell(new ExecutionMessage.OrderOpened(OrderWorld.NewId(2)));
        Tell(new ExecutionMessage.SetMode(SystemMode.Paused));
        var denied = Assert.IsType<Venue.Rejection.Denied>(Assert.IsType<Answer.Rejected>(Call(Submit(2))).Rejection);
        Assert.Equal("SYSTEM_NOT_ACTIVE", denied.DenialCode);
        Assert.Null(Call(new Venue.Command.Cancel(OrderWorld.NewId(1))));
        Assert.Null(Call(new Venue.Command.Query(OrderWorld.NewId(1))));
        Assert.Equal(3, _sent.Count);
    }

    [Fact]
    public void A_submission_that_may_have_left_before_is_not_denied()
    {
        Assert.Null(Call(Submit(1)));
        Tell(new ExecutionMessage.SetMode(SystemMode.Emergency));
        Assert.Null(Call(Submit(1)));
        Assert.Null(Call(Submit(2) with { SubmittedAt = _world.Time.GetUtcNow() - TimeSpan.FromSeconds(1) }));
        Assert.Equal(3, _sent.Count);
    }

    [Fact]
    public void An_emergency_cancels_every_open_order_until_each_has_heard()
    {
        for (var i = 1; i <= 3; i++)
        {
            Tell(new ExecutionMessage.OrderOpened(OrderWorld.NewId(i)));
        }

        Tell(new ExecutionMessage.OrderEnded(OrderWorld.NewId(2)));
        _entities.Answer = new Answer.OutcomeUnknown("crashed");
        Tell(new ExecutionMessage.SetMode(SystemMode.Emergency));
        Assert.Equal([Order.IdOf(OrderWorld.NewId(1)), Order.IdOf(OrderWorld.NewId(3))], _entities.Cancelled);
        _entities.Cancelled.Clear();
        _entities.Answer = new Answer.Accepted([], 1, default);
        _world.Run(ExecutionSupervisor.CancelAgainAfter);
        Assert.Equal(2, _entities.Cancelled.Count);
        _entities.Cancelled.Clear();
        _world.Run(TimeSpan.FromSeconds(30));
        Assert.Empty(_entities.Cancelled);
        Tell(new ExecutionMessage.OrderOpened(OrderWorld.NewId(4)));
        Assert.Equal([Order.IdOf(OrderWorld.NewId(4))], _entities.Cancelled);
    }

    [Fact]
    public void A_connector_that_fails_comes_back_after_a_back_off()
    {
        _isBroken = true;
        Call(Submit(1));
        _isBroken = false;
        Call(Submit(2));
        Assert.Empty(_sent);
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.Single(_sent);
    }

    [Fact]
    public void A_venue_without_a_connector_is_refused()
    {
        var sink = new Sink();
        Tell(new ExecutionMessage.CallVenue("nowhere", new VenueCallMessage(Submit(1), default, sink)));
        Assert.IsType<Answer.Refused>(sink.Answer);
    }

    private Venue.Command.Submit Submit(int order) => new(
        OrderWorld.NewId(order), OrderWorld.Instrument, Side.Buy, OrderType.Limit, 1, 7_000m, TimeInForce.Gtc, null,
        1_000, _world.Time.GetUtcNow());

    private void Tell(ExecutionMessage message)
    {
        Assert.True(_supervisor.Tell(message));
        _world.Run();
    }

    private Answer? Call(Venue.Command command)
    {
        var sink = new Sink();
        Tell(new ExecutionMessage.CallVenue("binance", new VenueCallMessage(command, default, sink)));
        return sink.Answer;
    }

    private sealed class Connector(ExecutionSupervisorTests test) : Actor<VenueCallMessage>
    {
        protected override void Receive(VenueCallMessage message)
        {
            if (test._isBroken)
            {
                throw new InvalidOperationException("The connection broke.");
            }

            test._sent.Add(message.Command);
        }
    }

    private sealed class Sink : IAnswerSink
    {
        public Answer? Answer { get; private set; }

        public void Answered(Answer answer) => Answer = answer;
    }

    private sealed class Entities : IEntities
    {
        public List<EntityId> Cancelled { get; } = [];

        public Answer Answer { get; set; } = new Answer.Accepted([], 1, default);

        public void Send(EntityId target, ICommand command, CommandHeader header, IAnswerSink? answerTo)
        {
            Assert.IsType<Order.Command.Cancel>(command);
            Cancelled.Add(target);
            answerTo?.Answered(Answer);
        }

        public void Query(EntityId target, IAnswerSink answerTo) => answerTo.Answered(Answer);
    }
}
