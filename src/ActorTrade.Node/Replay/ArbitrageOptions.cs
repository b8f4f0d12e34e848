using ActorTrade.Arbitrage.Opportunities;

namespace ActorTrade.Node.Replay;

/// <summary>What an arbitrage between a house pool and a recorded one is counted with.</summary>
public sealed record ArbitrageOptions
{
    /// <summary>What gas is paid in.</summary>
    public const string NativeToken = "WETH";

    public const int NativeDecimals = 18;

    /// <summary>Wei for one unit of gas; 25 gwei by default, the order of Ethereum's base fee in January
    /// 2024.</summary>
    public long GasPrice { get; init; } = 25_000_000_000;

    /// <summary>Units of gas. A swap in a house pool is no transaction of a chain, and costs none.</summary>
    public GasTable Gas { get; init; } = GasTable.Default;

    /// <summary>A recorded pool that said nothing for longer is not traded with: five blocks.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromMinutes(1);
}
