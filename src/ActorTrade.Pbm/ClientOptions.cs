using System.Globalization;
using ActorTrade.Operator;

namespace ActorTrade.Pbm;

/// <summary>What the command line says to the client itself; everything else is for the endpoint.</summary>
internal sealed record ClientOptions
{
    public Uri Endpoint { get; init; } = new($"http://127.0.0.1:{OperatorProtocol.PortDefault}");

    public string? TokenFile { get; init; }

    public bool IsJson { get; init; }

    public bool WantsHelp { get; init; }

    public bool WantsVersion { get; init; }

    /// <summary>Palette, command and what follows; empty for the prompt.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>As the prompt shows it.</summary>
    public string EndpointText => Endpoint.Scheme == "http" ? Endpoint.Authority : Endpoint.ToString().TrimEnd('/');

    /// <summary>
    /// Takes the client's own options from wherever they stand, and the endpoint from the first word where it is one.
    /// </summary>
    /// <exception cref="OperatorException">An option has no value.</exception>
    public static ClientOptions Parse(IReadOnlyList<string> words)
    {
        var options = new ClientOptions();
        var rest = new List<string>();
        for (var i = 0; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "--":
                    rest.AddRange(words.Skip(i));
                    i = words.Count;
                    break;
                case "--json":
                    options = options with { IsJson = true };
                    break;
                case "--help" or "-h" or "-?":
                    options = options with { WantsHelp = true };
                    break;
                case "--version":
                    options = options with { WantsVersion = true };
                    break;
                case "--token-file":
                    options = options with { TokenFile = ValueAfter(words, ref i) };
                    break;
                case var word when word.StartsWith("--token-file=", StringComparison.Ordinal):
                    options = options with { TokenFile = word["--token-file=".Length..] };
                    break;
                case var word when word == "--token" || word.StartsWith("--token=", StringComparison.Ordinal):
                    throw new OperatorException(
                        ExitCode.Configuration,
                        "token-on-command-line",
                        "A token on the command line can be read by every user of this machine.",
                        "Put it into a file (--token-file FILE) or into the environment variable PBM_TOKEN, and "
                        + "replace this one: it has been seen.");
                default:
                    rest.Add(words[i]);
                    break;
            }
        }

        return rest.Count > 0 && EndpointOf(rest[0]) is { } endpoint
            ? options with { Endpoint = endpoint, Words = rest[1..] }
            : options with { Words = rest };
    }

    /// <summary>The address in <c>host:port</c>, <c>[v6]:port</c> or a whole URL; null where it is none.</summary>
    public static Uri? EndpointOf(string word)
    {
        if (word.StartsWith("http://", StringComparison.Ordinal)
            || word.StartsWith("https://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(word, UriKind.Absolute, out var url) ? url : null;
        }

        var colon = word.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && Uri.TryCreate("http://" + word, UriKind.Absolute, out var plain)
            ? plain
            : null;
    }

    private static string ValueAfter(IReadOnlyList<string> words, ref int i) => i + 1 < words.Count
        ? words[++i]
        : throw new OperatorException(
            ExitCode.Configuration, "value-missing", $"{words[i]} needs a value.", "See 'pbm --help'.");
}
