using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>What can be checked of <c>docker/</c> without a container engine.</summary>
public sealed class ContainerTests
{
    private static readonly string Compose = RepositoryTree.Read("docker/compose.yaml");
    private static readonly string Dockerfile = RepositoryTree.Read("docker/Dockerfile");

    [Fact]
    public void Every_image_is_pinned_to_a_series()
    {
        var images = All(Compose, @"image: (\S+)").Where(i => !i.StartsWith("actortrade/", StringComparison.Ordinal));

        Assert.NotEmpty(images);
        Assert.All(images, i => Assert.Matches(@":\d+(\.\d+)*$", i));
    }

    [Fact]
    public void The_broker_is_of_a_series_without_the_deadlock_of_single_active_consumers()
    {
        var version = Assert.Single(All(Compose, @"image: rabbitmq:(\S+)"));

        // 4.3.0 to 4.3.5 have it, and a tag such as 4 or 4.3 moves.
        Assert.Matches(@"^4\.(2(\.\d+)?|3\.([6-9]|\d\d+))$", version);
    }

    [Fact]
    public void No_secret_stands_in_the_compose_file()
    {
        // A password may only be named by the file that holds it.
        Assert.DoesNotMatch(@"(?i)pass(word)?\s*[=:]\s*(?!\{ file:)\S", Compose);
        Assert.DoesNotMatch("(?i)amqps?://", Compose);
    }

    [Fact]
    public void Every_secret_is_made_by_the_script_for_it()
    {
        var made = All(RepositoryTree.Read("docker/make-secrets.sh"), @"(?m)^secret (\S+)").ToHashSet();
        var used = All(Compose, @"file: secrets/(\S+?) ");

        Assert.NotEmpty(used);
        Assert.Subset(made, used.ToHashSet());
    }

    [Fact]
    public void Every_service_says_whether_it_is_well()
    {
        foreach (var (name, text) in Services())
        {
            var target = text.Contains("*node", StringComparison.Ordinal)
                ? "node"
                : All(text, @"target: (\w+)").FirstOrDefault();
            var own = target is null ? "" : Dockerfile[Dockerfile.IndexOf($" AS {target}", StringComparison.Ordinal)..];

            Assert.True(
                text.Contains("healthcheck:", StringComparison.Ordinal)
                || own.Contains("HEALTHCHECK", StringComparison.Ordinal),
                name);
        }
    }

    [Fact]
    public void What_the_images_are_made_of_is_in_the_repository()
    {
        var sources = All(Dockerfile, @"(?m)^COPY (?!--from)(?:--\S+ )*(.+) \S+$")
            .SelectMany(s => s.Split(' '))
            .Concat(All(Compose, @"- \./(\S+?):").Select(f => $"docker/{f}"))
            .ToList();

        Assert.Contains("src/", sources);
        Assert.All(sources, s => Assert.True(
            s.EndsWith('/')
                ? Directory.Exists(Path.Combine(RepositoryTree.Root, s))
                : Directory.GetFiles(RepositoryTree.Root, s).Length > 0,
            $"{s} is not there."));
    }

    [Fact]
    public void What_is_published_is_a_project() =>
        Assert.All(
            All(Dockerfile, @"dotnet publish (\S+)"),
            p => Assert.Contains($"{p}/{Path.GetFileName(p)}.csproj", RepositoryTree.Files));

    [Fact]
    public void Settings_of_the_images_are_options_that_exist()
    {
        var reference = JsonDocument.Parse(RepositoryTree.Read("cluster-config/reference.json")).RootElement;
        var known = reference.EnumerateObject().Where(s => s.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(s => s.Value.EnumerateObject().Select(k => $"{s.Name}__{k.Name}"))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.All(All(Dockerfile, @"ACTORTRADE__(\w+)="), option => Assert.Contains(option, known));
    }

    [Fact]
    public void No_program_runs_as_root() =>
        Assert.Equal("USER $APP_UID", All(Dockerfile, @"(?m)^(USER .+)$")[^1]);

    private static IEnumerable<(string Name, string Text)> Services()
    {
        var services = Regex.Match(Compose, @"(?ms)^services:\n(.*?)^networks:").Groups[1].Value;
        var parts = Regex.Split(services, @"(?m)^  (?=[a-z0-9-]+:$)").Where(p => p.Trim().Length > 0).ToList();
        Assert.Equal(6, parts.Count);
        return parts.Select(p => (p[..p.IndexOf(':', StringComparison.Ordinal)], p));
    }

    private static List<string> All(string text, string pattern) =>
        [.. Regex.Matches(text, pattern).Select(m => m.Groups[1].Value)];
}
