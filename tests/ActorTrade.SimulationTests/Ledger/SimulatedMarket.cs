using ActorTrade.Domain.Desks;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Ledger;

/// <summary>
/// What happens around the clients: quotes of a price that wanders, a venue that misbehaves and is cut off, and
/// operators who pause and stop everything and let it go on again. Nothing of it is repeated when it gets lost.
/// </summary>
internal sealed class SimulatedMarket
{
    public const string Venue = "paper";
    private const decimal MidStart = 1m;
    private readonly LedgerWorld _world;
    private readonly IRandomSource _random;
    private readonly int _stopsPerThousand;
    private ITimer? _timer;

    public SimulatedMarket(LedgerWorld world, IRandomSource random)
    {
        _world = world;
        _random = random;
        _stopsPerThousand = random.NextInt(3) * 15;
        Instrument = new Instrument(new Symbol("AAA", "BBB"), world.Tokens[0], world.Tokens[1], 6, 6);
    }

    public Instrument Instrument { get; }

    /// <summary>Quote tokens for one base token.</summary>
    public decimal Mid { get; private set; } = MidStart;

    private static EntityId VenueId => Domain.Orders.Venue.IdOf(Venue);

    public void Open()
    {
        var faults = _random.NextInt(3) * 20;
        var terms = new PaperTerms(
            new Bps(10), TimeSpan.FromMilliseconds(50), 0.05m, faults, FaultSeed: _random.NextInt(1_000));
        _world.Do(VenueId, new PaperVenue.Command.Configure(terms));
        Later();
    }

    /// <summary>No more quotes and no more stops; the venue is reached again and the system is active.</summary>
    public void Close()
    {
        _timer?.Dispose();
        _timer = null;
        foreach (var fault in Enum.GetValues<PaperFault>().Where(f => f != PaperFault.None))
        {
            _world.Do(VenueId, new PaperVenue.Command.SetFault(fault, 0));
        }

        _world.Do(VenueId, new PaperVenue.Command.Configure(PaperTerms.Default));
        _world.Do(VenueId, new PaperVenue.Command.RestoreConnection());

        // The one way that leads to Active from wherever the system is.
        _world.Do(TradingSystem.Id, new TradingSystem.Command.DeclareEmergency("the end"), "operator1");
        _world.Do(TradingSystem.Id, new TradingSystem.Command.ProposeRecovery("the end"), "operator1");
        _world.Do(TradingSystem.Id, new TradingSystem.Command.ConfirmRecovery("the end"), "operator2");
        _world.Do(TradingSystem.Id, new TradingSystem.Command.Activate("the end"), "operator1");
    }

    private void Later()
    {
        _timer?.Dispose();
        var wait = TimeSpan.FromMilliseconds(20 + _random.NextInt(400));
        _timer = _world.Time.CreateTimer(_ => Happen(), null, wait, Timeout.InfiniteTimeSpan);
    }

    private void Happen()
    {
        Later();
        Quote();
        Misbehave();
        Operate();
    }

    private void Quote()
    {
        var step = (decimal)(_random.NextDouble() - 0.5) * 0.02m;
        Mid = Math.Clamp(decimal.Round(Mid * (1 + step), 6), MidStart * 0.7m, MidStart * 1.4m);
        var half = 0.0001m * (1 + _random.NextInt(20));
        decimal? size = _random.NextInt(3) == 0 ? null : 0.0005m * (1 + _random.NextInt(40));
        Tell(VenueId, new PaperVenue.Command.Quote(
            Instrument.Symbol, _world.Time.GetUtcNow(), Mid - half, Mid + half, size, size));
        Tell(OrderDesk.IdOf(Venue, Instrument.Symbol), new OrderDesk.Command.Look(
            _world.Time.GetUtcNow(), Mid - half, Mid + half, Mid, PaperVenue.Capabilities));
    }

    private void Misbehave()
    {
        switch (_random.NextInt(60))
        {
            case 0:
                var fault = (PaperFault)(1 + _random.NextInt(4));
                Tell(VenueId, new PaperVenue.Command.SetFault(fault, 1 + _random.NextInt(3)), "operator1");
                break;
            case 1:
                Tell(VenueId, new PaperVenue.Command.DropConnection(), "operator1");
                break;
            case < 10:
                Tell(VenueId, new PaperVenue.Command.RestoreConnection(), "operator1");
                break;
        }
    }

    private void Operate()
    {
        if (_world.Mode == SystemMode.Active)
        {
            if (_random.NextInt(1_000) < _stopsPerThousand)
            {
                Tell(
                    TradingSystem.Id,
                    _random.NextInt(3) switch
                    {
                        0 => new TradingSystem.Command.Pause("a look"),
                        1 => new TradingSystem.Command.EnterMaintenance("a look"),
                        _ => new TradingSystem.Command.DeclareEmergency("danger"),
                    },
                    "operator1");
            }
        }
        else if (_random.NextInt(4) == 0)
        {
            if (_world.Mode == SystemMode.Emergency)
            {
                Tell(TradingSystem.Id, new TradingSystem.Command.ProposeRecovery("over"), "operator1");
                Tell(TradingSystem.Id, new TradingSystem.Command.ConfirmRecovery("over"), "operator2");
            }
            else
            {
                Tell(TradingSystem.Id, new TradingSystem.Command.Activate("go on"), "operator1");
            }
        }
    }

    private void Tell(EntityId target, ICommand command, string principal = CommandContext.Self)
    {
        var expiresAt = _world.Time.GetUtcNow() + TimeSpan.FromSeconds(5);
        var header = new CommandHeader(_random.NextGuid(), principal, expiresAt);
        _world.SendFromClient(target, command, header, Nobody.Instance);
    }

    private sealed class Nobody : IAnswerSink
    {
        public static readonly Nobody Instance = new();

        public void Answered(Answer answer)
        {
        }
    }
}
