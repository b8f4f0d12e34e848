using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>
/// Lint as a test. What broke a rule when it came in is counted in tidy-ratchet.txt, which may only shrink:
/// a new break fails, and so does a line of the ratchet that is no longer needed. A reasoned, lasting
/// exception stands in tidy-exceptions.txt.
/// </summary>
public sealed class TidyTests
{
    private const string Folder = "tests/ActorTrade.UnitTests/Architecture";
    private const string RatchetPath = $"{Folder}/tidy-ratchet.txt";
    private const string ExceptionsPath = $"{Folder}/tidy-exceptions.txt";

    private static readonly string[] TextTypes =
    [
        ".cs", ".csproj", ".props", ".targets", ".md", ".json", ".sh", ".txt", ".yaml", "Makefile", "Dockerfile", "run",
    ];

    [Fact]
    public void No_file_breaks_a_rule_more_often_than_the_ratchet_allows()
    {
        var allowed = Ratchet();
        var tooMany = Breaks()
            .Where(b => b.Lines.Count > allowed.GetValueOrDefault((b.Rule.Name, b.Path)))
            .Select(b => $"{b.Rule.Name} {b.Path}:{string.Join(',', b.Lines)}: {b.Rule.Why}")
            .ToList();

        Assert.True(tooMany.Count == 0, string.Join(Environment.NewLine, tooMany.Prepend("Not tidy:")));
    }

    [Fact]
    public void The_ratchet_only_shrinks()
    {
        var found = Breaks().ToDictionary(b => (b.Rule.Name, b.Path), b => b.Lines.Count);
        var slack = Ratchet()
            .Where(r => found.GetValueOrDefault(r.Key) < r.Value)
            .Select(r => $"{r.Key.Rule} {r.Key.Path}: {r.Value} allowed, {found.GetValueOrDefault(r.Key)} found")
            .ToList();

        Assert.True(slack.Count == 0,
            string.Join(Environment.NewLine, slack.Prepend($"Better than {RatchetPath} says; lower it:")));
    }

    [Fact]
    public void Every_exception_has_a_reason_and_a_file()
    {
        var names = TidyRule.OfCode.Concat(TidyRule.OfText).Select(r => r.Name).ToHashSet();

        Assert.All(Exceptions(), e =>
        {
            Assert.Contains(e.Rule, names);
            Assert.Contains(e.Path, RepositoryTree.Files);
            Assert.True(e.Reason.Length >= 20, $"{e.Rule} {e.Path}: say why.");
        });
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var dead =
            from path in RepositoryTree.OfType(".md")
            from Match link in Regex.Matches(
                RepositoryTree.Read(path), @"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)")
            let target = Path.Combine(RepositoryTree.Root, Path.GetDirectoryName(path)!, link.Groups[1].Value)
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{path}: {link.Groups[1].Value}";

        Assert.Empty(dead);
    }

    /// <summary>
    /// Writes the ratchet anew where ACTORTRADE_TIDY_UPDATE=1 asks for it; look at the difference before you commit.
    /// </summary>
    [Fact]
    public void The_ratchet_can_be_written_anew()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ACTORTRADE_TIDY_UPDATE") == "1",
            "ACTORTRADE_TIDY_UPDATE is not 1.");
        var head = RepositoryTree.Lines(RatchetPath).TakeWhile(l => l.StartsWith('#'));
        var counts = Breaks().Select(b => $"{b.Rule.Name} {b.Path} {b.Lines.Count}").Order(StringComparer.Ordinal);

        File.WriteAllText(Path.Combine(RepositoryTree.Root, RatchetPath),
            string.Join('\n', head.Concat(counts)) + "\n");
    }

    private static IEnumerable<(TidyRule Rule, string Path, List<int> Lines)> Breaks()
    {
        var excepted = Exceptions().Select(e => (e.Rule, e.Path)).ToHashSet();
        foreach (var path in RepositoryTree.Files
            .Where(f => TextTypes.Any(t => f.EndsWith(t, StringComparison.Ordinal))))
        {
            var lines = RepositoryTree.Lines(path);
            var rules = path.EndsWith(".cs", StringComparison.Ordinal)
                ? TidyRule.OfCode.Concat(TidyRule.OfText) : TidyRule.OfText;
            foreach (var rule in rules.Where(r => !excepted.Contains((r.Name, path))))
            {
                var broken = rule.Broken(path, lines).ToList();
                if (broken.Count > 0)
                {
                    yield return (rule, path, broken);
                }
            }
        }
    }

    // Lines of the form: rule path count
    private static Dictionary<(string Rule, string Path), int> Ratchet() =>
        Entries(RatchetPath).Select(l => l.Split(' ', 3))
            .ToDictionary(p => (p[0], p[1]), p => int.Parse(p[2], CultureInfo.InvariantCulture));

    // Lines of the form: rule path reason
    private static IEnumerable<(string Rule, string Path, string Reason)> Exceptions() =>
        Entries(ExceptionsPath).Select(l => l.Split(' ', 3)).Select(p => (p[0], p[1], p[2]));

    private static IEnumerable<string> Entries(string path) =>
        RepositoryTree.Lines(path).Where(l => l.Length > 0 && l[0] != '#');
}
