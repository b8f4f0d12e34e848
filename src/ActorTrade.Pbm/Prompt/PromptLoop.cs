using ActorTrade.Operator;
using ActorTrade.Pbm.Connection;
using ActorTrade.Pbm.Output;

namespace ActorTrade.Pbm.Prompt;

/// <summary>
/// The interactive prompt. On a terminal with completion and history; from a pipe every line is a command, and the
/// first that fails ends it.
/// </summary>
internal sealed class PromptLoop(ClientOptions options, LighthouseClient client, CommandRunner runner, Screen screen)
{
    private static readonly TimeSpan CompleteWithin = TimeSpan.FromSeconds(2);
    private PaletteBook _book = new();

    public async Task<int> RunAsync(CancellationToken cancelled)
    {
        _book = await client.PaletteAsync(cancelled);
        CommandRunner.RemarkVersion(_book, screen);
        return Console.IsInputRedirected ? await OfPipeAsync(cancelled) : await OfTerminalAsync();
    }

    private async Task<int> OfPipeAsync(CancellationToken cancelled)
    {
        while (await Console.In.ReadLineAsync(cancelled) is { } line)
        {
            var words = Words.Split(line, out _);
            if (words.Count == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            if (words[0] is "exit" or "quit")
            {
                break;
            }

            if (await DoAsync(line, words, cancelled) is var code and not 0)
            {
                return code;
            }
        }

        return 0;
    }

    private async Task<int> OfTerminalAsync()
    {
        var file = new HistoryFile(Path.Combine(TokenSource.ConfigFolder, "pbm-history"));
        var history = file.Load();
        var right = _book.MayAct ? "may act" : "may only look";
        Console.WriteLine($"{_book.Server}. You are {_book.Operator} and {right}. 'help' lists the commands.");
        Console.TreatControlCAsInput = true;
        var editor = new LineEditor($"[{options.EndpointText}] pbm> ", history, CompleteAsync);
        while (await editor.ReadAsync() is { } line)
        {
            var words = Words.Split(line, out var isOpen);
            if (words is ["exit" or "quit", ..])
            {
                break;
            }

            if (history.Add(line))
            {
                file.Save(history);
            }

            if (isOpen)
            {
                screen.Error(
                    OperatorError.Usage("quote-open", "A quote is not closed.", "Close it with the same one."));
            }
            else if (words.Count > 0)
            {
                await InterruptiblyAsync(line, words);
            }
        }

        return 0;
    }

    // While a command runs Ctrl-C is a signal again: it ends the command, not the prompt.
    private async Task InterruptiblyAsync(string line, IReadOnlyList<string> words)
    {
        using var interrupted = new CancellationTokenSource();
        void OnInterrupt(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = true;
            interrupted.Cancel();
        }

        Console.TreatControlCAsInput = false;
        Console.CancelKeyPress += OnInterrupt;
        try
        {
            await DoAsync(line, words, interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine();
        }
        finally
        {
            Console.CancelKeyPress -= OnInterrupt;
            Console.TreatControlCAsInput = true;
        }
    }

    private async Task<int> DoAsync(string line, IReadOnlyList<string> words, CancellationToken cancelled)
    {
        try
        {
            return await runner.RunAsync(_book, words, cancelled);
        }
        catch (OperatorException e)
            when (e.Error.Code is "palette-unknown" or "command-unknown" && !line.StartsWith('#'))
        {
            // The endpoint may have been replaced by a newer one since the prompt began.
            var fresh = await client.PaletteAsync(cancelled);
            var isKnown = PaletteParser.Parse(fresh, words, out _) is not null;
            _book = fresh;
            return isKnown ? await DoAsync("#" + line, words, cancelled) : Failed(e.Error);
        }
        catch (OperatorException e)
        {
            return Failed(e.Error);
        }
    }

    private int Failed(OperatorError error)
    {
        screen.Error(error);
        return error.ExitCode;
    }

    private async Task<Candidates> CompleteAsync(string line)
    {
        var candidates = Completion.At(_book, line);
        if (candidates.IsFile)
        {
            return candidates with { Words = Files(candidates.Prefix) };
        }

        if (candidates.Source is not { } source)
        {
            return candidates;
        }

        try
        {
            using var limit = new CancellationTokenSource(CompleteWithin);
            var names = await client.CompleteAsync(source, candidates.Prefix, limit.Token);
            var fitting = names.Where(n => n.StartsWith(candidates.Prefix, StringComparison.Ordinal));
            return candidates with { Words = [.. candidates.Words, .. fitting] };
        }
        catch (Exception e) when (e is OperatorException or OperationCanceledException)
        {
            return candidates;
        }
    }

    private static string[] Files(string prefix)
    {
        try
        {
            var folder = Path.GetDirectoryName(prefix) is { Length: > 0 } given ? given : ".";
            return
            [
                .. new DirectoryInfo(folder).EnumerateFileSystemInfos(Path.GetFileName(prefix) + "*")
                    .Take(OperatorProtocol.CompletionsMax)
                    .Select(f => Path.Combine(folder == "." && !prefix.StartsWith('.') ? "" : folder, f.Name)
                        + (f is DirectoryInfo ? "/" : ""))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
