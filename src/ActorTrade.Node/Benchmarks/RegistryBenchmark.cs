using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Quotes;

namespace ActorTrade.Node.Benchmarks;

/// <summary>What a registry of <see cref="RegistryBenchmark.Pools"/> pools does on one core.</summary>
/// <param name="UpdatesPerSecond">New states of pools, by their id.</param>
/// <param name="DictionaryWritesPerSecond">The limit: the same states into a bare dictionary.</param>
/// <param name="DeriveMs">All tokens' prices anew.</param>
/// <param name="ListMs">All pools filtered, valued and sorted.</param>
/// <param name="FilePoolsPerSecond">Pools read from a pool file.</param>
/// <param name="BatchLinesPerSecond">Requests of <c>quote --batch</c> answered, from memory to memory.</param>
public sealed record RegistryResult(
    double UpdatesPerSecond,
    double DictionaryWritesPerSecond,
    double DeriveMs,
    double ListMs,
    double FilePoolsPerSecond,
    double BatchLinesPerSecond);

/// <summary>The registry of pools, its prices, its file and batches of quotes from it.</summary>
public static class RegistryBenchmark
{
    public const int Pools = 10_000;

    private const int Tokens = 2_400;
    private const int BatchLines = 20_000;

    private static readonly DateTimeOffset Start = new(2024, 1, 5, 0, 0, 0, TimeSpan.Zero);

    public static RegistryResult Run(TimeSpan perCase)
    {
        var random = new Random(7);
        ImmutableArray<ListedToken> tokens =
        [
            .. Enumerable.Range(1, Tokens).Select(i => new ListedToken(
                1, $"0x{i.ToString("x40", CultureInfo.InvariantCulture)}", $"T{i}", new TokenDecimals(18))),
        ];
        ListedPool[] pools = [.. Enumerable.Range(0, Pools).Select(i => NewPool(i, tokens, random))];
        var registry = new PoolRegistry();
        foreach (var pool in pools)
        {
            registry.Put(pool, Start);
        }

        Curve[] states = [.. pools.Select(p => p.Curve)];
        var utf8 = new ArrayBufferWriter<byte>();
        PoolFileWriter.Write(utf8, registry.Pools());
        var file = PoolFile.Read(utf8.WrittenMemory);
        var requests = Requests(pools, random);
        var prices = TokenPrices.None;
        var (updates, bare) = Updates(registry, pools, states, perCase);
        return new RegistryResult(
            updates,
            bare,
            MsOf(perCase, () => prices = TokenPrices.Derive(pools, [new(tokens[0], 1.0)])),
            MsOf(perCase, () => registry.List(new PoolFilter(TvlMin: 1), prices, Start)),
            Pools * 1_000 / MsOf(perCase, () => PoolFile.Read(utf8.WrittenMemory)),
            BatchLines * 1_000 / MsOf(perCase, () => Answer(file, requests)));
    }

    private static (double Updates, double Bare) Updates(
        PoolRegistry registry, ListedPool[] pools, Curve[] states, TimeSpan perCase)
    {
        var dictionary = new Dictionary<string, (Curve State, DateTimeOffset At)>(StringComparer.Ordinal);
        var (at, tick) = (Start, TimeSpan.FromTicks(1));
        var ours = MsOf(perCase, () =>
        {
            at += tick;
            for (var i = 0; i < pools.Length; i++)
            {
                registry.Update(pools[i].Id, states[(i * 7) % states.Length], at);
            }
        });
        var bare = MsOf(perCase, () =>
        {
            at += tick;
            for (var i = 0; i < pools.Length; i++)
            {
                dictionary[pools[i].Id] = (states[(i * 7) % states.Length], at);
            }
        });
        return (Pools * 1_000 / ours, Pools * 1_000 / bare);
    }

    private static void Answer(PoolFile file, byte[] requests)
    {
        using var batch = new QuoteBatch(file, new MemoryStream(requests), Stream.Null);
        batch.Run();
    }

    private static byte[] Requests(ListedPool[] pools, Random random)
    {
        var text = new StringBuilder();
        for (var i = 0; i < BatchLines; i++)
        {
            var pool = pools[random.Next(pools.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{{\"pool\":\"{pool.Id}\",\"in\":\"{pool.Tokens[0].Address}\",");
            text.Append(CultureInfo.InvariantCulture, $"\"out\":\"{pool.Tokens[1].Address}\",");
            text.Append(CultureInfo.InvariantCulture, $"\"amountIn\":\"{random.NextInt64(1, long.MaxValue)}\"}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A few tokens stand in most pools, as on chains.
    private static ListedPool NewPool(int number, ImmutableArray<ListedToken> tokens, Random random)
    {
        var one = random.Next(4) == 0 ? random.Next(Tokens) : random.Next(8);
        var other = (one + random.Next(1, Tokens)) % Tokens;
        var curve = new ConstantProductCurve(Amount(random), Amount(random), 3, 1_000);
        return new ListedPool(
            string.Create(CultureInfo.InvariantCulture, $"pool-{number}"), 1, [tokens[one], tokens[other]], curve);
    }

    private static UInt256 Amount(Random random) => (ulong)random.NextInt64(1L << 40, long.MaxValue);

    // Milliseconds of a round, the median of as many as there is time for; the first ones warm up.
    private static double MsOf(TimeSpan limit, Action round)
    {
        round();
        var took = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (took.Count < 3 || Stopwatch.GetElapsedTime(begun) < limit)
        {
            var start = Stopwatch.GetTimestamp();
            round();
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return took.Order().ElementAt(took.Count / 2);
    }
}
