using ActorTrade.Operator;
using ActorTrade.Pbm.Connection;
using ActorTrade.Pbm.Output;

namespace ActorTrade.Pbm;

/// <summary>Runs one line of words: help from the palette, everything else at the endpoint.</summary>
internal sealed class CommandRunner(LighthouseClient client, Screen screen)
{
    /// <returns>What the process ends with, where this was all.</returns>
    /// <exception cref="OperatorException">It was not done; says why.</exception>
    public async Task<int> RunAsync(PaletteBook book, IReadOnlyList<string> words, CancellationToken cancelled)
    {
        if (words.Count == 0 || words[0] == "help")
        {
            screen.Show(Help(book, [.. words.Skip(1)]));
            return 0;
        }

        if (words.Any(w => w is "--help" or "-h" or "-?"))
        {
            screen.Show(Help(book, [.. words.Where(w => !w.StartsWith('-'))]));
            return 0;
        }

        if (PaletteParser.Parse(book, words, out var error) is not var (request, command))
        {
            throw new OperatorException(error!);
        }

        request = WithFiles(command, request);
        if (command.Streams)
        {
            return await StreamAsync(request, cancelled);
        }

        var result = await client.RunAsync(request, cancelled);
        screen.Show(result);
        return result.ExitCode;
    }

    /// <summary>Says where the endpoint speaks a newer form than this client.</summary>
    public static void RemarkVersion(PaletteBook book, Screen screen)
    {
        if (book.Protocol > OperatorProtocol.Version)
        {
            screen.Remark(
                $"The endpoint ({book.Server}) speaks protocol {book.Protocol}, this pbm {OperatorProtocol.Version}: "
                + "some answers may be shown incompletely. Use the pbm of that version.");
        }
    }

    private static CommandResult Help(PaletteBook book, IReadOnlyList<string> about)
    {
        if (about.Count == 0)
        {
            return PaletteHelp.Of(book);
        }

        if (book.Find(about[0]) is not { } palette)
        {
            PaletteParser.Parse(book, [about[0]], out var error);
            throw new OperatorException(error!);
        }

        var command = about.Count > 1 ? palette.Find(about[1]) : null;
        return command is not null ? PaletteHelp.Of(palette, command)
            : palette.Commands.Count == 1 ? PaletteHelp.Of(palette, palette.Commands[0])
            : PaletteHelp.Of(palette);
    }

    private async Task<int> StreamAsync(RunRequest request, CancellationToken cancelled)
    {
        await foreach (var item in client.StreamAsync(request, cancelled))
        {
            screen.Show(item);
            if (item.Error is { } error)
            {
                throw new OperatorException(error);
            }

            if (item.Kind == StreamKinds.End)
            {
                return item.ExitCode;
            }
        }

        return 0;
    }

    // A file's name means nothing at the endpoint: its text is sent.
    private static RunRequest WithFiles(PaletteCommand command, RunRequest request)
    {
        var files = command.Values.Where(v => v.Kind == ValueKinds.File && request.Values.ContainsKey(v.Name)).ToList();
        if (files.Count == 0)
        {
            return request;
        }

        var values = new Dictionary<string, string>(request.Values);
        foreach (var file in files)
        {
            values[file.Name] = Read(values[file.Name]);
        }

        return request with { Values = values };
    }

    private static string Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > OperatorProtocol.RequestBytesMax / 2 })
            {
                throw new OperatorException(
                    ExitCode.Configuration,
                    "file-too-long",
                    $"The file '{path}' is longer than {OperatorProtocol.RequestBytesMax / 2 / 1024} KiB.",
                    "Is it the right one?");
            }

            return path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OperatorException(
                ExitCode.NotFound, "file-unreadable", $"The file '{path}' cannot be read: {e.Message}");
        }
    }
}
