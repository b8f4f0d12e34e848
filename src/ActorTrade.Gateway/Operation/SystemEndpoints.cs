using ActorTrade.Domain.System;
using ActorTrade.EventSourcing;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Operation;

/// <summary>What an operator may ask of the trading system.</summary>
public enum SystemAction
{
    Activate,
    Pause,
    EnterMaintenance,
    DeclareEmergency,

    /// <summary>The first of two operators who lead an emergency over to maintenance.</summary>
    ProposeRecovery,

    /// <summary>The second operator.</summary>
    ConfirmRecovery,
}

/// <param name="Why">Journaled with who asked.</param>
public sealed record ChangeModeRequest(SystemAction? Action, string? Why);

public sealed record ModeChange(
    SystemMode From, SystemMode To, string Who, string Why, string? ProposedBy, DateTimeOffset At);

public sealed record RecoveryProposal(string Who, string Why, DateTimeOffset At, DateTimeOffset ExpiresAt);

/// <param name="History">The last changes, newest first.</param>
public sealed record SystemDetails(
    SystemMode Mode, long Version, RecoveryProposal? Proposal, IReadOnlyList<ModeChange> History);

/// <summary><c>/api/system</c>: the state of the whole, and its changes with who and why.</summary>
internal sealed class SystemEndpoints(GatewayServices services, TokenForms forms)
{
    public async Task GetAsync(HttpContext http)
    {
        var (view, _) = await services.ViewAsync<TradingSystemView>(TradingSystem.Id);
        await http.WriteAsync(
            new SystemDetails(
                view.Mode,
                view.Version,
                view.Proposal is { } p ? new RecoveryProposal(p.Who, p.Why, p.At, p.ExpiresAt) : null,
                [.. view.History.Select(h => new ModeChange(h.From, h.To, h.Who, h.Why, h.ProposedBy, h.At))]),
            ApiJson.Shapes.SystemDetails);
    }

    public async Task ChangeAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.ChangeModeRequest);
        var why = request.Why ?? "";
        TradingSystem.Command command = request.Action switch
        {
            SystemAction.Activate => new TradingSystem.Command.Activate(why),
            SystemAction.Pause => new TradingSystem.Command.Pause(why),
            SystemAction.EnterMaintenance => new TradingSystem.Command.EnterMaintenance(why),
            SystemAction.DeclareEmergency => new TradingSystem.Command.DeclareEmergency(why),
            SystemAction.ProposeRecovery => new TradingSystem.Command.ProposeRecovery(why),
            SystemAction.ConfirmRecovery => new TradingSystem.Command.ConfirmRecovery(why),
            _ => throw ApiProblem.Invalid(
                "action", $"One of {string.Join(", ", Enum.GetNames<SystemAction>())} is expected."),
        };
        if (services.HasOperatorEndpoint && OperatorsWordFor(command) is { } word)
        {
            throw OperatorsOnly(word);
        }

        await services.AskAsync(TradingSystem.Id, command, Guid.NewGuid(), http.Principal(), forms);
        await GetAsync(http);
    }

    // Null for what stops: that passes from anywhere and anybody.
    private static string? OperatorsWordFor(TradingSystem.Command command) => command switch
    {
        TradingSystem.Command.Pause or TradingSystem.Command.DeclareEmergency => null,
        TradingSystem.Command.Activate => "resume",
        TradingSystem.Command.EnterMaintenance => "maintenance",
        _ => "recover",
    };

    private static ApiProblem OperatorsOnly(string word) => new(
        403,
        "operators-only",
        "In a cluster a node takes only Pause and DeclareEmergency. The rest is for operators with a token of their "
            + $"own, at a Lighthouse: pbm trade {word} --reason '…'.");
}
