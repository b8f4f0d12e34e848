using System.Numerics;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Books;
using ActorTrade.Domain.Ledger;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.EntitySupport;

/// <summary>
/// Accounts, pools and tokens that speak over a bad network, as pure folds: effects and answers arrive in
/// any order, doubled, late or not at all; entities restart from snapshot or journal on a node whose clock
/// is off by as much as is allowed. Books are kept of every event, and the invariants of pools are checked
/// at every step. Repeatable from its seed.
/// </summary>
internal sealed class TradeNetwork(int seed)
{
    private readonly Dictionary<EntityId, EntityHarness> _entities = [];
    private readonly Dictionary<EntityId, TimeSpan> _skew = [];
    private readonly List<Message> _messages = [];
    private readonly Dictionary<PoolId, PoolView> _views = [];
    private long _ordering;

    public Random Random { get; } = new(seed);

    public int Seed => seed;

    public ConservationLedger Books { get; } = new();

    public DateTimeOffset Now { get; private set; } = EntityHarness.Start;

    /// <summary>Messages are lost and doubled and entities restart; false while the network is to come to
    /// rest.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>Messages are sometimes minutes late: far beyond the deadlines of what they speak of.</summary>
    public bool IsLate { get; init; }

    public SystemMode Mode { get; set; } = SystemMode.Active;

    public IEnumerable<EntityHarness> Entities => _entities.Values;

    public EntityHarness this[EntityId id] => _entities.TryGetValue(id, out var entity) ? entity : Create(id);

    public AccountState Account(string name) =>
        this[new EntityId(Domain.Accounts.Account.Category, name)].State<AccountState>();

    public PoolState Pool(string name) => this[new EntityId(Domain.Pools.Pool.Category, name)].State<PoolState>();

    public TokenState Token(string name) => this[new EntityId(Domain.Tokens.Token.Category, name)].State<TokenState>();

    /// <summary>A client's command, answered at once; its effects travel.</summary>
    public DecisionResult Send(EntityId target, ICommand command, string principal = CommandContext.Self)
    {
        var entity = this[target];
        entity.Now = Now + _skew[target];
        entity.Mode = Mode;
        var before = (entity.Fold.State as PoolState) is { } pool ? WorthOf(pool) : default;
        var decision = entity.When(command, principal);
        if (entity.Fold.State is PoolState after)
        {
            var now = WorthOf(after);
            now.Product.AssertNotBelow(before.Product, $"seed {seed}: {command}");
            Assert.False(now.OfCurve < before.OfCurve, $"Seed {seed}: {entity.Id} lost by {command}");
        }

        foreach (var effect in entity.Effects)
        {
            Post(new Message(target, effect, Answer: null));
        }

        return decision;
    }

    /// <summary>One random thing happens: mostly a message arrives.</summary>
    public void Step()
    {
        var kind = Random.Next(100);
        if (kind < 8)
        {
            Now += TimeSpan.FromMilliseconds(Random.Next(IsLate && Random.Next(4) == 0 ? 180_000 : 3_000));
        }
        else if (kind < 12)
        {
            Wake(everyone: false);
        }
        else if (kind < 15 && IsFaulty)
        {
            Restart(_entities.Values.ElementAt(Random.Next(_entities.Count)));
        }
        else if (_messages.Count > 0)
        {
            Deliver(Random.Next(_messages.Count));
        }
    }

    /// <summary>Lets everything end, with a good network and as much time as it takes.</summary>
    public void Settle()
    {
        IsFaulty = false;
        for (var round = 0; round < 2_000; round++)
        {
            while (_messages.Count > 0)
            {
                Deliver(Random.Next(_messages.Count));
            }

            if (_entities.Values.All(e => e.Fold.Outstanding().Count == 0))
            {
                return;
            }

            Now += TimeSpan.FromSeconds(6);
            Wake(everyone: true);
        }

        var open = _entities.Values.SelectMany(e => e.Fold.Outstanding().Select(o => $"{e.Id}: {o.Command}"));
        Assert.Fail($"Seed {seed}: the network does not come to rest: {string.Join("; ", open)}");
    }

