using System.Text.Json;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Gateway.Http;

namespace ActorTrade.Gateway.Bots;

/// <summary>Makes a bot of a request, whichever way it came.</summary>
internal sealed class BotRegistration(GatewayServices services, TokenForms forms)
{
    /// <param name="principal">Who will own the bot; null for the owner of its account.</param>
    /// <exception cref="ApiProblem">It cannot be registered; says why.</exception>
    public async Task<BotId> RegisterAsync(RegisterBotRequest request, string? principal)
    {
        var bot = RequestReading.Bot(request.Bot, "bot");
        var account = RequestReading.Account(request.Account, "account");
        var owner = await OwnerAsync(account, principal);
        BotParameter[] parameters =
        [
            .. (request.Parameters ?? new Dictionary<string, string>())
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => new BotParameter(p.Key, p.Value)),
        ];
        var strategy = request.Strategy ?? throw ApiProblem.Invalid("strategy", "The name of a strategy is needed.");
        var instruments = await InstrumentsAsync(request.Symbols);
        if (services.StrategyProblem(strategy, instruments, parameters) is { } problem)
        {
            throw ApiProblem.Invalid("strategy", problem);
        }

        var command = new Bot.Command.Register(
            bot,
            owner,
            account,
            strategy,
            parameters,
            instruments,
            LimitsOf(request.Limits ?? throw ApiProblem.Invalid("limits", "A bot without limits is not taken.")));
        await services.AskAsync(Bot.IdOf(bot), command, Guid.NewGuid(), owner, forms);
        return bot;
    }

    // The bot's own effects reach the account as the cluster's, so whose money it is must be asked here.
    private async Task<string> OwnerAsync(AccountId account, string? principal)
    {
        var (view, _) = await services.ViewAsync<AccountView>(Account.IdOf(account));
        var owner = view.Owner ?? throw ApiProblem.NotFound("account-not-open", $"There is no account '{account}'.");
        return principal is null || owner == principal
            ? owner
            : throw new ApiProblem(403, "not-permitted", $"The account '{account}' belongs to somebody else.");
    }

    private async Task<Instrument[]> InstrumentsAsync(string[]? symbols)
    {
        if (symbols is null || symbols.Length == 0)
        {
            throw ApiProblem.Invalid("symbols", "At least one symbol is needed.");
        }

        var instruments = new Instrument[symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            if (!Symbol.TryParse(symbols[i], out var symbol))
            {
                throw ApiProblem.Invalid(
                    "symbols", $"'{symbols[i]}' is no symbol: BASE/QUOTE or six characters like BTCUSD.");
            }

            var (baseToken, quoteToken) = (TokenId.Parse(symbol.Base), TokenId.Parse(symbol.Quote));
            instruments[i] = new Instrument(
                symbol,
                baseToken,
                quoteToken,
                await forms.RequireAsync(baseToken, "symbols"),
                await forms.RequireAsync(quoteToken, "symbols"));
        }

        return instruments;
    }

    private static BotLimits LimitsOf(BotLimitsShape limits) => new(
        RequestReading.Number(limits.OrderNotionalMax, "limits.orderNotionalMax"),
        RequestReading.Number(limits.PositionMax, "limits.positionMax"),
        RequestReading.Number(limits.DailyLossMax, "limits.dailyLossMax"),
        limits.OpenOrdersMax ?? 16,
        limits.OrdersPerDayMax ?? 1_000,
        BpsOf(limits.PriceCollarBps ?? 100, "limits.priceCollarBps"),
        BpsOf(limits.FeeMaxBps ?? 50, "limits.feeMaxBps"));

    private static Bps BpsOf(int value, string field) =>
        Bps.TryCreate(value, out var bps) ? bps : throw ApiProblem.Invalid(field, "0 to 10000 is expected.");
}

/// <summary>Registers bots for an operator, who may do so for every owner.</summary>
public sealed class OperatorBots
{
    private readonly BotRegistration _registration;

    public OperatorBots(GatewayServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _registration = new BotRegistration(services, new TokenForms(services));
    }

    /// <summary>Registers the bot of a file; the owner of its account will own it.</summary>
    /// <param name="json">As the body of <c>POST /api/bots</c>.</param>
    /// <param name="origin">Who asks and from where, for the audit.</param>
    /// <exception cref="ApiProblem">It cannot be registered; says why.</exception>
    public async Task<BotId> RegisterAsync(string json, string origin)
    {
        RequestOrigin.Remember(origin);
        try
        {
            var request = JsonSerializer.Deserialize(json, ApiJson.Shapes.RegisterBotRequest)
                ?? throw new ApiProblem(400, "invalid-body", "The file is empty.");
            return await _registration.RegisterAsync(request, principal: null);
        }
        catch (JsonException e)
        {
            throw new ApiProblem(400, "invalid-body", $"The file does not have the form it must: {e.Message}");
        }
    }
}
