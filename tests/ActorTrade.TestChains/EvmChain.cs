using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.TestChains;

/// <param name="Block">In which it is.</param>
/// <param name="GasUsed">By the whole transaction.</param>
public sealed record EvmReceipt(string Hash, long Block, long GasUsed);

/// <summary>Reads contracts of a chain, and sends transactions of accounts for which its node signs.</summary>
public sealed class EvmChain(JsonRpc rpc)
{
    /// <summary>Enough for every transaction of a test, so that none is estimated.</summary>
    private const long Gas = 10_000_000;

    private readonly ConcurrentDictionary<string, byte[]> _selectors = new(StringComparer.Ordinal);

    public JsonRpc Rpc => rpc;

    public async Task<long> BlockNumberAsync() => Number(await rpc.AskAsync("eth_blockNumber"));

    /// <summary>What a call would answer now.</summary>
    /// <exception cref="JsonRpcException">The contract reverts.</exception>
    public async Task<AbiWords> CallAsync(string to, AbiCall call, string? from = null) =>
        Words(await rpc.AskAsync("eth_call", [await CallOfAsync(to, call, from), "latest"]));

    /// <summary>Many calls at once, on the same block as long as no transaction comes between.</summary>
    public async Task<IReadOnlyList<AbiWords>> CallAllAsync(IEnumerable<(string To, AbiCall Call)> calls)
    {
        var questions = new List<object[]>();
        foreach (var (to, call) in calls)
        {
            questions.Add([await CallOfAsync(to, call, from: null), "latest"]);
        }

        return [.. (await rpc.AskAllAsync("eth_call", questions)).Select(Words)];
    }

    /// <summary>Sends a transaction and waits until it is in a block.</summary>
    /// <exception cref="JsonRpcException">It reverted; the data is the contract's.</exception>
    public async Task<EvmReceipt> SendAsync(string from, string to, AbiCall call, UInt256 value = default)
    {
        var transaction = new
        {
            from,
            to,
            data = await DataOfAsync(call),
            value = value.ToString("x", CultureInfo.InvariantCulture),
            gas = JsonRpc.Quantity(Gas),
        };
        var receipt = await rpc.AskAsync("eth_sendTransactionSync", transaction);
        if (Number(receipt.GetProperty("status")) != 1)
        {
            // The same call tells why; if it does not revert, the state has moved since.
            await rpc.AskAsync("eth_call", transaction, "latest");
            throw new JsonRpcException(call.Signature, "it reverted in its block, and would not now.", data: null);
        }

        return new EvmReceipt(
            receipt.GetProperty("transactionHash").GetString()!,
            Number(receipt.GetProperty("blockNumber")),
            Number(receipt.GetProperty("gasUsed")));
    }

    /// <summary>The topics of a contract's events of one kind, from the first block on; the topic of the kind itself
    /// not among them.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<AbiWords>>> EventTopicsAsync(string address, string signature)
    {
        var topic = $"0x{Convert.ToHexStringLower(await HashAsync(signature))}";
        var logs = await rpc.AskAsync(
            "eth_getLogs", new { address, fromBlock = "0x0", toBlock = "latest", topics = new[] { topic } });
        return
        [
            .. logs.EnumerateArray().Select(log =>
                (IReadOnlyList<AbiWords>)[.. log.GetProperty("topics").EnumerateArray().Skip(1).Select(Words)]),
        ];
    }

    /// <summary>The input of a call: selector and arguments.</summary>
    public async Task<string> DataOfAsync(AbiCall call)
    {
        if (!_selectors.TryGetValue(call.Signature, out var selector))
        {
            selector = (await HashAsync(call.Signature))[..4];
            _selectors[call.Signature] = selector;
        }

        return $"0x{Convert.ToHexStringLower([.. selector, .. AbiEncoder.Encode(call.Arguments)])}";
    }

    private static long Number(JsonElement quantity) =>
        long.Parse(quantity.GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static AbiWords Words(JsonElement hex) => AbiWords.OfHex(hex.GetString()!);

    // The node hashes, since the platform's libraries have no Keccak-256.
    private async Task<byte[]> HashAsync(string text)
    {
        var hex = $"0x{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text))}";
        return Convert.FromHexString((await rpc.AskAsync("web3_sha3", hex)).GetString().AsSpan(2));
    }

    private async Task<object> CallOfAsync(string to, AbiCall call, string? from)
    {
        var data = await DataOfAsync(call);
        return from is null ? new { to, data } : new { from, to, data };
    }
}
