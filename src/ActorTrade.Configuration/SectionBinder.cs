using System.Reflection;

namespace ActorTrade.Configuration;

/// <summary>
/// Makes the section records from settings and defaults: a parameter of a section's constructor is the option of that
/// name. An option of one of these sections that no parameter asks for, or the reverse, is a bug and throws.
/// </summary>
internal sealed class SectionBinder(
    OptionCatalogue catalogue, Dictionary<string, Setting> settings, List<string> problems)
{
    private int _bound;

    public T Bind<T>()
    {
        var constructor = ConstructorOf(typeof(T));
        var sections = constructor.GetParameters();
        var configuration = constructor.Invoke([.. sections.Select(Section)]);
        var described = sections.Sum(s => catalogue.CountIn(s.Name!));
        return _bound == described
            ? (T)configuration
            : throw new InvalidOperationException($"{described - _bound} options have no place in {typeof(T).Name}.");
    }

    private static ConstructorInfo ConstructorOf(Type type) => type.GetConstructors().Single();

    private object Section(ParameterInfo section)
    {
        var constructor = ConstructorOf(section.ParameterType);
        return constructor.Invoke(
            [.. constructor.GetParameters().Select(p => Value($"{section.Name}:{p.Name}", p.ParameterType))]);
    }

    private object Value(string key, Type type)
    {
        var option = catalogue.Find(key)
            ?? throw new InvalidOperationException($"reference.json does not describe {key}.");
        _bound++;
        if (!OptionValue.TryParse(option.Default, type, option, out var fallback))
        {
            throw new InvalidOperationException($"The default of {key} is not {OptionValue.Expected(type, option)}.");
        }

        if (!settings.TryGetValue(key, out var setting))
        {
            return fallback;
        }

        if (OptionValue.TryParse(setting.Text, type, option, out var value))
        {
            return value;
        }

        problems.Add($"{key} is '{setting.Text}' ({setting.Source}): expected {OptionValue.Expected(type, option)}.");
        return fallback;
    }
}
