using ActorTrade.Domain.Markets;

namespace ActorTrade.Venues.Recorded;

/// <summary>A row that could not be read: where it stands and what is wrong with it.</summary>
/// <param name="File">The path as the caller named it (for an archive, the archive).</param>
/// <param name="Line">The line inside the file, from 1; a damaged archive names the last line that was still
/// read.</param>
/// <param name="Reason">What was expected and what was found.</param>
public sealed record BadRow(string File, long Line, string Reason)
{
    public override string ToString() => $"{File}:{Line}: {Reason}";
}

/// <summary>One row of recorded data: a tick, or a row that could not be read. Exactly one of the two is set.</summary>
public readonly record struct RecordedRow
{
    private RecordedRow(Tick? tick, BadRow? bad)
    {
        Tick = tick;
        Bad = bad;
    }

    public Tick? Tick { get; }

    public BadRow? Bad { get; }

    public static RecordedRow Of(Tick tick) => new(tick, null);

    public static RecordedRow Of(BadRow bad) => new(null, bad);
}

/// <summary>
/// Recorded data cannot be used: a file of unknown form, a header with an unknown column, a missing factor file, or,
/// in strict mode, the first bad row.
/// </summary>
public sealed class RecordedDataException(BadRow row, Exception? inner = null) : Exception(row.ToString(), inner)
{
    public BadRow Row { get; } = row;
}

/// <summary>How recorded data is read.</summary>
/// <param name="Strict">Throw <see cref="RecordedDataException"/> at the first bad row instead of handing it
/// on.</param>
/// <param name="AdjustEquities">
/// Multiply equity prices by their price and split factors (see <see cref="FactorFile"/>); volumes stay as traded.
/// </param>
/// <param name="Pools">Uniswap V3 pools beside the built-in ones (<see cref="UniswapV3Pool.WellKnown"/>).</param>
public sealed record RecordedOptions(
    bool Strict = false,
    bool AdjustEquities = false,
    IReadOnlyList<UniswapV3Pool>? Pools = null)
{
    public static RecordedOptions Default { get; } = new();
}
