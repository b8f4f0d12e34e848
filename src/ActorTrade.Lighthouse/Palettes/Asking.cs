using System.Collections;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Cluster.Membership;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>Asks entities and nodes on behalf of an operator; what is no answer becomes the error that says why, and
/// what to do next.</summary>
internal sealed class Asking(LighthouseServices services)
{
    /// <summary>A repeat with the same id gets the first answer this long.</summary>
    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(15);

    public async Task<TView> ViewAsync<TView>(EntityId entity) =>
        await services.Entities.QueryAsync(entity, services.Patience, services.Time) switch
        {
            Answer.Viewed { View: TView view } => view,
            Answer.Refused refused => throw Unavailable(entity, refused.Reason),
            _ => throw Unavailable(entity, RefusalReason.Unavailable),
        };

    public async Task<Answer.Accepted> DoAsync(CommandCall call, EntityId target, ICommand command)
    {
        var id = DeterministicGuid.FromText($"{call.Id:N} {target} {command.GetType().Name}");
        var expiresAt = services.Time.GetUtcNow() + RememberFor;
        var header = new CommandHeader(id, call.Operator.Principal, expiresAt, call.Origin);
        return await services.Entities.AskAsync(target, command, header, services.Patience, services.Time) switch
        {
            Answer.Accepted accepted => accepted,
            Answer.Rejected rejected => throw Rejected(target, rejected.Rejection),
            Answer.Refused refused => throw Unavailable(target, refused.Reason),
            Answer.OutcomeUnknown unknown => throw new OperatorException(
                ExitCode.Timeout,
                "outcome-unknown",
                $"Whether {target} took it is not known: {unknown.Why}",
                "Look at it before you repeat the command."),
            var other => throw new InvalidOperationException($"{target} answered with {other.GetType().Name}."),
        };
    }

    /// <summary>Asks one node.</summary>
    public async Task<TAnswer> NodeAsync<TRequest, TAnswer>(
        NodeQuestion<TRequest, TAnswer> call, Member node, TRequest request, CancellationToken cancelled)
    {
        try
        {
            return await services.Nodes.AskAsync(call, node.Node, request, services.Patience, cancelled);
        }
        catch (NodeCallException e)
        {
            throw OfNode(node.Last.Name, e);
        }
    }

    /// <summary>Asks every node that is not down, all at once; those that give no answer say why instead.</summary>
    public async Task<IReadOnlyList<(Member Node, TAnswer? Answer, string? Failure)>> EveryNodeAsync<TRequest,
        TAnswer>(NodeQuestion<TRequest, TAnswer> call, TRequest request, CancellationToken cancelled)
        where TAnswer : class
    {
        var nodes = Nodes();
        if (nodes.Count == 0)
        {
            throw NoNodes();
        }

        return await Task.WhenAll(nodes.Select(AskOneAsync));

        async Task<(Member Node, TAnswer? Answer, string? Failure)> AskOneAsync(Member node)
        {
            try
            {
                var patience = services.Patience / 2;
                return (node, await services.Nodes.AskAsync(call, node.Node, request, patience, cancelled), null);
            }
            catch (NodeCallException e)
            {
                return (node, null, OfNode(node.Last.Name, e).Message);
            }
        }
    }

    /// <summary>Rows of a list, from the tables of the first node that answers; gateways are asked first.</summary>
    public async Task<RowsAnswer> RowsAsync(string table, int limit, string? prefix, CancellationToken cancelled)
    {
        var nodes = Nodes().Where(n => n.Liveness == Liveness.Live)
            .OrderByDescending(n => n.Last.Roles.Contains("gateway")).ToList();
        if (nodes.Count == 0)
        {
            throw NoNodes();
        }

        var failures = new List<string>();
        foreach (var node in nodes)
        {
            try
            {
                var request = new RowsRequest(table, limit, prefix);
                var patience = services.Patience / nodes.Count;
                return await services.Nodes.AskAsync(NodeQuestions.Rows, node.Node, request, patience, cancelled);
            }
            catch (NodeCallException e)
            {
                failures.Add($"{node.Last.Name}: {e.Why}.");
            }
        }

        throw new OperatorException(
            ExitCode.NotRunning,
            "tables-unavailable",
            $"No node could read its tables. {string.Join(" ", failures)}",
            "Look at 'cluster show' and 'doctor'.");
    }

    /// <summary>The nodes that may be asked.</summary>
    public IReadOnlyList<Member> Nodes() =>
    [
        .. services.View.Now().Members
            .Where(m => m.IsNode() && m.Liveness is Liveness.Live or Liveness.Suspected)
            .OrderBy(m => m.Last.Name, StringComparer.Ordinal),
    ];

