using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Arbitrage.Opportunities;

/// <summary>What a scanner looks for, and what it counts as cost.</summary>
public sealed record ScanOptions
{
    /// <summary>The tokens in which profit is wanted, the preferred first; at most 255. Empty: the eight that stand in
    /// most pools. Those that no pool has are left out.</summary>
    public IReadOnlyList<ListedToken> BaseTokens { get; init; } = [];

    /// <summary>Who lends; at most eight. The best for each cycle is taken.</summary>
    public IReadOnlyList<FlashLender> Lenders { get; init; } = [FlashLender.OwnCapital()];

    public GasTable Gas { get; init; } = GasTable.Default;

    /// <summary>Base units of <see cref="NativeToken"/> for one unit of gas, as in wei.</summary>
    public double GasPrice { get; init; }

    /// <summary>What gas is paid in, as a token of the pools (the wrapped native token); needed where gas has a price.
    /// Gains of different tokens are compared in it. Null: the first base token.</summary>
    public ListedToken? NativeToken { get; init; }

    /// <summary>Base units of <see cref="NativeToken"/> for one base unit of a token. Tokens that are not here are
    /// priced by the market itself (<see cref="Markets.MarketPrices"/>).</summary>
    public IReadOnlyDictionary<ListedToken, double> NativePerUnit { get; init; } =
        new Dictionary<ListedToken, double>();

    /// <summary>The largest input, in base units of the token; tokens that are not here have no bound but the
    /// lender's.</summary>
    public IReadOnlyDictionary<ListedToken, UInt256> InputMax { get; init; } =
        new Dictionary<ListedToken, UInt256>();

    /// <summary>Only what gains more than this is told; base units of <see cref="NativeToken"/>.</summary>
    public double NetValueMin { get; init; }

    /// <summary>Pool states older than this are not traded on, in the caller's unit of time; null for any.</summary>
    public long? AgeMax { get; init; }

    public CycleIndexOptions Cycles { get; init; } = new();
}
