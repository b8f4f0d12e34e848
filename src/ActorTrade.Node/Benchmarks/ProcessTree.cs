using System.Globalization;

namespace ActorTrade.Node.Benchmarks;

/// <summary>Processor time of a process and all below it, from Linux's <c>/proc</c>.</summary>
internal static class ProcessTree
{
    // Of /proc/PID/stat after the name, which may hold spaces: parent, user and system time.
    private const int Parent = 1;
    private const int User = 11;
    private const int System = 12;
    private const double TicksPerSecond = 100;

    /// <summary>Of those that live now; zero where there is no such process.</summary>
    public static TimeSpan CpuOf(int pid)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Fields: FieldsOf(id)))
            .Where(p => p.Fields.Length > System)
            .ToList();
        var tree = new HashSet<int> { pid };
        while (all.Any(p => tree.Contains(Number(p.Fields[Parent])) && tree.Add(p.Id)))
        {
        }

        var ticks = all.Where(p => tree.Contains(p.Id)).Sum(p => Number(p.Fields[User]) + Number(p.Fields[System]));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static string[] FieldsOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return [];
        }
    }
}
