using System.Collections.Concurrent;
using System.Diagnostics;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;

namespace ActorTrade.EndToEndTests.Cluster;

/// <summary>One command of the load, from its first sending to its end.</summary>
/// <param name="Id">Of the trade, transfer or mint; also the command's.</param>
/// <param name="SentAt">By the stopwatch.</param>
/// <param name="Took">Until the last answer.</param>
/// <param name="Last">The last answer.</param>
/// <param name="Disturbances">Answers before it that led to a repeat under the same id.</param>
internal sealed record LoadCommand(
    Guid Id, long SentAt, TimeSpan Took, Answer Last, IReadOnlyList<Answer> Disturbances)
{
    /// <summary>The fact that ended it; null where it was never acknowledged.</summary>
    public IEvent? Outcome => Last is Answer.Accepted accepted ? accepted.Events.FirstOrDefault(IsOutcome) : null;

    public bool IsDone => Outcome
        is Account.Event.TradeSettled or Account.Event.TransferSettled or Token.Event.MintDelivered;

    /// <summary>Whether an event ends a trade, a transfer or a mint.</summary>
    public static bool IsOutcome(IEvent happened) => happened
        is Account.Event.TradeSettled or Account.Event.TradeReleased or Account.Event.TransferSettled
        or Token.Event.MintDelivered or Token.Event.MintUndone;
}

/// <summary>
/// Clients that swap, transfer and mint over many accounts and pools, one command after the other each, and keep what
/// they were told. A command without a final answer is sent again under its id until its deadline.
/// </summary>
internal sealed class ClusterLoad : IAsyncDisposable
{
    private const int Accounts = 48;
    private const int Pools = 16;
    private const string Owner = "load";
    private static readonly TimeSpan DeadlineAhead = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(50);
    private static readonly TokenId Base = TokenId.Parse("BTC");
    private static readonly TokenId Quote = TokenId.Parse("USD");

    private readonly ConcurrentQueue<LoadCommand> _commands = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IEntities _entities;
    private readonly TimeSpan _pause;
    private readonly Task _running;
    private long _turns;

