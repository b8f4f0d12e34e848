using System.Reflection;
using System.Text;

namespace ActorTrade.EventSourcing.Records;

/// <summary>
/// The name of a case in <see cref="RecordForm.Open"/>: its <see cref="StoredNameAttribute"/>'s, or else its class's in
/// lower case and dashes, and <c>v1</c>. Golden files see to it that renaming a class does not change it unseen.
/// </summary>
public static class OpenName
{
    /// <param name="prefix">Goes before a name that is made, with a dot; null for none.</param>
    public static string Of(Type type, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.GetCustomAttribute<StoredNameAttribute>(inherit: false) is { } given)
        {
            return given.Name;
        }

        var name = new StringBuilder(prefix).Append(prefix is null ? "" : ".");
        for (var i = 0; i < type.Name.Length; i++)
        {
            var c = type.Name[i];
            name.Append(char.IsUpper(c) && i > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        }

        return name.Append(".v1").ToString();
    }
}
