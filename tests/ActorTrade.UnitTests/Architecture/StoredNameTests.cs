using System.Reflection;
using System.Text.RegularExpressions;
using ActorTrade.Domain.Accounts;
using ActorTrade.EventSourcing;

namespace ActorTrade.UnitTests.Architecture;

/// <summary>What is stored for ever has an explicit, versioned name of its own that belongs to its entity.</summary>
public sealed class StoredNameTests
{
    private static readonly Assembly Domain = typeof(Account).Assembly;

    private static readonly IEntityDefinition[] Definitions =
    [
        .. Domain.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public))
            .Where(f => typeof(IEntityDefinition).IsAssignableFrom(f.FieldType))
            .Select(f => (IEntityDefinition)f.GetValue(null)!),
    ];

    [Fact]
    public void Every_event_has_a_name_of_the_form_category_name_version()
    {
        var wrong = Events().Where(e => !IsNameOf(e, CategoryOf(e)));

        Assert.NotEmpty(Definitions);
        Assert.Empty(wrong.Select(e => $"{e.FullName}: {NameOf(e)}"));
    }

    [Fact]
    public void Every_snapshot_has_a_name_of_its_entity()
    {
        var wrong = Definitions.Where(d => d.SnapshotType is { } type && !IsNameOf(type, d.Category));

        Assert.Empty(wrong.Select(d => $"{d.SnapshotType}: {NameOf(d.SnapshotType!)}"));
    }

    [Fact]
    public void No_two_records_share_a_name()
    {
        var doubled = Domain.GetTypes()
            .Where(t => NameOf(t) is not null)
            .GroupBy(t => NameOf(t), StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g)}");

        Assert.Empty(doubled);
    }

    [Fact]
    public void No_two_entities_share_a_category()
    {
        Assert.All(Definitions, d => Assert.Matches("^[a-z]+$", d.Category));
        Assert.Equal(Definitions.Length, Definitions.Select(d => d.Category).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_rejection_code_is_lower_case_and_dashed()
    {
        var codes = Definitions.SelectMany(d => RejectionsOf(d)).ToList();

        Assert.All(codes, c => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", c));
    }

    private static IEnumerable<Type> Events() =>
        Domain.GetTypes()
            .Where(t => typeof(IEvent).IsAssignableFrom(t) && t is { IsAbstract: false, IsInterface: false });

    private static string? CategoryOf(Type e) =>
        Definitions.FirstOrDefault(d => d.EventType.IsAssignableFrom(e))?.Category;

    private static string? NameOf(MemberInfo record) =>
        record.GetCustomAttribute<StoredNameAttribute>(inherit: false)?.Name;

    // A code is the constant in the call of the base constructor, so the record is made with empty values.
    private static IEnumerable<string> RejectionsOf(IEntityDefinition definition) =>
        definition.GetType().GetGenericArguments()[3] is { } family
            ? Domain.GetTypes()
                .Where(t => family.IsAssignableFrom(t) && !t.IsAbstract)
                .Select(t => t.GetConstructors().First())
                .Select(c => (IRejection)c.Invoke([.. c.GetParameters().Select(p => Empty(p.ParameterType))]))
                .Select(r => r.Code)
            : [];

    private static object? Empty(Type type) =>
        type == typeof(string) ? "" : type.IsValueType ? Activator.CreateInstance(type) : null;

    private static bool IsNameOf(Type record, string? category) =>
        NameOf(record) is { } name
        && category is not null
        && Regex.IsMatch(name, $@"^{Regex.Escape(category)}\.[a-z0-9]+(-[a-z0-9]+)*\.v[1-9][0-9]*$");
}