    private ClusterLoad(IEntities entities, int clients, TimeSpan pause)
    {
        (_entities, _pause) = (entities, pause);
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(RunAsync));
    }

    /// <summary>Everything that has ended, in the order of ending.</summary>
    public IReadOnlyCollection<LoadCommand> Commands => _commands;

    public IEnumerable<LoadCommand> Failed => _commands.Where(c => !c.IsDone);

    /// <summary>Starts it.</summary>
    /// <param name="clients">Commands under way at the same time.</param>
    /// <param name="pause">Of each client between two commands.</param>
    public static ClusterLoad Start(ClusterObserver observer, int clients = 16, TimeSpan? pause = null) =>
        new(observer.Entities, clients, pause ?? TimeSpan.FromMilliseconds(25));

    /// <summary>Makes the accounts and pools, once for a cluster; repeats change nothing.</summary>
    public static async Task PrepareAsync(ClusterObserver observer)
    {
        var provider = AccountId.Parse("load-provider");
        await OpenAsync(observer, provider, "1000000000000000", "1000000000000000000");
        await Task.WhenAll(Enumerable.Range(0, Accounts).Select(
            i => OpenAsync(observer, AccountOf(i), "100000000000", "10000000000000")));
        await Task.WhenAll(Enumerable.Range(0, Pools).Select(async i =>
        {
            await observer.DoAsync(
                Pool.IdOf(PoolOf(i)), new Pool.Command.Create(Base, Quote, new FeePips(2500), new FeePips(500)));
            await observer.DoAsync(Account.IdOf(provider), new Account.Command.AddLiquidity(
                Guid.NewGuid(),
                PoolOf(i),
                new TokenAmount(Base, UInt256.Parse("10000000000")),
                new TokenAmount(Quote, UInt256.Parse("7000000000000")),
                UInt256.One,
                DateTimeOffset.UtcNow + DeadlineAhead));
        }));
    }

    /// <summary>Mints a little for some account, again and again until that is accepted.</summary>
    public static Task MintAsync(ClusterObserver observer) =>
        MintAsync(observer, Quote, AccountOf(Random.Shared.Next(Accounts)), 1_000u);

    /// <summary>Waits until so many more commands have ended.</summary>
    public async Task MoreAsync(int count)
    {
        var target = _commands.Count + count;
        for (var begun = Stopwatch.GetTimestamp(); _commands.Count < target; await Task.Delay(5))
        {
            Assert.True(
                Stopwatch.GetElapsedTime(begun) < DeadlineAhead,
                $"The load stands still at {_commands.Count}.");
        }
    }

    /// <summary>Sends nothing new, and waits until everything sent has ended.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private static AccountId AccountOf(int number) => AccountId.Parse($"load-{number % Accounts:00}");

    private static PoolId PoolOf(int number) => PoolId.Parse($"LOAD{number % Pools:00}");

    private static async Task OpenAsync(ClusterObserver observer, AccountId account, string amount0, string amount1)
    {
        await observer.DoAsync(Account.IdOf(account), new Account.Command.Open(Owner));
        await MintAsync(observer, Base, account, UInt256.Parse(amount0));
        await MintAsync(observer, Quote, account, UInt256.Parse(amount1));
    }

    private static async Task MintAsync(ClusterObserver observer, TokenId token, AccountId account, UInt256 amount)
    {
        var id = Guid.NewGuid();
        var mint = new Token.Command.Mint(id, account, amount, DateTimeOffset.UtcNow + DeadlineAhead);
        await observer.DoAsync(Token.IdOf(token), mint, id: id);
    }

    private async Task RunAsync(int client)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await SendAsync((int)(Interlocked.Increment(ref _turns) % int.MaxValue) + client);
            await Task.Delay(_pause);
        }
    }

    private async Task SendAsync(int turn)
    {
        var id = Guid.NewGuid();
        var deadline = DateTimeOffset.UtcNow + DeadlineAhead;
        var (target, command, principal) = Command(turn, id, deadline);
        var header = new CommandHeader(id, principal, deadline);
        var begun = Stopwatch.GetTimestamp();
        var disturbances = new List<Answer>();
        while (true)
        {
            var left = deadline - DateTimeOffset.UtcNow;
            var answer = await _entities.AskAsync(
                target, command, header, left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System);
            var isFinal = answer is Answer.Accepted or Answer.Rejected;
            if (isFinal || DateTimeOffset.UtcNow >= deadline)
            {
                _commands.Enqueue(new LoadCommand(
                    id, begun, Stopwatch.GetElapsedTime(begun), answer, disturbances));
                return;
            }

            disturbances.Add(answer);
            await Task.Delay(RepeatAfter);
        }
    }

    // Mostly swaps to and fro; now and then a transfer or a mint.
    private static (EntityId Target, ICommand Command, string Principal) Command(
        int turn, Guid id, DateTimeOffset deadline)
    {
        var account = AccountOf(turn * 7);
        if (turn % 20 == 0)
        {
            return (Token.IdOf(Quote), new Token.Command.Mint(id, account, 1_000u, deadline), CommandContext.Self);
        }

        if (turn % 10 == 5)
        {
            var to = AccountOf((turn * 7) + 1 + (turn % (Accounts - 1)));
            return (
                Account.IdOf(account),
                new Account.Command.Transfer(id, to, Quote, 1_000u, deadline),
                Owner);
        }

        var pool = PoolOf(turn);
        SwapHop[] route = turn / 2 % 2 == 0 ? [new(pool, Base, Quote)] : [new(pool, Quote, Base)];
        var amount = turn / 2 % 2 == 0 ? 1_000u : 700_000u;
        return (
            Account.IdOf(account),
            new Account.Command.StartSwap(id, route, amount, UInt256.One, deadline),
            Owner);
    }
}
