using System.Globalization;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Node.Commands;
using ActorTrade.Operator;

namespace ActorTrade.Node.Quotes;

/// <summary>Opens pool files for commands.</summary>
internal static class PoolFileLoad
{
    /// <exception cref="CommandException">The file is no pool file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static PoolFile Open(string path)
    {
        try
        {
            return PoolFile.Read(File.ReadAllBytes(path));
        }
        catch (PoolFileException e)
        {
            throw new CommandException(ExitCode.Error, $"{path}: {e.Message}");
        }
    }

    /// <summary>A word to stderr on pools that are not usable; none where all are.</summary>
    public static void Warn(PoolFile file)
    {
        if (file.Faults.IsEmpty)
        {
            return;
        }

        var all = file.Faults.Length + file.Pools.Length;
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Warning: {file.Faults.Length} of {all} pools are not used; the first: {file.Faults[0].Message}"));
    }
}
