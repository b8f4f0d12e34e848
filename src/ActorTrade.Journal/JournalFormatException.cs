namespace ActorTrade.Journal;

/// <summary>The data directory was written by a newer version of this program, in a
/// form this one does not know.</summary>
public sealed class JournalFormatException(string path, long found, long known)
    : Exception($"'{path}' has format {found}, and this version knows formats up to {known}: use the version that wrote it, or a newer one.")
{
    public long Found { get; } = found;

    public long Known { get; } = known;
}
