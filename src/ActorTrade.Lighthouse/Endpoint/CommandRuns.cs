using System.Text.Json;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Lighthouse.Palettes;
using ActorTrade.Operator;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Lighthouse.Endpoint;

/// <summary>
/// Checks a request to run a command, keeps it in the audit where it acts, runs it, and sends what comes of it.
/// </summary>
internal sealed class CommandRuns(
    PaletteSet palettes, AuditTrail audit, TimeProvider time, EndpointOptions options, CancellationToken stopping)
{
    private int _tails;

    public async Task RunAsync(HttpContext http, OperatorIdentity who)
    {
        var request = await http.Request.ReadFromJsonAsync<RunRequest>(OperatorProtocol.Json, http.RequestAborted)
            ?? throw new JsonException("It is empty.");
        var book = palettes.BookFor(who, options.Server);
        if (PaletteParser.Check(book, request, out var error) is not var (description, values))
        {
            throw new OperatorException(error!);
        }

        if (description.Acts && !who.MayAct)
        {
            throw new OperatorException(
                ExitCode.Error,
                "may-only-look",
                $"The token of '{who.Name}' may only look; '{request.Palette} {description.Name}' acts.",
                "Use a token that may act, or ask somebody who has one.");
        }

        var command = palettes[request.Palette, description.Name];
        var origin = $"{http.Connection.RemoteIpAddress} pbm";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var call = new CommandCall(who, origin, Guid.NewGuid(), values, limit.Token);
        if (command.Stream is { } stream)
        {
            await StreamAsync(http, stream(call), limit.Token);
            return;
        }

        // What acts is done to its end also where the client has gone: half of it would be worse.
        using var unhurried = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        call = description.Acts ? call with { Cancelled = unhurried.Token } : call;
        var result = description.Acts
            ? await AuditedAsync(request.Palette, command, call)
            : await WithinAsync(command.Run!(call));
        await http.Response.WriteAsJsonAsync(result, OperatorProtocol.Json, http.RequestAborted);
    }

    private async Task<CommandResult> WithinAsync(Task<CommandResult> run)
    {
        try
        {
            // A command asks several in a row, each with a patience of its own.
            return await run.WaitAsync(options.CommandTimeout * 2, time);
        }
        catch (TimeoutException)
        {
            throw new OperatorException(
                ExitCode.Timeout,
                "command-timed-out",
                $"The command did not end within {(options.CommandTimeout * 2).TotalSeconds:0} s.",
                "What it does may still happen: look before you repeat it. 'doctor' may say why.");
        }
    }

    private async Task<CommandResult> AuditedAsync(string palette, OperatorCommand command, CommandCall call)
    {
        var begun = new AuditEntry(
            call.Id, time.GetUtcNow(), "begun", call.Operator.Name, call.Origin,
            $"{palette} {command.Description.Name}{ArgumentsOf(command, call)}", call.Values, null, null);
        Keep(begun, command.Stops);
        try
        {
            var result = await WithinAsync(command.Run!(call));
            var said = result.Blocks.FirstOrDefault(b => b.Kind == BlockKinds.Lines)?.Lines.FirstOrDefault();
            End(begun, result.ExitCode == 0 ? "ok" : "partial", said);
            return result;
        }
        catch (Exception e)
        {
            // Whatever it was: the audit says so, and the border of the request decides what the operator hears.
            var error = OperatorEndpoint.ErrorOf(e).Error;
            End(begun, error.Code, error.Message);
            throw;
        }
    }

    private static string ArgumentsOf(OperatorCommand command, CommandCall call) => string.Concat(
        command.Description.Arguments
            .Where(a => a.Kind != ValueKinds.File && call.Values.ContainsKey(a.Name))
            .Select(a => " " + call.Values[a.Name]));

    private void Keep(AuditEntry entry, bool stops)
    {
        try
        {
            audit.Write(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!stops)
            {
                throw new OperatorException(
                    ExitCode.Error,
                    "audit-unwritable",
                    $"The audit cannot be written, so nothing was done: {e.Message}",
                    "Make room or repair Lighthouse:AuditFile. Commands that stop trading are done nevertheless.");
            }
        }
    }

    private void End(AuditEntry begun, string result, string? message)
    {
        var ended = begun with { At = time.GetUtcNow(), Stage = "ended", Result = result, Message = message };
        audit.Tell(ended);
        Keep(ended, stops: true);
    }

    private async Task StreamAsync(HttpContext http, IAsyncEnumerable<StreamItem> items, CancellationToken stop)
    {
        if (Interlocked.Increment(ref _tails) > options.TailsMax)
        {
            Interlocked.Decrement(ref _tails);
            throw new OperatorException(
                ExitCode.Error,
                "tails-max",
                $"{options.TailsMax} streams are open already.",
                "End some, or raise Lighthouse:TailsMax.");
        }

        try
        {
            http.Response.ContentType = OperatorProtocol.StreamMediaType;
            await http.Response.StartAsync(stop);
            await SendAllAsync(http, items, stop);
        }
        finally
        {
            Interlocked.Decrement(ref _tails);
        }
    }

    private async Task SendAllAsync(HttpContext http, IAsyncEnumerable<StreamItem> items, CancellationToken stop)
    {
        var last = new StreamItem { Kind = StreamKinds.End };
        try
        {
            await foreach (var item in WithBeatsAsync(items, stop))
            {
                await SendAsync(http, item);
                if (item.Kind == StreamKinds.End)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            last = EndOf(new OperatorException(
                ExitCode.NotRunning, "stopping", "The Lighthouse stops.", "Ask another, or wait until it is back."));
        }
        catch (Exception e)
        {
            // The head of the answer is sent: the error goes into the stream.
            last = EndOf(e);
        }

        await SendAsync(http, last);
    }

    private static StreamItem EndOf(Exception e)
    {
        var error = OperatorEndpoint.ErrorOf(e).Error;
        return new StreamItem { Kind = StreamKinds.End, Error = error, ExitCode = error.ExitCode };
    }

    private static async Task SendAsync(HttpContext http, StreamItem item)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(item, OperatorProtocol.Json), (byte)'\n'];
        await http.Response.Body.WriteAsync(line, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    // A beat whenever the source has had nothing to say for a while.
    private async IAsyncEnumerable<StreamItem> WithBeatsAsync(
        IAsyncEnumerable<StreamItem> items,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var source = items.GetAsyncEnumerator(stop);
        while (true)
        {
            var next = source.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var due = Task.Delay(OperatorProtocol.BeatEvery, time, beat.Token);
                if (await Task.WhenAny(next, due) == due && !stop.IsCancellationRequested)
                {
                    yield return StreamItem.Beat;
                }
                else
                {
                    await beat.CancelAsync();
                    break;
                }
            }

            if (!await next)
            {
                yield break;
            }

            yield return source.Current;
        }
    }
}
