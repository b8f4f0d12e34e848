using System.Globalization;
using ActorTrade.Configuration;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Cluster;

/// <summary>Pools that are not the cluster's own, and what tokens are worth: files and settings, read when they are
/// asked for and again when they have changed.</summary>
/// <param name="section">Its <c>References</c> must be sound: <see cref="ReadReferences"/>.</param>
public sealed class PoolDirectory(RegistrySection section)
{
    private const string None = "none";

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<KeyValuePair<(long ChainId, string Address), double>> _references =
        ReadReferences(section.References);

    private (DateTime At, long Length, PoolFile File)? _pools;
    private (DateTime At, long Length, DexCatalogue Catalogue)? _catalogue;

    /// <summary>Without files, where one USD of the house is the reference.</summary>
    public static PoolDirectory Empty { get; } =
        new(new RegistrySection(None, None, References: "0:USD", PriceDepthMin: 0));

    /// <summary>In reference tokens: pools that hold less price nothing.</summary>
    public double PriceDepthMin => (double)section.PriceDepthMin;

    /// <summary>Tokens of known worth by chain and address.</summary>
    public IReadOnlyList<KeyValuePair<(long ChainId, string Address), double>> References => _references;

    /// <summary>The configured pools and when their file was written; null where none are configured.</summary>
    /// <exception cref="OperatorException">The file cannot be read.</exception>
    public (PoolFile File, DateTimeOffset WrittenAt)? Pools()
    {
        if (section.PoolsFile == None)
        {
            return null;
        }

        var read = Fresh(section.PoolsFile, ref _pools, static path => PoolFile.Read(File.ReadAllBytes(path)));
        return (read.Content, read.At);
    }

    /// <summary>The configured catalogue; an empty one where none is configured.</summary>
    /// <exception cref="OperatorException">The file cannot be read.</exception>
    public DexCatalogue Catalogue() => section.CatalogueFile == None
        ? DexCatalogue.Empty
        : Fresh(
            section.CatalogueFile, ref _catalogue, static path => DexCatalogue.Parse(File.ReadAllText(path))).Content;

    /// <summary>Reads <c>0:USD=1 1:0xa0b8…=1</c>: chain, address, and what one whole token is worth, 1 where it is
    /// not said.</summary>
    /// <exception cref="ConfigurationException">It is not of that form.</exception>
    public static IReadOnlyList<KeyValuePair<(long ChainId, string Address), double>> ReadReferences(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one =>
                ReadReference(one) ?? throw new ConfigurationException(
                [
                    $"Registry:References has '{one}': expected chain:address or chain:address=worth, as in 0:USD=1.",
                ])),
        ];
    }

    private static KeyValuePair<(long ChainId, string Address), double>? ReadReference(string text)
    {
        var (token, worth) = text.Split('=') switch
        {
            [var alone] => (alone, "1"),
            [var left, var right] => (left, right),
            _ => ("", ""),
        };
        var colon = token.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < token.Length - 1
            && long.TryParse(token.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var chain)
            && double.TryParse(worth, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) && value > 0
            ? new((chain, token[(colon + 1)..].ToLowerInvariant()), value)
            : null;
    }

    private (T Content, DateTime At) Fresh<T>(
        string path, ref (DateTime At, long Length, T Content)? kept, Func<string, T> read)
    {
        lock (_gate)
        {
            try
            {
                var file = new FileInfo(path);
                if (kept is not { } known || known.At != file.LastWriteTimeUtc || known.Length != file.Length)
                {
                    kept = known = (file.LastWriteTimeUtc, file.Length, read(path));
                }

                return (known.Content, known.At);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PoolFileException
                or DexCatalogueException)
            {
                throw new OperatorException(
                    ExitCode.Configuration,
                    "registry-file-unreadable",
                    $"The Lighthouse cannot read '{path}': {e.Message}",
                    "Correct the file, or Registry:PoolsFile and Registry:CatalogueFile.");
            }
        }
    }
}
