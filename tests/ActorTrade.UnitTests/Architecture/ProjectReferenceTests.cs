using System.Text.RegularExpressions;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>
/// The arrows between projects are those of the table in docs/ARCHITECTURE.md: a new one is a decision.
/// </summary>
public sealed class ProjectReferenceTests
{
    private const string Document = "docs/ARCHITECTURE.md";

    private static readonly string[] PureProjects =
        ["ActorTrade.Arbitrage", "ActorTrade.Domain", "ActorTrade.EventSourcing"];

    // What a program can do without a clock, a disk, a socket or chance.
    private static readonly string[] PureAssemblies =
    [
        "System.Collections", "System.Collections.Immutable", "System.Collections.Frozen",
        "System.Linq", "System.Memory",
        "System.Runtime", "System.Runtime.Extensions", "System.Runtime.Numerics", "System.Runtime.Intrinsics",
        "System.Runtime.InteropServices", "System.Security.Cryptography", "System.Text.Encoding.Extensions",
        "System.Collections.Concurrent", "System.Threading", "System.Linq.Expressions",
        "System.Text.Json", "ActorTrade.EventSourcing", "ActorTrade.Domain",
    ];

    [Fact]
    public void References_are_those_of_the_architecture_table()
    {
        var table = Table();
        var projects = SourceProjects().ToDictionary(
            p => Path.GetFileNameWithoutExtension(p)!,
                p => RepositoryTree.ReferencesOf(p).Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(table.Keys.Order(StringComparer.Ordinal), projects.Keys.Order(StringComparer.Ordinal));
        Assert.All(projects, p => Assert.Equal(table[p.Key], p.Value));
    }

    [Fact]
    public void References_make_no_circle()
    {
        var table = Table();
        var settled = new HashSet<string>();
        while (table.FirstOrDefault(p => !settled.Contains(p.Key) && p.Value.All(settled.Contains)).Key is { } next)
        {
            settled.Add(next);
        }

        Assert.Equal(table.Count, settled.Count);
    }

    [Fact]
    public void Platform_knows_no_trading()
    {
        string[] platform =
        [
            "ActorTrade.Kernel", "ActorTrade.EventSourcing", "ActorTrade.Journal", "ActorTrade.Cluster",
            "ActorTrade.Configuration", "ActorTrade.Operator",
        ];
        var table = Table();

        Assert.All(platform, p => Assert.Subset(platform.ToHashSet(), table[p].ToHashSet()));
    }

    [Fact]
    public void Pure_projects_are_declared_pure() =>
        Assert.Equal(PureProjects,
            SourceProjects().Where(RepositoryTree.IsPure).Select(Path.GetFileNameWithoutExtension));

    [Theory]
    [MemberData(nameof(Pure))]
    public void A_pure_project_links_nothing_that_has_effects(string project)
    {
        var references = System.Reflection.Assembly.Load(project).GetReferencedAssemblies().Select(a => a.Name!);

        Assert.Subset(PureAssemblies.ToHashSet(), references.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Pure))]
    public void A_pure_project_names_no_banned_namespace(string project)
    {
        var banned = new Regex(
            @"\bSystem\.(IO|Net|Threading\.Tasks|Diagnostics\.Process|Data|Console)\b|\bMicrosoft\.|"
            + @"\b(DateTime|DateTimeOffset)\.(Utc)?Now\b|\bStopwatch\b|\bEnvironment\.(TickCount|GetEnv)",
            RegexOptions.CultureInvariant);
        var found = RepositoryTree.OfType(".cs")
            .Where(f => f.StartsWith($"src/{project}/", StringComparison.Ordinal))
            .SelectMany(f => RepositoryTree.Lines(f).Select((text, i) => (Where: $"{f}:{i + 1}", Text: text.Trim())))
            .Where(l => !l.Text.StartsWith("//", StringComparison.Ordinal) && banned.IsMatch(l.Text))
            .Select(l => $"{l.Where}: {l.Text}");

        Assert.Empty(found);
    }

    public static TheoryData<string> Pure() => [.. PureProjects];

    private static IEnumerable<string> SourceProjects() =>
        RepositoryTree.OfType(".csproj").Where(p => p.StartsWith("src/", StringComparison.Ordinal));

    // Rows of the form: | `ActorTrade.Journal` | what it is | Kernel, EventSourcing |
    private static Dictionary<string, string[]> Table() =>
        RepositoryTree.Lines(Document)
            .Select(line => Regex.Match(line, @"^\| `(ActorTrade\.\w+)` \|.*\| ([\w, ]+|–) \|$"))
            .Where(m => m.Success)
            .ToDictionary(
                m => m.Groups[1].Value,
                m => m.Groups[2].Value == "–" ? [] : NamesIn(m.Groups[2].Value));

    private static string[] NamesIn(string list) =>
        [.. list.Split(", ").Select(n => $"ActorTrade.{n}").Order(StringComparer.Ordinal)];
}
