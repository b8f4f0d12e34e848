using System.Reflection;
using System.Runtime.CompilerServices;
using ActorTrade.Domain.Orders;
using ActorTrade.EventSourcing;
using ActorTrade.EventSourcing.Records;

namespace ActorTrade.UnitTests.Golden;

/// <summary>
/// What was stored once must be read for ever: for each stored name of each entity kind there is a file with the bytes
/// of a sample, and today's program must read them. A record may have gained fields at its end since; nothing else.
/// </summary>
/// <remarks>
/// A new stored name needs its file: run these tests once with the environment variable ACTORTRADE_WRITE_GOLDEN=1, look
/// at what was written, and commit it. A file that is there is never written again.
/// </remarks>
public class GoldenFileTests
{
    private const string WriteVariable = "ACTORTRADE_WRITE_GOLDEN";
    private const string ResourcePrefix = "Golden.";

    private static readonly IEntityDefinition[] Definitions =
    [
        .. typeof(Order).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(f => typeof(IEntityDefinition).IsAssignableFrom(f.FieldType))
            .Select(f => (IEntityDefinition)f.GetValue(null)!)
            .OrderBy(d => d.Category, StringComparer.Ordinal),
    ];

    private static readonly EventCatalog Catalog = new(Definitions);

    public static TheoryData<string> StoredNames => [.. Catalog.StoredNames];

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void What_was_stored_is_still_read(string storedName)
    {
        var written = Bytes(SampleRecords.Of(Catalog.TypeOf(storedName)));
        if (Golden(storedName) is not { } golden)
        {
            Assert.True(
                Environment.GetEnvironmentVariable(WriteVariable) == "1",
                $"{storedName} has no golden file. Its form is about to be kept for ever: look at it, then run once "
                + $"with {WriteVariable}=1 and commit the file.");
            File.WriteAllText(Path.Combine(Folder(), storedName + ".hex"), Lines(written));
            return;
        }

        var begin = written.AsSpan(0, Math.Min(golden.Length, written.Length));
        Assert.Equal(Convert.ToHexString(golden), Convert.ToHexString(begin));
        var reader = new RecordReader();
        reader.Reset(golden);
        var again = Bytes(Catalog.Read(storedName, reader));
        Assert.Equal(Convert.ToHexString(golden), Convert.ToHexString(again.AsSpan(0, golden.Length)));
    }

    [Fact]
    public void Every_golden_file_belongs_to_a_name_that_is_still_known()
    {
        var names = Catalog.StoredNames.ToHashSet();
        var files = typeof(GoldenFileTests).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal) && n.EndsWith(".hex"));
        Assert.All(files, f => Assert.Contains(f[ResourcePrefix.Length..^".hex".Length], names));
    }

    private static byte[]? Golden(string storedName)
    {
        var resource = $"{ResourcePrefix}{storedName}.hex";
        using var stream = typeof(GoldenFileTests).Assembly.GetManifestResourceStream(resource);
        if (stream is null)
        {
            return null;
        }

        using var text = new StreamReader(stream);
        return Convert.FromHexString(string.Concat(text.ReadToEnd().Where(char.IsAsciiHexDigit)));
    }

    private static byte[] Bytes(object record)
    {
        var writer = new RecordWriter();
        Catalog.Write(writer, record);
        return writer.ToArray();
    }

    private static string Lines(byte[] bytes) =>
        string.Join('\n', Convert.ToHexStringLower(bytes).Chunk(100).Select(line => new string(line))) + "\n";

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
