namespace ActorTrade.Node.Replay;

/// <summary>
/// Arbitrage among house pools and recorded pools, side by side. Amounts are base units as decimal strings, but for
/// <see cref="Marked"/>.
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
/// <param name="Symbol">Its tokens, a slash between them.</param>
/// <param name="FeePips">Both of a house pool's fees; the least where the curve has more than one.</param>
/// <param name="Events">Taken from the journal or the recording.</param>
/// <param name="Unusable">Of these, how many contradict themselves.</param>
/// <param name="Curve">As pool files name it.</param>
public sealed record ArbitragePool(
    string Id, string Kind, string Symbol, int FeePips, long Events, long Unusable, string Curve);

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
/// <param name="Excluded">Tokens without a price in the currency.</param>
public sealed record ArbitrageMark(
    string Currency, decimal Start, decimal End, decimal Profit, IReadOnlyList<string> Excluded);

/// <summary>One opportunity at its best moment, or when it was taken.</summary>
/// <param name="Until">When it was taken or gone.</param>
/// <param name="Block">Of the newest recorded pool's state; 0 where only house pools are in it.</param>
/// <param name="Outcome">taken, or why it was missed.</param>
/// <param name="BuysFrom">The first pool.</param>
/// <param name="SellsTo">The last pool.</param>
/// <param name="AmountIn">Base units of <paramref name="Token"/>.</param>
/// <param name="AmountBetween">What the first pool gives, in its token.</param>
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
    bool EndsAtKnownTicks,
    IReadOnlyList<ArbitrageHop> Hops);

/// <summary>One leg, in base units. Less may be sent than the leg before gave, where too little is held.</summary>
/// <param name="Kind">house or recorded.</param>
public sealed record ArbitrageHop(
    string Pool, string Kind, string TokenIn, string AmountIn, string TokenOut, string AmountOut);

/// <param name="Symbol">The two tokens, in the first pool's order.</param>
public sealed record PoolCrossings(string First, string Second, string Symbol, long Count);
