using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace ActorTrade.Kernel;

/// <summary>Chance as a dependency, so that a run from a seed repeats exactly. Not for keys or secrets.</summary>
public interface IRandomSource
{
    /// <summary>64 uniformly distributed bits.</summary>
    ulong NextUInt64();

    /// <summary>A uniform number from 0 to <paramref name="exclusiveMax"/> - 1, without modulo bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is less than 1.</exception>
    int NextInt(int exclusiveMax);

    /// <summary>A uniform number from 0 (inclusive) to 1 (exclusive), a multiple of 2^-53.</summary>
    double NextDouble();

    /// <summary>A version 4 UUID of 122 bits from this source.</summary>
    Guid NextGuid();
}

/// <summary>
/// xoshiro256** 1.0 by Blackman and Vigna (public domain, https://prng.di.unimi.it), its state filled from the seed by
/// SplitMix64 as its authors advise. Not safe for several threads: see <see cref="SynchronizedRandom"/>.
/// </summary>
public sealed class SeededRandom : IRandomSource
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>The same seed gives the same numbers, on every platform and in every version.</summary>
    public SeededRandom(ulong seed)
    {
        s0 = SplitMix64(ref seed);
        s1 = SplitMix64(ref seed);
        s2 = SplitMix64(ref seed);
        s3 = SplitMix64(ref seed);
    }

    /// <inheritdoc/>
    public ulong NextUInt64()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
            var t = s1 << 17;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= t;
            s3 = BitOperations.RotateLeft(s3, 45);
            return result;
        }
    }

    /// <inheritdoc/>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMax, 1);

        // Lemire's multiplication; the few low products that would favour some numbers are drawn again.
        var bound = (ulong)exclusiveMax;
        var high = Math.BigMul(NextUInt64(), bound, out var low);
        if (low < bound)
        {
            var unfair = unchecked(0UL - bound) % bound;
            while (low < unfair)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }

        return (int)high;
    }

    /// <inheritdoc/>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <inheritdoc/>
    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, NextUInt64());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], NextUInt64());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>An independent source seeded from this one, so that one part's draws do not shift another's.</summary>
    public SeededRandom Fork() => new(NextUInt64());

    private static ulong SplitMix64(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}

/// <summary>Makes a source safe for several threads with a lock; what a production system uses.</summary>
public sealed class SynchronizedRandom(IRandomSource inner) : IRandomSource
{
    private readonly Lock gate = new();

    /// <summary>A source whose seed comes from the operating system, so that no two processes share it.</summary>
    public static SynchronizedRandom FromEntropy()
    {
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        return new SynchronizedRandom(new SeededRandom(BinaryPrimitives.ReadUInt64LittleEndian(seed)));
    }

    /// <inheritdoc/>
    public ulong NextUInt64()
    {
        lock (gate)
        {
            return inner.NextUInt64();
        }
    }

    /// <inheritdoc/>
    public int NextInt(int exclusiveMax)
    {
        lock (gate)
        {
            return inner.NextInt(exclusiveMax);
        }
    }

    /// <inheritdoc/>
    public double NextDouble()
    {
        lock (gate)
        {
            return inner.NextDouble();
        }
    }

    /// <inheritdoc/>
    public Guid NextGuid()
    {
        lock (gate)
        {
            return inner.NextGuid();
        }
    }
}
