namespace ActorTrade.Configuration;

/// <summary>
/// Makes the configuration of a program: a record of sections, each a record of options. All programs of a cluster may
/// be given the same files; each takes the sections it has, but a key that none of them knows stops every one.
/// </summary>
public static class ConfigurationLoader
{
    /// <summary>Lays the sources over the defaults.</summary>
    /// <exception cref="ConfigurationException">Names everything that is wrong; a process ends with code 4.</exception>
    public static T Load<T>(ConfigurationSources sources) => Load<T>(sources, OptionCatalogue.Reference);

    /// <summary>As <see cref="Load{T}(ConfigurationSources)"/>, with other options.</summary>
    public static T Load<T>(ConfigurationSources sources, OptionCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(catalogue);
        var problems = new List<string>();
        var settings = ConfigurationLayers.Merge(sources, catalogue, problems);
        var configuration = new SectionBinder(catalogue, settings, problems).Bind<T>();
        return problems.Count == 0 ? configuration : throw new ConfigurationException(problems);
    }
}
