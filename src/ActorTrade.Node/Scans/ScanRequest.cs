using ActorTrade.Domain.Numerics;

namespace ActorTrade.Node.Scans;

/// <summary>What <c>actortrade scan</c> was asked for.</summary>
internal sealed record ScanRequest
{
    public static IReadOnlyList<string> LenderNames { get; } = ["balancer", "aave", "pairs", "own"];

    /// <summary>Addresses of the tokens in which profit is wanted; empty leaves the choice to the scanner.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Base units of the token that profits are compared in.</summary>
    public UInt256 NetValueMin { get; init; }

    /// <summary>Base units of the native token for a unit of gas.</summary>
    public UInt256 GasPrice { get; init; }

    /// <summary>The native token's address.</summary>
    public string? Native { get; init; }

    /// <summary>Of <see cref="LenderNames"/>.</summary>
    public IReadOnlyList<string> Lenders { get; init; } = ["balancer"];

    public int HopsMax { get; init; } = 4;

    public TimeSpan? AgeMax { get; init; }

    /// <summary>Of each chain.</summary>
    public int Top { get; init; } = 20;

    public bool Overlapping { get; init; }

    public bool AllowsTransferFees { get; init; }
}
