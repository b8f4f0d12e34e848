using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests;

/// <summary>
/// Runs a check on many random cases: as many as ACTORTRADE_PROOF_CASES says, else a number for every day. A failure
/// names its case, which ACTORTRADE_PROOF_SEED and ACTORTRADE_PROOF_CASE repeat alone.
/// </summary>
internal static class ProofCases
{
    private const int EveryDay = 50_000;

    private static ulong Seed { get; } = (ulong)Read("ACTORTRADE_PROOF_SEED", 1);

    private static long Only { get; } = Read("ACTORTRADE_PROOF_CASE", -1);

    /// <summary>The environment's ACTORTRADE_PROOF_CASES where set, else <paramref name="usual"/>.</summary>
    /// <param name="share">A dear check takes one in so many of the environment's cases, never fewer than
    /// usual.</param>
    public static int Count(int usual, int share = 1)
    {
        var asked = Read("ACTORTRADE_PROOF_CASES", usual);
        return (int)(share == 1 ? asked : Math.Max(usual, asked / share));
    }

    /// <param name="name">Told when a case fails; another name means other cases.</param>
    /// <param name="share">A dear check takes one in so many of the cases.</param>
    public static void ForEach(string name, Action<ProofCase> check, int share = 1)
    {
        var start = Seed;
        foreach (var letter in name)
        {
            start = ProofCase.Mix(start ^ letter);
        }

        var (from, to) = Only >= 0 ? (Only, Only + 1) : (0, Math.Max(1, Count(EveryDay) / share));
        var progress = new ProofProgress(name, to - from);
        for (var i = from; i < to; i++)
        {
            progress.Tell(i - from);
            try
            {
                check(new ProofCase(start + (ulong)i));
            }
            catch (Exception e)
            {
                // Whatever failed, the case is what repeats it.
                throw new InvalidOperationException(
                    $"{name}: failed with ACTORTRADE_PROOF_SEED={Seed} ACTORTRADE_PROOF_CASE={i}: {e.Message}", e);
            }
        }

        progress.TellEnd();
    }

    /// <summary>The numbers of <see cref="Count"/> cases, for checks that make their own chance.</summary>
    public static IEnumerable<int> Numbers(int usual, int share = 1, [CallerMemberName] string check = "") =>
        Below(Count(usual, share), check);

    /// <summary>From 0 to below the count; tells how far the check is.</summary>
    public static IEnumerable<int> Below(int count, [CallerMemberName] string check = "")
    {
        var progress = new ProofProgress(check, count);
        for (var i = 0; i < count; i++)
        {
            progress.Tell(i);
            yield return i;
        }

        progress.TellEnd();
    }

    internal static bool IsProving => Read("ACTORTRADE_PROOF_CASES", 0) > 0;

    private static long Read(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}

/// <summary>The chance of one case: SplitMix64 from the case's number.</summary>
internal sealed class ProofCase(ulong seed)
{
    private ulong _state = Mix(seed);

    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public ulong Next64()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
        }

        return Mix(_state);
    }

    /// <summary>From and to included.</summary>
    public int Between(int from, int to) => from + (int)(Next64() % (ulong)((long)to - from + 1));

    public bool Chance(int oneIn) => Next64() % (ulong)oneIn == 0;

    public T OneOf<T>(params ReadOnlySpan<T> values) => values[Between(0, values.Length - 1)];

    /// <summary>Uniform in 0 to 2^bits - 1.</summary>
    public BigInteger Bits(int bits)
    {
        Span<byte> bytes = stackalloc byte[((bits + 63) / 64 * 8) + 8];
        for (var i = 0; i < bytes.Length; i += 8)
        {
            BitConverter.TryWriteBytes(bytes[i..], Next64());
        }

        return new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bits) - 1);
    }

    /// <summary>Of every size up to so many bits alike, and at the edges (0, 1, powers of two) more often.</summary>
    public BigInteger Sized(int bitsMax)
    {
        var bits = Between(0, bitsMax);
        var value = Bits(bits);
        return Between(0, 15) switch
        {
            0 => BigInteger.One << Math.Max(0, bits - 1),
            1 => (BigInteger.One << bits) - 1,
            _ => value,
        };
    }

    /// <summary>As <see cref="Sized(int)"/>, but never zero.</summary>
    public BigInteger Positive(int bitsMax) => BigInteger.Max(1, Sized(bitsMax));

    public UInt256 Amount(int bitsMax) => (UInt256)Sized(bitsMax);
}
