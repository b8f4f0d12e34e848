using System.Reflection;
using System.Runtime.CompilerServices;
using ActorTrade.Domain;
using ActorTrade.UnitTests.Golden;

namespace ActorTrade.UnitTests.Wire;

/// <summary>
/// What one release sends, the next one and the one before must read: <c>wire-forms.txt</c> holds a line for each form
/// that travels between nodes (sort, name, fields, the bytes of a sample), and today's program writes just these bytes.
/// </summary>
/// <remarks>
/// A new form needs its line, and a form that gains a field at its end gets a second one below the first, which stays
/// and must be read: run these tests once with the environment variable ACTORTRADE_WRITE_GOLDEN=1, look at what was
/// added, and commit it. Any other change is a new name. A line that nobody can send any more is deleted by hand, one
/// release after the last that sent it.
/// </remarks>
public class WireGoldenTests
{
    private const string WriteVariable = "ACTORTRADE_WRITE_GOLDEN";

    private static readonly Dictionary<string, List<Line>> Lines = ReadLines();

    private static readonly Dictionary<string, Form> Forms = WireForms.Records()
        .Select(r => new Form(
            r.Name, WireForms.FieldsOf(r.Type), WireForms.Bytes(r.Type, SampleRecords.Of(r.Type)), r.Type))
        .Concat(WireForms.Batches().Select(b => new Form(b.Name, "()", b.Bytes, Type: null)))
        .ToDictionary(f => f.Name);

    public static TheoryData<string> Names => [.. Forms.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_travels_has_the_form_that_was_agreed(string name)
    {
        var form = Forms[name];
        var written = new Line(name, form.Fields, Convert.ToHexStringLower(form.Bytes));
        if (!Lines.TryGetValue(name, out var known))
        {
            Write(written, $"{name} has no line in wire-forms.txt.");
            return;
        }

        if (form.Type is { } type)
        {
            var sample = WireForms.Read(type, form.Bytes);
            Assert.All(known, line => AssertExtends(name, WireForms.Read(type, line.Bytes), sample, type));
        }

        if (known[^1] != written)
        {
            Assert.True(form.Type is not null, $"{name} has changed; a batch of another form has another first byte.");
            Write(written, $"{name} has gained fields since {known[^1].Fields}.");
        }
    }

    [Fact]
    public void Every_line_belongs_to_a_form_that_is_still_known()
    {
        Assert.NotEmpty(Lines);
        Assert.All(Lines.Keys, name => Assert.Contains(name, Forms.Keys));
    }

    [Fact]
    public void Every_kind_of_entity_says_what_answers_a_query() =>
        Assert.All(EntityKinds.All, d => Assert.NotNull(d.ViewType));

    // Field for field what was sent, and the default where the older form ended before.
    private static void AssertExtends(string path, object? older, object? sample, Type type)
    {
        if (older is Array olders && sample is Array samples)
        {
            Assert.Equal(samples.Length, olders.Length);
            for (var i = 0; i < samples.Length; i++)
            {
                AssertExtends(path, olders.GetValue(i), samples.GetValue(i), samples.GetValue(i)!.GetType());
            }

            return;
        }

        if (Equals(older, sample) || WireForms.FieldsOf(type) is "" or "()")
        {
            Assert.True(Equals(older, sample), $"{path} reads as {older}, not {sample}.");
            return;
        }

        foreach (var parameter in WireForms.ParametersOf(type))
        {
            var property = type.GetProperty(
                parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)!;
            var value = property.GetValue(older);
            if (!parameter.HasDefaultValue || !IsDefault(value, parameter))
            {
                AssertExtends(
                    $"{path}.{parameter.Name}", value, property.GetValue(sample), property.PropertyType);
            }
        }
    }

    private static bool IsDefault(object? value, ParameterInfo parameter) =>
        Equals(value, parameter.DefaultValue)
        || (parameter.DefaultValue is null && value is ValueType && value.Equals(Activator.CreateInstance(
            value.GetType())));

    private static void Write(Line line, string why)
    {
        Assert.True(
            Environment.GetEnvironmentVariable(WriteVariable) == "1",
            $"{why} Nodes of two releases will speak this form: look at it, then run once with {WriteVariable}=1 and "
            + $"commit the line: {line}");
        if (!Lines.TryGetValue(line.Name, out var known))
        {
            Lines.Add(line.Name, known = []);
        }

        known.Add(line);
        File.WriteAllLines(
            Path.Combine(Folder(), "wire-forms.txt"),
            Lines.OrderBy(l => l.Key, StringComparer.Ordinal).SelectMany(l => l.Value).Select(l => l.ToString()));
    }

    private static Dictionary<string, List<Line>> ReadLines()
    {
        using var stream = typeof(WireGoldenTests).Assembly.GetManifestResourceStream("Golden.wire-forms.txt");
        if (stream is null)
        {
            return [];
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(Line.Parse)
            .GroupBy(l => l.Name)
            .ToDictionary(g => g.Key, g => g.ToList());
    }

    private static string Folder([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "Golden");

    private sealed record Form(string Name, string Fields, byte[] Bytes, Type? Type);

    // A form without bytes has a dash in their place.
    private sealed record Line(string Name, string Fields, string Hex)
    {
        public byte[] Bytes => Convert.FromHexString(Hex);

        public static Line Parse(string text)
        {
            var words = text.Split(' ');
            return new Line($"{words[0]} {words[1]}", words[2], words[3] == "-" ? "" : words[3]);
        }

        public override string ToString() => $"{Name} {Fields} {(Hex.Length == 0 ? "-" : Hex)}";
    }
}
