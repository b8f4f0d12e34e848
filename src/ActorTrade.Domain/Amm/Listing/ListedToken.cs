using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>
/// A token of a chain. Chain and address are its identity; symbols are not: many chains have several tokens of one
/// symbol, with different decimals.
/// </summary>
public sealed record ListedToken
{
    /// <param name="chainId">As EIP-155 numbers chains; 0 for the cluster's own tokens.</param>
    /// <param name="address">Kept in lower case.</param>
    /// <param name="symbol">For people only; never a key.</param>
    /// <param name="decimals">0 to 36.</param>
    /// <param name="transferFee">The part of every transfer that does not arrive (fee-on-transfer tokens).</param>
    public ListedToken(
        long chainId, string address, string symbol, TokenDecimals decimals, FeePips transferFee = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentNullException.ThrowIfNull(symbol);
        ChainId = chainId;
        Address = address.ToLowerInvariant();
        Symbol = symbol;
        Decimals = decimals;
        TransferFee = transferFee;
    }

    public long ChainId { get; }

    public string Address { get; }

    public string Symbol { get; }

    public TokenDecimals Decimals { get; }

    public FeePips TransferFee { get; }

    /// <summary>
    /// A token of the ledger, on chain 0. The ledger's ids tell upper from lower case, which addresses do not: a small
    /// letter is marked, so that two ids are never one token.
    /// </summary>
    public static ListedToken OfLedger(TokenId token, TokenDecimals decimals)
    {
        var address = string.Concat(token.Value.Select(static c => char.IsAsciiLetterLower(c) ? $"~{c}" : $"{c}"));
        return new ListedToken(0, address, token.Value, decimals);
    }

    public bool Equals(ListedToken? other) =>
        other is not null && ChainId == other.ChainId && Address == other.Address;

    public override int GetHashCode() => HashCode.Combine(ChainId, Address);
}
