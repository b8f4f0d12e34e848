namespace ActorTrade.Venues.Recorded;

/// <summary>Finds the recorded files below given paths and recognises their form by name.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>*.zip</c>: LEAN bars; see <see cref="LeanFile"/> for the names.</item>
/// <item><c>*-0xADDRESS-*.pool.tick.csv</c>: events of a known Uniswap V3 pool.</item>
/// <item>another <c>*.csv</c>: plain CSV. Found in a folder it counts only if its header has <c>timestamp</c> and
/// <c>symbol</c>.</item>
/// </list>
/// A file that is named itself must be usable; a file found in a folder that is none of these is listed in <see
/// cref="Ignored"/>.
/// </remarks>
public sealed class RecordedCatalogue
{
    private const int AddressLength = 42;
    private const string EventsSuffix = ".pool.tick.csv";

    private readonly RecordedOptions _options;
    private readonly List<RecordedSource> _sources = [];
    private readonly List<IgnoredFile> _ignored = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private RecordedCatalogue(RecordedOptions options) => _options = options;

    /// <summary>The usable files, ordered by <see cref="RecordedSource.SortKey"/>.</summary>
    public IReadOnlyList<RecordedSource> Sources => _sources;

    public IReadOnlyList<IgnoredFile> Ignored => _ignored;

    /// <summary>Looks at files and, recursively, folders. A file reached twice is read once.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="RecordedDataException">A path names a file that is not recorded data, or a header is
    /// wrong.</exception>
    public static RecordedCatalogue Scan(IEnumerable<string> paths, RecordedOptions? options = null)
    {
        var catalogue = new RecordedCatalogue(options ?? RecordedOptions.Default);
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                catalogue.AddNamed(path);
            }
            else if (Directory.Exists(path))
            {
                catalogue.AddFolder(path);
            }
            else
            {
                throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
            }
        }

        catalogue._sources.Sort(ByKeyThenPath);
        return catalogue;
    }

    private static int ByKeyThenPath(RecordedSource a, RecordedSource b)
    {
        var byKey = string.CompareOrdinal(a.SortKey, b.SortKey);
        return byKey != 0 ? byKey : string.CompareOrdinal(a.Path, b.Path);
    }

    private void AddNamed(string path)
    {
        var key = string.Join('/', Path.GetFullPath(path).Split(Path.DirectorySeparatorChar).TakeLast(2));
        if (!_seen.Add(Path.GetFullPath(path)))
        {
            return;
        }

        var source = Recognise(path, key, out var reason)
            ?? throw new RecordedDataException(new BadRow(path, 0, reason));
        if (source.Format == RecordedFormat.PlainCsv)
        {
            PlainCsvReader.Open(path).Dispose();
        }

        _sources.Add(source);
    }

    private void AddFolder(string folder)
    {
        var root = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (var file in files.Where(f => _seen.Add(Path.GetFullPath(f))))
        {
            var below = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            var source = Recognise(file, $"{root}/{below}", out var reason);
            if (source is { Format: RecordedFormat.PlainCsv })
            {
                source = IsPlainCsv(file, out reason) ? source : null;
            }

            if (source is null)
            {
                _ignored.Add(new IgnoredFile(file, reason));
            }
            else
            {
                _sources.Add(source);
            }
        }
    }

    private static bool IsPlainCsv(string file, out string reason)
    {
        reason = "its header has no timestamp and symbol";
        if (!PlainCsvReader.LooksLike(file))
        {
            return false;
        }

        PlainCsvReader.Open(file).Dispose();
        return true;
    }

    private RecordedSource? Recognise(string path, string key, out string reason)
    {
        reason = "not a name of recorded data (*.zip, *.csv)";
        var name = Path.GetFileName(path);
        if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            var lean = LeanFile.FromPath(Path.GetFullPath(path), out var why);
            reason = why ?? "";
            return lean is null
                ? null
                : new RecordedSource(path, key, RecordedFormat.LeanBars, Earliest(lean), Lean: lean);
        }

        if (name.EndsWith(EventsSuffix, StringComparison.OrdinalIgnoreCase))
        {
            var pool = PoolOf(name, out reason);
            return pool is null
                ? null
                : new RecordedSource(path, key, RecordedFormat.UniswapV3Events, EarliestUtc: null, Pool: pool);
        }

        return name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
            ? new RecordedSource(path, key, RecordedFormat.PlainCsv, null)
            : null;
    }

    private static DateTimeOffset? Earliest(LeanFile lean) => lean.Day is { } day
        ? new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(day, lean.Market.Zone()), TimeSpan.Zero)
        : null;

    private UniswapV3Pool? PoolOf(string name, out string reason)
    {
        reason = "expected a pool address (0x and 40 digits) in the name";
        var at = name.IndexOf("0x", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || name.Length < at + AddressLength)
        {
            return null;
        }

        var address = name.Substring(at, AddressLength).ToLowerInvariant();
        reason = $"the tokens of pool {address} are not configured";
        return (_options.Pools ?? []).Concat(UniswapV3Pool.WellKnown)
            .FirstOrDefault(p => string.Equals(p.Address, address, StringComparison.OrdinalIgnoreCase));
    }
}
