namespace ActorTrade.Pbm.Prompt;

/// <summary>Lines that were run, oldest first, and a place among them while the operator looks back.</summary>
/// <remarks>A line that begins with a space is not kept, nor one that repeats the last.</remarks>
internal sealed class History
{
    /// <summary>Lines kept; the oldest go.</summary>
    public const int LinesMax = 1_000;

    private readonly List<string> _lines;
    private int _place;
    private string _draft = "";

    public History(IEnumerable<string> lines)
    {
        _lines = [.. lines.Where(l => l.Length > 0).TakeLast(LinesMax)];
        _place = _lines.Count;
    }

    public IReadOnlyList<string> Lines => _lines;

    /// <returns>True where the line was kept.</returns>
    public bool Add(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var isKept = line.Trim().Length > 0 && line[0] != ' ' && (_lines.Count == 0 || _lines[^1] != line);
        if (isKept)
        {
            _lines.Add(line);
            if (_lines.Count > LinesMax)
            {
                _lines.RemoveAt(0);
            }
        }

        _place = _lines.Count;
        _draft = "";
        return isKept;
    }

    /// <summary>The line before; what is typed now is kept for the way back.</summary>
    public string Older(string typed)
    {
        if (_place == _lines.Count)
        {
            _draft = typed;
        }

        _place = Math.Max(0, _place - 1);
        return _place < _lines.Count ? _lines[_place] : typed;
    }

    public string Newer(string typed)
    {
        if (_place == _lines.Count)
        {
            return typed;
        }

        _place++;
        return _place < _lines.Count ? _lines[_place] : _draft;
    }
}

/// <summary>The history of earlier sessions, in a file that only its owner reads. What goes wrong with it is no
/// reason to stop an operator.</summary>
internal sealed class HistoryFile(string path)
{
    public History Load()
    {
        try
        {
            return new History(File.Exists(path) ? File.ReadAllLines(path) : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new History([]);
        }
    }

    public void Save(History history)
    {
        ArgumentNullException.ThrowIfNull(history);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(path, options);
            foreach (var line in history.Lines)
            {
                writer.WriteLine(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only home: the history ends with the session.
        }
    }
}
