namespace ActorTrade.IntegrationTests.RecordedData;

/// <summary>
/// Finds the shared real market data, which is not part of the repository; tests skip where it is absent.
/// </summary>
internal static class RealData
{
    private const string Variable = "ACTORTRADE_TEST_DATA";

    /// <summary>The folder of a data set, or the test is skipped with the reason.</summary>
    public static string Folder(string set)
    {
        var root = Root();
        var folder = root is null ? null : Path.Combine(root, set);
        if (folder is null || !Directory.Exists(folder))
        {
            Assert.Skip($"The real data set '{set}' is absent: set {Variable} or put shared/data above.");
        }

        return folder;
    }

    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "README.md")))
            {
                return candidate;
            }
        }

        return null;
    }
}
