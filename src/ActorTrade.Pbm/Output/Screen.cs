using ActorTrade.Operator;

namespace ActorTrade.Pbm.Output;

/// <summary>
/// Where the client writes. Results go to stdout, errors and remarks to stderr; colours only where a person looks at a
/// terminal and NO_COLOR is not set.
/// </summary>
internal sealed class Screen(bool isJson)
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected;
    private bool _isProgressShown;

    public bool IsJson { get; } = isJson;

    private static bool MayColour => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public void Show(CommandResult result)
    {
        if (IsJson)
        {
            Console.Out.WriteLine(JsonText.Of(result));
            return;
        }

        foreach (var line in Layout().Lines(result))
        {
            Console.Out.WriteLine(line);
        }
    }

    public void Show(StreamItem item)
    {
        if (IsJson)
        {
            if (JsonText.Of(item) is { } json)
            {
                Console.Out.WriteLine(json);
                Console.Out.Flush();
            }

            return;
        }

        switch (item.Kind)
        {
            case StreamKinds.Line:
                EndProgress();
                Console.Out.WriteLine(Layout().Line(item));
                break;
            case StreamKinds.Block when item.Block is { } block:
                EndProgress();
                foreach (var line in Layout().Lines(block))
                {
                    Console.Out.WriteLine(line);
                }

                break;
            case StreamKinds.Progress when _isTerminal:
                Console.Out.Write($"\r\e[K{ValueText.Clean(item.Text ?? "")}");
                _isProgressShown = true;
                break;
            case StreamKinds.End:
                EndProgress();
                break;
        }

        Console.Out.Flush();
    }

    public void Error(OperatorError error)
    {
        EndProgress();
        if (IsJson)
        {
            Console.Error.WriteLine(JsonText.Of(error));
            return;
        }

        var layout = new TextLayout(width: null, !Console.IsErrorRedirected && MayColour);
        Console.Error.WriteLine(
            layout.Coloured("Error:", Tones.Fail) + $" {ValueText.Clean(error.Message)} (code {error.ExitCode})");
        if (error.Next is { } next)
        {
            Console.Error.WriteLine("       " + ValueText.Clean(next));
        }
    }

    /// <summary>Something worth knowing that is no error.</summary>
    public void Remark(string text)
    {
        if (!IsJson)
        {
            Console.Error.WriteLine(
                new TextLayout(null, !Console.IsErrorRedirected && MayColour).Coloured(text, Tones.Warn));
        }
    }

    private void EndProgress()
    {
        if (_isProgressShown)
        {
            Console.Out.Write("\r\e[K");
            _isProgressShown = false;
        }
    }

    private TextLayout Layout() => new(_isTerminal ? WidthOf() : null, _isTerminal && MayColour);

    // A terminal that does not know its width says 0.
    private static int WidthOf()
    {
        try
        {
            return Console.WindowWidth is var width and >= 20 ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
