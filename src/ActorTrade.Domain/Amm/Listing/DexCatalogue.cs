using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ActorTrade.Domain.Amm.Listing;

/// <summary>A deployment of a DEX on a chain, as the catalogue has it. A text is empty where it is not known.</summary>
/// <param name="Family">Whose mathematics it uses, as in <c>v2-like</c>.</param>
/// <param name="Fees">Fee or fee tiers, as the catalogue writes them.</param>
/// <param name="VerifiedOffline">How the addresses were checked without a chain.</param>
public sealed record DexDeployment(
    string Dex,
    string Chain,
    long ChainId,
    string Family,
    string Factory,
    string Create2Deployer,
    string InitCodeHash,
    string Fees,
    string VerifiedOffline,
    string Notes,
    string Sources)
{
    /// <summary>The pool file's kinds that its pools can be; none where no curve has its mathematics.</summary>
    public ImmutableArray<string> Kinds => Family switch
    {
        "v2-like" => ["constant-product"],
        "v3-like" or "v4 singleton (v3 math + hooks)" => ["concentrated"],
        "solidly" => ["solidly-stable", "solidly-volatile"],
        "curve" => ["stableswap-classic", "stableswap-ng"],
        "curve-crypto" => ["curve-tricrypto"],
        "balancer" => ["balancer-weighted", "balancer-stable"],
        _ => [],
    };
}

/// <summary>A catalogue that cannot be read: names the line and what is wrong with it.</summary>
public sealed class DexCatalogueException(int line, string reason)
    : Exception($"Line {line} of the catalogue: {reason}")
{
    public int Line { get; } = line;
}

/// <summary>
/// Which DEX is deployed where: the names of chains and DEXes that a registry starts with. Read from a CSV with the
/// header <c>dex,chain,chain_id,protocol_family,factory_or_vault,…</c>.
/// </summary>
public sealed class DexCatalogue
{
    private static readonly string[] Columns =
    [
        "dex", "chain", "chain_id", "protocol_family", "factory_or_vault", "create2_deployer_if_different",
        "init_code_hash", "fee_or_fee_tiers", "verified_offline", "notes", "sources",
    ];

    private DexCatalogue(ImmutableArray<DexDeployment> deployments) => Deployments = deployments;

    public static DexCatalogue Empty { get; } = new([]);

    /// <summary>In the file's order.</summary>
    public ImmutableArray<DexDeployment> Deployments { get; }

    /// <summary>Reads a catalogue's text.</summary>
    /// <exception cref="DexCatalogueException">Names the line.</exception>
    public static DexCatalogue Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n');
        var header = Fields(lines[0].TrimEnd('\r').TrimStart('\uFEFF'), 1);
        if (!header.SequenceEqual(Columns))
        {
            throw new DexCatalogueException(1, $"the header must be {string.Join(',', Columns)}.");
        }

        var deployments = ImmutableArray.CreateBuilder<DexDeployment>(lines.Length);
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (line.Length > 0)
            {
                deployments.Add(Read(Fields(line, i + 1), i + 1));
            }
        }

        return new DexCatalogue(deployments.DrainToImmutable());
    }

    /// <summary>The number of a chain, by its name (without regard to case) or its number; null where it is not
    /// known.</summary>
    public long? ChainIdOf(string chain)
    {
        if (long.TryParse(chain, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        foreach (var deployment in Deployments)
        {
            if (string.Equals(deployment.Chain, chain, StringComparison.OrdinalIgnoreCase))
            {
                return deployment.ChainId;
            }
        }

        return null;
    }

    /// <summary>The name of a chain; its number where the catalogue has no name for it.</summary>
    public string ChainName(long chainId) =>
        Deployments.FirstOrDefault(d => d.ChainId == chainId)?.Chain
        ?? chainId.ToString(CultureInfo.InvariantCulture);

    private static DexDeployment Read(List<string> fields, int line)
    {
        if (fields.Count != Columns.Length)
        {
            throw new DexCatalogueException(line, $"has {fields.Count} fields; {Columns.Length} are needed.");
        }

        if (fields[0].Length == 0 || fields[1].Length == 0)
        {
            throw new DexCatalogueException(line, "needs the name of a DEX and of a chain.");
        }

        return long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var chainId)
            ? new DexDeployment(
                fields[0], fields[1], chainId, fields[3], fields[4], fields[5], fields[6], fields[7],
                fields[8], fields[9], fields[10])
            : throw new DexCatalogueException(line, $"chain_id is '{fields[2]}'; it must be a whole number.");
    }

    // Fields in quotes may hold commas, and quotes twice.
    private static List<string> Fields(string line, int number)
    {
        var fields = new List<string>(Columns.Length);
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        if (isQuoted)
        {
            throw new DexCatalogueException(number, "a quote is not closed.");
        }

        fields.Add(field.ToString());
        return fields;
    }
}
