using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;
using static ActorTrade.Domain.System.TradingSystem;

namespace ActorTrade.UnitTests.Orders;

public class TradingSystemTests
{
    private static readonly EventCatalog Catalog = new([Definition]);
    private readonly EntityBench _system = new(Definition, MainKey, Catalog);
    private DateTimeOffset _now = OrderWorld.Start;

    [Fact]
    public void An_emergency_is_left_by_two_operators_in_time_and_by_nobody_alone()
    {
        Send(new Command.DeclareEmergency("smoke"), "ann");
        Assert.IsType<Rejection.TransitionNotAllowed>(Send(new Command.Activate("go"), "ann").Rejection);
        Assert.IsType<Rejection.NothingProposed>(Send(new Command.ConfirmRecovery("ok"), "bob").Rejection);
        Send(new Command.ProposeRecovery("fixed"), "ann");
        Assert.IsType<Rejection.SameOperator>(Send(new Command.ConfirmRecovery("ok"), "ann").Rejection);
        Assert.IsType<Rejection.NotPermitted>(Send(new Command.ConfirmRecovery("ok"), CommandContext.Self).Rejection);
        _now += ProposalLasts + TimeSpan.FromTicks(1);
        Assert.IsType<Rejection.ProposalExpired>(Send(new Command.ConfirmRecovery("ok"), "bob").Rejection);
        Send(new Command.ProposeRecovery("fixed"), "ann");
        Assert.Null(Send(new Command.ConfirmRecovery("ok"), "bob").Rejection);
        var change = View.History[0];
        Assert.Equal((SystemMode.Maintenance, "bob", "ann"), (change.To, change.Who, change.ProposedBy));
    }

    [Fact]
    public void Declaring_the_emergency_again_withdraws_the_proposal()
    {
        Send(new Command.DeclareEmergency("smoke"), "ann");
        Send(new Command.ProposeRecovery("fixed"), "ann");
        Send(new Command.DeclareEmergency("still burning"), "carl");
        Assert.IsType<Rejection.NothingProposed>(Send(new Command.ConfirmRecovery("ok"), "bob").Rejection);
    }

    [Fact]
    public void Only_the_transitions_of_the_design_happen_whoever_asks_for_whatever()
    {
        (SystemMode, SystemMode)[] allowed =
        [
            (SystemMode.Init, SystemMode.Active), (SystemMode.Active, SystemMode.Paused),
            (SystemMode.Paused, SystemMode.Active), (SystemMode.Active, SystemMode.Maintenance),
            (SystemMode.Maintenance, SystemMode.Active), (SystemMode.Maintenance, SystemMode.Emergency),
            (SystemMode.Init, SystemMode.Emergency), (SystemMode.Active, SystemMode.Emergency),
            (SystemMode.Paused, SystemMode.Emergency), (SystemMode.Emergency, SystemMode.Maintenance),
        ];
        var random = new Random(3);
        string[] principals = ["ann", "bob", "", CommandContext.Self];
        var seen = new HashSet<(SystemMode, SystemMode)>();
        for (var i = 0; i < 20_000; i++)
        {
            _now += TimeSpan.FromMinutes(random.Next(10));
            var before = View;
            var why = random.Next(10) == 0 ? "" : "because";
            Command command = random.Next(6) switch
            {
                0 => new Command.Activate(why),
                1 => new Command.Pause(why),
                2 => new Command.EnterMaintenance(why),
                3 => new Command.DeclareEmergency(why),
                4 => new Command.ProposeRecovery(why),
                _ => new Command.ConfirmRecovery(why),
            };
            var decision = Send(command, principals[random.Next(4)]);
            foreach (var change in decision.Events.OfType<Event.ModeChanged>())
            {
                Assert.Contains((change.From, change.To), allowed);
                Assert.Equal((before.Mode, before.Version + 1), (change.From, change.Version));
                Assert.False(change.Who.Length == 0 || change.Why.Length == 0);
                Assert.Equal(change.From == SystemMode.Emergency, change.ProposedBy is not null);
                Assert.NotEqual(change.Who, change.ProposedBy);
                seen.Add((change.From, change.To));
            }

            if (i % 500 == 0)
            {
                _system.CrashWithSnapshot();
                _system.Crash();
            }
        }

        Assert.True(View.History.Length == HistoryMax && View.Version > HistoryMax);
        Assert.Superset(allowed.Where(a => a.Item1 != SystemMode.Init).ToHashSet(), seen);
    }

    private TradingSystemView View => (TradingSystemView)_system.Fold.View();

    private DecisionResult Send(ICommand command, string principal) => _system.Send(
        command, new CommandContext(Guid.Empty, principal, _now, _now + TimeSpan.FromMinutes(1), View.Mode));
}
