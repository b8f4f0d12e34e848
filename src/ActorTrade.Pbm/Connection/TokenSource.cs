using ActorTrade.Operator;

namespace ActorTrade.Pbm.Connection;

/// <summary>Where the operator's token came from.</summary>
/// <param name="Token">Null where none was found.</param>
/// <param name="From">For messages.</param>
/// <param name="Warning">What is wrong with the way it is kept; null for nothing.</param>
internal sealed record TokenSource(string? Token, string From, string? Warning = null)
{
    public const string Variable = "PBM_TOKEN";

    /// <summary>The user's folder for this product's settings.</summary>
    public static string ConfigFolder
    {
        get
        {
            var configured = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            var folder = string.IsNullOrEmpty(configured)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config")
                : configured;
            return Path.Combine(folder, "actortrade");
        }
    }

    public static string FileDefault => Path.Combine(ConfigFolder, "token");

    /// <summary>Where a token is looked for, in this order, for messages.</summary>
    public static string Places =>
        $"--token-file FILE, the environment variable {Variable}, {FileDefault}";

    /// <exception cref="OperatorException">The file that was named cannot be read.</exception>
    public static TokenSource Find(string? file)
    {
        if (file is not null)
        {
            return Read(file) ?? throw new OperatorException(
                ExitCode.Configuration,
                "token-file-unreadable",
                $"The token file '{file}' does not exist, cannot be read or is empty.",
                "Name the file that holds the token you were given.");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token)
        {
            return new TokenSource(token.Trim(), $"the environment variable {Variable}");
        }

        return Read(FileDefault) ?? new TokenSource(null, "nowhere");
    }

    private static TokenSource? Read(string path)
    {
        try
        {
            // The last word of the first line that says something: a line of a tokens file may be copied as it is.
            var line = File.ReadLines(path).Take(100).Select(l => l.Trim())
                .FirstOrDefault(l => l.Length > 0 && l[0] != '#');
            var word = line?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^1];
            return word is null ? null : new TokenSource(word, path, Open(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Open(string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherWrite;
        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0
            ? $"Other users of this machine can read or change {path}: chmod 600 it."
            : null;
    }
}
