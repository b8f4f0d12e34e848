using System.Security.Cryptography;
using System.Text;
using ActorTrade.Configuration;

namespace ActorTrade.Lighthouse.Operators;

/// <summary>Somebody who holds a token.</summary>
/// <param name="Name">As the audit and the journal know them.</param>
/// <param name="MayAct">False: may look only.</param>
public sealed record OperatorIdentity(string Name, bool MayAct)
{
    /// <summary>Who it is to entities.</summary>
    public string Principal => Domain.System.Operators.PrincipalOf(Name);
}

/// <summary>
/// The operators and their tokens, one a line: a name, <c>act</c> or <c>look</c>, and the token. A change of the file
/// is in force at the next request, so a token can be withdrawn without a restart.
/// </summary>
/// <remarks>
/// Only hashes are kept and compared, all of them at every request, so neither the time of an answer nor a dump of the
/// memory tells a token. A file that others may read is refused at the start.
/// </remarks>
public sealed class OperatorTokens
{
    /// <summary>Lines in this form, in the environment, instead of a file.</summary>
    public const string Variable = "LIGHTHOUSE_TOKENS";

    private const int TokenLengthMin = 20;
    private const int OperatorsMax = 1_000;

    private readonly string? _path;
    private readonly Lock _gate = new();
    private List<(OperatorIdentity Operator, byte[] Hash)> _known;
    private DateTime _readAt;

    private OperatorTokens(List<(OperatorIdentity, byte[])> known, string? path, DateTime readAt) =>
        (_known, _path, _readAt) = (known, path, readAt);

    /// <summary>Where they came from, for people.</summary>
    public string From => _path ?? $"the environment variable {Variable}";

    /// <summary>Whether the file was made just now.</summary>
    public bool IsNew { get; private init; }

    /// <summary>Why a changed file is not in force; null while all is well.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyList<OperatorIdentity> Operators
    {
        get
        {
            lock (_gate)
            {
                return [.. _known.Select(k => k.Operator)];
            }
        }
    }

    /// <summary>Reads the environment or the file; makes the file with one operator where there is none.</summary>
    /// <exception cref="ConfigurationException">They cannot be read, are malformed, or others may read the file.
    /// </exception>
    public static OperatorTokens Open(string path, string? environment = null)
    {
        if (!string.IsNullOrWhiteSpace(environment))
        {
            return new OperatorTokens(Parse(environment, Variable), path: null, default);
        }

        path = Path.GetFullPath(path);
        try
        {
            var isNew = !File.Exists(path);
            if (isNew)
            {
                Create(path);
            }

            RefuseOpen(path);
            var writtenAt = File.GetLastWriteTimeUtc(path);
            return new OperatorTokens(Parse(File.ReadAllText(path), path), path, writtenAt) { IsNew = isNew };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"The tokens file '{path}' cannot be read or made: {e.Message}"]);
        }
    }

    /// <summary>Reads lines of operators.</summary>
    /// <exception cref="ConfigurationException">Names every line that is wrong, and never a token.</exception>
    internal static List<(OperatorIdentity Operator, byte[] Hash)> Parse(string text, string source)
    {
        var (known, problems) = (new List<(OperatorIdentity Operator, byte[] Hash)>(), new List<string>());
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            if (Wrong(words, known) is { } wrong)
            {
                problems.Add($"{source}, line {number}: {wrong}");
                continue;
            }

            known.Add((new OperatorIdentity(words[0], words[1] == "act"), HashOf(words[2])));
        }

        if (known.Count is 0 or > OperatorsMax)
        {
            problems.Add($"{source}: expected 1 to {OperatorsMax} operators.");
        }

        return problems.Count == 0 ? known : throw new ConfigurationException(problems);
    }

    /// <summary>Whose token it is; null for nobody's.</summary>
    public OperatorIdentity? Find(string token)
    {
        var hash = HashOf(token);
        lock (_gate)
        {
            Refresh();
            OperatorIdentity? found = null;
            foreach (var (known, expected) in _known)
            {
                if (CryptographicOperations.FixedTimeEquals(hash, expected))
                {
                    found = known;
                }
            }

            return found;
        }
    }

    private static string? Wrong(string[] words, List<(OperatorIdentity Operator, byte[] Hash)> known) =>
        words.Length != 3 ? "expected a name, 'act' or 'look', and a token."
        : words[0].Length > 64
            || words[0].Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '@'))
            ? "a name has 1 to 64 characters of A-Z a-z 0-9 @ . _ -"
        : words[1] is not ("act" or "look") ? $"expected 'act' or 'look' after the name '{words[0]}'."
        : words[2].Length < TokenLengthMin ? $"the token of '{words[0]}' is shorter than {TokenLengthMin} characters."
        : known.Any(k => k.Operator.Name == words[0]) ? $"'{words[0]}' stands twice."
        : known.Any(k => k.Hash.AsSpan().SequenceEqual(HashOf(words[2])))
            ? $"'{words[0]}' has the token of somebody else."
        : null;

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(
            $"""
            # Operators of this cluster, one a line: name, act or look, token. A change is in force at once.
            # Each person has a token of their own: leaving an emergency takes two who may act.
            # A new token: head -c 32 /dev/urandom | base64 | tr '+/' '-_'
            operator act {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}

            """);
    }

    private static void RefuseOpen(string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new ConfigurationException(
                [$"Other users can read or change the tokens file '{path}': chmod 600 it, and make new tokens."]);
        }
    }

    // A file that has become malformed changes nothing: whoever could act can still stop the market.
    private void Refresh()
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            var writtenAt = File.GetLastWriteTimeUtc(_path);
            if (writtenAt != _readAt && File.Exists(_path))
            {
                RefuseOpen(_path);
                _known = Parse(File.ReadAllText(_path), _path);
                Problem = null;
                _readAt = writtenAt;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConfigurationException)
        {
            Problem = $"The changed tokens file is not in force: {e.Message}";
        }
    }
}
