namespace ActorTrade.Kernel;

/// <summary>What an actor may be called.</summary>
internal static class ActorName
{
    public const int LengthMax = 200;

    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > LengthMax || name.Contains('/'))
        {
            throw new ArgumentException($"An actor's name has no '/' and at most {LengthMax} characters: '{name}'.");
        }
    }
}
