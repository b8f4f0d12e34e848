using System.Xml.Linq;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>The files of this repository, found upwards from the test program. Nothing built, nothing hidden.</summary>
internal static class RepositoryTree
{
    private static readonly string[] Skipped = ["bin", "obj", "artifacts", "data", "node_modules", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root, with forward slashes, in order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(new DirectoryInfo(Root))
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> OfType(string extension) =>
        Files.Where(f => f.EndsWith(extension, StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    /// <summary>The names of the projects that a project file references.</summary>
    public static IEnumerable<string> ReferencesOf(string projectFile) =>
        XDocument.Parse(Read(projectFile)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

    public static bool IsPure(string projectFile) =>
        XDocument.Parse(Read(projectFile)).Descendants("PureProject").Any(p => p.Value == "true");

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(f => f.FullName)
            .Concat(folder.EnumerateDirectories()
                .Where(d => !Skipped.Contains(d.Name) && (d.Name[0] != '.' || d.Name == ".ci"))
                .SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorTrade.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("ActorTrade.sln is in no folder above the test program.");
    }
}