    public void Restart(EntityHarness entity)
    {
        if (Random.Next(2) == 0)
        {
            entity.RestartFromSnapshot();
        }
        else
        {
            entity.RestartFromJournal();
        }

        // What it had not sent yet is lost with it; the node that takes over has another clock.
        _messages.RemoveAll(m => m.From == entity.Id && Random.Next(2) == 0);
        _skew[entity.Id] = TimeSpan.FromMilliseconds(Random.Next(-1_000, 1_001));
    }

    /// <summary>Tells the book of a pool what the pool looks like now, or looked like a little while ago.</summary>
    public void Look(PoolId pool)
    {
        var view = Pool(pool.Value).ToView();
        if (Random.Next(6) == 0 && _views.TryGetValue(pool, out var earlier))
        {
            view = earlier;
        }

        _views[pool] = view;
        var mean = Send(Domain.Pools.Pool.IdOf(pool), new Pool.Command.ObservePrice(TriggerMean.TermsOf(60)));
        var means = mean.Events.OfType<Pool.Event.PriceObserved>()
            .Select(e => new SeenMean((int)e.WindowSeconds, e.Numerator, e.Denominator, e.AgeSeconds));
        Send(OrderBook.IdOf(pool), new OrderBook.Command.Look(Now, view, [.. means]));
    }

    private static (PoolWorth? Product, BigInteger? OfCurve) WorthOf(PoolState pool) =>
        pool.Curve is null ? (PoolWorth.Of(pool), null) : (null, CurveWorth.Of(pool));

    private EntityHarness Create(EntityId id)
    {
        IEntityDefinition definition = id.Category switch
        {
            Domain.Accounts.Account.Category => Domain.Accounts.Account.Definition,
            Domain.Pools.Pool.Category => Domain.Pools.Pool.Definition,
            OrderBook.Category => OrderBook.Definition,
            _ => Domain.Tokens.Token.Definition,
        };
        var entity = new EntityHarness(definition, id.Key) { Now = Now, Observer = Record };
        _entities.Add(id, entity);
        _skew.Add(id, TimeSpan.FromMilliseconds(Random.Next(-1_000, 1_001)));
        return entity;
    }

    private void Record(EntityId entity, IEvent e)
    {
        foreach (var token in Postings.Of(entity, e).GroupBy(p => p.Token))
        {
            var sum = token.Aggregate(SignedAmount.Zero, (sum, p) => sum + p.Amount);
            Assert.True(sum.IsZero, $"{e} does not balance.");
        }

        Books.Apply(++_ordering, entity, e);
        Assert.True(Books.ViolationCount == 0, $"Seed {seed}: {string.Join(", ", Books.Check())} at {e}");
    }

    private void Wake(bool everyone)
    {
        foreach (var entity in _entities.Values.ToList())
        {
            if (everyone || entity.Fold.WakeAt() <= Now + _skew[entity.Id])
            {
                if (entity.Fold.OnWake(Now + _skew[entity.Id]) is { } command)
                {
                    Send(entity.Id, command);
                }

                foreach (var effect in entity.Fold.Outstanding())
                {
                    Post(new Message(entity.Id, effect, Answer: null));
                }
            }
        }
    }

    private void Post(Message message)
    {
        var fault = IsFaulty ? Random.Next(100) : 100;
        if (fault >= 10)
        {
            _messages.Add(message);
        }

        if (fault is >= 10 and < 30)
        {
            _messages.Add(message);
        }
    }

    private void Deliver(int index)
    {
        var message = _messages[index];
        _messages[index] = _messages[^1];
        _messages.RemoveAt(_messages.Count - 1);
        if (message.Answer is { } answer)
        {
            if (message.Effect.Continue(answer) is { } command)
            {
                Send(message.From, command);
            }

            return;
        }

        var decision = Send(message.Effect.Target, message.Effect.Command);
        Answer reply = decision.Rejection is { } rejection
            ? new Answer.Rejected(rejection)
            : new Answer.Accepted(decision.Events, 0, Now);
        Post(message with { Answer = reply });
    }

    private sealed record Message(EntityId From, Effect Effect, Answer? Answer);
}
