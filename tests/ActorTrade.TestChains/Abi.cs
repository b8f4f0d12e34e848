using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.TestChains;

/// <summary>Several values as one argument, as a Solidity struct.</summary>
public sealed record AbiTuple(params object[] Values);

/// <summary>An array of any length as one argument.</summary>
public sealed record AbiArray(params object[] Items);

/// <summary>A call of a contract: the signature as Solidity hashes it, and its arguments.</summary>
/// <param name="Signature">As in <c>transfer(address,uint256)</c>; a struct's types stand in parentheses.</param>
/// <param name="Arguments"><see cref="UInt256"/>, <see cref="int"/>, <see cref="bool"/>; text for an address or bytes32
/// (0x hex, by its length); a byte array for bytes; <see cref="AbiTuple"/>, <see cref="AbiArray"/>.</param>
public sealed record AbiCall(string Signature, params object[] Arguments);

/// <summary>Puts arguments into the words of a contract's input.</summary>
public static class AbiEncoder
{
    private const int Word = 32;

    public static byte[] Encode(IReadOnlyList<object> values)
    {
        var heads = values.Select(v => IsDynamic(v) ? null : EncodeValue(v)).ToArray();
        var offset = heads.Sum(h => h?.Length ?? Word);
        var tails = new List<byte[]>();
        using var output = new MemoryStream();
        for (var i = 0; i < values.Count; i++)
        {
            if (heads[i] is { } head)
            {
                output.Write(head);
                continue;
            }

            output.Write(Number((UInt256)offset));
            var tail = EncodeValue(values[i]);
            tails.Add(tail);
            offset += tail.Length;
        }

        tails.ForEach(t => output.Write(t));
        return output.ToArray();
    }

    private static bool IsDynamic(object value) => value switch
    {
        byte[] or AbiArray => true,
        AbiTuple tuple => tuple.Values.Any(IsDynamic),
        _ => false,
    };

    private static byte[] EncodeValue(object value) => value switch
    {
        UInt256 number => Number(number),
        int number => Signed(number),
        bool flag => Number(flag ? UInt256.One : UInt256.Zero),
        string hex => Hex(hex),
        byte[] bytes => [.. Number((UInt256)bytes.Length), .. bytes, .. new byte[-bytes.Length & (Word - 1)]],
        AbiArray array => [.. Number((UInt256)array.Items.Length), .. Encode(array.Items)],
        AbiTuple tuple => Encode(tuple.Values),
        _ => throw new ArgumentException($"{value.GetType()} has no form as an argument."),
    };

    private static byte[] Number(UInt256 number)
    {
        var word = new byte[Word];
        for (var i = 0; i < UInt256.LimbCountMax; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(Word - 8 - (8 * i)), number.GetLimb(i));
        }

        return word;
    }

    private static byte[] Signed(int number)
    {
        var word = new byte[Word];
        word.AsSpan().Fill(number < 0 ? (byte)0xff : (byte)0);
        BinaryPrimitives.WriteInt32BigEndian(word.AsSpan(Word - 4), number);
        return word;
    }

    // Addresses stand at the end of their word, fixed bytes at its beginning.
    private static byte[] Hex(string hex)
    {
        var bytes = Convert.FromHexString(hex.AsSpan(2));
        var padding = new byte[Word - bytes.Length];
        return bytes.Length == 20 ? [.. padding, .. bytes] : [.. bytes, .. padding];
    }
}

/// <summary>The words of a contract's answer.</summary>
public sealed class AbiWords(byte[] data)
{
    private const int Word = 32;

    public static AbiWords OfHex(string hex) => new(Convert.FromHexString(hex.AsSpan(2)));

    public int Count => data.Length / Word;

    public UInt256 this[int word]
    {
        get
        {
            var bytes = data.AsSpan(word * Word, Word);
            Span<ulong> limbs = stackalloc ulong[UInt256.LimbCountMax];
            for (var i = 0; i < limbs.Length; i++)
            {
                limbs[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(Word - 8 - (8 * i))..]);
            }

            return UInt256.FromLimbs(limbs);
        }
    }

    public UInt128 UInt128(int word) => (UInt128)this[word];

    public int Int32(int word) => BinaryPrimitives.ReadInt32BigEndian(data.AsSpan((word * Word) + Word - 4));

    /// <summary>A signed integer of up to 128 bits.</summary>
    public Int128 Int128(int word) => BinaryPrimitives.ReadInt128BigEndian(data.AsSpan((word * Word) + Word - 16));

    public BigInteger Signed(int word) => new(data.AsSpan(word * Word, Word), isUnsigned: false, isBigEndian: true);

    /// <summary>Lower case, with 0x.</summary>
    public string Address(int word) =>
        $"0x{Convert.ToHexStringLower(data.AsSpan((word * Word) + Word - 20, 20))}";

    /// <summary>The array whose place stands in a word.</summary>
    public IReadOnlyList<UInt256> Array(int word)
    {
        var start = (int)(ulong)this[word] / Word;
        var count = (int)(ulong)this[start];
        return [.. Enumerable.Range(start + 1, count).Select(i => this[i])];
    }

    public override string ToString() =>
        string.Join(' ', Enumerable.Range(0, Count).Select(i => this[i].ToString(null, CultureInfo.InvariantCulture)));
}
