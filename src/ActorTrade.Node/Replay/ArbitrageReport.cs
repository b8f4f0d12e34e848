namespace ActorTrade.Node.Replay;

/// <summary>
/// Arbitrage between house pools and recorded pools of one pair, side by side. Amounts are base units as decimal
/// strings, but for <see cref="Marked"/>.
/// </summary>
/// <param name="Note">What is real in it and what is not.</param>
/// <param name="Found">Times that a cycle's prices began to gain, the pools' fees taken off.</param>
/// <param name="Sized">Of these, how many had a size that gains in integers, before gas.</param>
/// <param name="Taken">Of these, how many the house's arbitrageur took.</param>
/// <param name="MissedByReason">The others, by why at their best moment; sums to <paramref name="Missed"/>.</param>
/// <param name="Largest">The twenty with the largest net gain, taken or missed, the largest first.</param>
/// <param name="RecordedPools">Real pools in the data.</param>
/// <param name="CrossingsOfRecordedPools">How often the prices of two real pools crossed; null with fewer than
/// two.</param>
/// <param name="Crossings">The same for every two pools of a pair, house pools among them.</param>
public sealed record ArbitrageReport(
    string Note,
    long GasPriceWei,
    double StateAgeMaxSeconds,
    IReadOnlyList<ArbitragePool> Pools,
    long Found,
    long Sized,
    long Taken,
    long Missed,
    IReadOnlyDictionary<string, long> MissedByReason,
    IReadOnlyList<ArbitrageSum> Sums,
    IReadOnlyList<ArbitrageHolding> Holdings,
    ArbitrageMark? Marked,
    IReadOnlyList<ArbitrageEntry> Largest,
    int RecordedPools,
    long? CrossingsOfRecordedPools,
    IReadOnlyList<PoolCrossings> Crossings);

/// <param name="Kind">house or recorded.</param>
/// <param name="Events">Taken from the journal or the recording.</param>
/// <param name="Unusable">Of these, how many contradict themselves.</param>
public sealed record ArbitragePool(string Id, string Kind, string Symbol, int FeePips, long Events, long Unusable);

/// <summary>All that were found and sized in one token.</summary>
/// <param name="FoundGain">Before gas, each at its best moment.</param>
/// <param name="TakenGain">Before gas, replayed with what the house pool really gave.</param>
/// <param name="TakenGas">At the marked price of the moment, rounded up.</param>
/// <param name="TakenProfit">TakenGain - TakenGas.</param>
/// <param name="MissedGain">Before gas; what was too dear for its gas is among it.</param>
public sealed record ArbitrageSum(
    string Token, int Decimals, string FoundGain, string TakenGain, string TakenGas, string TakenProfit,
    string MissedGain);

/// <summary>What the arbitrageur began with and ended with, on the ledger and, notionally, on the chain.</summary>
public sealed record ArbitrageHolding(
    string Token, int Decimals, string LedgerStart, string LedgerEnd, string ChainStart, string ChainEnd);

/// <summary>The same at the last marked prices, in whole tokens of a currency; gas is among it.</summary>
public sealed record ArbitrageMark(string Currency, decimal Start, decimal End, decimal Profit);

/// <summary>One opportunity at its best moment, or when it was taken.</summary>
/// <param name="Until">When it was taken or gone.</param>
/// <param name="Block">Of the recorded pool's state.</param>
/// <param name="Outcome">taken, or why it was missed.</param>
/// <param name="AmountIn">Base units of <paramref name="Token"/>.</param>
/// <param name="AmountBetween">Base units of the other token: what the first pool gives and the second takes.</param>
/// <param name="AmountOut">Base units of <paramref name="Token"/>.</param>
/// <param name="Gas">In base units of <paramref name="Token"/>; null where nothing prices it.</param>
/// <param name="Profit">AmountOut - AmountIn - Gas.</param>
/// <param name="EndsAtKnownTicks">The size ends where the recorded pool's ticks are not known any more.</param>
public sealed record ArbitrageEntry(
    DateTimeOffset At,
    DateTimeOffset Until,
    long Block,
    string Outcome,
    string BuysFrom,
    string SellsTo,
    string Token,
    string AmountIn,
    string AmountBetween,
    string AmountOut,
    string? Gas,
    string? Profit,
    bool EndsAtKnownTicks);

public sealed record PoolCrossings(string First, string Second, long Count);
