using ActorTrade.Configuration;

namespace ActorTrade.Lighthouse;

/// <summary>
/// The settings of a Lighthouse, checked. What each means, its unit, default and range stand in
/// <c>cluster-config/reference.json</c>.
/// </summary>
public sealed record LighthouseConfiguration(
    LighthouseSection Lighthouse,
    RegistrySection Registry,
    PostgresSection Postgres,
    RabbitMqSection RabbitMq,
    ClusterSection Cluster)
{
    /// <summary>The defaults.</summary>
    public static LighthouseConfiguration Default { get; } = Load(new ConfigurationSources());

    /// <summary>Lays the sources over the defaults.</summary>
    /// <exception cref="ConfigurationException">Names everything that is wrong; a process ends with code 4.</exception>
    public static LighthouseConfiguration Load(ConfigurationSources sources) =>
        ConfigurationLoader.Load<LighthouseConfiguration>(sources);
}

public sealed record RegistrySection(
    string PoolsFile, string CatalogueFile, string References, decimal PriceDepthMin);

public sealed record LighthouseSection(
    string Name, string Address, int Port, string TokenFile, string AuditFile, int TailsMax, TimeSpan CommandTimeout);
