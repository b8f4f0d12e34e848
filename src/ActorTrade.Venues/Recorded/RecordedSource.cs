namespace ActorTrade.Venues.Recorded;

/// <summary>The form of a recorded file.</summary>
public enum RecordedFormat
{
    LeanBars,
    UniswapV3Events,
    PlainCsv,
}

/// <summary>One file of recorded data, recognised but not yet opened.</summary>
/// <param name="Path">The file, as the caller named it or its folder.</param>
/// <param name="SortKey"> The place of the file among files with a tick at the same instant: the name of
/// the given folder or file and the path below it, with <c>/</c>. It does not depend on where the data
/// lies, so neither does the order of a replay.
/// </param>
/// <param name="EarliestUtc">No tick of the file is earlier; the file stays closed
/// until then. Null where unknown.</param>
/// <param name="Lean">What the path says about a LEAN archive.</param>
/// <param name="Pool">The pool of an event file.</param>
public sealed record RecordedSource(
    string Path,
    string SortKey,
    RecordedFormat Format,
    DateTimeOffset? EarliestUtc,
    LeanFile? Lean = null,
    UniswapV3Pool? Pool = null)
{
    /// <exception cref="RecordedDataException">The file's form is not what was recognised, or its factor file is
    /// missing.</exception>
    internal RowReader Open(RecordedOptions options) => this switch
    {
        { Lean: { } lean } => LeanBarReader.Open(Path, lean, Factors(lean, options)),
        { Pool: { } pool } => new UniswapV3TickReader(Path, pool),
        _ => PlainCsvReader.Open(Path),
    };

    private FactorFile? Factors(LeanFile lean, RecordedOptions options)
    {
        if (!options.AdjustEquities || lean.Market.Security != LeanSecurity.Equity)
        {
            return null;
        }

        return FactorFile.Find(Path, lean.Ticker) is { } factors
            ? FactorFile.Load(factors)
            : throw new RecordedDataException(
                new BadRow(Path, 0, $"no factor_files/{lean.Ticker}.csv beside or above it to adjust the prices with"));
    }
}

/// <summary>A file in a given folder that was not taken as market data, and why. Never left out of a report.</summary>
public sealed record IgnoredFile(string Path, string Reason);
