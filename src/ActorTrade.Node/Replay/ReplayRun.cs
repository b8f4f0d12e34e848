using System.Diagnostics;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders;
using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Execution.Bots;
using ActorTrade.Journal.Replay;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Kernel;
using ActorTrade.Market.Candles;
using ActorTrade.Market.Signals;
using ActorTrade.Node.Hosting;
using ActorTrade.Node.Trading;
using ActorTrade.Venues.Recorded;

namespace ActorTrade.Node.Replay;

/// <summary>
/// One replay: recorded ticks through the real actors, entities and a durable journal, in one thread on simulated time,
/// as fast as it goes. The same input and seed give the same orders and states on every machine.
/// </summary>
public sealed class ReplayRun
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);
    private const int BadRowsMax = 1_000;
    private const int TicksACheck = 2_048;

    private readonly ReplayOptions _options;
    private readonly SimulationLoop _loop;
    private readonly NodeHost _host;
    private readonly WriteBehindJournal _journal;
    private readonly TradingFloor _floor;
    private readonly ReplayRecorder _recorder;
    private readonly ArbitrageWatch? _arbitrage;
    private readonly SortedDictionary<string, long> _signals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Symbol, SymbolTally> _symbols = [];
    private readonly Dictionary<Symbol, SymbolTally> _tallies = [];
    private readonly List<BadRowEntry> _badRows = [];
    private readonly List<string> _failures = [];
    private readonly ActorRef<SignalTally.Heard> _tally;
    private long _badRowCount;
    private long _ticks;
    private DateTimeOffset _nextSample;
    private DateTimeOffset _from;
    private DateTimeOffset _to;

    private ReplayRun(
        ReplayOptions options, string directory, DateTimeOffset start, IReadOnlyList<RecordedSource> sources)
    {
        _options = options;
        _loop = new SimulationLoop(start);
        _journal = new WriteBehindJournal(
            SqliteJournal.Open(directory, new SqliteJournalOptions { Durability = options.Durability }), _loop.Time);
        _host = NodeHost.Open(
            new NodeHostOptions
            {
                Name = "replay",
                DataDirectory = directory,
                KeepsTables = false,
                ModeLookEvery = null,
                FirstStart = null,
                FeedsBooks = false,

                // Whatever looks around by the clock looks seldom, or a year of daily bars would be spent on it.
                Shards = new LocalShardsOptions
                {
                    PassivateAfter = TimeSpan.FromHours(6),
                    WakeEvery = TimeSpan.FromMinutes(1),
                },
            },
            new NodeSeams
            {
                Dispatcher = _loop.Dispatcher,
                Time = _loop.Time,
                Random = new SeededRandom(options.Seed),
                Journal = _journal,
            });
        _host.System.ActorFailed += failure => Fail($"{failure.Actor} failed: {failure.Cause.Message}");
        var capital = options.Configuration.Bots.Capital;
        TradingFloor? floor = null;
        var valuation = new Valuation(symbol => floor!.PriceOf(symbol));
        _recorder = new ReplayRecorder(capital, valuation);
        var pools = sources.Where(s => s.Pool is { } p && RecordedPool.TickSpacingOf(p.FeePips) is not null)
            .GroupBy(s => s.Pool!)
            .Select(s => RecordedPool.Open(s.Key, [.. s.Select(file => file.Path)]))
            .ToList();
        if (pools.Count > 0)
        {
            _arbitrage = new ArbitrageWatch(pools, options.Arbitrage, capital, valuation);
            if (options.Configuration.Bots.RegisterAtStart)
            {
                _arbitrage.Employ(new HouseArbitrageur(_loop, new EntityCalls(_host.Door, _loop.Time)));
            }
        }

        floor = _floor = new TradingFloor(
            new FloorServices(_host.System, _host.Door, _journal, _host.Catalog, () => _host.Door.Mode),
            FloorOptionsOf(options, capital, PoolsSideBySide.DecimalsOf(pools.Select(p => p.Terms))));
        _tally = _host.System.Spawn(
            () => new SignalTally(_signals), "signal-tally", new SpawnOptions { Capacity = 65_536 });
    }

    /// <summary>Runs a replay to its end.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="RecordedDataException">A file cannot be used, or strict and a row is bad.</exception>
    /// <exception cref="InvalidOperationException">There is no data, the journal's folder is not empty, or writing
    /// failed.</exception>
    public static ReplayReport Execute(ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var recorded = new RecordedOptions(Strict: options.Strict);
        var catalogue = RecordedCatalogue.Scan(options.Data, recorded);
        if (catalogue.Sources.Count == 0)
        {
            throw new InvalidOperationException(
                "There is no recorded data in what was named: see docs/data-formats.md.");
        }

        CheckDecimals(options.HousePools, catalogue.Sources);
        using var directory = ReplayDirectory.Open(options.JournalDirectory);
        using var rows = RecordedStream.Read(catalogue.Sources, recorded).GetEnumerator();
        var bad = new List<BadRow>();
        Tick? first = null;
        while (first is null && rows.MoveNext())
        {
            first = rows.Current.Tick;
            if (rows.Current.Bad is { } row)
            {
                bad.Add(row);
            }
        }

        var start = (first?.At ?? DateTimeOffset.UnixEpoch) - TimeSpan.FromSeconds(1);
        var run = new ReplayRun(options, directory.Path, start, catalogue.Sources);
        bad.ForEach(run.Note);
        return run.Execute(first, rows, new TickEstimate(catalogue.Sources), catalogue.Ignored, directory);
    }

    // A token of a recorded pool has the chain's decimals, in house pools too.
    private static void CheckDecimals(IReadOnlyList<ReplayPool> pools, IReadOnlyList<RecordedSource> sources)
    {
        var recorded = PoolsSideBySide.DecimalsOf(sources.Where(s => s.Pool is not null).Select(s => s.Pool!));
        foreach (var pool in pools)
        {
            for (var k = 0; k < pool.Tokens.Count; k++)
            {
                var (token, decimals) = pool.Tokens[k];
                if (recorded.TryGetValue(token.Value, out var known) && known != decimals.Value)
                {
                    throw new InvalidOperationException(
                        $"pool '{pool.Id}', tokens[{k}].decimals: it is {decimals.Value} of {token}, which has {known} "
                            + "in a recorded pool.");
                }
            }
        }
    }

    private FloorOptions FloorOptionsOf(
        ReplayOptions options, decimal capital, IReadOnlyDictionary<string, int> decimals)
    {
        // The seed is part of the venue's terms, and so of the states: it is there only where faults are drawn from it.
        var venue = options.Configuration.Venue;
        var faultSeed = venue.FaultPerMille > 0 ? unchecked((long)options.Seed) : 0;
        return new FloorOptions
        {
            Conflates = false,
            Terms = new PaperTerms(
                new Bps(venue.TakerFeeBps), venue.Latency, venue.DefaultDepth, venue.FaultPerMille, faultSeed),
            SignalBorder = IntervalBorder.EndIncluded,
            BotCapital = capital,
            PoolDepth = capital * 10,
            RegistersBots = options.Configuration.Bots.RegisterAtStart,
            BotKinds = options.BotKinds,
            RefreshEvery = TimeSpan.FromHours(1),
            Decimals = decimals,
            Listeners = _arbitrage is null ? [_recorder] : [_recorder, _arbitrage],
            OnOpportunity = _recorder.Found,
        };
    }

    private ReplayReport Execute(
        Tick? first,
        IEnumerator<RecordedRow> rows,
        TickEstimate estimate,
        IReadOnlyList<IgnoredFile> ignored,
        ReplayDirectory directory)
    {
        var begun = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        try
        {
            Begin();
            if (first is not null)
            {
                (_from, _nextSample) = (first.At, first.At);
                Feed(first);
                FeedAll(rows, estimate);
            }

            Settle();
            _journal.Flush();
        }
        catch
        {
            // The journal is closed and its folder is released before the error goes on.
            Close();
            throw;
        }

        var elapsed = Stopwatch.GetElapsedTime(begun);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var bots = ReadBots();
        CompareWithAccounts();
        var arbitrage = _arbitrage?.Report(_to);
        var orderListHash = _recorder.OrderListHash();
        Close();
        return ReplayReporter.Write(new ReplayOutcome
        {
            Options = _options,
            Directory = directory,
            Recorder = _recorder,
            OrderListHash = orderListHash,
            Period = first is null ? null : new ReplayPeriod(_from, _to),
            Ticks = _ticks,
            Elapsed = elapsed,
            Cpu = cpu,
            Symbols = [.. _symbols.Select(s => s.Value.Report(s.Key))],
            BadRows = new BadRowReport(_badRowCount, _badRows),
            Ignored = [.. ignored.Select(i => new IgnoredReport(i.Path, i.Reason))],
            Runners = bots,
            Signals = new SignalReport(_signals.Values.Sum(), _signals),
            Arbitrage = arbitrage,
            Failures = [.. _failures, .. _floor.Problems],
        });
    }

    private void Begin()
    {
        _floor.Start();
        var id = DeterministicGuid.FromText("replay activate");
        var header = new CommandHeader(id, CommandContext.Self, _loop.Time.GetUtcNow() + SettleWithin);
        _host.Door.Send(TradingSystem.Id, new TradingSystem.Command.Activate("Replay"), header, answerTo: null);
        _loop.RunReady();
        var opening = new ReplayPoolOpening(new EntityCalls(_host.Door, _loop.Time), _loop.Time);
        foreach (var pool in _options.HousePools)
        {
            _loop.Run(() => opening.OpenAsync(pool), SettleWithin);
        }
    }

    private void FeedAll(IEnumerator<RecordedRow> rows, TickEstimate estimate)
    {
        while (rows.MoveNext())
        {
            var row = rows.Current;
            if (row.Bad is { } bad)
            {
                Note(bad);
                continue;
            }

            Feed(row.Tick!);
            if (_ticks % TicksACheck == 0)
            {
                _options.Progress?.Invoke(Math.Min(1, _ticks / estimate.Ticks));
                ThrowIfFailed();
            }
        }
    }

    private void Feed(Tick tick)
    {
        _ticks++;
        _to = tick.At;
        _loop.RunTo(tick.At);
        if (!_tallies.TryGetValue(tick.Symbol, out var tally))
        {
            _tallies.Add(tick.Symbol, tally = new SymbolTally());
            _symbols.Add(tick.Symbol, tally);
            _floor.Subscribe(tick.Symbol, SignalSubscription.Of(_tally, s => new SignalTally.Heard(s)));
        }

        tally.Count(tick);
        _arbitrage?.Observe(tick);
        _floor.Observe(tick);
        _loop.RunReady();
        _arbitrage?.Look(tick.At);
        if (tick.At >= _nextSample)
        {
            _recorder.Sample(tick.At);
            _nextSample = tick.At + SampleEvery;
        }
    }

    private void ThrowIfFailed()
    {
        if (_journal.Failure is { } failure)
        {
            throw new InvalidOperationException($"The replay's journal cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Stops the bots, which cancels their orders, and lets everything under way come to its end.</summary>
    private void Settle()
    {
        RunUntil(() => _floor.SettingUp == 0);
        _loop.Run(() => _floor.StopBotsAsync("end of data"), SettleWithin);
        RunUntil(() => _recorder.Open == 0);

        // Acknowledgements still follow the last end.
        _loop.RunTo(_loop.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _recorder.End(_loop.Time.GetUtcNow());
        if (_recorder.Open > 0)
        {
            Fail($"{_recorder.Open} orders or swaps did not end within {SettleWithin} after the data.");
        }
    }

    private void RunUntil(Func<bool> isDone)
    {
        var deadline = _loop.Time.GetUtcNow() + SettleWithin;
        while (!isDone() && _loop.Time.NextTimerDue is { } due && due <= deadline)
        {
            _loop.RunTo(due);
        }
    }

    private SortedDictionary<string, BotRunnerStats> ReadBots()
    {
        var stats = new SortedDictionary<string, BotRunnerStats>(StringComparer.Ordinal);
        foreach (var (bot, known) in _loop.Run(() => _floor.StatsAsync(SettleWithin), SettleWithin))
        {
            stats.Add(bot.Value, known);
        }

        return stats;
    }

    // The bots' own books and the ledger must say the same.
    private void CompareWithAccounts()
    {
        var calls = new EntityCalls(_host.Door, _loop.Time);
        foreach (var bot in _recorder.Bots)
        {
            var account = Account.IdOf(bot.Terms.Account);
            var view = _loop.Run(() => calls.ViewAsync<AccountView>(account), SettleWithin);
            foreach (var (token, amount) in bot.Holdings)
            {
                var balance = view.Balances.FirstOrDefault(b => b.Token == token);
                var units = balance is null ? default : balance.Available + balance.Held;
                var held = Units.ToDecimal(units, bot.DecimalsOf(token));
                if (held != amount)
                {
                    Fail($"{bot.Terms.Bot} counts {amount} {token}, its account holds {held}.");
                }
            }
        }
    }

    private void Close()
    {
        _loop.RunWithThreads(() => _host.StopAsync(StopWithin), 6 * StopWithin);
        _recorder.Dispose();
        _arbitrage?.Dispose();
    }

    private void Note(BadRow row)
    {
        _badRowCount++;
        if (_badRows.Count < BadRowsMax)
        {
            _badRows.Add(new BadRowEntry(row.File, row.Line, row.Reason));
        }
    }

    private void Fail(string what)
    {
        if (_failures.Count < 100)
        {
            _failures.Add(what);
        }
    }

    private sealed class SymbolTally
    {
        public long Ticks { get; private set; }

        public decimal? First { get; private set; }

        public decimal? Last { get; private set; }

        public SymbolReport Report(Symbol symbol) => new(symbol.ToString(), Ticks, First, Last);

        public void Count(Tick tick)
        {
            Ticks++;
            var price = tick.Mid ?? tick.Last;
            First ??= price;
            Last = price ?? Last;
        }
    }
}