    /// <summary>The member of a name: the configured one, or the whole one of its process.</summary>
    public Member Member(string name)
    {
        var members = services.View.Now().Members;
        var found = members.FirstOrDefault(m => m.Last.Node == name)
            ?? members.Where(m => m.Last.Name == name).OrderBy(m => m.Liveness).ThenByDescending(m => m.HeardAt)
                .FirstOrDefault();
        if (found is not null)
        {
            return found;
        }

        var near = EditDistance.Meant(name, members.Select(m => m.Last.Name));
        throw new OperatorException(
            ExitCode.NotFound,
            "node-unknown",
            $"There is no node '{name}'.",
            near is null ? "'cluster show' lists them." : $"Did you mean '{near}'?");
    }

    public static OperatorException NoNodes() => new(
        ExitCode.NotRunning,
        "no-nodes",
        "This Lighthouse knows of no node that is up.",
        "Look at 'cluster status': is the broker reached, and are nodes running?");

    private static OperatorException OfNode(string node, NodeCallException e) => e.Failure switch
    {
        NodeCallFailure.Unreachable => new OperatorException(
            ExitCode.NotRunning, "node-unreachable", $"{node} is not reached: {e.Why}", "Look at 'cluster show'."),
        NodeCallFailure.TimedOut => new OperatorException(
            ExitCode.Timeout, "node-timed-out", $"{node} did not answer in time.", "Look at 'cluster show'."),
        NodeCallFailure.Unknown => new OperatorException(
            ExitCode.Error,
            "node-too-old",
            $"{node} does not know this question: {e.Why}",
            "It may run another version: see 'cluster show'."),
        _ => new OperatorException(ExitCode.Error, "node-refused", $"{node}: {e.Why}"),
    };

    private static OperatorException Unavailable(EntityId entity, RefusalReason reason) => reason switch
    {
        RefusalReason.MailboxFull => new OperatorException(
            ExitCode.Error, "mailbox-full", $"{entity} has too much to do at the moment.", "Try again."),
        RefusalReason.UnknownCategory => new OperatorException(
            ExitCode.NotFound, "category-unknown", $"No node serves entities like {entity}."),
        _ => new OperatorException(
            ExitCode.NotRunning,
            "entity-unavailable",
            $"{entity} is not reached ({reason}).",
            $"'cluster-sharding where {entity}' shows where it should be."),
    };

    private static OperatorException Rejected(EntityId target, IRejection rejection)
    {
        var facts = rejection.GetType().GetProperties()
            .Where(p => p.Name is not ("Code" or "EqualityContract"))
            .Select(p => $"{JsonNamingPolicy.CamelCase.ConvertName(p.Name)} {Shown(p.GetValue(rejection))}")
            .ToList();
        var numbers = facts.Count == 0 ? "" : $" ({string.Join(", ", facts)})";
        var exit = rejection.Code.EndsWith("-unknown", StringComparison.Ordinal)
            || rejection.Code is "account-not-open" or "pool-not-created"
            ? ExitCode.NotFound
            : ExitCode.Error;
        return new OperatorException(
            exit,
            rejection.Code,
            $"{target} refuses: {rejection.Code.Replace('-', ' ')}{numbers}.",
            NextAfter(rejection.Code));
    }

    private static string Shown(object? value) => value switch
    {
        null => "none",
        DateTimeOffset at => Wire.Of(at),
        UInt256 amount => amount.ToString(),
        string text => text,
        IEnumerable many => string.Join(" ", many.Cast<object?>().Select(Shown)),
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string? NextAfter(string code) => code switch
    {
        "system-not-in-emergency" => "There is no emergency: 'trade state' shows the state, 'trade resume' trades.",
        "system-transition-not-allowed" => "Look at 'trade state'. After an emergency it takes 'trade recover' by two "
            + "operators, which leads to maintenance; from there 'trade resume'.",
        "system-recovery-needs-second-operator" => "You proposed it yourself: somebody else with a token that may act "
            + "runs 'trade recover'.",
        "system-recovery-expired" => "'trade recover' proposes anew; the second operator then has 15 minutes.",
        "trading-halted" => "Look at 'trade state'; 'trade resume' lets trading go on.",
        "bot-unknown" => "'bots list' shows them.",
        "bot-limit-exceeded" => "A limit of the bot forbids it: 'bots show' has them.",
        _ => null,
    };
}
